"""The inventory statement says of each column what people had decided by then, and where they did."""

import json
from datetime import timedelta

from core.inventory.classes.rules import ClassFacts, Condition, LegalBasis
from core.inventory.classes.tables import DataColumn
from core.ledger.queries import entry
from core.ledger.service import Ledger
from core.policy.keeping.rules import DataClass
from core.privacy.classes.deciding import classify_columns
from core.reports.layout.blocks import Cited
from core.reports.templates.inventory import InventoryStatement
from core.reports.texts import inventory as texts
from core.reports.values.report import Asked, Report, Subject, SubjectKind
from core.store import Store
from tests.builders import NOON, Cast, a_cast, a_version
from tests.reports_templates.asking import report
from tests.reports_templates.test_citing import cells

DAY = timedelta(days=1)
PERSONAL = ClassFacts(DataClass.PERSONAL, "To decide on applications", LegalBasis.CONTRACT)
SPECIAL = ClassFacts(DataClass.SPECIAL, "To find bias", condition=Condition.BIAS)


def decided(store: Store, ledger: Ledger, cast: Cast, facts: ClassFacts, days: int) -> None:
    classify_columns(
        store, ledger, holder="D0001", decisions={"group": facts}, actor=cast.developer, at=NOON + days * DAY
    )


def statement(store: Store, ledger: Ledger, days: int) -> Report:
    asked = Asked("inventory", Subject(SubjectKind.ORGANISATION), NOON + days * DAY)
    return report(store, ledger, asked, at=NOON + 9 * DAY)


def test_a_column_has_the_class_that_it_had_then_with_the_entry_of_that_decision(
    sqlite_store: Store, ledger: Ledger
) -> None:
    cast = a_cast(sqlite_store)
    a_version(sqlite_store, cast)
    with sqlite_store.transaction() as tx:
        for days, name in ((0, "group"), (0, "left alone"), (5, "met later")):
            tx.session.add(
                DataColumn(
                    holder="D0001", name=name, met="", proposed=DataClass.PERSONAL, proposed_because="its name",
                    noted_at=NOON + days * DAY,
                )
            )  # fmt: skip
    decided(sqlite_store, ledger, cast, PERSONAL, 1)
    decided(sqlite_store, ledger, cast, SPECIAL, 3)

    then, now = (statement(sqlite_store, ledger, days) for days in (2, 8))

    assert classes(then) == {"group": DataClass.PERSONAL, "left alone": None}
    assert classes(now) == {"group": DataClass.SPECIAL, "left alone": None, "met later": None}
    said = [decisions(sqlite_store, one) for one in (then, now)]
    assert said == [("columns.classed", "personal"), ("columns.classed", "special category")]


def classes(one: Report) -> dict[str, DataClass | None]:
    assert isinstance(one.data, InventoryStatement)
    held = next(line for line in one.data.holders if line.number == "D0001")
    return {column.name: column.data_class for column in held.columns}


def decisions(store: Store, one: Report) -> tuple[str, str]:
    """What the entry says that the only column about people leads to."""
    (cell,) = (
        cell
        for place, cell, _ in cells(one.document)
        if place == f"{texts.OF_PEOPLE} / {texts.PEOPLE_COLUMNS[-1]}" and isinstance(cell, Cited)
    )
    with store.reading() as session:
        found = entry(session, cell.source.entry or 0)
    columns = json.loads(found.payload or "{}")["columns"]
    return found.row.action, columns["group"]["class"]
