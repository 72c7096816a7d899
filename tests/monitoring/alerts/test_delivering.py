"""Alerts reach real servers: a mail server that says 451 first, a receiver that says 500 first, a worker that dies."""

import json
import logging
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.alerting.sealing import sealer, unseal
from app.alerting.services import ServiceFailed, look_up, tell_service
from app.composition import Workplace
from app.delivery.guard import parse_hosts
from app.delivery.keys import FILE, master_key
from app.delivery.outbox import deliver_once
from app.mail import parse_mail_server
from app.settings import SettingError, load
from core.access.grants import load_person
from core.access.rules import Role
from core.approval.hooks.service import add_endpoint
from core.errors import NotFound, Unreadable
from core.jobs.outbox.service import LEASE, WAITS, take_message
from core.jobs.outbox.tables import Delivery
from core.monitoring.alerts.channels import NewChannel, Route, add_channel, add_route, load_channel, people_target
from core.monitoring.alerts.vocabulary import ChannelKind
from core.policy.alerting.rules import Severity
from core.reports.keys import SigningKeys, open_keys
from core.store import EvidenceFiles
from tests.builders import NOON, a_person
from tests.delivery.servers import Postbox, Receiver
from tests.delivery.servers import postbox as postbox
from tests.delivery.servers import receiver as receiver
from tests.delivery.test_guard import INNER
from tests.monitoring.alerts.conftest import World, with_addresses

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("signing"), origin="countersign.test/ledger", at=NOON)


@pytest.fixture
def place(world: World, postbox: Postbox, receiver: Receiver, keys: SigningKeys, tmp_path: Path) -> Workplace:
    hosts = parse_hosts(f"localhost:{receiver.port}=internal")
    settings = replace(
        load({}), data_dir=tmp_path, webhook_hosts=hosts, alert_hosts=hosts,
        public_url="https://countersign.example.test",
        mail=parse_mail_server(f"smtp://127.0.0.1:{postbox.port}", "countersign@example.test"),
    )  # fmt: skip
    files = EvidenceFiles(tmp_path / "evidence")
    return Workplace(settings, world.store, world.ledger, files, EvidenceFiles(tmp_path / "exports"), keys)


def a_channel(place: Workplace, world: World, kind: ChannelKind, target: str, addresses: int = 0) -> str:
    new = NewChannel(kind, "Risk desk", target, "shown", addresses)
    admin = world.cast.administrator
    row = add_channel(place.store, place.ledger, new=new, seal=sealer(place), actor=admin, at=NOON)
    add_route(place.store, place.ledger, channel=row.number, route=Route(), actor=admin, at=NOON)
    return row.number


def deliver_all(place: Workplace, world: World) -> None:
    while deliver_once(place, at=world.at):
        pass


@pytest.mark.row("SMTP 451, webhook 500, crash after send")
def test_mail_that_the_server_puts_off_arrives_once_under_one_id(
    place: Workplace, world: World, postbox: Postbox
) -> None:
    a_channel(place, world, ChannelKind.PEOPLE, people_target(["model owner"]))
    world.raised(severity=Severity.CRITICAL)
    postbox.answers = ["451 4.3.0 come back later"]

    deliver_all(place, world)
    assert world.messages()[0].said == "The mail server did not take the message: 451 4.3.0 come back later."
    world.later(seconds=WAITS[0].total_seconds())
    deliver_all(place, world)

    (mail,) = postbox.kept
    (row,) = world.messages()
    assert (row.status, row.attempts) == (Delivery.DELIVERED, 2)
    assert mail["Message-ID"] == f"<{row.number}@countersign.example.test>"
    assert mail["To"] == f"{world.cast.owner.id.lower()}@example.test"
    assert "critical alert AL0001 of M0001 production" in str(mail["Subject"])
    assert row.number in mail.get_payload()


def test_every_address_of_a_channel_has_a_message_of_its_own(place: Workplace, world: World, postbox: Postbox) -> None:
    addresses = json.dumps(["desk@example.test", "night@example.test"])
    number = a_channel(place, world, ChannelKind.ADDRESSES, addresses, addresses=2)
    world.raised(severity=Severity.CRITICAL)

    deliver_all(place, world)

    assert sorted(str(mail["To"]) for mail in postbox.kept) == ["desk@example.test", "night@example.test"]
    assert [row.receiver for row in world.messages()] == [f"{number}/1", f"{number}/2"]
    with place.store.reading() as session:
        assert "desk" not in load_channel(session, number).target


