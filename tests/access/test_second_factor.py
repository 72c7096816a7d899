"""The second factor, judged by the vectors of RFC 6238 and by pyotp as the authenticator in somebody's hand."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from cryptography.exceptions import InvalidTag
from sqlmodel import select

from core.access.accounts import MAX_FAILURES, WINDOW, TooManyAttempts, sign_in
from core.access.queries import open_sessions
from core.access.rules import Actor, Role
from core.access.rules.factors import Demand, factor_demanded
from core.access.second_factor.codes import MOST_WRONG, address_of, new_secret, recovery_codes_left, step_of
from core.access.second_factor.keys import FactorKey
from core.access.second_factor.proving import Factors, WrongCode, accept_code
from core.access.second_factor.service import remove, renew_recovery_codes, set_up, take_away
from core.access.sessions import open_session
from core.access.signing import confirm_password
from core.access.tables import Person, RecoveryCode, SecondFactor
from core.errors import Refused
from core.jobs.outbox.tables import OutboxMessage
from core.ledger.tables import LogEntry, LogPayload
from tests.access.conftest import PASSWORD, World

FACTORS = Factors(FactorKey("a key of sixty-four letters, as the installation makes one for itself"), mail=True)
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", RFC 6238, appendix B
RFC_CODES = ((59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
             (2000000000, "69279037"), (20000000000, "65353130"))  # fmt: skip


class Held:
    """Somebody with an authenticator in their hand."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.world, self.actor, self.secret = world, actor, new_secret()
        with world.store.transaction() as tx:
            for session_id in ("here", "elsewhere"):
                open_session(
                    tx, world.ledger, session_id=session_id, person=actor.id, length=timedelta(hours=8), at=world.at
                )
        self.recovery = self.set_up(self.code(world.at))

    def set_up(self, code: str) -> tuple[str, ...]:
        return set_up(
            self.world.store, self.world.ledger, FACTORS,
            secret=self.secret, code=code, session_id="here", actor=self.actor, at=self.world.at,
        )  # fmt: skip

    def code(self, at: datetime) -> str:
        return pyotp.TOTP(self.secret).at(at)

    def accept(self, code: str, at: datetime) -> None:
        accept_code(self.world.store, self.world.ledger, FACTORS, person=self.actor.id, code=code, at=at)


@pytest.fixture
def held(small_world: World) -> Held:
    return Held(small_world, small_world.person("ana"))


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238 prints eight digits; six are their end (RFC 4226, 5.3)."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    assert step_of(RFC_SECRET, code[-6:], at=at) == seconds // 30


def test_an_authenticator_may_be_one_step_off_and_no_more() -> None:
    at, secret = datetime(2026, 11, 20, 12, 0, tzinfo=UTC), new_secret()
    codes = {off: pyotp.TOTP(secret).at(at + timedelta(seconds=30 * off)) for off in (-2, -1, 0, 1, 2)}

    taken = {off for off, code in codes.items() if step_of(secret, code, at=at) is not None}

    assert {-1, 0, 1} <= taken
    assert taken == {off for off, code in codes.items() if code in {codes[-1], codes[0], codes[1]}}


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", " ", "0" * 5000])
def test_what_is_no_code_is_no_code(code: str) -> None:
    assert step_of(RFC_SECRET, code, at=datetime(2026, 11, 20, tzinfo=UTC)) is None


def test_the_address_in_the_qr_code_is_read_by_an_authenticator() -> None:
    secret = new_secret()

    read = pyotp.parse_uri(address_of(secret, username="ana", host="countersign.example.org"))

    assert (read.secret, read.issuer, read.name) == (secret, "Countersign", "ana@countersign.example.org")


def test_a_code_is_taken_once(held: Held) -> None:
    at = held.world.at + timedelta(minutes=5)
    held.accept(held.code(at), at)

    with pytest.raises(WrongCode):
        held.accept(held.code(at), at + timedelta(seconds=5))
    with pytest.raises(WrongCode):
        held.accept(held.code(at - timedelta(seconds=30)), at)  # nor one from before it

    held.accept(held.code(at + timedelta(seconds=30)), at + timedelta(seconds=30))


