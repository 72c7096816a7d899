"""Rehearsals of a model's way back: until when the last one counts, the button, and what each found."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, plain, section, status, table
from app.components.formats import day
from app.components.me import Me
from app.composition import Workplace, now
from app.delivery.registry import registry_trouble
from app.views.confirmation import confirm_next
from app.views.model_reading import Reading
from core.approval.rollout.queries import WayBackPage
from core.approval.rollout.returning import rehearse
from core.errors import Refusal
from core.inventory.deployments.queries import DrillRow
from core.inventory.deployments.rules import PRODUCTION, DrillOutcome


def drills(place: Workplace, viewer: Me, reading: Reading, back: WayBackPage, at: datetime) -> None:
    """The box of rehearsals; those that are due happen by themselves, once a day."""
    with st.container(border=True):
        section("Rehearsals")
        st.markdown(_freshness(back, at))
        model = reading.model.number
        if act_button("Rehearse the return", _against_rehearsal(back), key="rehearse", kind="secondary"):
            with attempt("Nothing was rehearsed."):
                done = rehearse(
                    place.store,
                    place.ledger,
                    model=model,
                    registry=lambda number: registry_trouble(place, number, PRODUCTION),
                    actor=viewer.actor,
                    at=now(),
                )
                confirm_next(f"The return was rehearsed and {done.outcome}: ledger entry {done.entry}.")
                st.rerun()
        if back.drills:
            _drill_table(back, at)


def _freshness(back: WayBackPage, at: datetime) -> str:
    if back.due is None:
        return f"{status('Overdue')} No rehearsal has passed yet."
    if back.due < at:
        return f"{status('Overdue')} The last one that passed counted until {day(back.due)}."
    return f"{status('Met')} The last one that passed counts until {day(back.due)}."


def _against_rehearsal(back: WayBackPage) -> tuple[Refusal, ...]:
    """Only the permission stands against a rehearsal; what stands against the return is what it finds."""
    return tuple(one for one in back.refusals if one.code in ("permission", "token-scope"))


def _found(row: DrillRow) -> str:
    said = plain(" ".join(row.found)) if row.found else f"Back to v{plain(row.former)}"
    return f"{said} :gray[{row.microseconds / 1000:,.0f}\u00a0ms]"


def _drill_table(back: WayBackPage, at: datetime) -> None:
    rows: list[Mapping[str, str]] = [
        {
            "When": day(row.at, today=at),
            "Result": status("Passed" if row.outcome is DrillOutcome.PASSED else "Failed"),
            "Found": _found(row),
        }
        for row in back.drills
    ]
    table(rows, alt="Rehearsals of the return, newest first")