@pytest.mark.row("SMTP 451, webhook 500, crash after send")
def test_a_webhook_that_fails_is_told_again_with_the_same_id(
    place: Workplace, world: World, receiver: Receiver
) -> None:
    hook = add_endpoint(
        place.store, place.ledger, address=f"http://localhost:{receiver.port}/hook", actor=world.cast.administrator,
        at=NOON,
    )  # fmt: skip
    a_channel(place, world, ChannelKind.WEBHOOK, hook.number)
    world.raised(severity=Severity.CRITICAL)
    receiver.answers = [500]

    deliver_all(place, world)
    world.later(seconds=WAITS[0].total_seconds())
    deliver_all(place, world)

    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert (len(ids), len(set(ids))) == (2, 1)
    assert json.loads(receiver.got[1][1])["data"]["alerts"][0]["number"] == "AL0001"
    assert world.messages()[0].status is Delivery.DELIVERED


def test_a_service_of_apprise_is_told_through_the_guard_and_again_after_a_failure(
    place: Workplace, world: World, receiver: Receiver
) -> None:
    a_channel(place, world, ChannelKind.SERVICE, f"json://localhost:{receiver.port}/t0ken?retry=3")
    world.raised(severity=Severity.CRITICAL)
    receiver.answers = [500, 302]

    for wait in (*WAITS[:2], timedelta()):
        deliver_all(place, world)
        world.later(seconds=wait.total_seconds())

    (row,) = world.messages()
    said = [json.loads(body) for _, body in receiver.got]
    assert len(said) == 3  # no retry of its own, and no redirect followed
    assert {headers["message-id"] for headers, _ in receiver.got} == {row.number}
    assert "AL0001" in said[2]["title"]
    assert row.number in said[2]["message"]
    assert (row.status, row.said) == (Delivery.DELIVERED, "Answered 204")


@pytest.mark.row("SMTP 451, webhook 500, crash after send")
def test_after_a_crash_between_sending_and_noting_the_copy_has_the_same_id(
    place: Workplace, world: World, postbox: Postbox, tmp_path: Path
) -> None:
    a_channel(place, world, ChannelKind.PEOPLE, people_target(["model owner"]))
    world.raised(severity=Severity.CRITICAL)
    script = (
        "import os; from datetime import datetime; from dataclasses import replace; from pathlib import Path\n"
        "import app.delivery.outbox as outbox; from app.settings import load\n"
        "from app.composition import Workplace; from app.mail import parse_mail_server\n"
        "from core.ledger.service import Ledger; from core.store import EvidenceFiles, open_store\n"
        "outbox.settle_message = lambda *_args, **_named: os.kill(os.getpid(), 9)\n"
        f"settings = replace(load({{}}), data_dir=Path({str(tmp_path)!r}),\n"
        "    public_url='https://countersign.example.test',\n"
        f"    mail=parse_mail_server('smtp://127.0.0.1:{postbox.port}', 'countersign@example.test'))\n"
        f"files = EvidenceFiles(Path({str(tmp_path)!r}))\n"
        f"place = Workplace(settings, open_store('sqlite:///{world.store.engine.url.database}'),\n"
        f"    Ledger.open(Path({str(tmp_path / 'keys')!r}), origin='countersign.test/ledger'), files, files, None)\n"
        f"outbox.deliver_once(place, at=datetime.fromisoformat({world.at.isoformat()!r}))\n"
    )
    died = subprocess.run([sys.executable, "-c", script], env=os.environ, cwd=Path(__file__).parents[3], check=False)
    assert died.returncode == -9
    assert len(postbox.kept) == 1

    world.later(seconds=LEASE.total_seconds())
    deliver_all(place, world)

    assert len(postbox.kept) == 2
    assert len({mail["Message-ID"] for mail in postbox.kept}) == 1
    assert world.messages()[0].status is Delivery.DELIVERED


