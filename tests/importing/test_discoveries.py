"""What answers in production and is not in the inventory is discovered once, and counted from then on."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.access.rules import Role
from core.errors import Conflict, NotFound, Refused, Unreadable
from core.inventory.importing.discovering import ignore, registered_as, seen_inference, take_up_again
from core.inventory.importing.queries import discoveries
from core.inventory.importing.rules import DiscoveryStatus
from core.ledger.tables import LogEntry
from tests.builders import an_actor
from tests.importing.conftest import Desk, rows_of

SOURCE = "gateway eu-1"


def seen(desk: Desk, model: str, version: str = "", hours: int = 0) -> str | None:
    at = desk.at + timedelta(hours=hours)
    return seen_inference(desk.store, desk.ledger, model=model, version=version, source=SOURCE, at=at)


def test_inference_of_a_known_version_is_no_news(desk: Desk) -> None:
    desk.make(desk.wish(rows_of({})))

    assert [seen(desk, "M0001", "1.0.0"), seen(desk, "Credit ranking", "1.0.0"), seen(desk, "M0001")] == [None] * 3


def test_an_unknown_model_is_discovered_once_and_counted(desk_on_both: Desk) -> None:
    desk = desk_on_both

    numbers = {seen(desk, "shadow-model", "7", hours) for hours in (0, 2, 1)}

    assert numbers == {"U0001"}
    with desk.store.reading() as session:
        (row,) = discoveries(session, limit=9, offset=0).rows
        assert (row.sightings, row.first_seen, row.last_seen) == (3, desk.at, desk.at + timedelta(hours=2))
        entries = [body for body in session.exec(select(LogEntry.body)).all() if "model.discovered" in body]
    assert len(entries) == 1


def test_an_unknown_version_of_a_known_model_is_discovered(desk: Desk) -> None:
    desk.make(desk.wish(rows_of({})))

    assert seen(desk, "M0001", "9.9.9") == "U0001"


def test_a_discovery_is_ignored_with_a_reason_and_taken_up_again(desk: Desk) -> None:
    number = seen(desk, "shadow-model") or ""

    ignore(desk.store, desk.ledger, discovery=number, reason="A load test.", actor=desk.owner, at=desk.at)
    seen(desk, "shadow-model", hours=1)
    with desk.store.reading() as session:
        assert discoveries(session, limit=9, offset=0).total == 0
        (row,) = discoveries(session, status=DiscoveryStatus.IGNORED, limit=9, offset=0).rows
        assert (row.sightings, row.reason) == (2, "A load test.")
    with pytest.raises(Conflict):
        ignore(desk.store, desk.ledger, discovery=number, reason="A load test.", actor=desk.owner, at=desk.at)
    take_up_again(desk.store, desk.ledger, discovery=number, reason="It is used.", actor=desk.owner, at=desk.at)
    with desk.store.reading() as session:
        assert discoveries(session, limit=9, offset=0).total == 1


def test_a_discovery_is_registered_as_a_model_that_exists(desk: Desk) -> None:
    desk.make(desk.wish(rows_of({})))
    number = seen(desk, "ranker-v2") or ""
    said = {"discovery": number, "reason": "The same model.", "actor": desk.owner, "at": desk.at}

    with pytest.raises(NotFound):
        registered_as(desk.store, desk.ledger, model="M9999", **said)  # type: ignore[arg-type]
    registered_as(desk.store, desk.ledger, model="M0001", **said)  # type: ignore[arg-type]

    with desk.store.reading() as session:
        (row,) = discoveries(session, status=DiscoveryStatus.REGISTERED, limit=9, offset=0).rows
    assert row.model == "M0001"


@pytest.mark.parametrize("role", [Role.VALIDATOR, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_those_who_register_models_decide_on_a_discovery(desk: Desk, role: Role) -> None:
    number = seen(desk, "shadow-model") or ""

    with pytest.raises(Refused):
        ignore(
            desk.store, desk.ledger, discovery=number, reason="A load test.", actor=an_actor("P0099", role), at=desk.at
        )


@pytest.mark.parametrize(("model", "version"), [("", "1"), ("x" * 501, "1"), ("x", "1" * 101)])
def test_a_name_that_cannot_be_kept_is_refused(desk: Desk, model: str, version: str) -> None:
    with pytest.raises(Unreadable):
        seen(desk, model, version)
