"""A finding from what was seen in use, linked with it, and known as the same when it comes back."""

import pytest

import core.every_table  # noqa: F401  fills the metadata
from core.errors import NotFound, Unreadable
from core.improvement.findings import raise_from_record
from core.improvement.incidents.declaring import NewIncident, declare_incident
from core.links import RecordKind, Ref, linked
from core.links.known import TABLES
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.store.base import Row
from core.validation.findings import close_finding
from core.validation.queries.finding import finding_page
from core.validation.rules import FindingSource, Severity
from tests.register.conftest import WORDS, World


def alert(world: World, model: str | None = None) -> Ref:
    of = world.model if model is None else model
    signal = Signal(AlertKind.BREACH, f"breach {of}", Severity.HIGH, "Error rate", "6 %", of, world.version)
    with world.store.transaction() as tx:
        return Ref(RecordKind.ALERT, raise_alert(tx, world.ledger, signal, at=world.at))


def raised(world: World, source: Ref) -> str:
    return raise_from_record(
        world.store, world.ledger, source=source, title="Errors above 5 %", detail=WORDS, severity=Severity.HIGH,
        actor=world.cast.validator, at=world.at,
    )  # fmt: skip


def test_a_finding_from_an_alert_is_linked_and_known_when_it_comes_back(world: World) -> None:
    source = alert(world)
    first = raised(world, source)
    world.remediated(first)
    closing = world.cast.second_validator
    close_finding(world.store, world.ledger, finding=first, text=WORDS, actor=closing, at=world.at)

    second = raised(world, source)

    with world.store.reading() as session:
        page = finding_page(session, second, at=world.at)
        assert [one.ref for one in linked(session, source)] == [
            Ref(RecordKind.FINDING, first), Ref(RecordKind.FINDING, second),
        ]  # fmt: skip
    assert (page.finding.source, page.finding.repeat, page.finding.run_id) == (FindingSource.MONITORING, 1, None)


def test_a_finding_from_an_incident_is_about_the_version_that_it_affects(world: World) -> None:
    new = NewIncident("Refusals doubled", Severity.HIGH, WORDS, world.model, (world.version,))
    incident = declare_incident(world.store, world.ledger, new=new, actor=world.cast.developer, at=world.at).number

    number = raised(world, Ref(RecordKind.INCIDENT, incident))

    with world.store.reading() as session:
        assert finding_page(session, number, at=world.at).version.version == world.version


def test_a_source_is_there_and_of_a_kind_that_shows_a_model_in_use(world: World) -> None:
    for missing in (Ref(RecordKind.ALERT, "AL0099"), Ref(RecordKind.CHUNK, "CH0099")):
        with pytest.raises(NotFound):
            raised(world, missing)
    with pytest.raises(Unreadable):
        raised(world, Ref(RecordKind.REVIEW, "RV0001"))
    with pytest.raises(Unreadable):
        raised(world, alert(world, model=""))


def test_the_tables_by_which_records_are_known_to_be_there_have_their_numbers() -> None:
    known = {name: set(table.columns.keys()) for name, table in Row.metadata.tables.items()}

    assert [name for name in TABLES.values() if "number" not in known.get(name, ())] == []