@pytest.mark.row("worker killed x 30")
def test_thirty_workers_that_die_with_a_message_lose_none_and_double_none(place: Workplace, world: World) -> None:
    a_channel(place, world, ChannelKind.PEOPLE, people_target(["model owner"]))
    world.raised(severity=Severity.CRITICAL)
    for _ in range(30):  # each takes what is due and is never heard of again
        world.tell()
        taken = take_message(place.store, at=world.at)
        assert taken is not None
        world.later(seconds=LEASE.total_seconds())

    deliver_all(place, world)

    (row,) = world.messages()
    assert row.status is Delivery.DELIVERED


@pytest.mark.parametrize("inner", INNER)
def test_no_service_leads_inside(inner: str) -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        return [inner]

    with pytest.raises(ServiceFailed, match="a public address"):
        tell_service(
            SLACK, title="A", text="B", severity="low", message="msg_1",
            allowed=parse_hosts("hooks.slack.com"), resolve=resolve,
        )  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        SLACK,  # a host that is not allowed
        "json://169.254.169.254/latest", "json://127.0.0.1/x", "json://[::1]/x", "jsons://chat.corp.evil.test/x",
        "json://chat.corp/x",  # not encrypted, to a host that is not internal
        "json://chat.corp:8081/x", "mailto://user:secret@example.org", "syslog://", "dbus://", "nothing://x",
        "https://x", "",
        "mqtt://chat.corp/topic", "ftp://chat.corp", "file:///etc/passwd", "rsyslog://chat.corp", "discord://bad",
    ],
)  # fmt: skip
def test_what_no_channel_may_lead_to_is_refused_before_anything_is_asked(address: str) -> None:
    with pytest.raises(Unreadable) as caught:
        look_up(address, parse_hosts("chat.corp, ci.corp:8443=internal"))

    assert "secret" not in str(caught.value)


def test_slack_and_teams_are_known_by_name_and_host_and_by_no_token() -> None:
    slack = look_up(SLACK, parse_hosts("hooks.slack.com"))
    teams = look_up(
        "workflows://prod-10.westeurope.logic.azure.com:443/643e69f83c8944/4ab4b8f1/",
        parse_hosts("prod-10.westeurope.logic.azure.com"),
    )

    assert slack.shown == "Slack at hooks.slack.com"
    assert teams.hosts == ("prod-10.westeurope.logic.azure.com",)
    assert "Teams" in teams.name


def test_what_a_service_is_reached_by_is_kept_encrypted_and_logged_nowhere(
    place: Workplace, world: World, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    number = a_channel(
        place, world, ChannelKind.SERVICE, f"json://user:pass-t0ken@localhost:{receiver.port}/path-t0ken"
    )
    world.raised(severity=Severity.CRITICAL)
    receiver.answers = [403]
    deliver_all(place, world)

    with place.store.reading() as session:
        channel = load_channel(session, number)
    assert "t0ken" not in channel.target
    assert unseal(place, channel).endswith("path-t0ken")
    assert "t0ken" not in caplog.text
    assert "t0ken" not in "".join(row.said for row in world.messages())


def test_with_another_key_a_channel_is_not_told_and_says_so(place: Workplace, world: World, tmp_path: Path) -> None:
    number = a_channel(place, world, ChannelKind.SERVICE, "json://localhost/x")
    master_key(place)
    (tmp_path / "keys" / FILE).write_text("00" * 32, encoding="ascii")
    with place.store.reading() as session, pytest.raises(NotFound):
        unseal(place, load_channel(session, number))

    world.raised(severity=Severity.CRITICAL)
    deliver_all(place, world)

    assert world.messages()[0].said == f"There is no key for the target of channel “{number}”."


def test_a_person_who_left_is_not_written_to(place: Workplace, world: World, postbox: Postbox) -> None:
    gone = a_person(place.store, Role.APPROVER)
    with_addresses(place.store, gone)
    a_channel(place, world, ChannelKind.PEOPLE, people_target([gone.id]))
    world.raised(severity=Severity.CRITICAL)
    world.tell()
    with place.store.transaction() as tx:
        load_person(tx.session, gone.id).disabled_at = NOON
    deliver_all(place, world)

    assert postbox.kept == []
    assert "no mail address" in world.messages()[0].said


def test_a_setting_that_names_no_hosts_stops_the_start() -> None:
    with pytest.raises(SettingError, match="COUNTERSIGN_ALERT_HOSTS"):
        load({"COUNTERSIGN_ALERT_HOSTS": "https://hooks.slack.com"})