def test_the_code_that_set_it_up_does_not_sign_in(held: Held) -> None:
    with pytest.raises(WrongCode):
        held.accept(held.code(held.world.at), held.world.at)


def test_setting_up_ends_the_other_sessions(held: Held) -> None:
    with held.world.store.reading() as session:
        assert [row.id for row in open_sessions(session, person=held.actor.id, at=held.world.at)] == ["here"]


def test_ten_recovery_codes_each_work_once(held: Held) -> None:
    assert len(set(held.recovery)) == 10
    spelled = held.recovery[0].upper().replace("-", " ")

    held.accept(spelled, held.world.at)
    with pytest.raises(WrongCode):
        held.accept(held.recovery[0], held.world.at)

    with held.world.store.reading() as session:
        assert recovery_codes_left(session, held.actor.id) == 9


def test_the_store_holds_neither_secret_nor_code(held: Held) -> None:
    with held.world.store.reading() as session:
        factor = session.get(SecondFactor, held.actor.id)
        assert factor is not None
        rows = session.exec(select(RecoveryCode)).all()
        ledger = [*session.exec(select(LogEntry.body)), *map(str, session.exec(select(LogPayload)))]
        kept = "\n".join([*ledger, factor.sealed, *(row.digest for row in rows)])

    assert held.secret not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in held.recovery)
    with pytest.raises(InvalidTag):
        FACTORS.key.opened("P0099", factor.sealed)  # bound to its person
    assert FACTORS.key.opened(held.actor.id, factor.sealed) == held.secret


def test_wrong_codes_lock_the_name_and_the_password_does_not_open_it_again(held: Held) -> None:
    """Somebody who knows the password gets five codes in fifteen minutes, however often they give the password."""
    world, at = held.world, held.world.at + timedelta(hours=1)
    for _ in range(MAX_FAILURES):
        assert sign_in(world.store, username="ana", password=PASSWORD, at=at) == held.actor.id
        with pytest.raises(WrongCode):
            held.accept("000000", at)

    with pytest.raises(TooManyAttempts):
        sign_in(world.store, username="ana", password=PASSWORD, at=at)
    with pytest.raises(TooManyAttempts):
        held.accept(held.code(at), at)
    held.accept(held.code(at + WINDOW), at + WINDOW)


def test_after_a_hundred_wrong_codes_in_a_row_only_a_recovery_code_helps(held: Held) -> None:
    with held.world.store.transaction() as tx:
        factor = tx.session.get(SecondFactor, held.actor.id)
        assert factor is not None
        factor.wrong_codes = MOST_WRONG
    at = held.world.at + timedelta(hours=1)

    with pytest.raises(WrongCode):
        held.accept(held.code(at), at)
    held.accept(held.recovery[3], at)
    held.accept(held.code(at + timedelta(seconds=30)), at + timedelta(seconds=30))


def test_a_signature_takes_the_code_beside_the_password(held: Held) -> None:
    world, at = held.world, held.world.at + timedelta(hours=1)

    def confirm(code: str, factors: Factors | None = FACTORS) -> None:
        confirm_password(
            world.store, world.ledger, factors,
            password=PASSWORD, code=code, session_id="here", actor=held.actor, at=at,
        )  # fmt: skip

    for code, factors in (("", FACTORS), ("000000", FACTORS), (held.code(at), None)):
        with pytest.raises(Refused, match="code is wrong"):
            confirm(code, factors)
    confirm(held.code(at))


