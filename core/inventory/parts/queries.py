"""Reads of the parts for pages: lists by kind, one part with versions and links, and how two texts differ."""

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from core.inventory.parts.changing import values_of
from core.inventory.parts.finding import Named, Record, describe, load_part, named
from core.inventory.parts.graph import edges_at
from core.inventory.parts.rules import AssetKind, Edge, NodeKind
from core.inventory.tables import Asset, AssetVersion, Dataset, Link, Model
from core.store.paging import Page


@dataclass(frozen=True)
class PartRow:
    """One part in a list; `version` is a dataset's version, or the newest of a text as a number."""

    number: str
    kind: NodeKind
    name: str
    version: str
    owner: str
    registered_at: datetime
    retired: bool
    classification: str = ""
    retention: str = ""


@dataclass(frozen=True)
class TextVersion:
    """One version of a text, with the SHA-256 of its bytes."""

    version: int
    body: str
    digest: str
    rationale: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True)
class LinkRow:
    """A link with both its ends; one that a version's record says has no number."""

    edge: Edge
    source: Named
    target: Named
    note: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class PartPage:
    """A part with everything that its page shows; `siblings` are the versions of a dataset of this name."""

    about: Named
    revision: int
    values: Mapping[str, str]
    version: str
    schema: str
    schema_fingerprint: str
    registered_by: str
    registered_at: datetime
    retired_at: datetime | None
    retired_by: str
    retired_reason: str
    texts: tuple[TextVersion, ...]
    siblings: tuple[PartRow, ...]


def parts(
    session: Session, kind: NodeKind, *, text: str = "", retired: bool = False, limit: int, offset: int
) -> Page[PartRow]:
    """Parts of a kind by name, those in use or those retired, narrowed to a text in name, number or description."""
    return (
        _datasets(session, text, retired, limit, offset)
        if kind is NodeKind.DATASET
        else _assets(session, AssetKind(kind.value), text, retired, limit, offset)
    )


def part_counts(session: Session) -> Mapping[NodeKind, int]:
    """How many parts of each kind are in use."""
    standing = select(Asset.kind, func.count()).where(col(Asset.retired_at).is_(None)).group_by(col(Asset.kind))
    held: list[tuple[AssetKind, int]] = [(kind, number) for kind, number in session.execute(standing).all()]
    datasets = session.exec(select(func.count()).select_from(Dataset).where(col(Dataset.retired_at).is_(None))).one()
    counted = {NodeKind(kind.value): number for kind, number in held}
    others = [NodeKind(kind.value) for kind in AssetKind]
    return {NodeKind.DATASET: datasets, **{kind: counted.get(kind, 0) for kind in others}}


def part_page(session: Session, number: str) -> PartPage:
    """The part with this number; raises `NotFound`."""
    row = load_part(session, number)
    schema = row.declared_schema if isinstance(row, Dataset) else ""
    texts = _texts(session, row) if isinstance(row, Asset) else ()
    return PartPage(
        about=describe(row),
        revision=row.revision,
        values=values_of(row),
        version=row.version if isinstance(row, Dataset) else (str(texts[0].version) if texts else ""),
        schema=schema,
        schema_fingerprint=hashlib.sha256(schema.encode()).hexdigest() if schema else "",
        registered_by=row.registered_by,
        registered_at=row.registered_at,
        retired_at=row.retired_at,
        retired_by=row.retired_by,
        retired_reason=row.retired_reason,
        texts=texts,
        siblings=_siblings(session, row) if isinstance(row, Dataset) else (),
    )


def links_of(session: Session, number: str) -> tuple[LinkRow, ...]:
    """The links that stand at a record, with both their ends."""
    edges = edges_at(session, number)
    ends = named(session, {end for edge in edges for end in (edge.source, edge.target)})
    rows = {
        row.number: row
        for row in session.exec(select(Link).where(col(Link.number).in_([edge.number for edge in edges]))).all()
    }
    return tuple(
        LinkRow(
            edge,
            ends[edge.source],
            ends[edge.target],
            rows[edge.number].note if edge.number in rows else "",
            rows[edge.number].made_at if edge.number in rows else None,
        )
        for edge in edges
        if edge.source in ends and edge.target in ends
    )


