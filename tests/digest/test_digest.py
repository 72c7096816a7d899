"""The digest reaches a real mail server at the chosen rhythm, names what waits, and stays out of the way otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from app.composition import Workplace, open_workplace
from app.digest import due_digests, send_digest
from app.mail import MailServer, NotDelivered, parse_mail_server, send
from app.settings import SettingError, load
from core.access.digests import Rhythm, choose_digest, digest_of, digest_refusals, digests_due
from core.access.grants import load_person
from core.access.rules import Actor, Role
from core.errors import Refused
from core.inventory.moves import load_model
from core.store import Store
from tests.builders import NOON, a_cast, a_model, a_person, free_port

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@dataclass
class Postbox:
    """Keeps what a mail server was handed, or refuses it."""

    refusing: bool = False
    kept: list[Message] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802  aiosmtpd's name
        if self.refusing:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.kept.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def server(postbox: Postbox) -> Iterator[MailServer]:
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield parse_mail_server(f"smtp://127.0.0.1:{controller.port}", "countersign@example.test")
    controller.stop()


@pytest.fixture
def place(server: MailServer, tmp_path: Path) -> Iterator[Workplace]:
    settings = replace(
        load({}),
        data_dir=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'store.db'}",
        mail=server,
        public_url="https://countersign.example.test",
    )
    opened = open_workplace(settings, installed_at=NOON - timedelta(days=90))
    yield opened
    opened.store.close()


def with_address(store: Store, *roles: Role) -> Actor:
    actor = a_person(store, *roles)
    with store.transaction() as tx:
        load_person(tx.session, actor.id).email = f"{actor.id.lower()}@example.test"
    return actor


def choose(place: Workplace, actor: Actor, rhythm: Rhythm, at: datetime = NOON) -> None:
    choose_digest(place.store, place.ledger, rhythm=rhythm, mail_is_set_up=True, actor=actor, at=at)


def an_overdue_review(place: Workplace, owner: Actor, name: str = "Credit limit") -> None:
    number = a_model(place.store, a_cast(place.store), at=NOON - timedelta(days=60))
    with place.store.transaction() as tx:
        model = load_model(tx.session, number)
        model.name, model.owner, model.next_review = name, owner.id, NOON - timedelta(days=3)


def text_in(message: Message) -> str:
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def test_the_digest_names_what_waits_with_its_address(place: Workplace, postbox: Postbox) -> None:
    owner = with_address(place.store, Role.OWNER)
    an_overdue_review(place, owner)
    choose(place, owner, Rhythm.DAILY)

    assert send_digest(place, f"{owner.id} 2026-11-20", at=NOON)

    (message,) = postbox.kept
    assert (message["To"], message["From"]) == (f"{owner.id.lower()}@example.test", "countersign@example.test")
    assert message["Subject"] == "Countersign: 1 task waits for you"
    assert "- Periodic review, Credit limit (M0001): Overdue 3 d, due 17 Nov" in text_in(message)
    assert "https://countersign.example.test/edit?model=M0001" in text_in(message)


def test_a_name_with_line_breaks_makes_no_header_and_no_line_of_its_own(place: Workplace, postbox: Postbox) -> None:
    owner = with_address(place.store, Role.OWNER)
    an_overdue_review(place, owner, "Credit\r\nBcc: everybody@example.test\n- All is well")

    send_digest(place, f"{owner.id} 2026-11-20", at=NOON)

    (message,) = postbox.kept
    assert message["Bcc"] is None
    assert "Credit Bcc: everybody@example.test - All is well (M0001)" in text_in(message)


def test_nobody_is_told_that_nothing_waits(place: Workplace, postbox: Postbox) -> None:
    auditor = with_address(place.store, Role.AUDITOR)

    assert not send_digest(place, f"{auditor.id} 2026-11-20", at=NOON)
    assert postbox.kept == []


def test_a_repeated_digest_carries_the_same_id(place: Workplace, postbox: Postbox) -> None:
    owner = with_address(place.store, Role.OWNER)
    an_overdue_review(place, owner)

    for _ in range(2):
        send_digest(place, f"{owner.id} 2026-11-20", at=NOON)

    assert len({message["Message-ID"] for message in postbox.kept}) == 1


def test_the_servers_own_reason_is_passed_on(place: Workplace, postbox: Postbox) -> None:
    owner = with_address(place.store, Role.OWNER)
    an_overdue_review(place, owner)
    postbox.refusing = True

    with pytest.raises(NotDelivered, match=r"550 5\.1\.1 no such mailbox"):
        send_digest(place, f"{owner.id} 2026-11-20", at=NOON)


def test_a_server_that_is_away_is_said() -> None:
    away = parse_mail_server("smtp://127.0.0.1:1", "countersign@example.test")

    with pytest.raises(NotDelivered, match="ConnectionRefusedError"):
        send(away, to="somebody@example.test", subject="x", text="x")


def test_a_wrong_password_is_said_and_not_shown(postbox: Postbox) -> None:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == b"right"
        return AuthResult(success=right, handled=False)

    controller = Controller(
        postbox,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=check,
        auth_require_tls=False,
        auth_required=True,
    )
    controller.start()
    try:
        wrong = parse_mail_server(f"smtp://somebody:a%20secret@127.0.0.1:{controller.port}", "countersign@example.test")
        assert "a secret" not in repr(wrong)
        with pytest.raises(NotDelivered, match="535") as refused:
            send(wrong, to="somebody@example.test", subject="x", text="x")
        assert "secret" not in str(refused.value)
        send(replace(wrong, password="right"), to="somebody@example.test", subject="x", text="x")
        assert len(postbox.kept) == 1
    finally:
        controller.stop()


@pytest.mark.parametrize(
    ("rhythm", "due"),
    [
        (Rhythm.DAILY, ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"]),
        (Rhythm.WEEKLY, ["2026-11-23"]),
        (Rhythm.NEVER, []),
    ],
)
def test_each_rhythm_has_its_days(place: Workplace, rhythm: Rhythm, due: list[str]) -> None:
    person = with_address(place.store, Role.OWNER)
    choose(place, person, rhythm)

    found: list[str] = []
    for hours in range(4 * 24):
        found += due_digests(place, MONDAY + timedelta(hours=hours))

    assert sorted(set(found)) == [f"{person.id} {day}" for day in due]
    with place.store.reading() as session:
        assert digests_due(session, at=MONDAY - timedelta(minutes=1)) == ()


def test_who_asks_after_six_gets_the_first_one_tomorrow(place: Workplace) -> None:
    person = with_address(place.store, Role.OWNER)
    choose(place, person, Rhythm.DAILY, at=MONDAY + timedelta(hours=2))

    assert list(due_digests(place, MONDAY + timedelta(hours=3))) == []
    assert list(due_digests(place, MONDAY + timedelta(hours=24))) == [f"{person.id} 2026-11-24"]


def test_somebody_who_left_gets_none(place: Workplace) -> None:
    person = with_address(place.store, Role.OWNER)
    choose(place, person, Rhythm.DAILY)
    with place.store.transaction() as tx:
        load_person(tx.session, person.id).disabled_at = NOON

    assert list(due_digests(place, MONDAY)) == []


def test_without_an_address_or_a_server_the_choice_is_refused(place: Workplace) -> None:
    person = a_person(place.store, Role.OWNER)

    with pytest.raises(Refused) as refused:
        choose_digest(place.store, place.ledger, rhythm=Rhythm.DAILY, mail_is_set_up=False, actor=person, at=NOON)

    assert {one.code for one in refused.value.refusals} == {"no-address", "no-mail-server"}
    assert digest_refusals(Actor("P1", token="T1"), "a@example.test", mail_is_set_up=True)[0].code == "token"
    with place.store.reading() as session:
        assert digest_of(session, person.id) is Rhythm.NEVER


def test_it_can_be_ended_at_any_time(place: Workplace) -> None:
    person = with_address(place.store, Role.OWNER)
    choose(place, person, Rhythm.WEEKLY)
    choose_digest(place.store, place.ledger, rhythm=Rhythm.NEVER, mail_is_set_up=False, actor=person, at=NOON)

    assert list(due_digests(place, MONDAY)) == []


@pytest.mark.parametrize(
    ("url", "sender", "named"),
    [
        ("smtp://mail.example.test", "", "MAIL_FROM"),
        ("mail.example.test", "a@example.test", "MAIL_SERVER"),
        ("http://mail.example.test", "a@example.test", "MAIL_SERVER"),
        ("smtp://mail.example.test/path", "a@example.test", "MAIL_SERVER"),
        ("smtp://mail.example.test", "no address", "MAIL_SERVER"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(url: str, sender: str, named: str) -> None:
    with pytest.raises(SettingError, match=named):
        load({"COUNTERSIGN_MAIL_SERVER": url, "COUNTERSIGN_MAIL_FROM": sender})
