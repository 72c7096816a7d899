"""What is changed behind the use cases is found by the next look, raises an alert, and settles when it is put back."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from core.access.people import add_grant, add_person, disable_person, withdraw_role
from core.access.rules import SYSTEM, Actor, Permission, Role
from core.access.sessions import end_session, open_session
from core.access.tokens import issue_token, revoke_token
from core.approval.service import grant_function, withdraw_function
from core.assurance.permissions.replaying import replay
from core.assurance.permissions.rules import Said, differences
from core.assurance.permissions.service import BEYOND, MOST_ALERTS, Looked, Watch, last_look, standing_differences
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.ledger.tables import LogEntry
from core.monitoring.alerts.tables import Alert
from core.policy.rules import Function
from core.store import Store
from core.store.types import microseconds
from tests.builders import NOON

HOUR = timedelta(hours=1)
REASON = "Needed for the work at hand"


@dataclass
class Office:
    """A store in which everything was done through the use cases, and the watch over it."""

    store: Store
    ledger: Ledger
    watch: Watch
    people: dict[str, str]
    at: timedelta = timedelta()

    def look(self) -> Looked:
        self.at += timedelta(seconds=30)
        return self.watch.look(self.store, self.ledger, at=NOON + HOUR + self.at)

    def due(self) -> bool:
        return self.watch.slot(self.store, at=NOON + HOUR + self.at + timedelta(seconds=30)) is not None

    def behind(self, statement: str, **values: object) -> None:
        with self.store.transaction() as tx:
            tx.session.execute(text(statement), values)

    def alerts(self) -> list[Alert]:
        with self.store.reading() as session:
            return list(session.exec(select(Alert).order_by(Alert.id)).all())  # type: ignore[arg-type]


def hire(store: Store, ledger: Ledger, name: str, *roles: Role) -> str:
    with store.transaction() as tx:
        person = add_person(tx, username=name, name=name.title(), at=NOON)
        ledger.record(tx, Event.PERSON_ADDED, entity=Entity("person", person.number), actor=SYSTEM, at=NOON)
        for role in roles:
            ends = NOON + 100 * HOUR
            add_grant(tx, ledger, person=person.number, role=role, reason=REASON, ends_at=ends, actor=SYSTEM, at=NOON)
        return person.number


@pytest.fixture
def office(store: Store, ledger: Ledger) -> Office:
    people = {
        "dora": hire(store, ledger, "dora", Role.DEVELOPER, Role.OWNER),
        "vera": hire(store, ledger, "vera", Role.VALIDATOR),
        "gone": hire(store, ledger, "gone", Role.APPROVER),
        "admin": hire(store, ledger, "admin", Role.ADMINISTRATOR),
    }
    admin = Actor(people["admin"], frozenset({Role.ADMINISTRATOR}))
    dora = Actor(people["dora"], frozenset({Role.DEVELOPER, Role.OWNER}))
    scopes = {Permission.RECORD_READ}
    for name in ("kept", "revoked"):
        issue_token(store, ledger, name=name, scopes=scopes, expires_at=NOON + 9 * HOUR, actor=dora, at=NOON)
    revoke_token(store, ledger, number="T0002", actor=dora, at=NOON)
    withdraw_role(store, ledger, person=dora.id, role=Role.OWNER, reason=REASON, actor=admin, at=NOON)
    disable_person(store, ledger, person=people["gone"], reason=REASON, actor=admin, at=NOON)
    grant_function(store, ledger, person=people["vera"], function=Function.LEGAL, reason=REASON, actor=admin, at=NOON)
    withdraw_function(
        store, ledger, person=people["vera"], function=Function.LEGAL, reason=REASON, actor=admin, at=NOON
    )
    for number in ("open", "ended"):
        with store.transaction() as tx:
            open_session(tx, ledger, session_id=number, person=dora.id, length=9 * HOUR, at=NOON)
    end_session(store, ledger, session_id="ended", actor=dora, at=NOON)
    return Office(store, ledger, Watch(), people)


def test_what_went_through_the_use_cases_differs_in_nothing(office: Office) -> None:
    done = office.look()

    assert (done.standing, done.new, done.gone) == ((), 0, 0)
    assert (done.people, done.grants, done.tokens) == (4, 6, 2)
    assert not office.due()
    assert office.alerts() == []


def test_each_change_behind_the_use_cases_is_found_by_the_next_look_and_named(office: Office) -> None:
    office.look()
    dora, vera, gone = (office.people[name] for name in ("dora", "vera", "gone"))

    micro, reach = microseconds(NOON + 500 * HOUR), "UPDATE sign_in_session"
    office.behind("UPDATE role_grant SET role = 'administrator' WHERE person = :p AND role = 'developer'", p=dora)
    office.behind("UPDATE role_grant SET withdrawn_at = NULL WHERE person = :p AND role = 'owner'", p=dora)
    office.behind("UPDATE role_grant SET ends_at = :at WHERE person = :p", p=vera, at=micro)
    office.behind("UPDATE person SET disabled_at = NULL WHERE number = :p", p=gone)
    office.behind("UPDATE token SET scopes = 'event:record record:read', expires_at = :at WHERE number = 'T0001'",
                  at=micro)  # fmt: skip
    office.behind("UPDATE token SET revoked_at = NULL WHERE number = 'T0002'")
    office.behind("UPDATE function_grant SET withdrawn_at = NULL")
    office.behind(f"{reach} SET ended_at = NULL WHERE id = 'ended'")
    office.behind(f"{reach} SET expires_at = :at WHERE id = 'open'", at=micro)
    office.behind(
        "INSERT INTO role_grant (person, role, reason, granted_by, granted_at) "
        "VALUES (:p, 'approver', 'x', 'system', 0)",
        p=vera,
    )

    assert office.due()
    done = office.look()

    said = {one.said for one in done.standing}
    assert said == {
        f"{dora} holds role administrator by a grant that gave role developer to {dora}",
        f"{dora} holds role owner, which was withdrawn on record",
        f"role validator of {vera} ends 2026-12-11 08:00 UTC, on record 2026-11-24 16:00 UTC",
        f"{gone} was disabled on record and is not in the table",
        f"The scopes of token T0001 of {dora} are other than on record; more: event:record",
        f"Token T0001 of {dora} ends 2026-12-11 08:00 UTC, on record 2026-11-20 21:00 UTC",
        f"Token T0002 of {dora} was revoked on record and is not in the table",
        f"{vera} holds function legal, which was withdrawn on record",
        f"A session of {dora} stands open, which ended on record",
        f"A session of {dora} lasts until 2026-12-11 08:00 UTC, on record 2026-11-20 21:00 UTC",
        f"{vera} holds role approver, and no entry grants it",
    }
    assert all(one.opens for one in done.standing)
    assert {alert.title[1:] for alert in office.alerts()} == {one[1:] for one in said}
    assert {alert.kind for alert in office.alerts()} == {"access"}
    assert not office.due()
    assert office.look().new == 0
    assert len(office.alerts()) == len(said)


def test_a_difference_settles_when_the_table_is_put_back(office: Office) -> None:
    gone = office.people["gone"]
    office.look()
    office.behind("UPDATE person SET disabled_at = NULL WHERE number = :p", p=gone)
    office.look()
    with office.store.reading() as session:
        assert [row.person for row in standing_differences(session)] == [gone]

    office.behind("UPDATE person SET disabled_at = 1 WHERE number = :p", p=gone)
    assert office.due()
    done = office.look()

    assert (done.standing, done.gone) == ((), 1)
    (alert,) = office.alerts()
    assert alert.recovered_at is not None
    with office.store.reading() as session:
        entries = session.exec(select(LogEntry.action).where(LogEntry.entity_id == gone)).all()
    assert entries[-2:] == [Event.PERMISSION_DIFFERS.value, Event.PERMISSION_HOLDS.value]


def test_a_recorded_act_explains_what_stood_without_one(office: Office) -> None:
    vera = office.people["vera"]
    admin = Actor(office.people["admin"], frozenset({Role.ADMINISTRATOR}))
    office.look()
    office.behind("UPDATE role_grant SET withdrawn_at = 1 WHERE person = :p", p=vera)
    (found,) = office.look().standing
    assert (found.said, found.opens) == (f"role validator of {vera} was withdrawn, and no entry says so", False)

    office.behind("UPDATE role_grant SET withdrawn_at = NULL WHERE person = :p", p=vera)
    withdraw_role(
        office.store, office.ledger, person=vera, role=Role.VALIDATOR, reason=REASON, actor=admin, at=NOON + HOUR
    )

    assert office.look().standing == ()


def test_many_differences_raise_one_alert_for_what_is_beyond(sqlite_store: Store, ledger: Ledger) -> None:
    office = Office(sqlite_store, ledger, Watch(), {})
    office.look()
    for number in range(MOST_ALERTS + 5):
        values = {"n": f"P9{number:03d}", "u": f"u{number}"}
        office.behind("INSERT INTO person (number, username, name, email, created_at) VALUES (:n, :u, :u, '', 0)",
                      **values)  # fmt: skip

    assert office.look().new == MOST_ALERTS + 5

    assert len(office.alerts()) == MOST_ALERTS + 1
    assert office.alerts()[-1].key == BEYOND
    assert office.alerts()[-1].title.startswith("5 more rows")


def test_entries_of_earlier_releases_name_no_row_and_still_count() -> None:
    said, live = Said(), Said()
    replay(said, "person.added", "P0001", {})
    replay(said, "role.granted", "P0001", {"role": "owner"})
    replay(live, "person.added", "P0001", {})
    for number in ("1", "2"):
        replay(live, "role.granted", "P0001", {"role": "owner", "grant": number})

    assert [one.said for one in differences(said, live, at=NOON)] == [
        "P0001 holds role owner, which was withdrawn on record"
    ]
    replay(live, "role.withdrawn", "P0001", {"role": "owner", "grants": "2"})
    assert differences(said, live, at=NOON) == ()


def test_a_grant_whose_particulars_were_erased_accuses_nobody() -> None:
    said, live = Said(), Said()
    replay(said, "person.added", "P0001", {})
    replay(said, "role.granted", "P0001", None)
    replay(live, "person.added", "P0001", {})
    replay(live, "role.granted", "P0001", {"role": "owner", "grant": "1"})

    assert differences(said, live, at=NOON) == ()


def test_a_look_is_kept_with_what_was_held_against_each_other(office: Office) -> None:
    office.look()

    with office.store.reading() as session:
        look = last_look(session)
        size = session.exec(select(LogEntry.idx).order_by(LogEntry.idx.desc())).first()  # type: ignore[attr-defined]
    assert look is not None
    assert (look.people, look.standing, look.entries) == (4, 0, (size or 0) + 1)