@pytest.mark.parametrize(("password", "coded"), [("guess", True), (PASSWORD, False)], ids=["password", "code"])
def test_removing_it_takes_both(held: Held, password: str, coded: bool) -> None:
    world, at = held.world, held.world.at + timedelta(hours=1)
    code = held.code(at) if coded else "000000"

    with pytest.raises(Refused):
        remove(world.store, world.ledger, FACTORS, password=password, code=code, actor=held.actor, at=at)

    later = at + timedelta(minutes=1)
    given = held.code(later)
    remove(world.store, world.ledger, FACTORS, password=PASSWORD, code=given, actor=held.actor, at=later)
    with world.store.reading() as session:
        assert session.get(SecondFactor, held.actor.id) is None
        assert session.exec(select(RecoveryCode)).first() is None


def test_an_administrator_takes_it_away_with_a_reason_and_the_person_is_told(held: Held) -> None:
    world = held.world
    with world.store.transaction() as tx:
        tx.session.exec(select(Person).where(Person.number == held.actor.id)).one().email = "ana@example.org"

    def away(actor: Actor, reason: str) -> None:
        take_away(world.store, world.ledger, FACTORS, person=held.actor.id, reason=reason, actor=actor, at=world.at)

    for actor, reason in ((world.administrator, "lost"), (world.person("ben", Role.OWNER), "She lost her telephone")):
        with pytest.raises(Refused):
            away(actor, reason)
    away(world.administrator, "She lost her telephone")

    with world.store.reading() as session:
        assert open_sessions(session, person=held.actor.id, at=world.at) == ()
        told = session.exec(select(OutboxMessage).where(OutboxMessage.receiver == held.actor.id)).all()
    assert ["second factor was removed" in row.body for row in told] == [True]


def test_nobody_takes_their_own_away_as_administrator(small_world: World) -> None:
    held = Held(small_world, small_world.administrator)

    with pytest.raises(Refused, match="their own second factor"):
        take_away(
            small_world.store, small_world.ledger, FACTORS,
            person=held.actor.id, reason="I do not like it", actor=held.actor, at=small_world.at,
        )  # fmt: skip


def test_new_recovery_codes_void_the_old_ones(held: Held) -> None:
    world, at = held.world, held.world.at + timedelta(hours=1)

    new = renew_recovery_codes(world.store, world.ledger, FACTORS, code=held.code(at), actor=held.actor, at=at)

    with pytest.raises(WrongCode):
        held.accept(held.recovery[0], at)
    held.accept(new[0], at)


@pytest.mark.parametrize(
    ("changes", "later", "reason"),
    [
        ({}, timedelta(minutes=6), "within 5 minutes"),
        ({"session_id": "elsewhere"}, timedelta(), "within 5 minutes"),
        ({"code": "000000"}, timedelta(), "code is wrong"),
    ],
    ids=["not recent", "another session", "wrong code"],
)
def test_what_stands_against_setting_up(
    small_world: World, changes: dict[str, str], later: timedelta, reason: str
) -> None:
    ana, secret, at = small_world.person("ana"), new_secret(), small_world.at + later
    with small_world.store.transaction() as tx:
        open_session(
            tx, small_world.ledger, session_id="here", person=ana.id, length=timedelta(hours=8), at=small_world.at
        )
    wish = {"code": pyotp.TOTP(secret).at(at), "session_id": "here", **changes}

    with pytest.raises(Refused, match=reason):
        set_up(small_world.store, small_world.ledger, FACTORS, secret=secret, actor=ana, at=at, **wish)

    with small_world.store.reading() as session:
        assert session.get(SecondFactor, ana.id) is None


@pytest.mark.parametrize(
    ("demand", "roles", "must"),
    [
        (Demand.OPTIONAL, {Role.ADMINISTRATOR}, False),
        (Demand.SENSITIVE, {Role.OWNER, Role.DEVELOPER}, False),
        (Demand.SENSITIVE, {Role.DEVELOPER, Role.APPROVER}, True),
        (Demand.SENSITIVE, set(), False),
        (Demand.REQUIRED, set(), True),
    ],
)
def test_from_whom_a_second_factor_is_demanded(demand: Demand, roles: set[Role], must: bool) -> None:
    assert factor_demanded(demand, roles) is must
