"""Everything that can be said about the state of evidence, computed in the engine one column at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.frames.expressions import types_of, value_hash, written
from core.frames.leakage import repeated_ids, repeated_rows, shared_ids
from core.frames.profile import GROUPED, ColumnProfile, profile_of
from core.frames.quality.change import column_change, compared
from core.frames.quality.declared import column_set_violations, column_violations
from core.frames.quality.labels import Label, read_label
from core.frames.quality.screen import single_feature
from core.frames.source import Table, open_table
from core.metrics.quality import (
    ColumnChange,
    ColumnQuality,
    LabelKind,
    QualityResult,
    RepeatedColumn,
    Role,
    RowIds,
    Schema,
    SchemaCheck,
    SingleFeature,
    Violation,
)
from core.metrics.quality.values import many_values

SCREENED = (LabelKind.BINARY, LabelKind.CLASSES, LabelKind.QUANTITY)
LONGEST_TEXT = 200
EXACT = 1e15  # whole numbers below it are written without a decimal point
MUCH_CHANCE = 0.01  # from here on rows that meet by chance are said aloud


def assess_quality(
    test: Path | str,
    *,
    label: str | None = None,
    positive: str | None = None,
    prediction: str | None = None,
    score: str | None = None,
    features: Sequence[str] | None = None,
    row_id: str | None = None,
    training: Path | str | None = None,
    schema: Schema | None = None,
) -> QualityResult:
    """The state of a CSV or Parquet file (Parquet is read a column at a time), with every figure.

    Features are those named, or those the schema declares as such, or every column without another meaning. They decide
    which rows leak from the training data and which columns are screened against the label; everything else looks at
    all columns. Same files, same bits. Personal data is not looked for here: see `QualityResult.with_personal_data`.
    Raises Unreadable where a named column is absent, or `positive` is not one of two labels.
    """
    with open_table(test) as table:
        meanings = [name for name in (label, prediction, score, row_id) if name is not None]
        table.keys(*meanings, *(features or ()))
        chosen = _features(table, features, schema, meanings)
        read = read_label(table, label, positive) if label is not None else None
        beside = table.beside(training) if training is not None else None
        looked = _Looked(table, beside, chosen, read, schema, {prediction, score, row_id})
        for name in table.columns:
            looked.look(name)
        return looked.result(meanings, row_id).with_figures()


def _features(
    table: Table, named: Sequence[str] | None, schema: Schema | None, meanings: Sequence[str]
) -> tuple[str, ...]:
    if named is not None:
        return tuple(dict.fromkeys(name for name in named if name not in meanings))
    declared = {column.name for column in schema.columns if column.role is Role.FEATURE} if schema else set()
    return tuple(name for name in table.columns if name not in meanings and (name in declared or not declared))


@dataclass
class _Looked:
    """What was seen so far, column by column."""

    table: Table
    beside: Table | None
    features: tuple[str, ...]
    label: Label | None
    schema: Schema | None
    uncompared: set[str | None]
    profiles: list[ColumnProfile] = field(default_factory=list)
    signatures: dict[tuple[str, int, int, int], list[str]] = field(default_factory=dict)
    repeated: list[RepeatedColumn] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    changes: list[ColumnChange] = field(default_factory=list)
    target: list[SingleFeature] = field(default_factory=list)

    def look(self, name: str) -> None:
        """Group the values of a column once, and ask everything of the groups."""
        screened = self.label if name in self.features and self.label else None
        if screened is not None and screened.balance.kind not in SCREENED:
            screened = None
        counts = (
            (f"count(*) FILTER ({screened.labelled}) AS m", f"count(*) FILTER ({screened.positives}) AS p")
            if screened is not None and screened.balance.kind is LabelKind.BINARY
            else ()
        )
        profile = profile_of(self.table, name, counts=counts)
        self.profiles.append(profile)
        self._repeats(profile)
        for declared in self.schema.columns if self.schema else ():
            if declared.name == name:
                self.violations.extend(column_violations(self.table, declared))
        if screened is not None:
            self.target.append(single_feature(self.table, profile, screened, GROUPED))
        if self.beside is not None and name in self.beside.columns and name not in self.uncompared:
            self.changes.append(column_change(self.table, self.beside, profile, GROUPED))

    def _repeats(self, profile: ColumnProfile) -> None:
        """Columns whose values are the same in number and hash are compared row by row."""
        if profile.constant:
            return
        key = self.table.key(profile.name)
        hashed = value_hash("v", types_of(self.table)[key])
        query = f"SELECT sum(CAST({hashed} AS HUGEINT) * n) FROM {GROUPED} WHERE {profile.present}"  # noqa: S608  # ours
        total = int(self.table.connection.execute(query).fetchall()[0][0])
        alike = self.signatures.setdefault((profile.type.value, profile.missing, profile.distinct, total), [])
        for other in alike:
            if not self.table.count(f"{self._written(other)} IS DISTINCT FROM {self._written(profile.name)}"):
                self.repeated.append(RepeatedColumn(profile.name, other))
                return
        alike.append(profile.name)

    def _written(self, name: str) -> str:
        key = self.table.key(name)
        return written(key, types_of(self.table)[key])

    def result(self, meanings: Sequence[str], row_id: str | None) -> QualityResult:
        """Everything together; figures are still to follow."""
        training = compared(self.table, self.beside, self.features, self.changes) if self.beside else None
        check = None
        if self.schema is not None:
            columns = column_set_violations(self.table.columns, self.schema, meanings)
            check = SchemaCheck(len(self.schema.columns), (*columns, *self.violations))
        result = QualityResult(
            rows=self.profiles[0].rows,
            duplicate_rows=repeated_rows(self.table),
            columns=tuple(_column(profile) for profile in self.profiles),
            positives=self.label.positive_rows if self.label else None,
            labelled=self.label.balance.labelled if self.label else 0,
            features=self.features,
            repeated_columns=tuple(self.repeated),
            label=self.label.balance if self.label else None,
            row_ids=self._row_ids(row_id) if row_id else None,
            schema=check,
            training=training,
            target=tuple(sorted(self.target, key=lambda one: (-(one.value or -1.0), one.name))),
        )
        return replace(result, warnings=tuple(_warnings(result)))

    def _row_ids(self, column: str) -> RowIds:
        profile = next(one for one in self.profiles if one.name == column)
        shared = shared_ids(self.table, self.beside, column) if self.beside and column in self.beside.columns else None
        return RowIds(column, profile.missing, repeated_ids(self.table, column), shared)


def _column(profile: ColumnProfile) -> ColumnQuality:
    return ColumnQuality(
        name=profile.name,
        type=profile.type.value,
        constant=profile.constant,
        missing=profile.missing,
        distinct=profile.distinct,
        lowest=_text(profile.minimum),
        highest=_text(profile.maximum),
        infinite=profile.infinite,
        many_values=many_values(profile.type.value, profile.distinct, profile.rows - profile.missing),
    )


def _text(value: float | str | None) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return "" if value is None else str(value)[:LONGEST_TEXT]


def _warnings(result: QualityResult) -> Iterator[str]:
    if not result.features:
        yield "There is no feature column, so no row can leak and nothing is screened against the label"
    training = result.training
    if training is None:
        return
    lacking = [name for name in result.features if name in training.only_here]
    if lacking:
        yield f"The training data lacks {len(lacking)} of {len(result.features)} features: {', '.join(lacking[:5])}"
    if training.chance is not None and training.chance >= MUCH_CHANCE:
        yield (
            f"The features take only {training.training_distinct:,} different combinations in {training.rows:,} "
            f"training rows, so {training.chance:.1%} of rows would meet one without having leaked"
        )
