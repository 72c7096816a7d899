"""The list of models: paged and narrowed in the database, and a search that takes every character as written."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from core.errors import NotFound
from core.inventory.moves import load_model
from core.inventory.queries import (
    InventoryFilter,
    business_lines,
    inventory,
    model_count,
    model_page,
    production_version,
)
from core.inventory.rules import Stage
from core.inventory.tables import ProductionPointer
from core.store import Store
from tests.builders import NOON, Cast, a_cast, a_model, a_version

NAMES = ("50% off scoring", "500 days to default", "a_b test", "axb test", "back\\slash", "O'Brien", "ÄRGER")


@pytest.fixture
def cast(store: Store) -> Cast:
    return a_cast(store)


def found(store: Store, *, limit: int = 50, offset: int = 0, **narrowed: object) -> list[str]:
    with store.reading() as session:
        page = inventory(session, InventoryFilter(**narrowed), limit=limit, offset=offset)  # type: ignore[arg-type]
    return [row.name for row in page.rows]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("50%", {"50% off scoring", "500 days to default"}),
        ("%", set()),
        ("a_b", {"a_b test"}),
        ("_", set()),
        ("\\", set()),
        ("back\\slash", {"back\\slash"}),
        ("O'B", {"O'Brien"}),
        ("' OR 1=1 --", set()),
        ("DEFAULT", {"500 days to default"}),
        ("M0002", {"500 days to default"}),
        ("nobody", set()),
        ("", set(NAMES)),
    ],
)
def test_signs_part_words_and_break_nothing(store: Store, cast: Cast, text: str, names: set[str]) -> None:
    for name in NAMES:
        a_model(store, cast, name=name)

    assert set(found(store, text=text)) == names


def test_a_search_finds_models_by_the_name_of_their_owner(store: Store, cast: Cast) -> None:
    a_model(store, cast, name="One")
    other = a_cast(store)
    a_model(store, other, name="Two")

    assert found(store, text=f"person {other.owner.id}") == ["Two"]


def test_the_list_is_narrowed_by_everything_at_once(store: Store, cast: Cast) -> None:
    for tier, stage, name in ((1, Stage.DRAFT, "One"), (2, Stage.VALIDATED, "Two"), (2, Stage.DRAFT, "Three")):
        a_version(store, cast, model=a_model(store, cast, tier=tier, name=name), stage=stage)
    a_model(store, cast, tier=3, name="Four")

    assert found(store, tier=2) == ["Two", "Three"]
    assert found(store, stage=Stage.DRAFT) == ["One", "Three"]
    assert found(store, stage=Stage.DRAFT, tier=2) == ["Three"]
    assert found(store, tier=2, text="two", business_line="Lending") == ["Two"]
    assert found(store, business_line="Justice") == []


def test_pages_hold_each_model_once_and_the_total_counts_all(store: Store, cast: Cast) -> None:
    for number in range(7):
        a_model(store, cast, name=f"Model {number}")

    pages = [found(store, limit=3, offset=offset) for offset in (0, 3, 6, 9)]

    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert sorted(name for page in pages for name in page) == [f"Model {number}" for number in range(7)]
    with store.reading() as session:
        assert inventory(session, InventoryFilter(), limit=2, offset=4).total == model_count(session) == 7
        assert inventory(session, InventoryFilter(text="Model 3"), limit=2, offset=0).total == 1


def test_a_model_shows_its_newest_version_and_the_one_in_production(store: Store, cast: Cast) -> None:
    number, _ = a_version(store, cast, stage=Stage.IN_PRODUCTION)
    a_version(store, cast, model=number, version="1.1.0")
    with store.transaction() as tx:
        page = model_page(tx.session, number, "1.0.0")
        assert page.version is not None
        tx.session.add(
            ProductionPointer(model_id=page.model.id, version_id=page.version.id, since=NOON, moved_by="P0001")
        )

    with store.reading() as session:
        (row,) = inventory(session, InventoryFilter(), limit=5, offset=0).rows
        page = model_page(session, number)
        assert production_version(session, load_model(session, number)) == "1.0.0"

    assert (row.version, row.stage, row.production) == ("1.1.0", Stage.DRAFT, "1.0.0")
    assert [one.version for one in page.versions] == ["1.1.0", "1.0.0"]
    assert page.version is not None
    assert (page.version.version, page.production) == ("1.1.0", "1.0.0")


def test_reviews_that_are_due_come_first_and_models_without_a_date_last(store: Store, cast: Cast) -> None:
    for name, days in (("None", None), ("Later", 30), ("Overdue", -1)):
        number = a_model(store, cast, name=name)
        with store.transaction() as tx:
            load_model(tx.session, number).next_review = None if days is None else NOON + timedelta(days=days)

    assert found(store) == ["Overdue", "Later", "None"]
    assert found(store, overdue_at=NOON) == ["Overdue"]


def test_a_model_without_a_version_has_a_page(store: Store, cast: Cast) -> None:
    number = a_model(store, cast)

    with store.reading() as session:
        page = model_page(session, number)

    assert (page.version, page.versions, page.training, page.production) == (None, (), None, None)


def test_a_model_or_version_that_is_not_there_is_not_found(store: Store, cast: Cast) -> None:
    number, _ = a_version(store, cast)

    with store.reading() as session:
        with pytest.raises(NotFound):
            model_page(session, "M0099")
        with pytest.raises(NotFound):
            model_page(session, number, "7.0.0")


def test_business_lines_are_listed_once_in_order(store: Store, cast: Cast) -> None:
    for line in ("Retail", "Justice", "Retail"):
        number = a_model(store, cast)
        with store.transaction() as tx:
            load_model(tx.session, number).business_line = line

    with store.reading() as session:
        assert business_lines(session) == ("Justice", "Retail")


def test_the_list_asks_the_database_as_often_for_many_models_as_for_few(sqlite_store: Store) -> None:
    cast = a_cast(sqlite_store)
    asked = list[str]()

    def note(*args: object) -> None:
        asked.append(str(args[2]))

    def queries() -> int:
        asked.clear()
        event.listen(sqlite_store.engine, "before_cursor_execute", note)
        found(sqlite_store)
        event.remove(sqlite_store.engine, "before_cursor_execute", note)
        return len(asked)

    a_version(sqlite_store, cast)
    few = queries()
    for _ in range(5):
        a_version(sqlite_store, cast)

    assert queries() == few
