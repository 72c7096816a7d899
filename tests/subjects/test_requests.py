"""A request goes through its steps with a clock, two people for an erasure, and nothing in the ledger names anybody."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from core.access.grants import load_person
from core.access.people import disable_person, rename
from core.access.rules import Actor, Role
from core.access.tables import FormerName, Person, SignInSession
from core.errors import NotFound, Refused, Unreadable
from core.ledger.tables import LogPayload
from core.monitoring.alerts.tables import Alert
from core.privacy.subjects import steps
from core.privacy.subjects.filing import NewRequest, file_request, load_request, particulars
from core.privacy.subjects.matching import phrases_of
from core.privacy.subjects.orders import keep_order, new_key, new_order
from core.privacy.subjects.queries import RequestFilter, request_page, requests_page
from core.privacy.subjects.replay import orders_to_replay, replay_erasures
from core.privacy.subjects.rules import Ground, Regime, RequestKind, acknowledge_by, due
from core.privacy.subjects.steps import alert_key
from core.privacy.subjects.tables import ErasureOrder, SubjectRequest
from core.privacy.subjects.taking import due_for_clock, keep_clock, take_package
from core.privacy.subjects.working import fail_work, perform_erasure, perform_search
from tests.builders import NOON, a_person, signed_in
from tests.subjects.conftest import CUSTOMER, LATER, MAIL, NAME, SPELT, World

SAID = "Told by letter to the address on record."


class Story:
    """The acts of two people on one request."""

    def __init__(self, world: World, kind: RequestKind, *, person: str = "", regime: Regime = Regime.GDPR) -> None:
        self.world, self.at = world, LATER
        new = NewRequest(kind, regime, "letter", NOON, NAME, MAIL, () if person else (CUSTOMER, NAME, MAIL), person)
        self.number = file_request(world.store, world.ledger, new=new, actor=self.handler, at=NOON).number

    @property
    def handler(self) -> Actor:
        return self.world.cast.approver

    @property
    def row(self) -> SubjectRequest:
        with self.world.store.reading() as session:
            return load_request(session, self.number)

    def do(self, act: object, **given: object) -> object:
        call = {"request": self.number, "actor": self.handler, "at": self.at, **given}
        return act(self.world.store, self.world.ledger, **call)  # type: ignore[operator]

    def search(self) -> None:
        self.do(steps.identify_requester, how="answered to the address on record")
        self.do(steps.start_search)
        perform_search(
            self.world.store, self.world.ledger, self.world.places, slot=f"{self.number} 1", clock=lambda: self.at,
            alive=lambda: True,
        )  # fmt: skip

    def erase(self) -> None:
        self.do(steps.propose_erasure, expected_revision=self.row.revision)
        self.do(steps.confirm_erasure, expected_revision=self.row.revision, actor=self.world.cast.administrator)
        perform_erasure(
            self.world.store, self.world.ledger, self.world.places, slot=f"{self.number} 1", clock=lambda: self.at,
            alive=lambda: True,
        )  # fmt: skip


def codes(act: object, *given: object, **named: object) -> set[str]:
    with pytest.raises(Refused) as caught:
        act(*given, **named)  # type: ignore[operator]
    return {refusal.code for refusal in caught.value.refusals}


@pytest.mark.parametrize(
    ("received", "extended", "expected"),
    [
        ("2026-01-31", False, "2026-02-28"), ("2026-11-20", False, "2026-12-20"), ("2026-12-31", False, "2027-01-31"),
        ("2026-11-30", True, "2027-02-28"),
    ],
)  # fmt: skip
def test_a_request_under_the_gdpr_is_answered_within_a_month(received: str, extended: bool, expected: str) -> None:
    moment = datetime.fromisoformat(received).replace(tzinfo=UTC)

    assert due(Regime.GDPR, moment, extended=extended).date().isoformat() == expected


def test_a_request_under_the_ccpa_is_acknowledged_in_ten_business_days_and_answered_in_45_days() -> None:
    friday = datetime(2026, 11, 20, 12, tzinfo=UTC)

    assert acknowledge_by(Regime.CCPA, friday) == friday + timedelta(days=14)
    assert due(Regime.CCPA, friday) == friday + timedelta(days=45)
    assert due(Regime.CCPA, friday, extended=True) == friday + timedelta(days=90)


def test_nothing_that_names_the_person_is_in_the_ledger_or_in_the_clear(small_world: World) -> None:
    story = Story(small_world, RequestKind.CORRECTION)

    assert not any(spelt in repr(story.row.model_dump()) for spelt in SPELT)
    with small_world.store.reading() as session:
        newest = session.exec(select(LogPayload.body).order_by(LogPayload.entry_id.desc())).first()  # type: ignore[attr-defined]
        assert particulars(session, small_world.ledger, story.number, actor=story.handler).name == NAME
    assert newest
    assert not any(spelt in newest for spelt in SPELT)


def test_a_second_request_of_the_same_person_is_told(small_world: World) -> None:
    first = Story(small_world, RequestKind.ACCESS).number
    new = NewRequest(RequestKind.ERASURE, Regime.GDPR, "letter", NOON, NAME.lower(), MAIL, (CUSTOMER,))

    filed = file_request(small_world.store, small_world.ledger, new=new, actor=small_world.cast.approver, at=NOON)

    assert filed.earlier == (first,)


def test_a_request_that_would_search_for_nothing_is_refused(small_world: World) -> None:
    new = NewRequest(RequestKind.ERASURE, Regime.GDPR, "fax", NOON + timedelta(days=1), "", MAIL, ("---",))

    with pytest.raises(Unreadable) as caught:
        file_request(small_world.store, small_world.ledger, new=new, actor=small_world.cast.approver, at=NOON)

    assert {problem.column for problem in caught.value.problems} == {"name", "channel", "received"}


def test_nobody_is_searched_for_on_the_word_of_a_stranger(small_world: World) -> None:
    story = Story(small_world, RequestKind.ACCESS)

    assert codes(story.do, steps.start_search) == {"identity"}
    assert codes(story.do, steps.start_search, actor=small_world.cast.owner) == {"permission", "identity"}


def test_an_erasure_takes_two_people_and_then_everything_is_gone(small_world: World) -> None:
    story = Story(small_world, RequestKind.ERASURE)
    assert codes(story.do, steps.propose_erasure, expected_revision=1) == {"not-searched"}
    story.search()
    assert story.row.hits >= 9
    assert codes(story.do, steps.confirm_erasure, expected_revision=story.row.revision) == {
        "permission",
        "not-proposed",
        "second-person",
    }
    story.do(steps.propose_erasure, expected_revision=story.row.revision)
    both = Actor(story.handler.id, frozenset({Role.ADMINISTRATOR}))
    assert codes(story.do, steps.confirm_erasure, expected_revision=story.row.revision, actor=both) == {"second-person"}

    story.do(steps.start_search)  # a new search asks for a new proposal
    perform_search(
        small_world.store, small_world.ledger, small_world.places, slot=story.number, clock=lambda: LATER,
        alive=lambda: True,
    )  # fmt: skip
    story.erase()

    row = story.row
    assert (row.erased_hits, row.erased_at, row.error) == (10, LATER, "")
    story.do(steps.close_request, places=small_world.places, outcome=SAID)
    assert story.row.sealed == ""
    with small_world.store.reading() as session, pytest.raises(NotFound):
        particulars(session, small_world.ledger, story.number, actor=story.handler)
    assert not list((small_world.ledger.keyring.folder / "subjects").glob("*"))
    assert small_world.verify() == []


def test_a_user_is_forgotten_and_their_acts_keep_their_number(world: World) -> None:
    person = a_person(world.store, Role.DEVELOPER, name=NAME)
    signed_in(world.store, person)
    with world.store.transaction() as tx:
        rename(tx, load_person(tx.session, person.id), f"{NAME} the Second", at=LATER)
    story = Story(world, RequestKind.ERASURE, person=person.id)
    story.search()
    assert codes(story.do, steps.propose_erasure, expected_revision=story.row.revision) == {"active-account"}
    disable_person(
        world.store, world.ledger, person=person.id, reason="left the organisation", actor=world.cast.administrator,
        at=LATER,
    )  # fmt: skip

    story.erase()

    with world.store.reading() as session:
        row = session.exec(select(Person).where(Person.number == person.id)).one()
        sessions = session.exec(select(SignInSession).where(SignInSession.person == person.id)).all()
        assert not session.exec(select(FormerName)).all()
    assert (row.name, row.username, row.email) == (f"Erased person {person.id}", f"erased-{person.id.lower()}", "")
    assert not sessions
    assert "person.erased" in world.actions()
    assert world.verify() == []


def test_the_copy_says_what_is_held_and_is_gone_when_the_request_closes(small_world: World) -> None:
    story = Story(small_world, RequestKind.ACCESS)
    story.search()
    assert codes(story.do, steps.close_request, places=small_world.places, outcome=SAID) == {"not-handed-over"}
    digest = story.row.package
    sealed = small_world.places.exports.path(digest).read_bytes()
    assert not sealed.startswith(b"PK")

    found = story.do(take_package, places=small_world.places)

    with zipfile.ZipFile(io.BytesIO(found.content)) as packed:  # type: ignore[attr-defined]
        whole = json.loads(packed.read("found.json"))
        tables = [name for name in packed.namelist() if name.endswith(".csv")]
        rows = [list(csv.DictReader(io.StringIO(packed.read(name).decode()))) for name in tables]
        page = packed.read("index.html").decode()
    assert any(row.get("region") == CUSTOMER for lines in rows for row in lines)
    assert whole["processing"][0]["model"] == small_world.bench.model
    assert NAME in page
    story.do(steps.close_request, places=small_world.places, outcome=SAID)
    assert not small_world.places.exports.holds(digest)


def test_a_copy_expires(small_world: World) -> None:
    story = Story(small_world, RequestKind.ACCESS)
    story.search()
    story.at = LATER + timedelta(days=31)

    assert codes(story.do, take_package, places=small_world.places) == {"expired"}
    keep_clock(small_world.store, small_world.ledger, small_world.places, at=story.at)
    assert story.row.package == ""


def test_a_request_is_refused_only_on_a_ground_that_its_law_gives(small_world: World) -> None:
    story = Story(small_world, RequestKind.ACCESS, regime=Regime.CCPA)
    story.do(steps.identify_requester, how="answered to the address on record")

    def refuse(ground: Ground) -> object:
        return story.do(steps.refuse_request, places=small_world.places, ground=ground, why=SAID)

    assert codes(refuse, Ground.LEGAL_OBLIGATION) == {"ground"}
    assert codes(refuse, Ground.NOT_IDENTIFIED) == {"identified"}
    refuse(Ground.OTHERS)
    assert (story.row.status.value, story.row.ground, story.row.sealed) == ("refused", "rights of others", "")


def test_an_overdue_request_raises_one_alert_that_its_answer_settles(small_world: World) -> None:
    story = Story(small_world, RequestKind.RESTRICTION)
    story.at = NOON + timedelta(days=40)
    with small_world.store.reading() as session:
        assert not due_for_clock(session, at=NOON)
        assert due_for_clock(session, at=story.at)

    raised = [
        keep_clock(small_world.store, small_world.ledger, small_world.places, at=story.at),
        keep_clock(small_world.store, small_world.ledger, small_world.places, at=story.at),
    ]

    assert raised == [1, 0]
    assert codes(story.do, steps.extend_request, reason="many systems to search") == {"overdue"}
    story.do(steps.identify_requester, how="answered to the address on record")
    story.do(steps.close_request, places=small_world.places, outcome="The use is restricted, as noted in the model.")
    with small_world.store.reading() as session:
        alert = session.exec(select(Alert).where(Alert.key == alert_key(story.number))).one()
    assert alert.recovered_at == story.at


def test_requests_are_read_by_those_who_handle_or_confirm_them(small_world: World) -> None:
    number = Story(small_world, RequestKind.ACCESS).number
    with small_world.store.reading() as session:
        for actor in (small_world.cast.approver, small_world.cast.administrator):
            assert request_page(session, number, actor=actor, at=LATER).row.number == number
        narrowed = RequestFilter(open_only=True)
        assert codes(requests_page, session, narrowed, actor=small_world.cast.auditor, at=LATER, limit=5, offset=0) == {
            "permission"
        }


def test_the_key_of_a_request_is_readable_by_its_owner_alone(small_world: World) -> None:
    number = Story(small_world, RequestKind.ACCESS).number
    path: Path = small_world.ledger.keyring.folder / "subjects" / f"{number}.key"

    assert path.stat().st_mode & 0o077 == 0


def test_an_order_of_this_store_is_not_carried_out_twice_at_once(small_world: World) -> None:
    story = Story(small_world, RequestKind.ERASURE)
    story.search()
    story.do(steps.propose_erasure, expected_revision=story.row.revision)
    story.do(steps.confirm_erasure, expected_revision=story.row.revision, actor=small_world.cast.administrator)
    phrases = phrases_of((CUSTOMER,))
    keep_order(small_world.places.orders, new_order(story.number, "", phrases, new_key(), {}))

    assert orders_to_replay(small_world.store, small_world.places) == ()
    fail_work(small_world.store, slot=story.number, error="The key is gone.")
    assert orders_to_replay(small_world.store, small_world.places) == (story.number,)
    replay_erasures(small_world.store, small_world.ledger, small_world.places, at=LATER)
    assert story.row.erased_at == LATER
    assert orders_to_replay(small_world.store, small_world.places) == ()


def test_the_number_of_an_order_from_before_a_restore_is_not_given_again(small_world: World) -> None:
    with small_world.store.transaction() as tx:
        tx.session.add(ErasureOrder(request="SR0001", digest="0" * 64, entry=0, replayed=True, carried_out_at=NOON))

    assert Story(small_world, RequestKind.ACCESS).number == "SR0002"
