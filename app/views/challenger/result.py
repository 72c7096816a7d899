"""One comparison as it is read: the answer, the reasons, the tables that prove it, and what follows from it."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import act_button, attempt, blocked, facts, link, plain, section, table
from app.components.formats import (
    NOTHING,
    count,
    digest,
    moment,
    number,
    p_value,
    percent,
    points,
    signed,
)
from app.components.me import Me
from app.composition import Workplace, now
from app.views.challenger.chart import difference_chart
from app.views.challenger.words import SIDES, answer, apart, metric_name
from app.views.confirmation import confirm_next
from core.improvement.comparisons.promoting import request_promotion
from core.improvement.comparisons.queries import ComparisonPage
from core.improvement.comparisons.results import SELECTION, ComparisonResult, Difference, GroupRow
from core.improvement.comparisons.rules import SourceKind
from core.metrics.figure import spoken

MOST = 50


def verdict(page: ComparisonPage, found: ComparisonResult) -> None:
    """The box with the answer in one line, the numbers behind it in another, and what could not be told."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(answer(found, plain(page.row.champion), plain(page.row.challenger)))
        said = f"{count(found.pairs)} cases that both answered, {count(found.labelled)} with a label. {apart(found)}"
        st.markdown(said)
        if found.note:
            st.markdown(f":gray[{plain(found.note)}]")
        if found.differing_labels:
            st.markdown(f":gray[{count(found.differing_labels)} cases have another label on the other side.]")


def reasons_table(found: ComparisonResult, policy: int) -> None:
    """Every step of the rule, in its order, with the part of the policy that asks it."""
    section("Why")
    table(
        [
            {
                "Step": plain(one.said),
                "Side": SIDES[one.side],
                "Clause": link(one.clause, "/policy", policy=policy),
            }
            for one in found.reasons
        ],
        alt="Reasons of the recommendation, in the order of the rule",
        unbroken=["Side", "Clause"],
    )


def performance_table(found: ComparisonResult) -> None:
    """Each metric of both on the same labelled rows, and the paired difference."""
    section("Performance on the same rows")
    if not found.differences:
        st.markdown(":gray[No labelled pairs, so there is no performance to compare.]")
        return
    known = [one for one in found.differences if one.change is not None]
    table(
        [
            {
                "Metric": metric_name(one) + (" **decides**" if one.metric == found.metric else ""),
                "Champion": number(one.champion, 4),
                "Challenger": number(one.challenger, 4),
                "Difference": signed(one.change, 4),
                "95 %": f"{signed(one.low, 4)} to {signed(one.high, 4)}" if one.low is not None else NOTHING,
                "p": p_value(one.p_value),
            }
            for one in known[:MOST]
        ],
        alt="Metrics of champion and challenger on the same rows, with the paired difference and its interval",
        right=["Champion", "Challenger", "Difference", "95 %", "p"],
    )
    st.markdown(f":small[:gray[{_methods(known)}]]")
    for one in found.differences:
        if one.change is None:
            st.markdown(f":small[:gray[{spoken(one.metric)} is not compared: {plain(one.reason)}.]]")
    difference_chart(found)


def _methods(known: Sequence[Difference]) -> str:
    """How the intervals were found, each method with its metrics."""
    by_method: dict[str, list[str]] = {}
    for one in known:
        if one.method:
            by_method.setdefault(one.method, []).append(spoken(one.metric))
    return "Intervals: " + "; ".join(f"{plain(how)} for {', '.join(names)}" for how, names in by_method.items()) + "."


def groups_table(found: ComparisonResult) -> None:
    """What both do to each group, beside what changed for everybody."""
    section("Groups")
    if not found.groups:
        st.markdown(":gray[No sensitive attribute is declared or handed in, so groups are not compared.]")
        return
    selected = found.measure == SELECTION
    good = f"Share of cases with the favourable outcome {plain(found.favourable)}"
    said = f"{good}; “beside all” is the change of the group less that of all cases."
    st.markdown(f":gray[{said if selected else 'Mean absolute error of each group.'}]")
    table(
        [_group(one, selected) for one in found.groups[:MOST]],
        alt="Groups: rows, what champion and challenger do to each, the change, and the cases they decide differently",
        right=["Cases", "Champion", "Challenger", "Change", "Beside all", "Differently"],
    )


