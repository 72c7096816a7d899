"""What a figure of a chunk is held against, by what its clause names: a value, the reference, approval, the season."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from sqlmodel import Session, col, select

from core.frames.monitoring.chunk import Chunk
from core.frames.monitoring.measuring import measure
from core.frames.monitoring.reference import Reference
from core.inventory.rules import Stage
from core.inventory.tables import ModelVersion, ProductionPointer
from core.metrics.monitoring.chunks import season_of, usual_season
from core.metrics.monitoring.limits import LEAST_COMPARABLE, Limits, around, deviating, fixed
from core.monitoring.checks.subject import Subject
from core.monitoring.checks.tables import MonitorChunk, MonitorResult
from core.policy.monitors.rules import Against, ChunkSize, Monitor, MonitorKind
from core.policy.rules import CheckKind
from core.validation.evidence import latest_run
from core.validation.figures import from_text
from core.validation.tables import RunFigures

MOST_COMPARABLE = 12  # former chunks, the newest ones
HISTORY = 800
Bounds = tuple[float | None, float | None]
SHARE: Bounds = (0.0, 1.0)
AMOUNT: Bounds = (0.0, None)
OF_METRIC: Mapping[str, Bounds] = MappingProxyType(
    {
        **dict.fromkeys(
            ("roc_auc", "accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1_score", "error_rate",
             "false_positive_rate", "false_negative_rate", "failed_share", "impact_ratio",
             "demographic_parity_difference",
             "true_positive_rate_difference", "false_positive_rate_difference", "accuracy_difference", "brier_score",
             "missing_share", "unseen_category_share", "out_of_range_share", "drifted_column_share",
             "positive_prediction_share", "jensen_shannon_reference_bins"),
            SHARE,
        ),
        **dict.fromkeys(
            ("wasserstein", "jensen_shannon", "psi", "score_psi", "rows", "latency_mean", "latency_p50", "latency_p95",
             "latency_p99", "mean_absolute_error", "root_mean_squared_error", "missing_columns"),
            AMOUNT,
        ),
    }
)  # fmt: skip
# less of these than usual is no breach, where the clause names no direction
WORSE_ABOVE = frozenset({MonitorKind.DRIFT, MonitorKind.QUALITY, MonitorKind.LATENCY, MonitorKind.ERROR_RATE})
TESTS = frozenset({"kolmogorov_smirnov", "chi_square"})  # p-values: the lower, the more drift

_OF_REFERENCE: dict[tuple[str, str, str, str, int], Mapping[str, list[float | None]]] = {}
MOST_KEPT = 200


@dataclass
class Limiter:
    """Limits for the figures of one model and environment; what it read or measured once it keeps."""

    session: Session
    subject: Subject
    _approved: dict[tuple[MonitorKind, str, str], float | None] = field(default_factory=dict)
    _history: dict[str, dict[str, list[tuple[datetime, float]]]] = field(default_factory=dict)

    def limits(self, monitor: Monitor, about: str, chunk: Chunk, start: datetime) -> Limits:
        """The limits of one figure, which is about a column or attribute or about nothing in particular."""
        held = monitor.threshold
        direction = held.direction.value if held.direction else None
        if held.against is Against.FIXED:
            return fixed(direction or "", held.value)
        if held.against is Against.LAST_APPROVED:
            value = self._approved_figure(monitor.kind, monitor.metric, about)
            if value is None:
                return Limits(reason="No version in use has this figure in a validation")
            return around(value, held.tolerance, direction)
        if direction is None and monitor.kind in WORSE_ABOVE:
            direction = "at least" if monitor.metric in TESTS else "at most"
        bounds, counted = OF_METRIC.get(monitor.metric, (None, None)), monitor.kind is MonitorKind.VOLUME
        if held.against is Against.REFERENCE:
            values, reason = self._of_reference(monitor, about, chunk)
            return (
                Limits(reason=reason)
                if reason
                else deviating(values, held.deviations, direction, bounds=bounds, counted=counted)
            )
        return deviating(
            self._comparable(monitor, about, start), held.deviations, direction, bounds=bounds,
            least=LEAST_COMPARABLE, of="comparable chunks", counted=counted,
        )  # fmt: skip

    def note(self, monitor: Monitor, about: str, start: datetime, value: float | None) -> None:
        """Remember a figure that was just measured, for chunks that come after it."""
        if monitor.threshold.against is Against.COMPARABLE and value is not None:
            self._of_clause(monitor).setdefault(about, []).append((start, value))

    def _of_reference(self, monitor: Monitor, about: str, chunk: Chunk) -> tuple[list[float | None], str]:
        reference = self.subject.reference
        if reference is None:
            return [], "No reference data are handed in"
        kind = MonitorKind.PERFORMANCE if monitor.kind is MonitorKind.ESTIMATED else monitor.kind
        if kind is MonitorKind.VOLUME and not reference.has_instants:
            return [], "The reference does not say when its rows were, so it has no volume"
        cut = _cut(monitor.chunk, reference, chunk.rows)
        minimum = self.subject.policy.policy.minimum_group
        key = (reference.digest + self.subject.data.to_json(), kind.value, monitor.metric, cut, minimum)
        if key not in _OF_REFERENCE:
            if len(_OF_REFERENCE) >= MOST_KEPT:
                _OF_REFERENCE.clear()
            _OF_REFERENCE[key] = _measured(reference, kind, monitor.metric, cut, minimum)
        return list(_OF_REFERENCE[key].get(about, [])), ""

    def _approved_figure(self, kind: MonitorKind, metric: str, about: str) -> float | None:
        key = (kind, metric, about)
        if key not in self._approved:
            self._approved[key] = _approved(self.session, self.subject, kind, metric, about)
        return self._approved[key]

    def _comparable(self, monitor: Monitor, about: str, start: datetime) -> list[float | None]:
        size = monitor.chunk
        season = monitor.threshold.season or usual_season(size.amount, size.unit)
        wanted = season_of(start, season)
        history = self._of_clause(monitor).get(about, [])
        found = [value for at, value in sorted(history) if at < start and season_of(at, season) == wanted]
        return list(found[-MOST_COMPARABLE:])

    def _of_clause(self, monitor: Monitor) -> dict[str, list[tuple[datetime, float]]]:
        if monitor.clause not in self._history:
            query = (
                select(MonitorChunk.starts_at, MonitorResult.subject, MonitorResult.value)
                .join(MonitorChunk, col(MonitorChunk.id) == col(MonitorResult.chunk_id))
                .where(
                    MonitorResult.model_id == self.subject.model_id,
                    MonitorResult.environment == self.subject.environment,
                    MonitorResult.clause == monitor.clause,
                    MonitorResult.metric == monitor.metric,
                    MonitorChunk.size == str(monitor.chunk),
                    col(MonitorResult.newest).is_(True),
                    col(MonitorResult.value).is_not(None),
                )
                .order_by(col(MonitorResult.ends_at).desc())
                .limit(HISTORY)
            )
            found: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
            for at, about, value in self.session.exec(query):
                found[about].append((at, value or 0.0))
            self._history[monitor.clause] = dict(found)
        return self._history[monitor.clause]


def _cut(size: ChunkSize, reference: Reference, rows: int) -> str:
    """How the reference is cut: as production, or where it cannot be cut by time, into about as many rows."""
    if size.by_rows or reference.has_instants:
        return str(size)
    rounded = int(float(f"{max(rows, 1):.1g}"))
    return f"{min(max(rounded, 1), max(reference.rows // 2, 1))} rows"


def _measured(
    reference: Reference, kind: MonitorKind, metric: str, cut: str, minimum_group: int
) -> Mapping[str, list[float | None]]:
    amount, unit = cut.split(" ", 1)
    unit = unit if unit == "rows" else unit.rstrip("s")
    chunks = reference.by_rows(int(amount)) if unit == "rows" else reference.by_time(int(amount), unit)
    found: dict[str, list[float | None]] = defaultdict(list)
    for chunk in chunks:
        for figure in measure(kind.value, metric, chunk, reference, minimum_group=minimum_group):
            found[figure.subject].append(figure.value)
    return found


def _approved(session: Session, subject: Subject, kind: MonitorKind, metric: str, about: str) -> float | None:
    """What was measured when the version in use, or the one approved last, was validated."""
    version = _approved_version(session, subject)
    run = latest_run(session, version) if version is not None else None
    kept = session.get(RunFigures, run.id) if run is not None else None
    if kept is None:
        return None
    held = from_text(kept.body)
    if kind is MonitorKind.FAIRNESS:
        compared = next((one for one in held.comparisons if one.name == about), None)
        return compared.figures.get(metric, (None, 0))[0] if compared else None
    found = held.figures.get(CheckKind.PERFORMANCE.value, {}).get(metric, ())
    return next((value for name, value, _ in found if not name), None)


def _approved_version(session: Session, subject: Subject) -> ModelVersion | None:
    pointed = session.exec(
        select(ModelVersion)
        .join(ProductionPointer, col(ProductionPointer.version_id) == col(ModelVersion.id))
        .where(ProductionPointer.model_id == subject.model_id, ProductionPointer.environment == subject.environment)
    ).first()
    if pointed is not None:
        return pointed
    return session.exec(
        select(ModelVersion)
        .where(ModelVersion.model_id == subject.model_id, ModelVersion.stage == Stage.APPROVED)
        .order_by(col(ModelVersion.id).desc())
        .limit(1)
    ).first()
