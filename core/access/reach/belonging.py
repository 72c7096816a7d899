"""Which models a record belongs to: from the entity of an act to the business lines and groups of its models."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, TableClause, column, select, table
from sqlmodel import Session

from core.access.reach.entities import ANYWHERE, BY_ROW, OWN, TABLES_OF
from core.access.reach.ways import WAYS, Down, Line, Linked, Tied, Up, Way, Words
from core.access.rules import (
    ORGANISATION,
    About,
    Actor,
    Belonging,
    Permission,
    Reach,
    deciding_about,
    permission_refusals,
)
from core.errors import NotFound, Refusal
from core.ledger.service import Entity
from core.links import RecordKind
from core.links.known import TABLES
from core.store.base import Row


def rows_of(name: str) -> TableClause:
    """The table by its name, apart from its mapped class, so that no query correlates with it or narrows it."""
    return table(name, *(column(one.name, one.type) for one in Row.metadata.tables[name].columns))


def about(session: Session, entity: Entity) -> About | None:
    """The models that the record belongs to; none where reach does not ask; raises `NotFound` for an unknown record.

    A record of a kind that stands in no table here belongs to the whole organisation.
    """
    if entity.kind in ANYWHERE:
        return None
    named = _named_model(session, entity)
    if named:
        return about_models(session, named)
    if entity.kind == "link" and entity.id != "new":
        return _of_a_link(session, entity)
    names = TABLES_OF.get(entity.kind, ())
    if not names or entity.id == "new":
        return ()
    for name in names:
        rows = rows_of(name)
        by, value = ("id", _row_number(entity)) if entity.kind in BY_ROW else ("number", entity.id.split()[-1])
        if session.execute(select(rows.c["id"]).where(rows.c[by] == value)).first() is not None:
            lines = _lines_of(session, name, rows, rows.c[by] == value)
            found = (*lines, *_belonging(session, _models(session, name, by, {value})))
            return None if not found and entity.kind in OWN else found
    raise NotFound(entity.kind, entity.id)


def about_all(session: Session, entities: Iterable[Entity]) -> About:
    """The models of several records together."""
    found = {one for entity in entities for one in about(session, entity) or ()}
    return tuple(sorted(found, key=repr))


def _of_a_link(session: Session, entity: Entity) -> About:
    rows = rows_of("link")
    ends = session.execute(select(rows.c["source"], rows.c["target"]).where(rows.c["number"] == entity.id)).first()
    if ends is None:
        raise NotFound("link", entity.id)
    return about_all(session, [Entity("part", end) for end in ends])


def about_models(session: Session, numbers: Iterable[str]) -> About:
    """The same of models by number; an unknown number is left to the use case."""
    return _belonging(session, _models(session, "model", "number", set(numbers)))


def models_refusals(
    session: Session, actor: Actor, permission: Permission, numbers: Iterable[str]
) -> tuple[Refusal, ...]:
    """Why the actor cannot do this with all of these models at once; what no model has as number is nobody's."""
    if not actor.limits:
        return permission_refusals(actor, permission)
    named = set(numbers)
    rows = rows_of("model")
    known = set(session.execute(select(rows.c["number"]).where(rows.c["number"].in_(named))).scalars())
    with deciding_about(about_models(session, known) if known == named else ORGANISATION):
        return permission_refusals(actor, permission)


def group_refusals(session: Session, reach: Reach) -> tuple[Refusal, ...]:
    """Why a grant cannot have this reach: a group that it names was never made, or has ended."""
    if not reach.groups:
        return ()
    rows = rows_of("model_group")
    known = select(rows.c["number"]).where(rows.c["number"].in_(reach.groups), rows.c["ended_at"].is_(None))
    unknown = sorted(reach.groups - set(session.execute(known).scalars()))
    if not unknown:
        return ()
    said = f"There is no group of models {', '.join(unknown)}, or it has ended"
    return (Refusal("reach-group", said, "access", "Name a group that stands."),)


