"""The pages of classes and retention: a decision on columns, an end with what holds it, and what went."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.composition import Workplace
from core.inventory.classes.queries import columns_of
from core.inventory.rules import Stage
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.service import record_production
from core.monitoring.intake.tables import ProductionBatch
from core.policy.keeping.rules import DataClass
from core.privacy.classes.noting import note_columns
from core.privacy.retention.removing import remove_due_data
from core.privacy.retention.terms import hold_data, keep_data_for, lift_hold
from tests.builders import Cast, a_cast, a_version
from tests.data_classes.conftest import attributes
from tests.pages.desk import Desk, button, column, today, words
from tests.production_data.conftest import PIPELINE, inferences

REASON = "As long as an outcome can be contested"


@pytest.fixture
def people(place: Workplace) -> Cast:
    cast = a_cast(place.store)
    a_version(place.store, cast)
    return cast


@pytest.fixture
def data(place: Workplace, people: Cast) -> None:
    for kind, rows, version in (
        (BatchKind.INFERENCES, inferences(4), "1.0.0"),
        (BatchKind.ATTRIBUTES, attributes(4), None),
    ):
        record_production(
            place.store, place.ledger, place.files, model="M0001", kind=kind, rows=rows, version=version,
            actor=PIPELINE, at=today(),
        )  # fmt: skip
    note_columns(place.store, place.ledger, place.files, at=today())


def past(place: Workplace, days: int) -> None:
    """Let the rows be so old."""
    with place.store.transaction() as tx:
        for row in tx.session.exec(select(ProductionBatch)):
            row.first_at = row.last_at = today() - timedelta(days=days)
            tx.session.add(row)


def test_a_page_without_columns_says_where_they_come_from(people: Cast, desk: Desk) -> None:
    assert "No column is known yet." in words(desk.open(people.validator, "data_classes"))
    assert "No column is known yet." in words(desk.open(people.validator, "data_classes", of="D0001"))
    assert "No column is known yet." in words(desk.open(people.validator, "part", part="D0001"))


def test_the_owner_decides_on_columns_at_once(place: Workplace, people: Cast, data: None, desk: Desk) -> None:
    page = desk.open(people.owner, "data_classes", of="M0001")
    assert "**7 columns**, 0 of people; **7 wait for a class**." in words(page)

    page.multiselect(key="class_columns").set_value(["id", "income"]).run()
    next(one for one in page.radio if one.label == "Class").set_value(DataClass.PERSONAL)
    next(one for one in page.text_area if one.label.startswith("Purpose")).set_value("Decide on *letters*")
    page.selectbox(key="basis id").set_value(page.selectbox(key="basis id").options[1])
    button(page, "Record the decision").click().run()

    assert not page.exception
    assert "2 columns of M0001 decided: ledger entry" in words(page)
    with place.store.reading() as session:
        found = columns_of(session, "M0001", classes=[DataClass.PERSONAL], text="i").rows
    decided = [one for one in found if one.data_class]
    assert [(one.name, one.purpose, one.gaps) for one in decided] == [
        ("id", "Decide on *letters*", ()), ("income", "Decide on *letters*", ()),
    ]  # fmt: skip


def test_who_may_not_class_data_reads_why(people: Cast, data: None, desk: Desk) -> None:
    page = desk.open(people.auditor, "data_classes", of="M0001")

    assert "A decision on columns is not possible yet" in words(page)
    told = words(desk.open(people.approver, "privacy"))
    assert "1 dataset or model misses something." in told
    assert "class not confirmed: at, id, income, prediction, race, region and 1 more" in told
    assert "M0001" in " ".join(column(desk.open(people.auditor, "data_classes"), "Record"))


def test_what_ends_is_told_held_and_then_gone(place: Workplace, people: Cast, data: None, desk: Desk) -> None:
    given = {"holder": "M0001", "at": today()}
    keep_data_for(place.store, place.ledger, days=200, reason=REASON, actor=people.owner, **given)  # type: ignore[arg-type]
    hold_data(place.store, place.ledger, reason="A *claim* is before the court", actor=people.approver, **given)  # type: ignore[arg-type]
    past(place, 201)

    page = desk.open(people.validator, "retention")
    assert column(page, "Batch") == ["PB0001", "PB0002"]
    assert all("Held" in one and "A *claim* is before the court" in one for one in column(page, "State"))
    assert "2 batches with 8 rows end within 30 days" in words(desk.open(people.owner, "privacy")).replace(
        "\u00a0", " "
    )

    lift_hold(place.store, place.ledger, reason="The claim was settled", actor=people.approver, **given)  # type: ignore[arg-type]
    remove_due_data(place.store, place.ledger, place.files, at=today())

    page = desk.open(people.validator, "retention")
    assert "Nothing ends within 30 days." in words(page)
    assert column(page, "Why") == ["kept for 200 days by a decision on M0001"] * 2
    arrived = desk.open(people.validator, "production_data", model="M0001")
    assert all("Removed" in one and "kept for 200 days" in one for one in column(arrived, "Remarks"))


def test_files_of_validations_end_are_held_and_are_told_of_once_they_are_gone(
    place: Workplace, people: Cast, desk: Desk
) -> None:
    number, version = a_version(place.store, people, version="1.1.0", model="M0001", stage=Stage.RETIRED, at=today())
    keep_data_for(
        place.store, place.ledger, holder="D0004", days=20, reason=REASON, actor=people.owner, at=today()
    )  # fmt: skip
    hold_data(place.store, place.ledger, holder="D0004", reason="A claim is open", actor=people.approver, at=today())

    page = desk.open(people.validator, "retention")
    assert "**1 file with 1,000 rows ends within 30 days**, 1 held." in words(page).replace("\u00a0", " ")
    assert column(page, "Number") == ["E0001"]
    assert "A claim" in column(page, "State")[0]
    assert "A claim" in words(desk.open(people.approver, "data_classes", of="D0004"))

    lift_hold(place.store, place.ledger, holder="D0004", reason="It was settled", actor=people.approver, at=today())
    remove_due_data(place.store, place.ledger, place.files, at=today() + timedelta(days=21))

    page = desk.open(people.validator, "retention")
    assert "kept for 20 days by a decision on D0004" in words(page)
    evidence = desk.open(people.validator, "model", model=number, version=version, tab="Evidence")
    assert "kept for 20 days by a decision on D0004" in words(evidence)
    assert "Input removed since it was computed (E0001 was removed on " in words(
        desk.open(people.validator, "report", run="R0001")
    )
