"""What the page of a change shows: what is asked, the evidence in reading order, and the comparison."""

from datetime import timedelta

import streamlit as st

from app.components import facts, plain, section, status, table
from app.components.formats import (
    NOTHING,
    counted,
    days,
    moment,
    number,
    percent,
    points,
    signed,
)
from app.components.refusals import numbered
from app.components.text import link, paragraphs
from app.composition import now
from app.views.exceptions import STATES, reviewed, standing_lines
from app.views.figures import COUNTS, SHARES, SIGNS
from app.views.kinds import functions_said
from core.approval.queries import ChangePage, Comparison, ExceptionRow
from core.approval.rules import OPEN
from core.policy.rules import DemandedFrom

TABS = {"record": "Record"}
DIGITS = 3  # small moves between versions show


def state(page: ChangePage) -> str:
    """The badge of the head: overdue before anything else while undecided."""
    late = now() - page.due_at
    if page.status in OPEN and late > timedelta(0):
        return status("Overdue", days(late))
    if page.returned_at and page.status in OPEN:
        return status("Returned")
    return status(page.status)


def evidence(page: ChangePage) -> None:
    """The evidence in reading order, one line each."""
    section("Evidence, in reading order")
    table(
        [
            {
                "No.": str(place),
                "Evidence": link(
                    line.title, "/model", model=page.model, version=page.version, tab=TABS.get(line.key, "Evidence")
                ),
                "Says": plain(line.says),
                "Result": status(line.word),
            }
            for place, line in enumerate(page.evidence, start=1)
        ],
        alt="Evidence in reading order: what it says and its result",
        unbroken=["Evidence"],
    )
    with st.expander("Why it is requested"):
        st.markdown(paragraphs(page.rationale))


def compared(page: ChangePage) -> None:
    """Each figure against its threshold and the version in production."""
    before = f"v{page.replaces}" if page.replaces else "Before"
    section(f"Compared with v{page.replaces}, in production" if page.replaces else "Figures against policy")
    if not page.comparison:
        st.markdown(f"{status('No data')} No finished validation judged this version.")
        return
    table(
        [
            {
                "Measure": _measure(row),
                before: _figure(row, row.before),
                f"v{page.version}": _figure(row, row.now),
                "Change": _change(row),
                "Threshold": _threshold(row),
                "Clause": plain(row.clause),
                "Result": status(row.verdict) + (f" {status('Condition', row.exception)}" if row.exception else ""),
            }
            for row in page.comparison
        ],
        alt=f"Figures of version {page.version} against production and policy",
        right=[before, f"v{page.version}", "Change", "Threshold"],
    )


def _measure(row: Comparison) -> str:
    advisory = "" if row.required else " :gray[advisory]"
    return plain(f"{row.title}, {row.subject}" if row.subject else row.title) + advisory


def _figure(row: Comparison, value: float | None, digits: int = DIGITS) -> str:
    if row.metric in SHARES:
        return percent(value)
    return number(value, 0 if row.metric in COUNTS else digits)


def _change(row: Comparison) -> str:
    if row.metric in SHARES:
        return points(row.change)
    return signed(row.change, 0 if row.metric in COUNTS else DIGITS)


def _threshold(row: Comparison) -> str:
    return NOTHING if row.threshold is None else f"{SIGNS[row.direction]}\u00a0{_figure(row, row.threshold, 2)}"


def request(page: ChangePage) -> None:
    """What is asked, beside the life cycle of the version: the restriction, or the exception with its controls."""
    if page.lifts:
        section("Restriction to be lifted")
        st.markdown(link(f"Put in force by change {page.lifts}", "/approval", change=page.lifts))
        st.markdown(paragraphs(page.restriction))
    elif page.restriction:
        section("Restriction asked for")
        st.markdown(paragraphs(page.restriction))
    if page.exception is not None:
        exception_card(page.exception)


def exception_card(row: ExceptionRow) -> None:
    """One exception as a key-value list."""
    section(f"Exception {row.number}")
    facts(
        {
            "State": status(STATES[row.state]),
            "Clause": f"{plain(row.clause)}, {plain(row.title)}",
            "Reviewed": reviewed(row),
            "Covers": f"{'every version of the model' if row.whole_model else f'v{plain(row.version)}'}, "
            f"{'lacking no more' if row.lacking else 'no worse'} than reviewed",
            "Compensating controls": paragraphs(row.controls),
            "Until": moment(row.ends_at),
            "Carries on": plain(row.extends),
        },
        alt=f"Policy exception {row.number}",
    )


def standing(page: ChangePage) -> None:
    """The exceptions that stand for this version, beside its verdicts."""
    asked = page.exception.number if page.exception else ""
    standing_lines([row for row in page.exceptions if row.number != asked])


def code(page: ChangePage) -> None:
    """Whether the code behind the version has the reviews that policy demands, and from when they are demanded."""
    demanded = page.path.code_reviews
    if not demanded:
        return
    section("Code reviews")
    badge = status("Missing") if page.code else status("Met")
    clause = f" (clause {plain(page.path.clause)})" if page.path.clause else ""
    before = "approval" if page.path.code_reviews_from is DemandedFrom.APPROVAL else "execution"
    st.markdown(f"{badge} Policy demands {counted(demanded, 'code review')} before {before}{clause}.")
    if page.code:
        st.markdown(numbered(page.code))
    st.markdown(
        link("The code behind this version", "/model", model=page.model, version=page.version, tab="Production")
    )


def path(page: ChangePage) -> str:
    """How the change is let through, in one line: votes, functions, code reviews."""
    parts = [f"{page.approvals} of {counted(page.quorum, 'vote')}"]
    if page.required:
        parts.append(f"with {functions_said(page.required)}")
    if page.path.code_reviews:
        parts.append(counted(page.path.code_reviews, "code review"))
    return ", ".join(parts)
