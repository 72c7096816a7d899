"""The execution of a change on its page: the plan with its steps and hold, what stands against each act, the acts."""

from collections.abc import Callable, Mapping

import streamlit as st

from app.components import act_button, attempt, blocked, plain, section, status, table
from app.components.formats import NOTHING, moment
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.holds import holds
from core.approval.queries import ChangePage
from core.approval.rollout import stepping
from core.approval.rollout.queries import RolloutPage, rollout_page
from core.approval.rollout.rules import Act, RolloutStatus, Strategy, step_words
from core.approval.rules import ChangeStatus

DECIDED = frozenset({ChangeStatus.APPROVED, ChangeStatus.EXECUTED})


def rollout(place: Workplace, viewer: Me, page: ChangePage, known: Mapping[str, str]) -> RolloutPage | None:
    """Draw the plan and, once the change is approved, how far it is; answers with what was read."""
    with place.store.reading() as session:
        found = rollout_page(session, page.number, viewer.actor, at=now())
    if not found.takes_rollout or (len(found.steps) == 1 and (page.status not in DECIDED or not _offers_more(found))):
        return found
    with st.container(border=True):
        section("Rollout")
        st.markdown(_said(found, known))
        _plan(found)
        holds(place, viewer, found, known)
        if page.status is ChangeStatus.APPROVED:
            _acts(place, viewer, found)
    return found


def _offers_more(found: RolloutPage) -> bool:
    """Whether there is more to show or to choose than to bring the version in at once."""
    return found.status is not None or not found.against_blue_green


def _said(found: RolloutPage, known: Mapping[str, str]) -> str:
    if found.status is None:
        clause = f" (clause {plain(found.clause)})" if found.clause else ""
        several = len(found.steps) > 1
        steps = f"{len(found.steps)} steps from the policy{clause}, not begun." if several else "In full at once."
        return f":gray[{steps}]"
    who = plain(known.get(found.begun_by, found.begun_by))
    place = f" Stands ready in {plain(found.slot)}." if found.slot and found.is_open else ""
    why = f" {plain(found.said)}" if found.said else ""
    return f"{status(word(found.status))} {word(found.strategy)}, begun by {who}.{place}{why}"


def _plan(found: RolloutPage) -> None:
    rows = []
    for place, step in enumerate(found.steps):
        held = f"{step.hold_hours}\u00a0h" if step.hold_hours else NOTHING
        rows.append({"Step": word(step_words(step)), "Holds": held, "State": _state(found, place)})
    table(rows, alt="Steps of the rollout with their hold and state", right=["Holds"], unbroken=["Step"])


def _state(found: RolloutPage, place: int) -> str:
    if found.status is RolloutStatus.COMPLETED or place < found.step:
        return status("Completed") if found.status is not RolloutStatus.ABORTED else NOTHING
    if not found.is_open or place > found.step:
        return NOTHING
    badge = status("Halted" if found.status is RolloutStatus.HALTED else "Under way")
    until = found.hold_until
    return f"{badge} since {moment(found.step_since)}" + (
        f", holds until {moment(until)}" if until and found.step_since and until > found.step_since else ""
    )


def _acts(place: Workplace, viewer: Me, found: RolloutPage) -> None:
    with attempt("The rollout was not moved."):
        if not found.is_open:
            _begin(place, viewer, found)
            return
        if found.status is RolloutStatus.UNDER_WAY:
            blocked("The next step", found.refusals[Act.ADVANCE])
            following = word(step_words(found.steps[found.step + 1]))
            if act_button(f"Advance to {following.lower()}", found.refusals[Act.ADVANCE], key="advance"):
                _done(lambda: stepping.advance(place.store, place.ledger, **_who(found, viewer)))
        else:
            blocked("Going on", found.refusals[Act.RESUME])
            if act_button("Resume the rollout", found.refusals[Act.RESUME], key="resume_rollout"):
                _done(lambda: stepping.resume(place.store, place.ledger, **_who(found, viewer)))
        _stop(place, viewer, found)


def _begin(place: Workplace, viewer: Me, found: RolloutPage) -> None:
    reasons = found.refusals[Act.BEGIN]
    blocked("The rollout", reasons)
    with st.container(horizontal=True):
        several = len(found.steps) > 1  # a plan of one step is begun below, by the button that is always in view
        if several and act_button("Begin the rollout", reasons, key="begin"):
            _done(lambda: stepping.begin(place.store, place.ledger, **_who(found, viewer)))
        if not found.against_blue_green and act_button(
            "Begin blue-green", reasons, key="begin_blue_green", kind="secondary"
        ):
            _done(
                lambda: stepping.begin(place.store, place.ledger, strategy=Strategy.BLUE_GREEN, **_who(found, viewer))
            )


def _stop(place: Workplace, viewer: Me, found: RolloutPage) -> None:
    reason = st.text_input("Reason to halt or abort, kept in the ledger", key="rollout_reason", max_chars=2000)
    with st.container(horizontal=True):
        if found.status is RolloutStatus.UNDER_WAY and act_button(
            "Halt", found.refusals[Act.HALT], key="halt", kind="secondary"
        ):
            _done(lambda: stepping.halt(place.store, place.ledger, reason=reason, **_who(found, viewer)))
        if act_button("Abort and go back", found.refusals[Act.ABORT], key="abort", kind="secondary"):
            _done(lambda: stepping.abort(place.store, place.ledger, reason=reason, **_who(found, viewer)))


def _who(found: RolloutPage, viewer: Me):  # type: ignore[no-untyped-def]  # keywords of every act
    return {"change": found.change, "actor": viewer.actor, "at": now()}


def _done(act: Callable[[], stepping.Stepped]) -> None:
    done = act()
    said = done.rollout or done.status
    confirm_next(f"The rollout is {said}: ledger entry {done.entry}.")
    st.rerun()
