"""The comparisons of a model, newest first, each with what it recommends."""

from collections.abc import Mapping

from app.components import empty, link, paged, plain, section, status, table
from app.components.formats import NOTHING, count, day
from app.composition import Workplace, now
from app.views.challenger.words import recommendation_badge
from core.improvement.comparisons.queries import ComparisonRow, comparisons


def comparison_list(place: Workplace, model: str, known: Mapping[str, str]) -> None:
    """With numbers that lead to each; an empty one says what a comparison is for."""
    section("Comparisons")
    with place.store.reading() as session:
        total = comparisons(session, model=model, limit=1).total
    if not total:
        with empty(
            "No comparison is on record.",
            "Let a challenger answer the same cases in shadow, hand in what it said, then compare.",
        ):
            return
    with paged(total, key="comparison") as window, place.store.reading() as session:
        page = comparisons(session, model=model, limit=window.limit, offset=window.offset)
    table(
        [_row(one, known) for one in page.rows],
        alt="Comparisons, newest first: number, versions, pairs, recommendation, change, who asked and when",
        right=["Pairs", "Asked"],
        unbroken=["Number"],
    )


def _row(row: ComparisonRow, known: Mapping[str, str]) -> Mapping[str, str]:
    line = " :gray[experimental]" if row.experimental else ""
    return {
        "Number": link(row.number, "/challenger", comparison=row.number),
        "Champion": f"v{plain(row.champion)} :gray[{plain(row.champion_from)}]",
        "Challenger": f"v{plain(row.challenger)} :gray[{plain(row.challenger_from)}]{line}",
        "Pairs": count(row.pairs),
        "Recommends": recommendation_badge(row.recommendation) if row.recommendation else status(row.status),
        "Change": link(row.change, "/approval", change=row.change) if row.change else NOTHING,
        "Asked": f"{day(row.asked_at, today=now())}, {plain(known.get(row.asked_by, row.asked_by))}",
    }
