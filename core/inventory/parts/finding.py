"""Looks a record up by its number, whatever it is: a model, a dataset or another part."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inventory.parts.rules import Node, NodeKind
from core.inventory.tables import Asset, Dataset, Model

Record = Model | Dataset | Asset


@dataclass(frozen=True)
class Named:
    """A record as lists and graphs show it; `owner` is a person's number."""

    number: str
    kind: NodeKind
    name: str
    owner: str
    retired: bool


def load_record(session: Session, number: str) -> Record:
    """The record with this number; raises `NotFound`."""
    row: Record | None = session.exec(select(Asset).where(Asset.number == number)).first()
    row = row or session.exec(select(Dataset).where(Dataset.number == number)).first()
    row = row or session.exec(select(Model).where(Model.number == number)).first()
    if row is None:
        raise NotFound("record", number)
    return row


def load_part(session: Session, number: str) -> Dataset | Asset:
    """The dataset, prompt, workflow, decision point or vendor with this number; raises `NotFound`."""
    row = load_record(session, number)
    if isinstance(row, Model):
        raise NotFound("part", number)
    return row


def kind_of(row: Record) -> NodeKind:
    """What the record is, as an end of links."""
    if isinstance(row, Model):
        return NodeKind.MODEL
    return NodeKind.DATASET if isinstance(row, Dataset) else NodeKind(row.kind.value)


def node_of(row: Record) -> Node:
    """The record as an end of a link."""
    return Node(row.number, kind_of(row), row.retired_at is not None)


def title_of(row: Record) -> str:
    """Its name; a dataset's with its version."""
    return f"{row.name} {row.version}" if isinstance(row, Dataset) else row.name


def named(session: Session, numbers: Collection[str]) -> Mapping[str, Named]:
    """Each of these records by number; numbers that no record has are left out."""
    rows: list[Record] = [
        *session.exec(select(Model).where(col(Model.number).in_(numbers))).all(),
        *session.exec(select(Dataset).where(col(Dataset.number).in_(numbers))).all(),
        *session.exec(select(Asset).where(col(Asset.number).in_(numbers))).all(),
    ]
    return {row.number: describe(row) for row in rows}


def describe(row: Record) -> Named:
    """The record as lists show it."""
    owner = row.owner or row.registered_by
    return Named(row.number, kind_of(row), title_of(row), owner, row.retired_at is not None)
