"""Deciding on one output: four buttons that the keyboard reaches, words, and the next one at once."""

from datetime import datetime

import streamlit as st

from app.components import attempt, blocked, plain, section
from app.components.me import Me
from app.components.record_links import record_link
from app.components.refusals import numbered
from app.composition import Workplace
from app.navigation import page_file
from app.views.confirmation import confirm_next
from core.improvement.outputs.escalating import Escalated, decide_on_output
from core.links import Linked
from core.monitoring.controls.queries import Narrowed, OutputPage, next_output
from core.monitoring.controls.rules import OutputVerdict

BUTTONS = (
    (OutputVerdict.FINE, "Find it fine", "alt+1", "secondary"),
    (OutputVerdict.WRONG, "Find it wrong", "alt+2", "secondary"),
    (OutputVerdict.HARMFUL, "Find it harmful", "alt+3", "secondary"),
    (OutputVerdict.ESCALATE, "Escalate it", "alt+4", "secondary"),
)
DONE = {
    OutputVerdict.FINE: "fine",
    OutputVerdict.WRONG: "wrong",
    OutputVerdict.HARMFUL: "harmful",
    OutputVerdict.ESCALATE: "escalated",
}


def decision_card(place: Workplace, viewer: Me, page: OutputPage, at: datetime) -> None:
    """Words and four buttons; afterwards the next output that waits for this person."""
    with st.container(border=True):
        section("Decide")
        blocked("A decision", page.refusals)
        words = st.text_area(
            "What is wrong with it", key=f"words {page.row.number}", max_chars=4000, height=110,
            help="Needed unless you find it fine; kept in the ledger", disabled=bool(page.refusals),
        )  # fmt: skip
        why_not = numbered(page.refusals) if page.refusals else None
        chosen = None
        with st.container(horizontal=True):
            for verdict, said, shortcut, kind in BUTTONS:
                if st.button(said, key=f"decide {verdict}", shortcut=shortcut, disabled=bool(page.refusals),
                             help=why_not, type=kind):  # type: ignore[arg-type]  # fmt: skip
                    chosen = verdict
        st.caption("To escalate declares an incident. A harmful output raises an alert.")
    if chosen is not None:
        with attempt("Your decision was not recorded."):
            done = decide_on_output(
                place.store, place.ledger, output=page.row.number, verdict=chosen, words=words or "",
                actor=viewer.actor, at=at,
            )  # fmt: skip
            _go_on(place, viewer, page, chosen, done, at)


def linked_records(found: tuple[Linked, ...]) -> None:
    """What followed from this output."""
    if found:
        section("What followed")
        st.markdown("\n".join(f"- {one.ref.kind.value.capitalize()} {record_link(one.ref)}" for one in found))


def _go_on(
    place: Workplace, viewer: Me, page: OutputPage, chosen: OutputVerdict, done: Escalated, at: datetime
) -> None:
    number = page.row.number
    with place.store.reading() as session:
        following = next_output(session, Narrowed(), viewer.actor, at=at, after=number)
    said = (
        f"{number}: you find it {DONE[chosen]}." if chosen is not OutputVerdict.ESCALATE else f"{number} is escalated."
    )
    said += f" Incident {done.incident} is declared." if done.incident else ""
    said += f" Alert {done.reviewed.alert} is raised." if done.reviewed.alert and not done.incident else ""
    said += " A second person decides next." if done.reviewed.verdict is None else ""
    confirm_next(plain(said) + ("" if following else " Nothing else waits for you."))
    st.switch_page(page_file("outputs"), query_params={"output": following} if following else {})
