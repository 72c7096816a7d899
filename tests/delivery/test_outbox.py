"""Messages leave with the change they tell of, arrive at least once under one id, and are given up in the end."""

import json
import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.composition import Workplace
from app.delivery.guard import parse_hosts
from app.delivery.keys import FILE, master_key
from app.delivery.outbox import deliver_once
from app.delivery.sending import secret_of
from app.settings import SettingError, load
from core.approval.hooks.service import add_endpoint, close_hook, renew_secret, send_again
from core.approval.hooks.signing import signature_holds
from core.errors import Refused
from core.jobs.outbox.queries import messages
from core.jobs.outbox.service import LEASE, WAITS, Outcome, enqueue_message, settle_message, take_message
from core.jobs.outbox.tables import Channel, Delivery
from core.reports.keys import SigningKeys, open_keys
from core.store import EvidenceFiles
from tests.builders import NOON, Cast
from tests.delivery.servers import Receiver
from tests.delivery.servers import receiver as receiver
from tests.rollout.conftest import Line
from tests.rollout.conftest import line as line
from tests.rollout.conftest import started as started


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("signing"), origin="countersign.test/ledger", at=NOON)


@pytest.fixture
def place(line: Line, receiver: Receiver, keys: SigningKeys, tmp_path: Path) -> Workplace:
    settings = replace(load({}), data_dir=tmp_path, webhook_hosts=parse_hosts(f"localhost:{receiver.port}=internal"))
    files = EvidenceFiles(tmp_path / "evidence")
    return Workplace(settings, line.store, line.ledger, files, EvidenceFiles(tmp_path / "exports"), keys)


def told(place: Workplace, cast: Cast, receiver: Receiver) -> str:
    return add_endpoint(
        place.store,
        place.ledger,
        address=f"http://localhost:{receiver.port}/hook?x=1",
        actor=cast.administrator,
        at=NOON,
    ).number


def test_a_move_of_production_is_told_signed_and_verifies_as_its_receiver_would(
    place: Workplace, line: Line, receiver: Receiver
) -> None:
    number = told(place, line.cast, receiver)
    change = line.in_production("1.0.0")

    assert deliver_once(place, at=NOON)

    ((headers, body),) = receiver.got
    said = json.loads(body)
    assert (said["type"], said["data"]["version"], said["data"]["change"]) == ("deployment.moved", "1.0.0", change)
    assert said["data"]["phase"] == "full"
    secret = secret_of(master_key(place), number, 1)
    assert signature_holds(
        secret, headers["webhook-id"], headers["webhook-timestamp"], body, headers["webhook-signature"], now=NOON
    )
    assert headers["host"] == f"localhost:{receiver.port}"
    assert not deliver_once(place, at=NOON)
    with place.store.reading() as session:
        (row,) = messages(session).rows
    assert (row.status, row.attempts, row.said) == (Delivery.DELIVERED, 1, "Answered 204")


def test_a_refused_move_tells_nobody(place: Workplace, line: Line, receiver: Receiver) -> None:
    told(place, line.cast, receiver)
    change = line.approved()

    with pytest.raises(Refused):
        line.begin(change, actor=line.cast.auditor)

    assert line.messages() == []


@pytest.mark.row("SMTP 451, webhook 500, crash after send")
def test_a_receiver_that_fails_is_told_again_with_the_same_id_and_later_each_time(
    place: Workplace, line: Line, receiver: Receiver
) -> None:
    told(place, line.cast, receiver)
    line.in_production("1.0.0")
    receiver.answers = [500, 302, 200]

    at = NOON
    for wait in WAITS[:2]:
        assert deliver_once(place, at=at)
        assert not deliver_once(place, at=at + wait - timedelta(microseconds=1))
        at += wait
    assert deliver_once(place, at=at)

    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len(receiver.got) == 3
    assert line.messages()[0].status is Delivery.DELIVERED


