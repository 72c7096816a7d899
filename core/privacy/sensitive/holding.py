"""Which records hold sensitive attributes, in which columns, and the rows of one without its other columns."""

from dataclasses import dataclass

import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import Session, select

from core.errors import NotFound
from core.inventory.moves import version_by_id
from core.inventory.tables import Model
from core.ledger.service import Entity
from core.monitoring.intake.kept import Stream
from core.monitoring.intake.rules import AT, ID, BatchKind
from core.monitoring.intake.service import monitored
from core.monitoring.intake.tables import ProductionBatch
from core.store import EvidenceFiles
from core.validation.handed import attributes_known
from core.validation.removed import refuse_removed
from core.validation.tables import Evidence
from core.validation.uploads import ColumnMapping


@dataclass(frozen=True)
class Held:
    """A record with sensitive attributes: its model, the file, the columns that may be attributes, and the row id.

    `columns` None: every column but the row id and the moment.
    """

    record: str
    model: str
    entity: Entity
    digest: str
    columns: frozenset[str] | None
    row_id: str | None


def held_attributes(session: Session, record: str) -> Held:
    """What evidence (E0007) or a batch of production data (PB0003) holds; raises `NotFound`."""
    if record.startswith("PB"):
        return _of_batch(session, record)
    row = session.exec(select(Evidence).where(Evidence.number == record)).first()
    if row is None:
        raise NotFound("evidence", record)
    refuse_removed([row])
    model, version = version_by_id(session, row.version_id)
    mapping = ColumnMapping.from_json(row.mapping)
    entity = Entity("version", f"{model.number} {version.version}")
    known = attributes_known(session, version)
    return Held(record, model.number, entity, row.table_digest, known, mapping.row_id)


def _of_batch(session: Session, record: str) -> Held:
    row = session.exec(select(ProductionBatch).where(ProductionBatch.number == record)).first()
    model = session.get(Model, row.model_id) if row else None
    if row is None or model is None:
        raise NotFound("batch of production data", record)
    if row.removed_at is not None:
        raise NotFound("rows of", f"{record}: they were removed on {row.removed_at:%Y-%m-%d}, {row.removed_reason}")
    columns: frozenset[str] | None = None
    if row.kind is not BatchKind.ATTRIBUTES:
        declared = monitored(session, Stream(row.model_id, row.environment))
        columns = frozenset(declared.sensitive if declared else ())
    return Held(record, model.number, Entity("model", model.number), row.digest, columns, ID)


@dataclass(frozen=True)
class Rows:
    """Rows of a record: its row id, where it has one, and its sensitive attributes; how many rows there are in all."""

    columns: tuple[str, ...]
    attributes: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int


def rows_of(files: EvidenceFiles, held: Held, *, most: int | None = None) -> Rows:
    """The first rows, or all of them; raises `NotFound` where the file is gone or holds no such attribute."""
    with files.opened() as path, pq.ParquetFile(path(held.digest)) as stored:
        names = stored.schema_arrow.names
        chosen = [one for one in names if (held.columns is None and one not in (ID, AT)) or one in (held.columns or ())]
        if not chosen:
            raise NotFound("sensitive attribute in", held.record)
        shown = [*([held.row_id] if held.row_id in names and held.row_id not in chosen else []), *chosen]
        total, found = stored.metadata.num_rows, list[tuple[str, ...]]()
        for batch in stored.iter_batches(min(most or 65_536, 65_536), columns=shown):
            columns = [batch.column(name).to_pylist() for name in shown]
            found += [tuple("" if cell is None else str(cell) for cell in row) for row in zip(*columns, strict=True)]
            if most is not None and len(found) >= most:
                break
    return Rows(tuple(shown), tuple(chosen), tuple(found[:most]), total)
