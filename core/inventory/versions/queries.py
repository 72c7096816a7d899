"""Reads of a model's versions beside one another."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, col, select, union

from core.inventory.moves import load_version
from core.inventory.rules import Stage
from core.inventory.tables import Dataset, Model, ModelVersion

UNFINISHED = (Stage.DRAFT, Stage.IN_VALIDATION, Stage.VALIDATED, Stage.NOT_VALIDATED)


@dataclass(frozen=True)
class FieldPair:
    """One field of two versions; `long` says that it is prose, which is compared line by line."""

    field: str
    before: str
    after: str
    long: bool = False

    @property
    def differs(self) -> bool:
        return self.before != self.after


FIELDS: tuple[tuple[str, Callable[[ModelVersion], str], bool], ...] = (
    ("Stage", lambda row: row.stage.value, False),
    ("Line", lambda row: row.line.value, False),
    ("Kind of change", lambda row: row.change_kind.value if row.change_kind else "", False),
    ("What changed and why", lambda row: row.rationale, True),
    ("Intended use", lambda row: row.intended_use, True),
    ("Limitations", lambda row: row.limitations, True),
    ("Code", lambda row: row.code_reference, False),
    ("Model file, SHA-256", lambda row: row.artefact_digest, False),
)


def unfinished_versions(session: Session, person: str, *, limit: int) -> list[tuple[Model, ModelVersion]]:
    """Versions on their way to approval of models that this person develops, or that they registered; oldest first.

    Either way of belonging to the person has an index of its own; an OR would read every version there is.
    """
    unfinished, key = col(ModelVersion.stage).in_(UNFINISHED), col(ModelVersion.id)
    developed = select(key).join(Model, col(Model.id) == col(ModelVersion.model_id))
    mine = union(
        developed.where(Model.developer == person, unfinished),
        select(key).where(ModelVersion.created_by == person, unfinished),
    ).subquery()
    rows = session.exec(
        select(Model, ModelVersion)
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .where(key.in_(select(mine.c.id)))
        .order_by(key)
        .limit(limit)
    )
    return list(rows)


def compared(session: Session, model: str, before: str, after: str) -> tuple[FieldPair, ...]:
    """Every field of two versions of a model, in the order of the record; raises `NotFound`."""
    (_, first), (_, second) = load_version(session, model, before), load_version(session, model, after)
    pairs = [FieldPair(field, read(first), read(second), long) for field, read, long in FIELDS]
    for title, of in (("Training data", _training), ("Test data", _test)):
        pairs.append(FieldPair(title, _dataset(session, of(first)), _dataset(session, of(second))))
    pairs.append(FieldPair("Evidence digest", first.evidence_digest, second.evidence_digest))
    return tuple(pairs)


def _training(row: ModelVersion) -> int:
    return row.training_dataset_id


def _test(row: ModelVersion) -> int:
    return row.test_dataset_id


def _dataset(session: Session, key: int) -> str:
    row = session.get(Dataset, key)
    return f"{row.number} {row.name} {row.version}" if row else ""
