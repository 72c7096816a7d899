"""What the inventory already holds of the things that a table names, read in few queries however long the table is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from core.access.tables import Person, ServiceAccount
from core.errors import Problem
from core.inventory.rules import parse_version
from core.inventory.tables import Dataset, Model, ModelVersion
from core.store.numbers import next_numbers

CHUNK = 500
Key = TypeVar("Key")
DATASET_FIELDS = ("source", "licence", "classification")


@dataclass(frozen=True)
class KnownDataset:
    """A dataset that is registered (by number) or that an earlier row registers (by "name version")."""

    key: str
    source: str
    licence: str
    classification: str
    line: int | None = None  # the row that registers it
    retired: bool = False


@dataclass(frozen=True)
class KnownVersion:
    """A version that is registered or that an earlier row registers; datasets by `KnownDataset.key`."""

    said: dict[str, str]
    training: str
    test: str
    line: int | None = None


@dataclass
class KnownModel:
    """A model as the record or the earlier rows have it; `versions` grows while a plan is made."""

    key: str  # its number, or its name while it has none
    said: dict[str, str]
    revision: int = 0
    line: int | None = None
    changed: dict[str, int] = field(default_factory=dict)  # field: the row that changes it
    retired: bool = False
    versions: dict[str, KnownVersion] = field(default_factory=dict)

    @property
    def numbers(self) -> tuple[tuple[int, int, int], ...]:
        return tuple(parsed for one in self.versions if (parsed := parse_version(one)) is not None)


@dataclass
class Known:
    """Models by number and by name, datasets by number and by (name, version), and people by all they are called."""

    by_number: dict[str, KnownModel]
    by_name: dict[str, KnownModel]
    datasets: dict[tuple[str, str], KnownDataset]
    people: dict[str, tuple[str, ...]]

    def person(self, said: str) -> str | Problem:
        """The number of the active person whom this names, or why it names none."""
        found = self.people.get(said.strip().casefold(), ())
        if len(found) == 1:
            return found[0]
        if found:
            return Problem("more than one person is called so", found=said, expected=" or ".join(found))
        expected = "an active person’s number, user name, e-mail address or full name"
        return Problem("nobody active is called so", found=said, expected=expected)


def known_of(
    session: Session, *, numbers: Iterable[str], names: Iterable[str], datasets: Iterable[str], lock: bool = False
) -> Known:
    """Everything that a table with these model numbers, model names and dataset names can refer to.

    With `lock` nobody registers a model, a dataset or a version of one of these models until the transaction ends.
    """
    if lock:
        for prefix in ("M", "D"):
            next_numbers(session, prefix, 0)
    models = {row.id: row for part in chunks(numbers) for row in _models(session, col(Model.number).in_(part), lock)}
    models |= {row.id: row for part in chunks(names) for row in _models(session, col(Model.name).in_(part), lock)}
    found = {
        number: KnownModel(row.number, _said(row), row.revision, retired=row.retired_at is not None)
        for number, row in models.items()
        if number is not None
    }
    for part in chunks(found):
        for version, training, test in _versions(session, part):
            said = {key: str(getattr(version, key)) for key in VERSION_FIELDS}
            found[version.model_id].versions[version.version] = KnownVersion(said, training, test)
    listed = list(found.values())
    return Known(
        by_number={one.key: one for one in listed},
        by_name={one.said["name"]: one for one in listed},
        datasets=_datasets(session, datasets),
        people=_people(session),
    )


MODEL_FIELDS = (
    "name",
    "purpose",
    "business_line",
    "owner",
    "developer",
    "exposure",
    "purpose_class",
    "users",
    "vendor",
)
VERSION_FIELDS = ("intended_use", "limitations", "rationale", "line", "code_reference", "artefact_digest")


def _said(row: Model) -> dict[str, str]:
    review = row.next_review.date().isoformat() if row.next_review else ""
    return {key: str(getattr(row, key)) for key in MODEL_FIELDS} | {"packs": row.packs, "next_review": review}


def _models(session: Session, condition: ColumnElement[bool], lock: bool) -> Sequence[Model]:
    query = select(Model).where(condition)
    return session.exec(query.with_for_update(key_share=True) if lock else query).all()


def _versions(session: Session, models: Sequence[int]) -> Iterator[tuple[ModelVersion, str, str]]:
    rows = session.exec(select(ModelVersion).where(col(ModelVersion.model_id).in_(models))).all()
    used = {key for row in rows for key in (row.training_dataset_id, row.test_dataset_id)}
    numbers = {
        key: number
        for part in chunks(used)
        for key, number in session.exec(select(Dataset.id, Dataset.number).where(col(Dataset.id).in_(part))).all()
    }
    for row in rows:
        yield row, numbers.get(row.training_dataset_id, ""), numbers.get(row.test_dataset_id, "")


def _datasets(session: Session, wanted: Iterable[str]) -> dict[tuple[str, str], KnownDataset]:
    found: dict[tuple[str, str], KnownDataset] = {}
    for part in chunks(wanted):
        named = col(Dataset.name).in_(part) | col(Dataset.number).in_(part)
        for row in session.exec(select(Dataset).where(named)).all():
            one = KnownDataset(
                row.number, row.source, row.licence, row.classification, retired=row.retired_at is not None
            )
            found[row.name, row.version] = found[row.number, ""] = one
    return found


def _people(session: Session) -> dict[str, tuple[str, ...]]:
    called: dict[str, dict[str, None]] = {}
    active = select(Person.number, Person.username, Person.email, Person.name)
    people = active.where(col(Person.disabled_at).is_(None), col(Person.number).not_in(select(ServiceAccount.person)))
    for number, *names in session.exec(people).all():
        for name in {number, *names} - {""}:
            called.setdefault(name.casefold(), {})[number] = None
    return {name: tuple(sorted(numbers)) for name, numbers in called.items()}


def chunks(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """SQLite takes at most 32,766 values in one statement, and PostgreSQL plans long lists slowly."""
    listed = list(dict.fromkeys(keys))
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]