def test_a_message_that_never_arrives_is_given_up_and_can_be_sent_again(
    place: Workplace, line: Line, receiver: Receiver
) -> None:
    told(place, line.cast, receiver)
    line.in_production("1.0.0")
    receiver.answers = [500] * 20
    at = NOON
    for wait in (*WAITS, timedelta()):
        assert deliver_once(place, at=at)
        at += wait
    assert line.messages()[0].status is Delivery.GIVEN_UP
    assert not deliver_once(place, at=at + timedelta(days=30))

    receiver.answers = []
    number = line.messages()[0].number
    with pytest.raises(Refused):
        send_again(place.store, place.ledger, message=number, actor=line.cast.owner, at=at)
    send_again(place.store, place.ledger, message=number, actor=line.cast.administrator, at=at)

    assert deliver_once(place, at=at)
    assert line.messages()[0].status is Delivery.DELIVERED


@pytest.mark.row("SMTP 451, webhook 500, crash after send")
def test_a_message_comes_back_when_its_worker_dies_and_a_late_failure_changes_nothing(line: Line) -> None:
    with line.store.transaction() as tx:
        enqueue_message(tx, Channel.WEBHOOK, "W0001", "deployment.moved", "{}", at=NOON)
    first = take_message(line.store, at=NOON)
    assert first is not None
    assert take_message(line.store, at=NOON + LEASE - timedelta(seconds=1)) is None
    second = take_message(line.store, at=NOON + LEASE)
    assert second is not None
    assert (second.number, second.attempt) == (first.number, 2)

    settle_message(line.store, second, Outcome(True, "Answered 200", 5), at=NOON + LEASE)
    settle_message(line.store, first, Outcome(False, "No answer", 5), at=NOON + LEASE)

    assert line.messages()[0].status is Delivery.DELIVERED


def test_a_host_that_is_no_longer_allowed_and_a_closed_webhook_are_not_told(
    place: Workplace, line: Line, receiver: Receiver
) -> None:
    number = told(place, line.cast, receiver)
    line.in_production("1.0.0")
    closed = replace(place, settings=replace(place.settings, webhook_hosts=()))
    deliver_once(closed, at=NOON)
    assert "a host that COUNTERSIGN_WEBHOOK_HOSTS allows" in line.messages()[0].said

    close_hook(place.store, place.ledger, number=number, actor=line.cast.administrator, at=NOON)
    deliver_once(place, at=NOON + timedelta(days=1))

    assert line.messages()[0].said == "Not sent: the webhook is closed"
    assert receiver.got == []


def test_a_receiver_that_is_away_is_said_in_words_without_its_address(place: Workplace, line: Line) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    away = replace(place, settings=replace(place.settings, webhook_hosts=parse_hosts(f"localhost:{port}=internal")))
    add_endpoint(place.store, place.ledger, address=f"http://localhost:{port}/", actor=line.cast.administrator, at=NOON)
    line.in_production("1.0.0")

    deliver_once(away, at=NOON)

    assert line.messages()[0].said == "No answer: ConnectError"


def test_a_renewed_secret_signs_from_then_on(place: Workplace, line: Line, receiver: Receiver) -> None:
    number = told(place, line.cast, receiver)
    renew_secret(place.store, place.ledger, number=number, actor=line.cast.administrator, at=NOON)
    line.in_production("1.0.0")
    deliver_once(place, at=NOON)

    ((headers, body),) = receiver.got
    signed = (headers["webhook-id"], headers["webhook-timestamp"], body, headers["webhook-signature"])
    assert signature_holds(secret_of(master_key(place), number, 2), *signed, now=NOON)
    assert not signature_holds(secret_of(master_key(place), number, 1), *signed, now=NOON)


def test_the_key_behind_the_secrets_is_for_its_owner_alone(place: Workplace, tmp_path: Path) -> None:
    first = master_key(place)
    path = tmp_path / "keys" / FILE
    assert (path.stat().st_mode & 0o777, master_key(place) == first, len(first)) == (0o600, True, 32)

    path.chmod(0o640)

    with pytest.raises(PermissionError):
        master_key(place)


def test_a_setting_that_names_no_hosts_stops_the_start() -> None:
    with pytest.raises(SettingError, match="COUNTERSIGN_WEBHOOK_HOSTS"):
        load({"COUNTERSIGN_WEBHOOK_HOSTS": "https://hooks.example.org"})
