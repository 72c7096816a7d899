"""Attributions beside the predictions they explain, so that reasons can be told group by group."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.frames.attributions.checking import refuse_missing_ids, refuse_repeats
from core.frames.attributions.shapes import Attributions, Shape, group_text
from core.frames.expressions import types_of, written
from core.frames.slices.bands import attributes_of

NO_ROW_ID = "The attributions and the predictions have no row ids in common"


@dataclass(frozen=True)
class Grouping:
    """Attributes of the cases: an engine query of cases with their groups, and each attribute's expression in it.

    `reasons` says why an attribute cannot serve; `unmatched` counts cases without a row among the predictions.
    """

    source: str
    expressions: dict[str, str]
    reasons: dict[str, str]
    unmatched: int = 0


def grouping(found: Attributions, predictions: Path | str, row_id: str | None, names: Sequence[str]) -> Grouping:
    """The groups of each case, from the file itself where it has the column, else by row id from the predictions.

    Raises Unreadable where the predictions lack a named column, a row id is missing there or stands twice.
    """
    own = {name: group_text(found, name) for name in names if name in found.groups}
    others = [name for name in names if name not in own]
    if found.shape is Shape.IMPORTANCES or not others:
        return Grouping(found.table.view, own, {})
    if row_id is None or found.row is None:
        return Grouping(found.table.view, own, dict.fromkeys(others, NO_ROW_ID))
    return _joined(found, Path(predictions), row_id, own, others)


def _joined(found: Attributions, path: Path, row_id: str, own: dict[str, str], names: Sequence[str]) -> Grouping:
    beside = found.table.beside(path)
    beside.keys(row_id, *names)
    refuse_missing_ids(beside, row_id, "a row id is missing among the predictions")
    refuse_repeats(beside, [row_id], "a row id stands twice among the predictions")
    attributes = attributes_of(beside, names)
    key = beside.key(row_id)
    columns = ", ".join(f"{one.expression} AS g{at}" for at, one in enumerate(attributes))
    rows = f"SELECT {written(key, types_of(beside)[key])} AS id, {columns} FROM {beside.view}"  # noqa: S608
    named = ", ".join(f"known.g{at}" for at in range(len(attributes)))
    source = (
        f"(SELECT cases.*, known.id AS known_id, {named} FROM "  # noqa: S608
        f"(SELECT *, {found.row} AS case_id FROM {found.table.view}) AS cases "
        f"LEFT JOIN ({rows}) AS known ON known.id = cases.case_id)"
    )
    query = f"SELECT count(DISTINCT case_id) FROM {source} WHERE known_id IS NULL"  # noqa: S608
    unmatched = int(found.table.connection.execute(query).fetchall()[0][0])
    return Grouping(
        source,
        own | {one.name: f"g{at}" for at, one in enumerate(attributes) if not one.reason},
        {one.name: one.reason for one in attributes if one.reason},
        unmatched,
    )
