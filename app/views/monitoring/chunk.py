"""One chunk of production data: its figures, its columns by drift, its groups, and what it rests on."""

from collections.abc import Sequence

import streamlit as st

from app import plots
from app.components import empty, facts, link, plain, section, status, table
from app.components.formats import NOTHING, count, counted, moment, number, percent
from app.components.record_links import record_link
from app.views.monitoring.figures import figure, named, required, threshold, title_of, verdict, with_interval
from app.views.monitoring.series import ORDER, label_of
from core.ledger.queries import EntryRow
from core.links import Linked
from core.metrics.verdicts import Verdict
from core.monitoring.checks.queries import ChunkPage, ColumnDetail, GroupDetail, ResultRow
from core.monitoring.intake.arrivals import Standing
from core.reports.charts.plots import Bar, Bars, bars_text


def verdict_box(page: ChunkPage) -> None:
    """The answer in a box: what failed, against what, on how many rows."""
    broken = [row for row in page.results if row.verdict is Verdict.FAIL]
    small = sum(row.verdict is Verdict.INSUFFICIENT for row in page.results)
    passed = len(page.results) - len(broken) - small
    with st.container(border=True):
        if broken:
            first = sorted(broken, key=_gravest)[0]
            st.markdown(
                f"{status('Breach')} **{named(first)} is {figure(first.metric, first.value)}; "
                f"the policy requires {required(first)}.**"
            )
        elif small:
            judged = "none could be judged" if not passed else f"{count(small)} could not be judged"
            st.markdown(f"{status('Not enough evidence')} **No figure of this chunk is in breach; {judged}.**")
        else:
            st.markdown(f"{status('Passed')} **No figure of this chunk is in breach.**")
        st.markdown(
            f":gray[Of {counted(len(page.results), 'figure')}, {count(len(broken))} fail, {count(passed)} pass, "
            f"{count(small)} rest on too little evidence. {counted(page.row.rows, 'row')}, "
            f"{count(page.row.labelled_rows)} with a label by now; judged under {plain(page.policy)}.]"
        )


def figures_table(page: ChunkPage) -> None:
    """Every figure of the chunk, breaches first; each leads to its series."""
    rows = sorted(page.results, key=lambda row: (ORDER.index(row.verdict), row.clause, row.subject))
    section("Figures")
    table(
        [
            {
                "Verdict": verdict(row),
                "Monitor": f"{_series_link(page, row)}  \n:small[:gray[{plain(row.clause)}, {plain(row.metric)}]]",
                "Figure": with_interval(row),
                "Threshold": threshold(row.metric, row.lower, row.upper),
                "Rows": count(row.rows),
                "Severity": status(row.severity),
                "Why": plain(row.reason) if row.reason else NOTHING,
            }
            for row in rows
        ],
        alt="Figures of the chunk, breaches first: verdict, figure against its threshold, rows, severity",
        right=["Figure", "Threshold", "Rows"],
        unbroken=["Verdict"],
    )


def columns(page: ChunkPage) -> None:
    """The columns by how far they moved, and the chosen one beside the reference."""
    found = sorted(page.columns, key=lambda one: -(one.drift if one.drift is not None else -1))
    if not found:
        return
    section("Columns, the furthest from the reference first")
    left, right = st.columns([5, 4], gap="large")
    with left:
        table(
            [
                {
                    "Column": plain(one.column),
                    "Kind": plain(one.kind),
                    "Drift": number(one.drift, 3),
                    "Missing": percent(one.missing),
                    "in the reference": percent(one.reference_missing),
                }
                for one in found
            ],
            alt="Columns by drift against the reference, with the share of missing values here and there",
            right=["Drift", "Missing", "in the reference"],
        )
        st.caption(
            "Drift here ranks the columns: Jensen–Shannon distance to base 2, in bins of the reference. A monitor’s "
            "figure above follows its own definition, with the natural logarithm, and differs."
        )
    with right:
        named_columns = {one.column: one for one in found}
        chosen = st.selectbox(
            "Distribution of", list(named_columns), key="column", bind="query-params", format_func=plain
        )
        if chosen in named_columns:
            distribution(named_columns[chosen])


def distribution(one: ColumnDetail) -> None:
    """Shares by part, in the chunk and in the reference."""
    if not one.labels:
        st.markdown(":gray[No distribution was kept of this column.]")
        return
    pairs = tuple(
        Bar(label, share, reference)
        for label, share, reference in zip(one.labels, one.shares, one.reference_shares, strict=True)
    )
    names = ("This chunk", "Reference")
    plots.show(Bars(pairs, names, one.column, bars_text(f"Shares of {one.column}", pairs, names)), key="distribution")
    drift = f"Drift {number(one.drift, 3)}." if one.drift is not None else ""
    st.markdown(f":small[:gray[{drift} Filled: this chunk. Outlined: the reference data.]]")


