"""Where columns are met: declared schemas, files of validations, and production data, with what scans found in them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from core.access.personal_data.rules import Kind, ScanResult
from core.errors import NotFound
from core.inventory.classes.rules import Seen, Where
from core.inventory.classes.tables import DataHolder
from core.inventory.tables import Dataset, Model, ModelVersion
from core.ledger.service import Entity
from core.metrics.quality.parsing import parse_schema
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.monitoring.intake.tables import MonitoredModel, ProductionBatch
from core.store import EvidenceFiles
from core.store.sealed_form import CannotBeUnsealed
from core.validation.rules import EvidenceKind
from core.validation.tables import Evidence

TRAINING = (EvidenceKind.TRAINING, EvidenceKind.REFERENCE)
TEST = (EvidenceKind.PREDICTIONS, EvidenceKind.BASELINE, EvidenceKind.PERTURBED)
PLACES: Mapping[BatchKind, Where] = {
    BatchKind.INFERENCES: Where.INFERENCES,
    BatchKind.LABELS: Where.LABELS,
    BatchKind.ATTRIBUTES: Where.ATTRIBUTES,
    BatchKind.REFERENCE: Where.REFERENCE,
}


@dataclass(frozen=True)
class Met:
    """What was met of one record, up to which evidence, batch and revision of what is declared."""

    holder: Entity
    columns: tuple[Seen, ...]
    evidence: int = 0
    batch: int = 0
    revision: int = 0

    @property
    def names(self) -> frozenset[str]:
        return frozenset(one.name for one in self.columns)


@dataclass
class _Columns:
    """Columns as they come together from several files."""

    where: dict[str, set[Where]] = field(default_factory=lambda: defaultdict(set))
    kinds: dict[str, set[Kind]] = field(default_factory=lambda: defaultdict(set))
    sensitive: set[str] = field(default_factory=set)

    def add(self, names: Iterable[str], where: Where, scan: str = "", sensitive: Iterable[str] = ()) -> None:
        for name in names:
            self.where[name].add(where)
        for found in ScanResult.from_json(scan).columns if scan else ():
            self.kinds[found.column] |= set(found.kinds)
        self.sensitive |= set(sensitive)

    def seen(self) -> tuple[Seen, ...]:
        return tuple(
            Seen(name, frozenset(where), frozenset(self.kinds.get(name, ())), name in self.sensitive)
            for name, where in self.where.items()
        )


def met_in_datasets(session: Session, files: EvidenceFiles) -> Iterator[Met]:
    """Datasets in use whose schema or files are newer than the last look; without `files` nothing is opened."""
    newest = _newest_evidence(session)
    query = (
        select(Dataset, DataHolder)
        .outerjoin(DataHolder, col(DataHolder.holder) == col(Dataset.number))
        .where(col(Dataset.retired_at).is_(None))
        .order_by(col(Dataset.id))
    )
    for dataset, holder in session.execute(query):
        seen, revision = (holder.seen_evidence, holder.seen_revision) if holder else (0, 0)
        last = newest.get(dataset.id or 0, 0)
        if (revision or not dataset.declared_schema) and last <= seen:
            continue
        columns = _Columns()
        if dataset.declared_schema:
            declared = parse_schema(dataset.declared_schema).columns
            columns.add((one.name for one in declared), Where.SCHEMA)
        for row in _evidence_of(session, dataset, seen) if files and last > seen else ():
            columns.add(_names(files, row.table_digest), Where.UPLOAD, row.scan, _sensitive(row.mapping))
        yield Met(Entity("dataset", dataset.number), columns.seen(), evidence=last, revision=1)


def met_in_production(session: Session, files: EvidenceFiles) -> Iterator[Met]:
    """Models of which production data came since the last look, or was declared anew."""
    newest = dict(
        session.exec(
            select(ProductionBatch.model_id, func.max(ProductionBatch.id)).group_by(col(ProductionBatch.model_id))
        ).all()
    )
    declared = dict(
        session.exec(
            select(MonitoredModel.model_id, func.sum(MonitoredModel.revision)).group_by(col(MonitoredModel.model_id))
        ).all()
    )
    query = (
        select(Model, DataHolder)
        .outerjoin(DataHolder, col(DataHolder.holder) == col(Model.number))
        .where(col(Model.id).in_({*newest, *declared}), col(Model.retired_at).is_(None))
        .order_by(col(Model.id))
    )
    for model, holder in session.execute(query):
        seen, revision = (holder.seen_batch, holder.seen_revision) if holder else (0, 0)
        last, said = newest.get(model.id or 0) or 0, int(declared.get(model.id or 0) or 0)
        if last <= seen and said <= revision:
            continue
        columns = _Columns()
        mappings = session.exec(select(MonitoredModel.mapping).where(MonitoredModel.model_id == model.id)).all()
        told = [MonitoredData.from_json(one) for one in mappings]
        sensitive = {name for one in told for name in one.sensitive}
        for row in _batches_of(session, model, seen) if files else ():
            columns.add(_names(files, row.digest), PLACES[row.kind], row.scan, sensitive)
        yield Met(Entity("model", model.number), columns.seen(), batch=last, revision=said)


def _newest_evidence(session: Session) -> Mapping[int, int]:
    """By row number of a dataset, the newest evidence that shows its columns."""
    found: dict[int, int] = {}
    for key, kinds in ((ModelVersion.training_dataset_id, TRAINING), (ModelVersion.test_dataset_id, TEST)):
        query = (
            select(key, func.max(Evidence.id))
            .join(Evidence, col(Evidence.version_id) == col(ModelVersion.id))
            .where(col(Evidence.kind).in_(kinds))
            .group_by(col(key))
        )
        for dataset, last in session.exec(query):
            found[dataset] = max(found.get(dataset, 0), last or 0)
    return found


def _evidence_of(session: Session, dataset: Dataset, after: int) -> Iterator[Evidence]:
    for key, kinds in ((ModelVersion.training_dataset_id, TRAINING), (ModelVersion.test_dataset_id, TEST)):
        yield from session.exec(
            select(Evidence)
            .join(ModelVersion, col(ModelVersion.id) == col(Evidence.version_id))
            .where(col(key) == dataset.id, col(Evidence.kind).in_(kinds), col(Evidence.id) > after)
            .order_by(col(Evidence.id))
        )


def _batches_of(session: Session, model: Model, after: int) -> Iterable[ProductionBatch]:
    """The newest batch of each kind and environment, as all of one stream have its columns or few others."""
    newest = (
        select(func.max(ProductionBatch.id))
        .where(
            ProductionBatch.model_id == model.id,
            col(ProductionBatch.id) > after,
            ProductionBatch.rows > 0,
            col(ProductionBatch.removed_at).is_(None),
        )
        .group_by(col(ProductionBatch.kind), col(ProductionBatch.environment))
    )
    return session.exec(select(ProductionBatch).where(col(ProductionBatch.id).in_(newest))).all()


def _names(files: EvidenceFiles, digest: str) -> tuple[str, ...]:
    """The columns of a file; none of one that is gone or damaged, which is another check's matter."""
    try:
        with files.opened() as path:
            return tuple(pl.read_parquet_schema(path(digest)))
    except (NotFound, CannotBeUnsealed, OSError, pl.exceptions.PolarsError):
        return ()


def _sensitive(mapping: str) -> Iterable[str]:
    return tuple(json.loads(mapping).get("sensitive", ()))


def inputs_in_validations(session: Session, dataset: str) -> frozenset[str]:
    """The columns that files of validations at hand declare as inputs of models made or tested with this dataset."""
    query = (
        select(Evidence.mapping)
        .join(ModelVersion, col(ModelVersion.id) == col(Evidence.version_id))
        .join(
            Dataset,
            or_(
                col(Dataset.id) == col(ModelVersion.training_dataset_id),
                col(Dataset.id) == col(ModelVersion.test_dataset_id),
            ),
        )
        .where(Dataset.number == dataset, col(Evidence.replaced_at).is_(None))
    )
    return frozenset(name for one in session.exec(query) for name in json.loads(one).get("features", ()))
