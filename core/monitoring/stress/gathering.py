"""Finds the rows that a stress test sends: the newest of production, or those that were handed in for validation."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlmodel import Session

from core.errors import Refusal, Refused
from core.inventory.tables import Model, ModelVersion
from core.monitoring.intake.reading import mapping_of, rows_held, rows_in
from core.monitoring.stress.inputs import InputRow
from core.monitoring.stress.values import From, StressPlan
from core.store import EvidenceFiles
from core.validation.inputs import current
from core.validation.removed import removal_in_words
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping


@dataclass(frozen=True)
class Rows:
    """The inputs, and the answers that were recorded with them; both in the same order, which is that of the record."""

    inputs: tuple[InputRow, ...]
    answers: pl.DataFrame  # prediction and score where they are known
    positive: str
    task: str
    source: str  # in words, for the ledger and the page


def rows_of(
    session: Session, files: EvidenceFiles, model: Model, version: ModelVersion, environment: str, plan: StressPlan
) -> Rows:
    """At most `plan.rows` rows; raises `Refused` where there are none, with the way out."""
    if plan.rows_from is From.PRODUCTION:
        return _of_production(session, files, model, environment, plan)
    return _of_evidence(session, files, version, plan)


def _of_production(session: Session, files: EvidenceFiles, model: Model, environment: str, plan: StressPlan) -> Rows:
    held = rows_held(session, model.number, environment)
    declared = mapping_of(session, model.number, environment)
    if not held or declared is None:
        raise _nothing(f"No production data of {model.number} is on record in {environment}", "Hand some in first.")
    table = pl.from_arrow(
        rows_in(session, files, model.number, environment, first=max(held - plan.rows, 0), limit=plan.rows)
    )
    assert isinstance(table, pl.DataFrame)
    if not table.height:
        said = (
            f"The newest production data of {model.number} in {environment} were removed at the end of their retention"
        )
        raise _nothing(said, "Hand newer rows in first, or take a file of predictions.")
    features = declared.features_among(table.columns)
    source = f"{len(table):,} rows recorded last in {environment}"
    return _rows(table, features, declared.positive_label, declared.task.value, source)


def _of_evidence(session: Session, files: EvidenceFiles, version: ModelVersion, plan: StressPlan) -> Rows:
    found = next((one for one in current(session, version) if one.kind is EvidenceKind.PREDICTIONS), None)
    if found is None:
        raise _nothing("No predictions were handed in for this version", "Hand them in, or take production data.")
    if said := removal_in_words(found):
        raise _nothing(said, "Hand them in again, or take production data.")
    mapping = ColumnMapping.from_json(found.mapping)
    with files.opened() as path:
        table = pl.read_parquet(path(found.table_digest), n_rows=plan.rows)
    outputs = {mapping.label, mapping.prediction, mapping.score, mapping.row_id}
    features = mapping.features or tuple(name for name in table.columns if name not in outputs)
    named = {mapping.prediction: "prediction", mapping.score: "score"}
    known = {theirs: ours for theirs, ours in named.items() if theirs is not None}
    source = f"{len(table):,} rows of {found.number}"
    return _rows(table.rename(known), features, mapping.positive_label, mapping.task or "binary", source)


def _rows(table: pl.DataFrame, features: Sequence[str], positive: str, task: str, source: str) -> Rows:
    answers = table.select([name for name in ("prediction", "score") if name in table.columns])
    inputs = table.select([_as_numbers(table[name]) for name in features])
    return Rows(tuple(inputs.to_dicts()), answers, positive, task, source)


def _as_numbers(column: pl.Series) -> pl.Series:
    """Numbers that a text file brought, as numbers, since a model takes them so; any other column as it is."""
    if column.dtype != pl.String or not len(column.drop_nulls()):
        return column
    for kind in (pl.Int64, pl.Float64):
        cast = column.cast(kind, strict=False)
        if cast.null_count() == column.null_count():
            return cast
    return column


def _nothing(what: str, way_out: str) -> Refused:
    return Refused([Refusal("no-rows", what, "stress tests", way_out)])
