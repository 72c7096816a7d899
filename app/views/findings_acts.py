"""The two steps of a finding: its remediation by developer or owner, and its closure by another validator."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from sqlmodel import Session, select

from app.components import attempt, blocked, section
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.rules import Actor
from core.errors import NotFound, Refusal
from core.inventory.moves import version_by_id
from core.inventory.rules import Action
from core.validation.evidence import finding_facts, validation_facts
from core.validation.findings import close_finding, remediate
from core.validation.queries import FindingRow
from core.validation.rules import finding_refusals
from core.validation.tables import Finding

Against = Mapping[Action, tuple[Refusal, ...]]


@dataclass(frozen=True)
class Step:
    """One step in words: heading, what is blocked, label, placeholder, button, what did not happen and what did."""

    action: Action
    title: str
    blocked: str
    label: str
    hint: str
    button: str
    not_done: str
    done: str


STEPS = (
    Step(
        Action.REMEDIATE_FINDING,
        "Remediate",
        "Remediation",
        "What was done, kept in the ledger",
        "What changed, where it shows, and since which version",
        "Record remediation",
        "The remediation was not recorded.",
        "The remediation of {} is on record; a validator verifies it.",
    ),
    Step(
        Action.CLOSE_FINDING,
        "Verify and close",
        "Closure",
        "What was verified, kept in the ledger",
        "What you looked at, and why it is enough",
        "Close finding",
        "The finding was not closed.",
        "{} is verified closed.",
    ),
)


def read_finding(session: Session, number: str, actor: Actor) -> tuple[FindingRow, Against]:
    """The finding with this number and the reasons against each step; raises `NotFound`."""
    found = session.exec(select(Finding).where(Finding.number == number)).first()
    if found is None:
        raise NotFound("finding", number)
    model, version = version_by_id(session, found.version_id)
    row = FindingRow(found, model.number, model.name, version.version)
    known = finding_facts(row.finding)
    facts = validation_facts(session, version)
    return row, {step.action: finding_refusals(facts, known, step.action, actor) for step in STEPS}


def finding_steps(place: Workplace, viewer: Me, row: FindingRow, against: Against) -> None:
    """A card for each step, with its form or with every reason against it."""
    use_cases = {Action.REMEDIATE_FINDING: remediate, Action.CLOSE_FINDING: close_finding}
    for step in STEPS:
        with st.container(border=True):
            section(step.title)
            reasons = against[step.action]
            blocked(step.blocked, reasons)
            with st.form(f"form_{step.action.name.lower()}", border=False):
                text = st.text_area(step.label, max_chars=4000, placeholder=step.hint, disabled=bool(reasons))
                sent = st.form_submit_button(step.button, type="primary", disabled=bool(reasons))
            if sent:
                with attempt(step.not_done):
                    use_cases[step.action](
                        place.store, place.ledger,
                        finding=row.finding.number, text=text, actor=viewer.actor, at=now(),
                    )  # fmt: skip
                    confirm_next(step.done.format(row.finding.number))
                    st.rerun()