def groups(page: ChunkPage) -> None:
    """Groups of the sensitive attributes, and how they fared."""
    if not page.groups:
        return
    section("Groups")
    st.markdown(_widest(page.groups))
    table(
        [
            {
                "Attribute": plain(one.attribute),
                "Group": plain(one.group),
                "Rows": count(one.rows),
                "Selected": percent(one.selection_rate),
                "With label": count(one.labelled_rows),
                "Accuracy": percent(one.accuracy),
                "True positive rate": percent(one.true_positive_rate),
                "False positive rate": percent(one.false_positive_rate),
            }
            for one in page.groups
        ],
        alt="Groups of the sensitive attributes in this chunk: rows, selection rate, and rates where labels have come",
        right=["Rows", "Selected", "With label", "Accuracy", "True positive rate", "False positive rate"],
    )


def origin(page: ChunkPage, entries: Sequence[EntryRow], linked: Sequence[Linked], came: Standing) -> None:
    """What the figures rest on, and where it is on record."""
    section("What it rests on")
    row = page.row
    revisions = [
        link(str(one), "/chunk", chunk=row.number, revision=one) if one != row.revision else str(one)
        for one in page.revisions
    ]
    stream = {"model": page.model, "environment": page.environment}
    facts(
        {
            "Data": f"from {moment(row.starts_at)} until {moment(row.ends_at)}, {counted(row.rows, 'row')}",
            "Versions": ", ".join(f"{plain(name)}: {counted(rows, 'row')}" for name, rows in row.versions.items()),
            "Labels": f"{count(row.labelled_rows)} of {counted(row.rows, 'row')} when it was checked",
            "Of all that came": f"{counted(came.late, 'row')} late, {count(came.out_of_order)} out of order, "
            f"{count(came.repeated)} repeated  \n{link('Arrivals', '/monitored', **stream, tab='Arrivals')}",
            "Checked": moment(row.checked_at),
            "Revisions": f"{' '.join(revisions)} :gray[Late data make a new one; the former ones stay.]"
            if len(page.revisions) > 1
            else "1",
            "Policy": link(page.policy, "/policy", policy=page.policy_version_id),
            "Data, SHA-256": f"`{page.data_digest}`",
            "Reference, SHA-256": f"`{page.reference_digest}`" if page.reference_digest else "No reference data",
            "Figures, SHA-256": f"`{page.figures_digest}`",
            "Ledger": "  \n".join(link(f"entry {one.index}", "/entry", index=one.index) for one in entries) or NOTHING,
            "Linked with": "  \n".join(record_link(one.ref) for one in linked) or NOTHING,
        },
        alt="What the figures of this chunk rest on",
    )


def nothing_computed() -> None:
    """A chunk without a figure says why there is none."""
    with empty("No figure was computed on this chunk.", "No clause of the policy applies to this model here."):
        pass


def _series_link(page: ChunkPage, row: ResultRow) -> str:
    return link(title_of(row), "/monitored", model=page.model, environment=page.environment, monitor=label_of(row))


def _gravest(row: ResultRow) -> int:
    return -("low", "medium", "high", "critical").index(row.severity)


def _widest(found: Sequence[GroupDetail]) -> str:
    """“Of 100 people of sex male 52 are selected, of sex female 41.”: the widest gap of any attribute."""
    best: tuple[float, GroupDetail, GroupDetail] | None = None
    for name in dict.fromkeys(one.attribute for one in found):
        rated = sorted(
            (one for one in found if one.attribute == name and one.selection_rate is not None),
            key=lambda one: one.selection_rate or 0.0,
        )
        if len(rated) > 1:
            gap = (rated[-1].selection_rate or 0) - (rated[0].selection_rate or 0)
            best = max(filter(None, (best, (gap, rated[-1], rated[0]))), key=lambda one: one[0])
    if best is None:
        return ":gray[No selection rates: the task has no positive outcome, or there is one group only.]"
    _, most, least = best
    high, low = (number((one.selection_rate or 0) * 100, 0) for one in (most, least))
    return (
        f"Of 100 cases of {plain(most.attribute)} {plain(most.group)}, {high} are selected; "
        f"of {plain(least.group)}, {low}."
    )
