"""The request for a change of any kind: what kinds the version is open to, and what each asks to be said."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

import streamlit as st
from sqlmodel import Session

from app.components import act_button, attempt, blocked, paragraphs
from app.components.formats import counted, number
from app.components.me import Me
from app.components.refusals import numbered
from app.components.status import word
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.figures import SIGNS
from app.views.kinds import functions_said
from app.views.model_reading import Reading
from core.access.rules import permission_refusals
from core.approval.queries import ClauseRow, against_kinds, failed_clause_rows, standing_against_request
from core.approval.service import NewException, request_change
from core.errors import Refusal
from core.inventory.deployments.queries import RestrictionRow, restrictions
from core.inventory.rules import PERMISSION_OF, Action
from core.policy.rules import ChangeKind, Policy

BUTTONS: Mapping[ChangeKind, str] = {
    ChangeKind.FIRST_USE: "Request approval",
    ChangeKind.NEW_VERSION: "Request approval",
    ChangeKind.RESTRICTED_USE: "Request restriction",
    ChangeKind.POLICY_EXCEPTION: "Request exception",
    ChangeKind.ROLLBACK: "Request rollback",
    ChangeKind.RETIREMENT: "Request retirement",
}
AFTERWARDS: Mapping[ChangeKind, str] = {
    ChangeKind.POLICY_EXCEPTION: "It takes effect once approved, and ends by itself.",
    ChangeKind.RESTRICTED_USE: "It takes effect once approved and carried out.",
}


RESTRICT = ChangeKind.RESTRICTED_USE


def request_form(place: Workplace, viewer: Me, reading: Reading, at: datetime) -> None:
    """The kind first, then its path and its fields; closed with every reason while something stands against it."""
    if permission_refusals(viewer.actor, PERMISSION_OF[Action.REQUEST_CHANGE]):
        blocked("A request", reading.refusals[Action.REQUEST_CHANGE])
        return
    with place.store.reading() as session:
        against = against_kinds(session, reading.model.number, reading.version.version, viewer.actor)
        bounds = _bounds(session, reading, viewer, at)
        clauses = failed_clause_rows(session, reading.version)
    offered = [*((kind, "") for kind in _offered(against, clauses)), *((RESTRICT, change) for change in bounds)]
    wanted = (RESTRICT, st.query_params.get("lift", ""))  # the link on the Production tab names what to lift
    at_first = offered.index(wanted) if wanted in offered else 0
    kind, lifts = st.selectbox("Kind of change", offered, index=at_first, format_func=_kind, key="change_kind")
    reasons = bounds[lifts][1] if lifts else against[kind]
    st.markdown(f":small[:gray[{_path(reading.in_force, kind, reading.model.tier)}]]")
    blocked("A request", reasons)
    exception = None
    if kind is ChangeKind.POLICY_EXCEPTION:
        exception = _exception(reading.in_force, clauses, at, bool(reasons))
    restriction = ""
    if lifts:
        st.markdown(f"In force: {paragraphs(bounds[lifts][0].text)}")
    elif kind is RESTRICT:
        restriction = _restriction(bool(reasons))
    rationale = st.text_area(
        "Rationale, kept in the ledger",
        max_chars=4000,
        placeholder="Why this change, for which use, and what approvers should look at",
        disabled=bool(reasons),
        key="change_rationale",
    )
    if act_button("Request lifting" if lifts else BUTTONS[kind], reasons, key="request_change"):
        with attempt("The change was not requested."):
            done = request_change(
                place.store,
                place.ledger,
                model=reading.model.number,
                version=reading.version.version,
                rationale=rationale,
                kind=kind,
                restriction=restriction,
                lifts=lifts,
                exception=exception,
                actor=viewer.actor,
                at=now(),
            )
            confirm_next(f"Change {done.change} waits for its approvers: ledger entry {done.entry}.")
            st.rerun()
    _closed(against, clauses, kind)


def _kind(one: tuple[ChangeKind, str]) -> str:
    kind, lifts = one
    return f"Lift the restriction of {lifts}" if lifts else word(kind)


def _bounds(
    session: Session, reading: Reading, viewer: Me, at: datetime
) -> Mapping[str, tuple[RestrictionRow, tuple[Refusal, ...]]]:
    """By its change, each restriction that stands on this version, with what is against asking that it be lifted."""
    model, version = reading.model.number, reading.version.version
    return {
        row.change: (
            row,
            standing_against_request(session, model, version, viewer.actor, kind=RESTRICT, lifts=row.change),
        )
        for row in restrictions(session, model, at=at)
        if row.version == version
    }


def _closed(
    against: Mapping[ChangeKind, tuple[Refusal, ...]], clauses: tuple[ClauseRow, ...], chosen: ChangeKind
) -> None:
    """Why the other kinds cannot be asked for now."""
    with st.expander("Kinds that are not open now"):
        for kind, reasons in against.items():
            if reasons and kind is not chosen:
                st.markdown(f"**{word(kind)}**\n\n{numbered(reasons)}")
        if not clauses:
            st.markdown(f"**{word(ChangeKind.POLICY_EXCEPTION)}**\n\n1. The version meets every required clause.")


def _offered(against: Mapping[ChangeKind, tuple[Refusal, ...]], clauses: tuple[ClauseRow, ...]) -> list[ChangeKind]:
    """Kinds that are open; the one by which a version goes into production is offered always, with what stops it."""
    into_use = next(
        kind
        for kind in (ChangeKind.FIRST_USE, ChangeKind.NEW_VERSION)
        if all(reason.code != "kind" for reason in against[kind])
    )
    found = [kind for kind, reasons in against.items() if not reasons]
    if not clauses:
        found = [kind for kind in found if kind is not ChangeKind.POLICY_EXCEPTION]
    return found if into_use in found else [*found, into_use]


def _path(policy: Policy, kind: ChangeKind, tier: int) -> str:
    path = policy.path(kind, tier)
    votes = counted(path.quorum, "vote")
    functions = f", among them {functions_said(path.functions)}" if path.functions else ""
    reviews = f", {counted(path.code_reviews, 'code review')}" if path.code_reviews else ""
    return f"Needs {votes}{functions}{reviews}; due in {policy.decision_days(tier)} days. {AFTERWARDS.get(kind, '')}"


def _exception(policy: Policy, clauses: tuple[ClauseRow, ...], at: datetime, closed: bool) -> NewException:
    rows = {row.clause: row for row in clauses}
    chosen = st.selectbox(
        "Clause that is not met",
        list(rows),
        format_func=lambda clause: _clause(rows[clause]),
        key="exception_clause",
        disabled=closed,
    )
    controls = st.text_area(
        "Compensating controls",
        max_chars=4000,
        placeholder="What protects people meanwhile, who answers for it, and how its effect shows",
        key="exception_controls",
        disabled=closed,
    )
    ends = st.date_input(
        f"Until (UTC), at most {policy.longest_exception_days} days",
        value=(at + timedelta(days=min(90, policy.longest_exception_days))).date(),
        min_value=(at + timedelta(days=1)).date(),
        max_value=(at + timedelta(days=policy.longest_exception_days)).date(),
        key="exception_ends",
        disabled=closed,
    )
    whole = st.checkbox("For every version of the model, none worse than this one", key="exception_whole")
    return NewException(chosen, controls, datetime.combine(ends, time(), UTC), whole, _extends(rows[chosen]))


def _extends(row: ClauseRow) -> str:
    """The exception that this one carries on, where one was granted before."""
    if not row.exceptions:
        return ""
    carries = st.selectbox("Carries on", ["nothing", *row.exceptions], key="exception_extends")
    st.markdown(":small[:gray[An extension is a new exception, and is reviewed anew.]]")
    return "" if carries == "nothing" else carries


def _clause(row: ClauseRow) -> str:
    if row.lacking:
        return f"{row.clause} {row.title}: {', '.join(row.lacking)}"
    required = "" if row.threshold is None else f", required {SIGNS[row.direction]} {number(row.threshold)}"
    return f"{row.clause} {row.title}: {number(row.figure, 3)}{required}"


def _restriction(closed: bool) -> str:
    return st.text_area(
        "Within what the version may be used",
        max_chars=4000,
        placeholder="Which people, cases, amounts or decisions; how the limit is enforced; until when",
        key="change_restriction",
        disabled=closed,
    )
