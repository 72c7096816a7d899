"""What the page of a change shows: evidence in reading order, the comparison, votes and conditions."""

from collections.abc import Mapping
from datetime import timedelta

import streamlit as st

from app.components import plain, section, status, table
from app.components.formats import (
    NOTHING,
    counted,
    day,
    days,
    digest,
    moment,
    number,
    percent,
    points,
    signed,
)
from app.components.text import link, paragraphs
from app.composition import now
from app.views.figures import COUNTS, SHARES, SIGNS
from core.approval.queries import ChangePage, Comparison
from core.approval.rules import OPEN, Choice

TABS = {"record": "Record"}
DIGITS = 3  # small moves between versions show


def state(page: ChangePage) -> str:
    """The badge of the head: overdue before anything else while undecided."""
    late = now() - page.due_at
    if page.status in OPEN and late > timedelta(0):
        return status("Overdue", days(late))
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
                "Result": status(row.verdict),
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


def votes(page: ChangePage, known: Mapping[str, str]) -> None:
    """Votes with their rationale; one cast on other evidence is shown as voided."""
    section("Votes")
    if not page.votes:
        st.markdown(f"{status('Waiting')} Nobody has voted. {counted(page.quorum, 'vote')} to approve are needed.")
        return
    table(
        [
            {
                "Who": plain(known.get(vote.person, vote.person)),
                "Vote": status("Approved" if vote.choice is Choice.APPROVE else "Rejected")
                if vote.stands
                else status("Voided"),
                "Why": plain(vote.rationale),
                "Evidence": digest(vote.evidence_digest),
                "When": moment(vote.cast_at),
            }
            for vote in page.votes
        ],
        alt="Votes with rationale, the evidence they were cast on, and time",
    )


def conditions(page: ChangePage, known: Mapping[str, str]) -> None:
    """Conditions of standing votes."""
    if not page.conditions:
        return
    section("Conditions of approval")
    table(
        [
            {
                "Condition": plain(row.text),
                "Owner": plain(known.get(row.owner, row.owner)),
                "Until": day(row.due_at),
                "Set by": plain(known.get(row.set_by, row.set_by)),
            }
            for row in page.conditions
        ],
        alt="Conditions of approval with owner and date",
        right=["Until"],
    )