def in_use(session: Session, *, limit: int = 500) -> tuple[Named, ...]:
    """The newest records of every kind that are in use, models first, at most `limit` of each, for forms."""
    rows: list[Record] = []
    rows += session.exec(
        select(Model).where(col(Model.retired_at).is_(None)).order_by(col(Model.id).desc()).limit(limit)
    ).all()
    rows += session.exec(
        select(Dataset).where(col(Dataset.retired_at).is_(None)).order_by(col(Dataset.id).desc()).limit(limit)
    ).all()
    rows += session.exec(
        select(Asset).where(col(Asset.retired_at).is_(None)).order_by(col(Asset.id).desc()).limit(limit)
    ).all()
    return tuple(describe(row) for row in rows)


def readable_diff(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """The lines of both texts in order, each with “ ” (same), “−” (only before) or “+” (only after)."""
    lines = difflib.SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    before, after = old.splitlines(), new.splitlines()
    said: list[tuple[str, str]] = []
    for kind, first, last, from_, until in lines.get_opcodes():
        if kind == "equal":
            said += [(" ", line) for line in before[first:last]]
        else:
            said += [("−", line) for line in before[first:last]] + [("+", line) for line in after[from_:until]]
    return tuple(said)


def _texts(session: Session, row: Asset) -> tuple[TextVersion, ...]:
    rows = session.exec(
        select(AssetVersion).where(AssetVersion.asset_id == row.id).order_by(col(AssetVersion.version).desc())
    ).all()
    return tuple(
        TextVersion(one.version, one.body, one.digest, one.rationale, one.created_by, one.created_at) for one in rows
    )


def _siblings(session: Session, row: Dataset) -> tuple[PartRow, ...]:
    rows = session.exec(select(Dataset).where(Dataset.name == row.name).order_by(col(Dataset.id).desc())).all()
    return tuple(_dataset_row(one) for one in rows)


def _datasets(session: Session, text: str, retired: bool, limit: int, offset: int) -> Page[PartRow]:
    wanted: list[ColumnElement[bool]] = [
        col(Dataset.retired_at).is_not(None) if retired else col(Dataset.retired_at).is_(None)
    ]
    if text:
        wanted.append(
            or_(*(col(one).icontains(text, autoescape=True) for one in (Dataset.name, Dataset.number, Dataset.source)))
        )
    total = session.exec(select(func.count()).select_from(Dataset).where(*wanted)).one()
    ordered = select(Dataset).where(*wanted).order_by(col(Dataset.name), col(Dataset.id).desc())
    rows = session.exec(ordered.limit(limit).offset(offset)).all()
    return Page(tuple(_dataset_row(row) for row in rows), total)


def _dataset_row(row: Dataset) -> PartRow:
    return PartRow(
        row.number,
        NodeKind.DATASET,
        row.name,
        row.version,
        row.owner or row.registered_by,
        row.registered_at,
        row.retired_at is not None,
        row.classification,
        row.retention,
    )


def _assets(session: Session, kind: AssetKind, text: str, retired: bool, limit: int, offset: int) -> Page[PartRow]:
    newest = (
        select(func.max(AssetVersion.version))
        .where(AssetVersion.asset_id == Asset.id)
        .correlate(Asset)
        .scalar_subquery()
    )
    wanted: list[ColumnElement[bool]] = [
        col(Asset.kind) == kind,
        col(Asset.retired_at).is_not(None) if retired else col(Asset.retired_at).is_(None),
    ]
    if text:
        columns = (Asset.name, Asset.number, Asset.description)
        wanted.append(or_(*(col(one).icontains(text, autoescape=True) for one in columns)))
    total = session.exec(select(func.count()).select_from(Asset).where(*wanted)).one()
    query = select(Asset, newest).where(*wanted).order_by(col(Asset.name), col(Asset.id))
    rows = session.exec(query.limit(limit).offset(offset)).all()
    return Page(
        tuple(
            PartRow(
                row.number,
                NodeKind(row.kind.value),
                row.name,
                str(version) if version else "",
                row.owner,
                row.registered_at,
                row.retired_at is not None,
            )
            for row, version in rows
        ),
        total,
    )
