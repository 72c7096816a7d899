"""The register of policy exceptions: what stands, what expires, what has ended, and the end before its time."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, plain, status, table
from app.components.formats import NOTHING, day, moment, number
from app.components.me import Me
from app.components.refusals import numbered
from app.components.text import link
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.figures import SIGNS
from core.approval.queries import ExceptionRow, ExceptionState
from core.approval.rules import ending_refusals
from core.approval.service import end_exception

STATES: Mapping[ExceptionState, str] = {
    ExceptionState.REQUESTED: "Waiting",
    ExceptionState.STANDING: "Standing",
    ExceptionState.EXPIRING: "Expiring",
    ExceptionState.EXPIRED: "Expired",
    ExceptionState.ENDED: "Ended",
    ExceptionState.REFUSED: "Rejected",
}


def exceptions_table(rows: Sequence[ExceptionRow], known: Mapping[str, str], at: datetime) -> None:
    """One row an exception, in the order given."""
    table(
        [
            {
                "Number": link(row.number, "/approval", change=row.change),
                "Model": f"{plain(row.model_name)} :gray[{row.model}]",
                "Covers": "All versions" if row.whole_model else f"v{row.version}",
                "Clause": f"{plain(row.clause)} :gray[{plain(row.title)}]",
                "Reviewed": reviewed(row),
                "Compensating controls": plain(_short(row.controls)),
                "Asked by": plain(known.get(row.requested_by, row.requested_by)),
                "Until": day(row.ends_at, today=at),
                "State": status(STATES[row.state]),
            }
            for row in rows
        ],
        alt="Policy exceptions: model, clause, the figure reviewed, controls, end and state",
        right=["Until"],
        unbroken=["Number"],
    )


def standing_lines(rows: Sequence[ExceptionRow]) -> None:
    """The exceptions that stand for a version, one sentence each, beside its verdicts."""
    for row in rows:
        stands = link(f"Exception {row.number} from clause {row.clause}", "/approval", change=row.change)
        st.markdown(f"{status('Condition')} {stands}")
        bound = (
            f"nothing is lacking but {plain(', '.join(row.lacking))}"
            if row.lacking
            else f"its figure is no worse than {number(row.figure, 3)}"
        )
        until = moment(row.ends_at)
        st.markdown(f":small[:gray[Until {until} that clause does not stop the version, as long as {bound}.]]")


def reviewed(row: ExceptionRow) -> str:
    """What the reviewers saw: the worst figure beside what is required, or what is lacking."""
    if row.lacking:
        return f"Without {plain(', '.join(row.lacking))}"
    return f"{number(row.figure, 3)} :gray[{_required(row)}]"


def _required(row: ExceptionRow) -> str:
    return NOTHING if row.threshold is None else f"required {SIGNS[row.direction]}\u00a0{number(row.threshold)}"


def _short(text: str, longest: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def end_form(place: Workplace, viewer: Me, rows: Sequence[ExceptionRow]) -> None:
    """End one of the standing exceptions before its time; closed with the reasons where it is not the reader's."""
    standing = {row.number: row for row in rows if row.stands}
    if not standing:
        return
    with st.expander("End an exception before its time"):
        chosen = st.selectbox("Exception", list(standing), key="end_exception")
        row = standing[chosen]
        reasons = ending_refusals(viewer.actor, stands=True, parties=frozenset({row.requested_by, row.owner}))
        reason = st.text_input("Reason, kept in the ledger", key="end_reason", max_chars=2000)
        if reasons:
            st.markdown(numbered(reasons))
        if act_button("End exception", reasons, key="end", kind="secondary"):
            with attempt("The exception was not ended."):
                end_exception(place.store, place.ledger, exception=chosen, reason=reason, actor=viewer.actor, at=now())
                confirm_next(f"Exception {chosen} has ended; what it lifted stands against the version again.")
                st.rerun()