def _named_model(session: Session, entity: Entity) -> list[str]:
    """The model whose number begins the entity's id: of a model, a version, or an alert of it."""
    first = entity.id.split(" ", 1)[0]
    rows = rows_of("model")
    return list(session.execute(select(rows.c["number"]).where(rows.c["number"] == first)).scalars())


def _row_number(entity: Entity) -> object:
    if not entity.id.isdecimal():
        raise NotFound(entity.kind, entity.id)
    return int(entity.id)


def _lines_of(session: Session, name: str, rows: TableClause, which: ColumnElement[bool]) -> About:
    """The business lines that a record is about as a whole."""
    columns = [rows.c[way.column] for way in WAYS.get(name, ()) if isinstance(way, Line)]
    lines = [line for column in columns for line in session.execute(select(column).where(which)).scalars()]
    return tuple(Belonging(line) for line in lines if line)


def _belonging(session: Session, models: Collection[int]) -> About:
    rows, member, group = rows_of("model"), rows_of("model_group_member"), rows_of("model_group")
    memberships = (
        select(member.c["model_id"], group.c["number"])
        .join(group, group.c["id"] == member.c["group_id"])
        .where(member.c["model_id"].in_(models))
    )
    groups: dict[int, set[str]] = {}
    for model, number in session.execute(memberships):
        groups.setdefault(model, set()).add(number)
    found = session.execute(select(rows.c["id"], rows.c["business_line"]).where(rows.c["id"].in_(models)))
    return tuple(sorted({Belonging(line, frozenset(groups.get(one, ()))) for one, line in found}, key=repr))


def _models(session: Session, name: str, column_name: str, values: Collection[object]) -> set[int]:
    """The row numbers of the models that those rows of a table belong to whose column holds one of these values."""
    if not values:
        return set()
    rows = rows_of(name)
    which = rows.c[column_name].in_(values)
    if name == "model":
        return set(session.execute(select(rows.c["id"]).where(which)).scalars())
    return {model for way in WAYS.get(name, ()) for model in _by(session, way, rows, which)}


def _by(session: Session, way: Way, rows: TableClause, which: ColumnElement[bool]) -> set[int]:
    def held(column_name: str) -> set[object]:
        found = session.execute(select(rows.c[column_name]).where(which, rows.c[column_name].is_not(None)))
        return set(found.scalars())

    match way:
        case Up():
            return _models(session, way.parent, way.key, held(way.column))
        case Down():
            return _models(session, way.child, way.column, held(way.key))
        case Words():
            return _models(session, "model", "number", {one for text in held(way.column) for one in str(text).split()})
        case Line():
            return set()  # of a whole business line: see `_lines_of`
        case Linked():
            return _by_links(session, way.kind, held("number"))
        case Tied():
            first = _neighbours(session, held("number"))
            return _models(session, "model", "number", first | _neighbours(session, first))


def _by_links(session: Session, kind: str, numbers: Collection[object]) -> set[int]:
    """Over the links between records, from either end."""
    rows, found = rows_of("record_link"), set[int]()
    for here, there in (("from", "to"), ("to", "from")):
        mine = (rows.c[f"{here}_kind"] == kind, rows.c[f"{here}_number"].in_(numbers))
        for other, number in session.execute(select(rows.c[f"{there}_kind"], rows.c[f"{there}_number"]).where(*mine)):
            name = TABLES.get(RecordKind(other))
            if other == RecordKind.VERSION:
                found |= _models(session, "model", "number", {number.split(" ", 1)[0]})
            elif name is not None and other != kind:
                found |= _models(session, name, "number", {number})
    return found


def _neighbours(session: Session, numbers: Collection[object]) -> set[object]:
    """The numbers of everything that is or was linked with these in the inventory."""
    rows, found = rows_of("link"), set[object]()
    for here, there in (("source", "target"), ("target", "source")):
        found |= set(session.execute(select(rows.c[there]).where(rows.c[here].in_(numbers))).scalars())
    return found
