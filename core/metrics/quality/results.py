"""The state of evidence as one value that is stored whole; what earlier releases stored is read as well."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.metrics.figure import Figure, missing
from core.metrics.quality.figures import figures_of, personal_data_figure
from core.metrics.quality.schema import SchemaCheck
from core.metrics.quality.values import (
    ColumnQuality,
    LabelBalance,
    PersonalDataColumn,
    RepeatedColumn,
    RowIds,
    SingleFeature,
    TrainingComparison,
)


@dataclass(frozen=True)
class QualityResult:
    """Everything that was counted, and the figures that follow from it.

    `positives` of `labelled` rows have the positive label (None unless there are two labels and the positive one is
    known). `target` are single features by how well they predict the label, best first. None, or nothing, where it was
    not asked for: no training data, no schema, no label, no row identifier, no scan (`scanned`).
    """

    rows: int
    duplicate_rows: int
    columns: tuple[ColumnQuality, ...]
    positives: int | None
    labelled: int
    features: tuple[str, ...] = ()
    repeated_columns: tuple[RepeatedColumn, ...] = ()
    label: LabelBalance | None = None
    row_ids: RowIds | None = None
    schema: SchemaCheck | None = None
    training: TrainingComparison | None = None
    target: tuple[SingleFeature, ...] = ()
    personal_data: tuple[PersonalDataColumn, ...] = ()
    scanned: bool = False
    warnings: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def worst_column(self) -> ColumnQuality | None:
        """The column with most missing values."""
        return max(self.columns, key=lambda column: column.missing, default=None)

    @property
    def constant_columns(self) -> tuple[str, ...]:
        """Columns with one value only."""
        return tuple(column.name for column in self.columns if column.constant)

    def figure(self, metric: str) -> Figure:
        """The figure of this name; not available, with the reason, if this result has none.

        A result of an earlier release stored counts without figures; they are computed from those.
        """
        for figure in self.figures or figures_of(self):
            if figure.metric == metric:
                return figure
        return missing(metric, "This result holds no such figure")

    def with_figures(self) -> "QualityResult":
        """The same counts with every figure that follows from them."""
        return replace(self, figures=figures_of(self))

    def with_personal_data(self, found: Iterable[PersonalDataColumn]) -> "QualityResult":
        """The same result with what a scan of every column found; its figure takes the place of the missing one."""
        scanned = replace(self, personal_data=tuple(found), scanned=True)
        figures = (
            personal_data_figure(scanned) if figure.metric == "personal_data_columns" else figure
            for figure in self.figures
        )
        return replace(scanned, figures=tuple(figures))
