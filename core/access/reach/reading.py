"""What somebody reads whose grants reach only some models: every statement of their session is narrowed to it."""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import ColumnElement, CompoundSelect, Executable, Select, Table, event, select
from sqlalchemy.orm import LoaderCriteriaOption, Mapper, ORMExecuteState
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.selectable import AliasedReturnsRows
from sqlalchemy.sql.util import ClauseAdapter
from sqlalchemy.sql.visitors import ExternallyTraversible
from sqlmodel import Session

from core.access.reach.open_tables import OPEN
from core.access.reach.special import SPECIAL
from core.access.reach.visible import Columns, Visible
from core.access.rules import Actor, Reach
from core.store import Store
from core.store.base import Row


def within(store: Store, actor: Actor) -> Store:
    """The store as this actor reads it: as it is where they reach everywhere."""
    return store if actor.reach.everywhere else store.narrowed(Narrowing(actor.id, actor.reach))


class Narrowing:
    """Narrows each reading session of one person."""

    def __init__(self, person: str, reach: Reach) -> None:
        self.person, self.reach = person, reach

    def __call__(self, session: Session) -> None:
        narrowed = _Narrowed(Visible(session, self.person, self.reach, SPECIAL))
        event.listen(session, "do_orm_execute", narrowed.narrow)


class _Narrowed:
    """Adds to each statement of a session, for each table that it reads, which rows the person may read."""

    def __init__(self, visible: Visible) -> None:
        self._visible = visible
        self._options: dict[str, list[ORMOption]] = {}

    def narrow(self, state: ORMExecuteState) -> None:
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
                _Criterion(one.class_, self._visible.readable(name, _attributes(one)), include_aliases=True)
                for one in classes
            ]
        return self._options[name]


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
