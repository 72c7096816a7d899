"""A report on the whole organisation takes as many statements for many models as for few."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from core.access.rules import SYSTEM
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.reports.templates import TEMPLATES
from core.reports.values.report import Asked, Subject, SubjectKind
from core.seeding import Sizes, organisation, seed
from core.store import Store
from tests.builders import NOON, a_policy
from tests.conftest import put_back
from tests.reports_templates.asking import report

FEW, MANY = (Sizes(models=n, versions=2 * n, entries=10 * n) for n in (30, 75))  # within one slice of keys
MOMENTS = (NOON, NOON - timedelta(days=400))
EVERY = [one.key for one in TEMPLATES.values() if SubjectKind.ORGANISATION in one.subjects]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that any database is given."""
    found: list[str] = []

    def note(*call: object) -> None:
        found.append(str(call[2]))

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def statements(sqlite_template: Path, one_sqlite_store: Store, ledger: Ledger) -> Iterator[dict[str, list[int]]]:
    """By template and moment, how many statements it takes for few models and for many."""
    found: dict[str, list[int]] = {}
    for sizes in (FEW, MANY):
        put_back(sqlite_template, one_sqlite_store)
        a_policy(one_sqlite_store, at=NOON - organisation.HISTORY)
        with one_sqlite_store.transaction() as tx:
            entity, begin = Entity("installation", "first"), NOON - organisation.HISTORY
            ledger.record(tx, Event.INSTALLATION_CREATED, entity=entity, actor=SYSTEM, at=begin)
        seed(one_sqlite_store, ledger, sizes, number=1, at=NOON)
        for key in EVERY:
            for as_of in MOMENTS:
                with counted() as given:
                    report(one_sqlite_store, ledger, Asked(key, Subject(SubjectKind.ORGANISATION), as_of), at=NOON)
                found.setdefault(f"{key} as of {as_of:%Y-%m-%d}", []).append(len(given))
    yield found
    one_sqlite_store.close()


def test_the_number_of_statements_does_not_grow_with_the_models(statements: dict[str, list[int]]) -> None:
    grown = {key: counts for key, counts in statements.items() if counts[1] > counts[0]}

    assert grown == {}
    assert len(statements) == len(EVERY) * len(MOMENTS)
