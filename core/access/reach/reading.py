"""What somebody reads whose grants reach only some models: every statement of their session is narrowed to it."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Executable,
    Select,
    Table,
    and_,
    event,
    false,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import LoaderCriteriaOption, Mapper, ORMExecuteState
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.selectable import AliasedReturnsRows
from sqlalchemy.sql.util import ClauseAdapter
from sqlalchemy.sql.visitors import ExternallyTraversible
from sqlmodel import Session

from core.access.reach.belonging import rows_of
from core.access.reach.entities import TABLES_OF
from core.access.reach.open_tables import CLOSED, OPEN, OPEN_KINDS
from core.access.reach.ways import WAYS, Down, Up, Way
from core.access.rules import Actor, Reach
from core.links import RecordKind
from core.links.known import TABLES
from core.store import Store
from core.store.base import Row

Columns = Mapping[str, ColumnElement[object]]
ENDS = {kind.value: name for kind, name in TABLES.items()} | {"discovery": "discovery", "quarantine": "quarantine"}
PARTS = ("model", "dataset", "asset")


def within(store: Store, actor: Actor) -> Store:
    """The store as this actor reads it: as it is where they reach everywhere."""
    return store if actor.reach.everywhere else store.narrowed(Narrowing(actor.id, actor.reach))


class Narrowing:
    """Adds to each statement of a reading session, for each table that it reads, which rows the person may read."""

    def __init__(self, person: str, reach: Reach) -> None:
        self.person, self.reach = person, reach
        self._options: dict[str, list[ORMOption]] = {}

    def __call__(self, session: Session) -> None:
        event.listen(session, "do_orm_execute", self._narrow)

    def _narrow(self, state: ORMExecuteState) -> None:
        if state.is_select:
            state.statement = self._narrowed(state.statement)

    def _narrowed(self, statement: Executable) -> Executable:
        """The statement with its options; what none can be given to, a union or SQL as text, is wrapped or refused."""
        if isinstance(statement, CompoundSelect):
            statement = select(*statement.subquery().c)
        if not isinstance(statement, Select):
            raise TypeError("a statement of this form cannot be narrowed")
        if statement._propagate_attrs.get("compile_state_plugin") != "orm":
            mapper = next(iter(Row._sa_registry.mappers))
            statement = statement._set_propagate_attrs({"compile_state_plugin": "orm", "plugin_subject": mapper})
        return statement.options(*self._options_for(statement))

    def _options_for(self, statement: Executable) -> Iterable[ORMOption]:
        return [option for name in sorted(_tables_in(statement) - OPEN) for option in self._of_table(name)]

    def _of_table(self, name: str) -> list[ORMOption]:
        if name not in self._options:
            classes = [one for one in Row._sa_registry.mappers if one.local_table.name == name]  # type: ignore[attr-defined]
            self._options[name] = [
                _Criterion(one.class_, self.visible(name, _attributes(one)), include_aliases=True) for one in classes
            ]
        return self._options[name]

    def visible(self, name: str, rows: Columns) -> ColumnElement[bool]:
        """Which rows of the table the person may read."""
        special = _SPECIAL.get(name)
        if special is not None:
            return special(self, rows)
        if name in CLOSED or name not in WAYS:
            return false()  # a table that nobody has thought of shows nothing
        return or_(*(self.by(way, rows) for way in WAYS[name]))

    def by(self, way: Way, rows: Columns) -> ColumnElement[bool]:
        """Which rows lead this way to a model within reach."""
        if isinstance(way, Up):
            return rows[way.column].in_(self.keys(way.parent, way.key))
        if isinstance(way, Down):
            return rows[way.key].in_(self.keys(way.child, way.column))
        raise TypeError(f"{way} has a criterion of its own")

    def keys(self, name: str, key: str) -> Select[object]:
        """This column of the rows that the person may read."""
        rows = rows_of(name)
        return select(rows.c[key]).where(self.visible(name, rows.c), rows.c[key].is_not(None))  # type: ignore[arg-type]

    def number_of(self, column: ColumnElement[object], names: Iterable[str]) -> ColumnElement[bool]:
        """Whether the column holds the number of a record that the person may read."""
        return or_(*(column.in_(self.keys(name, "number")) for name in names))

    def linked(self, kind: ColumnElement[object], number: ColumnElement[object], but: str = "") -> ColumnElement[bool]:
        """Whether the record of this kind and number, at the end of a link, may be read."""
        known = [and_(kind == one, number.in_(self.keys(name, "number"))) for one, name in ENDS.items() if one != but]
        model = rows_of("model")
        of_version = select(literal(1)).where(
            self.visible("model", model.c),  # type: ignore[arg-type]
            number.like(model.c["number"] + " %"),
        )
        return or_(and_(kind == RecordKind.VERSION.value, of_version.correlate_except(model).exists()), *known)


class _Criterion(LoaderCriteriaOption):
    """A criterion that follows the class into its aliases too, which SQLAlchemy does by itself for lambdas only.

    A lambda would be cached by its code, and one person's reach would be another's.
    """

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # what a cached statement is told apart by

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        criterion: ColumnElement[bool] = super()._resolve_where_criteria(ext_info)
        return ClauseAdapter(ext_info.selectable).traverse(criterion) if ext_info.is_aliased_class else criterion


def _attributes(mapper: Mapper[object]) -> Columns:
    """The columns of a mapped class by name, as its attributes, which follow it into every alias."""
    return {one.name: getattr(mapper.class_, mapper.get_property_by_column(one).key) for one in mapper.local_table.c}


def _tables_in(statement: Executable) -> set[str]:
    """The tables that a statement reads anywhere in it."""
    found = set()
    for part in visitors.iterate(cast("ExternallyTraversible", statement)):
        table = part.table if isinstance(part, ColumnClause) else part
        while isinstance(table, AliasedReturnsRows):
            table = table.element
        if isinstance(table, Table):
            found.add(str(table.name))
    return found


def _model(of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    member, group = rows_of("model_group_member"), rows_of("model_group")
    grouped = (
        select(member.c["model_id"])
        .join(group, group.c["id"] == member.c["group_id"])
        .where(group.c["number"].in_(sorted(of.reach.groups)))
    )
    lined = rows["business_line"].in_(sorted(of.reach.lines))
    return or_(lined, rows["id"].in_(grouped)) if of.reach.groups else lined


def _free(column: str, way: Up, empty: object, of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    """A row without a model is of the whole organisation, and concerns everybody."""
    return or_(of.by(way, rows), rows[column].is_(None) if empty is None else rows[column] == empty)


def _audit(of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    """An audit whose items all lie within: its scope and its conclusion are about all of them."""
    items, outside = rows_of("audit_item"), rows_of("audit_item")
    seen = items.c["model"].in_(of.keys("model", "number"))
    unseen = select(outside.c["audit_id"]).where(outside.c["model"].not_in(of.keys("model", "number")))
    return and_(rows["id"].in_(select(items.c["audit_id"]).where(seen)), rows["id"].not_in(unseen))


def _of_an_audit(of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    whole = and_(rows["item_id"].is_(None), of.by(Up("audit_id", "audit"), rows))
    return or_(of.by(Up("item_id", "audit_item"), rows), whole)


def _mine_or(column: str, of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    """Of a model within reach, or of none and one's own: what stands in it was read within one's reach."""
    return or_(of.by(Up("model_id", "model"), rows), and_(rows["model_id"].is_(None), rows[column] == of.person))


def _dataset(of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    version = rows_of("model_version")
    used = [select(version.c[one]) for one in ("training_dataset_id", "test_dataset_id")]
    ours = [of.by(way, rows) for way in WAYS["dataset"]]
    return or_(*ours, and_(*(rows["id"].not_in(one) for one in used)))


def _tied(of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    """Linked with a model within reach, directly or over one part; or with no model at all."""
    model = rows_of("model")
    ours = of.keys("model", "number")
    first = _others(ours)
    any_model = _others(select(model.c["number"]))
    number = rows["number"]
    near, far = or_(*(number.in_(one) for one in first)), [_others(one) for one in first]
    return or_(near, *(number.in_(one) for each in far for one in each), ~or_(*(number.in_(one) for one in any_model)))


def _others(numbers: Select[object]) -> list[Select[object]]:
    """The other ends of the inventory's links that begin or end at these numbers."""
    ends = []
    for here, there in (("source", "target"), ("target", "source")):
        rows = rows_of("link")
        ends.append(select(rows.c[there]).where(rows.c[here].in_(numbers)))
    return ends


