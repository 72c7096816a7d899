"""What the page of a review says: head, plan, agenda against the last review, minutes and decisions."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import Back, fact, facts, facts_line, head, paragraphs, plain, section, status, table
from app.components.formats import NOTHING, count, counted, day, digest, moment
from app.components.record_links import record_link
from app.components.status import word
from app.views.confirmation import confirmation
from app.views.linked import linked_table
from app.views.model_reading import person_name
from app.views.reviews.listing import state
from app.views.reviews.reading import Reading
from core.improvement.reviews.rules import ReviewStatus
from core.improvement.reviews.tables import ReviewDecision
from core.links import RecordKind, Ref
from core.register.agenda import Agenda, Line, Section, Topic


def review_head(reading: Reading, at: datetime) -> None:
    """Title, kind, state, what it is about, when and by whom; and what was just recorded."""
    row = reading.whole.review
    confirmation()
    who = person_name(row.held_by or row.holder, reading.known)
    when = fact("Held", moment(row.held_at)) if row.held_at else fact("Due", day(row.due_at))
    head(
        row.title,
        facts_line(
            state(row, at), fact("Kind", word(row.kind)), fact("About", plain(reading.whole.scope)),
            fact("Held by" if row.held_by else "To be held by", plain(who)), when,
        ),
        back=Back("reviews", "Reviews"),
        trail=row.number,
    )  # fmt: skip


def agenda_overview(reading: Reading) -> None:
    """Every topic with its figure, and what it was at the last review."""
    agenda = reading.agenda
    section("Agenda")
    if agenda is None:
        st.markdown(":gray[It was not held, so nothing was gone through.]")
        return
    st.markdown(_stands(reading, agenda))
    now = "Then" if reading.whole.review.held_at else "Now"
    table(
        [
            {
                "Topic": word(one.topic),
                now: count(one.count),
                "At the last review": NOTHING if one.before is None else count(one.before),
                "Change": _change(one),
                "Overdue": count(one.overdue or None),
            }
            for one in agenda.sections
        ],
        alt="Topics of the agenda with their count, that at the last review, the change and how many are overdue",
        right=[now, "At the last review", "Change", "Overdue"],
    )


def agenda_topics(reading: Reading) -> None:
    """The most urgent things of each topic that has any."""
    for one in reading.agenda.sections if reading.agenda else ():
        if one.count:
            _topic(one)


def _stands(reading: Reading, agenda: Agenda) -> str:
    """“As of 26 Nov 2026, 11:20 UTC, of 3 models; counted since the last review, RV0001, on 12 Aug 2026.”"""
    frozen = reading.whole.review.agenda_digest
    kept = (
        f" Frozen when it was held, SHA\u2011256 {digest(frozen)}." if frozen else " It is read anew until it is held."
    )
    last = f"the last review, {agenda.last}, on " if agenda.last else ""
    return (
        f"As of {moment(agenda.as_of)}, of {counted(agenda.models, 'model')}; what happens is counted since "
        f"{last}{day(agenda.since)}.{kept}"
    )


def _change(one: Section) -> str:
    if one.before is None:
        return NOTHING
    more = one.count - one.before
    return "0" if not more else f"{'+' if more > 0 else '−'}{count(abs(more))}"


def _topic(one: Section) -> None:
    late = f", {count(one.overdue)} overdue" if one.overdue else ""
    with st.expander(f"{word(one.topic)}: {count(one.count)}{late}", expanded=one.topic is Topic.FINDINGS):
        if one.topic is Topic.ALERTS:
            table(
                [{"Kind": word(line.text), "Alerts": line.number} for line in one.lines],
                alt="Alerts by kind, most first", right=["Alerts"],
            )  # fmt: skip
            return
        table([_cells(line) for line in one.lines], alt=f"{word(one.topic)}, the most urgent first", right=["Date"])
        if one.count > len(one.lines):
            st.caption(f"The first {len(one.lines)} of {count(one.count)}.")


def _cells(line: Line) -> Mapping[str, str]:
    return {
        "Record": record_link(Ref(RecordKind(line.kind), line.number)),
        "What": plain(line.text),
        "Severity": status(line.severity) if line.severity else NOTHING,
        "State": word(line.state) if line.state else NOTHING,
        "Date": day(line.at),
    }


def minutes(reading: Reading) -> None:
    """What was said, who was there, and what was decided."""
    row = reading.whole.review
    if row.status in (ReviewStatus.HELD, ReviewStatus.CLOSED):
        section("Minutes")
        present = ", ".join(plain(person_name(one, reading.known)) for one in row.attendees.split())
        st.markdown(f":gray[Present] {present}")
        st.markdown(paragraphs(row.minutes) if row.minutes else ":gray[No minutes are written yet.]")
        _decisions(reading)
    if row.ended_at:
        section("Signed off" if row.status is ReviewStatus.CLOSED else "Cancelled")
        facts(
            {
                "By": f"{plain(person_name(row.ended_by, reading.known))}, {moment(row.ended_at)}",
                "Why": paragraphs(row.ended_because),
                **({"Next review": record_link(_next(reading))} if reading.whole.next else {}),
            },
            alt=f"How {row.number} ended",
        )


def linked_with(reading: Reading) -> None:
    """The reviews before and after it, its actions, and its version."""
    linked_table(reading.whole.linked, reading.known, about=reading.number)


def _next(reading: Reading) -> Ref:
    return Ref(RecordKind.REVIEW, reading.whole.next)


def _decisions(reading: Reading) -> None:
    section("Decisions")
    rows = reading.whole.decisions
    if not rows:
        st.markdown(":gray[Nothing was decided yet.]")
        return
    table(
        [_decision(one, reading.known) for one in rows],
        alt=f"Decisions of {reading.number}, in their order",
        right=["Due"],
        unbroken=["Owner"],
    )


def _decision(one: ReviewDecision, known: Mapping[str, str]) -> Mapping[str, str]:
    return {
        "No": str(one.position),
        "Decision": paragraphs(one.text),
        "Owner": plain(person_name(one.owner, known)),
        "Due": day(one.due_at),
        "Action": record_link(Ref(RecordKind.ACTION, one.action)) if one.action else NOTHING,
    }