def _group(one: GroupRow, selected: bool) -> Mapping[str, str]:
    written, changed = (percent, points) if selected else (number, signed)
    beside = _with_span(one.beside, one.beside_low, one.beside_high)
    return {
        "Group": f"{plain(one.attribute)} {plain(one.group)}",
        "Cases": count(one.rows),
        "Champion": written(one.champion),
        "Challenger": written(one.challenger),
        "Change": changed(one.change),
        "Beside all": beside if one.beside is not None else NOTHING,
        "Differently": percent(one.differ_share) if one.differ_share is not None else NOTHING,
    }


def _with_span(value: float | None, low: float | None, high: float | None) -> str:
    """−0.5 pp (−0.9 to −0.1)."""
    ends = [NOTHING if end is None else signed(end * 100, 1) for end in (low, high)]
    return f"{points(value)} ({ends[0]} to {ends[1]})"


def means_table(found: ComparisonResult) -> None:
    """Cost and latency over the cases that have them on both sides."""
    section("Cost and latency")
    if not found.means:
        st.markdown(":gray[Neither latency nor cost came with the rows of both.]")
        return
    table(
        [
            {
                "Mean": "Latency, ms" if one.what == "latency" else "Cost",
                "Cases": count(one.rows),
                "Champion": number(one.champion, digits),
                "Challenger": number(one.challenger, digits),
                "Difference": signed(one.change, digits),
                "95 %": f"{signed(one.low, digits)} to {signed(one.high, digits)}" if one.low is not None else NOTHING,
                "Share": percent(one.share) if one.share is not None else NOTHING,
            }
            for one, digits in ((one, 1 if one.what == "latency" else 4) for one in found.means)
        ],
        alt="Mean latency and cost of champion and challenger, with the paired difference",
        right=["Cases", "Champion", "Challenger", "Difference", "95 %", "Share"],
    )


def promotion(place: Workplace, viewer: Me, page: ComparisonPage) -> None:
    """What follows: a change request, and nothing else."""
    with st.container(border=True):
        section("What follows")
        if page.row.change:
            said = link(page.row.change, "/approval", change=page.row.change)
            st.markdown(f"It led to change request {said}. Votes and rollout follow there.")
            return
        st.markdown("A challenger comes into production through a change request alone; this page moves nothing.")
        blocked("A request for promotion", page.refusals)
        if page.refusals:
            return
        reason = st.text_area("Rationale, kept with the request", key="promotion_rationale", max_chars=4000, height=80)
        if act_button(f"Request promotion of v{page.row.challenger}", page.refusals, key="promote"):
            with attempt("Nothing was requested."):
                done = request_promotion(
                    place.store,
                    place.ledger,
                    comparison=page.row.number,
                    rationale=reason,
                    actor=viewer.actor,
                    at=now(),
                )
                confirm_next(f"Change request {done.change} is with its approvers: ledger entry {done.entry}.")
                st.rerun()


def proof(page: ComparisonPage, found: ComparisonResult, known: Mapping[str, str]) -> None:
    """What was compared, under which policy, with every digest."""
    row = page.row
    of_data = row.source is SourceKind.PRODUCTION
    span = f"{moment(row.starts_at)} to {moment(row.ends_at)}" if row.starts_at or row.ends_at else "All rows"
    with st.container(border=True):
        section("What was compared")
        facts(
            {
                "Champion": f"v{plain(row.champion)}, {plain(row.champion_from)}, {count(found.champion_rows)} rows",
                "Challenger": f"v{plain(row.challenger)}, {plain(row.challenger_from)}, "
                f"{count(found.challenger_rows)} rows",
                "Rows": ("Production data, joined by id. " + span) if of_data else "Files of predictions, by row",
                "Policy": link(page.policy, "/policy", policy=page.policy_version_id),
                "Rows compared": f"{digest(page.champion_digest)} and {digest(page.challenger_digest)}",
                "Result": digest(page.result_digest),
                "Sources": ", ".join(plain(one[1]) for one in found.sources[:12])
                + (f" and {count(len(found.sources) - 12)} more" if len(found.sources) > 12 else ""),
                "Asked": f"{moment(row.asked_at)}, {plain(known.get(row.asked_by, row.asked_by))}",
            },
            alt="What was compared, with digests",
        )