def _link(of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    return and_(of.number_of(rows["source"], PARTS), of.number_of(rows["target"], PARTS))


def _action(of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    found = []
    for here, there in (("from", "to"), ("to", "from")):
        link = rows_of("record_link")
        ends = of.linked(link.c[f"{there}_kind"], link.c[f"{there}_number"], but="action")
        found.append(
            rows["number"].in_(select(link.c[f"{here}_number"]).where(link.c[f"{here}_kind"] == "action", ends))
        )
    return or_(*found)


def _record_link(of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    return and_(*(of.linked(rows[f"{end}_kind"], rows[f"{end}_number"]) for end in ("from", "to")))


def _review(of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    """All of what a review is about lies within: its agenda names every model of it."""
    model = rows_of("model")
    outside = select(literal(1)).where(
        ~of.visible("model", model.c),  # type: ignore[arg-type]
        (literal(" ") + rows["models"] + " ").like("% " + model.c["number"] + " %"),
    )
    named = and_(rows["models"] != "", ~outside.correlate_except(model).exists())
    lined = rows["business_line"].in_(sorted(of.reach.lines))
    return or_(of.by(Up("version_id", "model_version"), rows), lined, named)


def _entry(of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    """Entries about what may be read, about oneself, and about what is everybody's: rules, keys, the ledger itself."""
    names = sorted({name for names in TABLES_OF.values() for name in names})
    return or_(
        rows["entity_kind"].in_(sorted(OPEN_KINDS)),
        rows["subject"] == of.person,
        of.number_of(rows["subject"], [name for name in names if "number" in rows_of(name).c]),
    )


def _payload(of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    return rows["entry_id"].in_(of.keys("log_entry", "idx"))


def _own(column: str, of: Narrowing, rows: Columns) -> ColumnElement[bool]:
    return rows[column] == of.person


_SPECIAL: Mapping[str, Callable[[Narrowing, Columns], ColumnElement[bool]]] = {
    "model": _model,
    "coverage_answer": partial(_free, "model_id", Up("model_id", "model"), None),
    "alert_route": partial(_free, "model", Up("model", "model", "number"), ""),
    "audit": _audit,
    "audit_finding": _of_an_audit,
    "audit_test": _of_an_audit,
    "report_export": partial(_mine_or, "requested_by"),
    "export_schedule": partial(_mine_or, "created_by"),
    "dataset": _dataset,
    "asset": _tied,
    "link": _link,
    "corrective_action": _action,
    "record_link": _record_link,
    "review": _review,
    "field_change": lambda of, rows: of.number_of(rows["entity"], PARTS),
    "log_entry": _entry,
    "log_payload": _payload,
    "import_job": partial(_own, "requested_by"),
    "import_record": partial(_own, "imported_by"),
}
