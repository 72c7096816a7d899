"""The page of production data: what arrived with what was odd about it, and the declaration of what is monitored."""

from datetime import timedelta

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from app.composition import Workplace
from core.access.rules import Actor, Role
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.points import NewPoint, record_metrics
from core.monitoring.intake.queries import declared_of
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.monitoring.intake.service import record_production
from core.monitoring.intake.taking import Sent
from tests.builders import Cast, a_cast, a_version
from tests.pages.desk import Desk, button, column, today, words
from tests.production_data.conftest import inferences, labels

PIPELINE = Actor("P0002", frozenset({Role.DEVELOPER}))


@pytest.fixture
def people(place: Workplace) -> Cast:
    cast = a_cast(place.store)
    a_version(place.store, cast)
    return cast


def take(place: Workplace, kind: BatchKind, rows: pa.Table, name: str = "") -> None:
    version = "1.0.0" if kind is BatchKind.INFERENCES else None
    record_production(
        place.store, place.ledger, place.files, model="M0001", kind=kind, rows=rows, version=version, sent=Sent(name),
        actor=PIPELINE, at=today(),
    )  # fmt: skip


def test_an_empty_page_says_how_data_come_in(people: Cast, desk: Desk) -> None:
    page = desk.open(people.validator, "production_data", model="M0001")

    assert "Nothing has arrived yet." in words(page)
    assert page.code[0].value.startswith("countersign production submit day.parquet --model M0001")
    assert "Declaring what is monitored is not possible yet" in words(page)


def test_what_arrived_is_shown_with_what_was_odd_about_it(place: Workplace, people: Cast, desk: Desk) -> None:
    take(place, BatchKind.INFERENCES, inferences(4, first=4), "second.parquet")
    take(place, BatchKind.INFERENCES, inferences(6), "<b>first</b>.parquet")
    take(place, BatchKind.LABELS, labels(3, first=6))

    page = desk.open(people.auditor, "production_data", model="M0001")

    assert column(page, "New rows") == ["3", "4", "4"]
    assert column(page, "Remarks") == ["1 waiting", "4 out of order, 2 repeated", "–"]
    assert "<b>first</b>.parquet" in column(page, "From")[1]
    assert ":gray[Inferences] 8" in words(page)
    assert ":gray[With a label] 25.0 %" in words(page)


def test_metrics_are_shown_with_their_newest_value(place: Workplace, people: Cast, desk: Desk) -> None:
    points = [
        NewPoint(
            name, value / 10, today() - timedelta(hours=9 - value), "M0001", unit="seconds", labels={"route": "*b*"}
        )
        for value in range(1, 4)
        for name in ("latency", "queue")
    ]
    record_metrics(place.store, place.ledger, points, actor=PIPELINE, at=today())

    page = desk.open(people.validator, "production_data", model="M0001")

    assert column(page, "Metric") == ["latency", "queue"]
    assert column(page, "Newest") == ["0.3 seconds"] * 2
    assert column(page, "Labels") == ["route=*b*"] * 2
    assert "3 points of latency, from 0.1 to 0.3" in column(page, "Last points")[0]


def test_the_owner_declares_what_is_monitored(place: Workplace, people: Cast, desk: Desk) -> None:
    take(place, BatchKind.INFERENCES, inferences(2))
    page = desk.open(people.owner, "production_data", model="M0001")
    page.text_input[0].set_value("1")
    page.multiselect[0].set_value(["income", "region"])
    page.multiselect[2].set_value(["sex"])
    button(page, "Declare").click().run()

    assert "Declared what is monitored of M0001 in production: revision 1." in words(page)
    with place.store.reading() as session:
        declared = declared_of(session, "M0001", "production")
    assert declared is not None
    assert declared.data == MonitoredData(positive_label="1", features=("income", "region"), sensitive=("sex",))


def test_a_contradiction_is_said_in_place(place: Workplace, people: Cast, desk: Desk) -> None:
    data = MonitoredData(positive_label="1")
    declare_monitored(
        place.store, place.ledger, model="M0001", data=data, expected_revision=0, actor=people.owner, at=today()
    )
    page = desk.open(people.owner, "production_data", model="M0001")
    page.text_input[0].set_value("")
    button(page, "Declare").click().run()

    assert "Nothing was declared." in words(page)
    assert "no positive label is named" in words(page)


def test_a_validator_reads_attributes_for_a_purpose_and_everybody_sees_who_did(
    place: Workplace, people: Cast, desk: Desk
) -> None:
    take(place, BatchKind.INFERENCES, inferences(2))
    take(place, BatchKind.ATTRIBUTES, pa.table({"id": ["i-00000", "i-00001"], "religion": ["<i>none</i>", "other"]}))
    page = desk.open(people.validator, "production_data", model="M0001")
    assert "1 record lies sealed, read by nobody." in words(page)
    assert "other" not in words(page)

    page.text_input(key="attributes purpose").input("Whether both files code alike.")
    button(page, "Read attributes").click().run()

    assert "2 rows of 2 of PB0002." in words(page)
    assert column(page, "religion", 2) == ["<i>none</i>", "other"]
    seen = desk.open(people.auditor, "production_data", model="M0001")
    assert "read 1 time by people" in words(seen)
    assert column(seen, "Purpose", 1) == ["Whether both files code alike."]
    assert "Reading is not possible yet" in words(seen)
    assert "other" not in words(seen)
