"""The register page's side and outcome: materiality as it is entered, what is wrong by field, and the act itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.components import act_button, blocked, label, plain, section, status, table
from app.components.formats import NOTHING, counted
from app.components.me import Me
from app.components.refusals import in_words
from app.composition import Workplace, now
from app.navigation import page_file
from app.views import drafts
from app.views.confirmation import confirm_next
from app.views.register_fields import Dataset, forget_draft
from core.errors import GovernanceError, Problem, Refusal, Unreadable
from core.inventory.intake import NewDataset, NewModel, NewVersion, check
from core.inventory.rules import materiality
from core.inventory.service import Registered, register, register_version
from core.policy.rules import Policy

LABELS: Mapping[str, str] = {
    "name": "Name",
    "purpose": "Purpose",
    "business_line": "Business line",
    "owner": "Owner",
    "developer": "Developer",
    "users": "Users",
    "vendor": "Vendor",
    "packs": "Regulation packs",
    "version": "Version",
    "intended_use": "Intended use",
    "limitations": "Limitations",
    "rationale": "What changed and why",
    "training_dataset": "Training data",
    "test_dataset": "Test data",
    "code_reference": "Code",
    "artefact_digest": "Model file, SHA-256",
    "source": "Source",
    "licence": "Licence",
    "classification": "Personal data",
}
Entered = Mapping[str, NewModel | NewVersion | NewDataset]


def materiality_card(model: NewModel, policy: Policy) -> None:
    """The tier as it follows from exposure and purpose, and what the policy asks of this tier."""
    tier = materiality(model.exposure, model.purpose_class)
    items = len(policy.checklist(tier, model.packs))
    with st.container(border=True):
        section("Materiality")
        st.markdown(f"{label(f'Tier {tier}')} **{model.exposure.capitalize()} exposure × {model.purpose_class}**")
        votes, days = counted(policy.quorum(tier), "vote"), counted(policy.decision_days(tier), "day")
        st.markdown(
            f"- {votes} to approve, within {days}\n"
            f"- {counted(items, 'checklist item')} for each approver\n"
            f"- Periodic review every {counted(policy.review_months(tier), 'month')}"
        )
        st.markdown(":small[:gray[Tier 1 is the most material of four. Exposure and purpose decide (SR 26-2, III).]]")


def act_card(act: str, reasons: Sequence[Refusal]) -> bool:
    """The button, what follows, and every reason against it."""
    with st.container(border=True):
        section("Put on record")
        blocked("Registration", reasons)
        st.markdown("The record becomes a ledger entry. Next: hand in predictions on the test data.")
        return act_button(act, reasons, key="register")


def problems_by_field(parts: Entered) -> list[tuple[str, Problem]]:
    """What the rules of intake say about each part, with the part's name."""
    found: list[tuple[str, Problem]] = []
    for part, entered in parts.items():
        try:
            check(entered)
        except Unreadable as error:
            found += [(part, problem) for problem in error.problems]
    return found


def draw_problems(place: DeltaGenerator, problems: Sequence[tuple[str, Problem]]) -> None:
    """At the top: each field with what is wrong and what is expected."""
    rows: list[Mapping[str, str]] = [
        {
            "Part": part or NOTHING,
            "Field": LABELS.get(problem.column or "", plain(problem.column)),
            "What is wrong": plain(problem.reason),
            "Found": plain(problem.found),
            "Expected": plain(problem.expected),
        }
        for part, problem in problems
    ]
    with place, st.container(border=True):
        many = counted(len(rows), "thing")
        st.markdown(f"{status('Refused')} **Nothing was registered. {many} to put right:**")
        table(rows, alt="What to put right, by field")


def submit(
    place: Workplace,
    viewer: Me,
    top: DeltaGenerator,
    *,
    model: NewModel | str,
    version: NewVersion,
    training: Dataset,
    test: Dataset,
) -> None:
    """Register what was entered, then open its page; or say at the top what is wrong and keep the draft."""
    new = {"Training data": training.new, "Test data": test.new}
    parts: dict[str, NewModel | NewVersion | NewDataset] = {} if isinstance(model, str) else {"Model": model}
    parts |= {"Version": version, **{part: one for part, one in new.items() if one}}
    problems = problems_by_field(parts)
    if problems:
        draw_problems(top, problems)
        return
    try:
        done = _register(place, viewer, model, version, [one for one in new.values() if one], now())
    except Unreadable as error:
        draw_problems(top, [("", problem) for problem in error.problems])
    except GovernanceError as error:
        top.error(f"Nothing was registered. {in_words(error)}", icon=":material/block:")
    else:
        drafts.done(place, viewer, f"register {model}" if isinstance(model, str) else "register")
        forget_draft()
        confirm_next(f"{plain(done.model)} v{plain(done.version)} is registered: ledger entry {done.entry}.")
        st.switch_page(page_file("model"), query_params={"model": done.model, "version": done.version})


def _register(
    place: Workplace,
    viewer: Me,
    model: NewModel | str,
    version: NewVersion,
    datasets: Sequence[NewDataset],
    at: datetime,
) -> Registered:
    store, ledger, actor = place.store, place.ledger, viewer.actor
    if isinstance(model, str):
        return register_version(store, ledger, model=model, version=version, datasets=datasets, actor=actor, at=at)
    return register(store, ledger, model=model, version=version, datasets=datasets, actor=actor, at=at)
