"""Who has which part in a model, from when until when, and the RACI view across the five steps."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import act_button, attempt, plain, section, status, table
from app.components.formats import NOTHING, day
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.model_reading import person_name
from core.access.queries import PersonRow
from core.inventory.people.queries import PartRow, RaciView
from core.inventory.people.rules import ONE_AT_A_TIME, ROLE_OF, Answers, Column, Part
from core.inventory.people.service import assign, end, manage_refusals
from core.inventory.tables import Model

LETTER: Mapping[Answers, str] = {
    Answers.RESPONSIBLE: "R, responsible",
    Answers.ACCOUNTABLE: "A, accountable",
    Answers.BOTH: "A and R",
    Answers.CONSULTED: "C, consulted",
    Answers.INFORMED: "I, informed",
}
HEADS: Mapping[Column, str] = {
    Column.OWNER: "Owner",
    Column.DEVELOPER: "Developer",
    Column.VALIDATOR: "Validator",
    Column.APPROVER: "Approver",
    Column.USER: "Users",
}


def raci(view: RaciView, known: Mapping[str, str]) -> None:
    """One row a step; the first row says who stands in each column."""
    section("Who answers for what, across the cycle")
    for column in view.vacant:
        st.markdown(f"{status('Open')} No {column} is assigned.")
    who = {HEADS[column]: _people(view.people[column], known) for column in Column}
    rows: list[Mapping[str, str]] = [{"Step": "People", **who}]
    rows += [
        {"Step": step.value, **{HEADS[column]: LETTER[does[column]] for column in Column}}
        for step, does in view.steps.items()
    ]
    table(rows, alt="RACI by step of the cycle and part; the first row names the people")
    st.markdown(
        ":small[:gray[One part is accountable in every step. Validation and approval answer to themselves, "
        "apart from those who own and build the model. Approvers have their part by role.]]"
    )


def _people(numbers: Sequence[str], known: Mapping[str, str]) -> str:
    shown = ", ".join(plain(known.get(one, one)) for one in numbers[:4])
    return (shown + (f" and {len(numbers) - 4} more" if len(numbers) > 4 else "")) or NOTHING


def parts_table(rows: Sequence[PartRow], known: Mapping[str, str]) -> None:
    """Every part, those that stand first."""
    section("Parts, with their dates")
    table(
        [
            {
                "Person": plain(known.get(row.person, row.person)),
                "Part": word(row.part),
                "From": day(row.since),
                "Until": day(row.until) if row.until else "today",
                "Why": _why(row),
                "Assigned by": plain(person_name(row.assigned_by, known)),
            }
            for row in rows[:50]
        ],
        alt="Parts in the model with person, dates and reasons; those that stand first",
        right=["From", "Until"],
        unbroken=["Person"],
    )


def _why(row: PartRow) -> str:
    ended = f"  \n:small[:gray[Ended: {plain(row.ended_reason)}]]" if row.ended_reason else ""
    return plain(row.reason) + ended


def assign_form(place: Workplace, viewer: Me, model: Model, people: Sequence[PersonRow]) -> None:
    """Give a person a part; owner and developer are fields of the model."""
    section("Assign a part")
    reasons = manage_refusals(viewer.actor)
    if reasons:
        act_button("Assign part", reasons, key="assign", kind="secondary")
        return
    part = Part(
        st.selectbox("Part", [one.value for one in Part if one not in ONE_AT_A_TIME], format_func=word, key="part")
    )
    role = ROLE_OF[part]
    said = {
        one.number: f"{one.name} ({one.number})"
        for one in people
        if one.disabled_at is None and (role is None or any(grant.role is role for grant in one.roles))
    }
    with st.form("assign", border=False):
        person = st.selectbox("Person", list(said), format_func=lambda one: said[one])
        why = st.text_input("Why", max_chars=1000, placeholder="What they do for this model")
        sent = st.form_submit_button("Assign part")
    if sent and person:
        with attempt("The part was not assigned."):
            entry = assign(place.store, place.ledger, model=model.number, person=person, part=part, reason=why,
                           actor=viewer.actor, at=now())  # fmt: skip
            confirm_next(f"{plain(said[person])} is {part} from now on: ledger entry {entry}.")
            st.rerun()


def end_form(place: Workplace, viewer: Me, model: Model, rows: Sequence[PartRow], known: Mapping[str, str]) -> None:
    """End a part that stands."""
    standing = [row for row in rows if row.until is None and row.part not in ONE_AT_A_TIME]
    if not standing or manage_refusals(viewer.actor):
        return
    section("End a part")
    with st.form("end_part", border=False):
        words = [f"{known.get(row.person, row.person)}, {row.part}" for row in standing]
        chosen = st.selectbox("Part", range(len(standing)), format_func=lambda one: words[one])
        why = st.text_input("Why it ends", max_chars=1000)
        sent = st.form_submit_button("End part")
    if sent and chosen is not None:
        row = standing[chosen]
        with attempt("The part was not ended."):
            entry = end(place.store, place.ledger, model=model.number, person=row.person, part=row.part, reason=why,
                        actor=viewer.actor, at=now())  # fmt: skip
            confirm_next(f"The part ended: ledger entry {entry}. It stays on record.")
            st.rerun()
