"""Service accounts: what they may hold, who answers for them, and how their tokens are made, rotated and end."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.access.people import disable_person, grant_role
from core.access.queries import people_with_role, tokens
from core.access.rules import Actor, Permission, Role
from core.access.service_accounts import (
    add_service_account,
    give_service_account,
    issue_service_token,
    rotate_token,
)
from core.access.service_queries import service_accounts, tokens_ending, unused_tokens
from core.access.sessions import OutsideIdentity, person_from_provider
from core.access.tables import Person
from core.access.tokens import Issued, actor_for_token, issue_token, revoke_token
from core.assurance.permissions.service import Watch
from core.errors import Refused, Unreadable
from core.inventory.rules import Duty, Stage, VersionFacts, duty_refusals
from tests.access.conftest import World

READ = {Permission.RECORD_READ, Permission.EVIDENCE_UPLOAD}


class Accounts:
    """A world with a service account that a developer answers for."""

    def __init__(self, world: World) -> None:
        self.world, self.at = world, world.at
        self.dev = world.person("dev", Role.DEVELOPER)
        self.number = self.made(self.dev)
        self.grant(Role.DEVELOPER)

    def made(self, owner: Actor, name: str = "Nightly scoring", actor: Actor | None = None) -> str:
        return add_service_account(
            self.world.store, self.world.ledger,
            name=name, purpose="Hands in what was scored", owner=owner.id,
            actor=actor or self.world.administrator, at=self.at,
        )  # fmt: skip

    def grant(self, role: Role, person: str = "") -> None:
        grant_role(
            self.world.store, self.world.ledger, person=person or self.number, role=role,
            reason="Needed for the work", actor=self.world.administrator, at=self.at,
        )  # fmt: skip

    def issue(self, actor: Actor | None = None, days: int = 90, scopes: set[Permission] = READ) -> Issued:
        return issue_service_token(
            self.world.store, self.world.ledger, account=self.number, name="scorer", scopes=scopes,
            expires_at=self.at + timedelta(days=days), actor=actor or self.dev, at=self.at,
        )  # fmt: skip

    def rotate(self, number: str, overlap: int = 2, actor: Actor | None = None, days: int = 0) -> Issued:
        return rotate_token(
            self.world.store, self.world.ledger,
            number=number, overlap=timedelta(days=overlap), actor=actor or self.dev, at=self.at + timedelta(days=days),
        )  # fmt: skip

    def behind(self, issued: Issued, days: int = 0) -> Actor | None:
        return actor_for_token(self.world.store, secret=issued.secret, at=self.at + timedelta(days=days))

    def disable(self, person: str) -> None:
        disable_person(
            self.world.store, self.world.ledger,
            person=person, reason="Left the company", actor=self.world.administrator, at=self.at,
        )  # fmt: skip


@pytest.fixture
def accounts(small_world: World) -> Accounts:
    return Accounts(small_world)


def test_a_token_of_a_service_account_acts_as_it_and_names_who_answers(accounts: Accounts) -> None:
    actor = accounts.behind(accounts.issue())

    assert actor is not None
    assert (actor.id, actor.answered_by, actor.permissions) == (accounts.number, accounts.dev.id, READ)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.APPROVER, Role.VALIDATOR, Role.AUDITOR])
def test_a_service_account_never_holds_a_sensitive_role(accounts: Accounts, role: Role) -> None:
    with pytest.raises(Refused, match="never holds the role"):
        accounts.grant(role)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.APPROVER, Role.VALIDATOR, Role.AUDITOR])
def test_who_decides_answers_for_no_service_account(accounts: Accounts, role: Role) -> None:
    judge = accounts.world.person("judge", role) if role is not Role.ADMINISTRATOR else accounts.world.administrator

    with pytest.raises(Refused, match="does not answer"):
        accounts.made(judge, "Another")
    with pytest.raises(Refused, match="does not answer"):
        accounts.grant(role, accounts.dev.id)


def test_the_person_who_answers_took_part_in_what_the_account_did() -> None:
    account = Actor("P0012", frozenset({Role.DEVELOPER}), "T0001", frozenset(READ), answered_by="P0002")
    validated = VersionFacts(Stage.DRAFT, validators=frozenset({"P0002"}))
    developed = VersionFacts(Stage.DRAFT, contributors=account.people)

    assert [one.code for one in duty_refusals(validated, Duty.DEVELOPMENT, account)] == ["duty-validation"]
    assert [one.code for one in duty_refusals(developed, Duty.VALIDATION, Actor("P0002"))] == ["duty-development"]


def test_nobody_signs_in_as_a_service_account(accounts: Accounts) -> None:
    world = accounts.world
    with world.store.reading() as session:
        row = session.exec(select(Person).where(Person.number == accounts.number)).one()
        assert (row.password_hash, row.subject) == (None, None)
    said = OutsideIdentity("https://idp.example", "u1", "Una", username=row.username)

    somebody = person_from_provider(
        world.store, world.ledger, identity=said, session_id="o1", length=timedelta(hours=8), at=world.at
    )

    assert somebody is not None
    assert somebody.id != accounts.number


def test_only_administrators_make_accounts_and_only_with_a_purpose(accounts: Accounts) -> None:
    with pytest.raises(Refused):
        accounts.made(accounts.dev, "Mine", actor=accounts.dev)
    with pytest.raises(Unreadable):
        add_service_account(
            accounts.world.store, accounts.world.ledger,
            name="Empty", purpose=" ", owner=accounts.dev.id, actor=accounts.world.administrator, at=accounts.at,
        )  # fmt: skip
    with pytest.raises(Refused, match="An active person"):
        accounts.made(Actor(accounts.number), "Of another account")


def test_a_service_account_is_offered_as_nobodys_developer(accounts: Accounts) -> None:
    with accounts.world.store.reading() as session:
        assert people_with_role(session, Role.DEVELOPER, at=accounts.at) == (accounts.dev.id,)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"days": 91}, "token-life"),
        ({"scopes": set()}, "token-scopes"),
        ({"scopes": {Permission.CHANGE_VOTE}}, "token-scope"),
        ({"scopes": {Permission.DOCUMENT_WRITE, Permission.PRODUCTION_RETURN}}, "token-beyond"),
    ],
)
def test_what_no_token_of_an_account_can_be(accounts: Accounts, wish: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refused:
        accounts.issue(**wish)  # type: ignore[arg-type]

    assert code in {one.code for one in refused.value.refusals}


def test_others_issue_and_rotate_nothing(accounts: Accounts) -> None:
    issued, ben = accounts.issue(), accounts.world.person("ben", Role.DEVELOPER)
    token = accounts.behind(issued)
    assert token is not None

    for actor in (ben, token, Actor(accounts.dev.id, accounts.dev.roles, "T0009", frozenset(READ))):
        with pytest.raises(Refused):
            accounts.issue(actor)
        with pytest.raises(Refused):
            accounts.rotate(issued.number, actor=actor)
    with pytest.raises(Refused):
        revoke_token(accounts.world.store, accounts.world.ledger, number=issued.number, actor=ben, at=accounts.at)


def test_its_tokens_stand_still_while_nobody_answers(accounts: Accounts) -> None:
    world, issued, ben = accounts.world, accounts.issue(), accounts.world.person("ben", Role.DEVELOPER)

    accounts.disable(accounts.dev.id)
    assert accounts.behind(issued) is None
    with world.store.reading() as session:
        assert [row.state for row in service_accounts(session, at=world.at)] == ["Blocked"]

    give_service_account(
        world.store, world.ledger, account=accounts.number, owner=ben.id, reason="Took over the pipeline",
        actor=world.administrator, at=world.at,
    )  # fmt: skip
    assert accounts.behind(issued) is not None


def test_disabling_the_account_ends_its_tokens_for_good(accounts: Accounts) -> None:
    issued = accounts.issue()

    accounts.disable(accounts.number)

    assert accounts.behind(issued) is None
    with pytest.raises(Refused, match="disabled"):
        accounts.issue()


def test_a_rotation_lets_both_tokens_work_side_by_side_for_a_stated_time(accounts: Accounts) -> None:
    former = accounts.issue()
    new = accounts.rotate(former.number, overlap=2, days=80)

    works = {
        day: (accounts.behind(former, day) is not None, accounts.behind(new, day) is not None)
        for day in (80, 81, 82, 169, 170)
    }

    assert works == {80: (True, True), 81: (True, True), 82: (False, True), 169: (False, True), 170: (False, False)}
    with accounts.world.store.reading() as session:
        assert tokens(session, person=accounts.number)[0].scopes == tuple(sorted(READ))
        assert Watch().differences(session, at=accounts.at) == ()


@pytest.mark.parametrize(("overlap", "days"), [(8, 0), (-1, 0), (1, 91)])
def test_a_rotation_that_is_too_long_or_too_late_is_refused(accounts: Accounts, overlap: int, days: int) -> None:
    former = accounts.issue()

    with pytest.raises(Refused):
        accounts.rotate(former.number, overlap=overlap, days=days)


def test_a_person_rotates_their_own_token_and_nobody_elses(accounts: Accounts) -> None:
    world, ben = accounts.world, accounts.world.person("ben", Role.DEVELOPER)
    mine = issue_token(
        world.store, world.ledger, name="laptop", scopes=READ, expires_at=world.at + timedelta(days=366),
        actor=accounts.dev, at=world.at,
    )  # fmt: skip

    with pytest.raises(Refused):
        accounts.rotate(mine.number, actor=ben)
    new = accounts.rotate(mine.number, overlap=0, days=1)

    assert accounts.behind(mine, 1) is None
    assert accounts.behind(new, 366) is not None


def test_tokens_that_end_soon_are_listed_until_they_are_rotated(accounts: Accounts) -> None:
    store, issued = accounts.world.store, accounts.issue()

    def listed(days: int) -> list[str]:
        with store.reading() as session:
            at = accounts.at + timedelta(days=days)
            return [row.number for row in tokens_ending(session, person=accounts.dev.id, at=at)]

    assert (listed(75), listed(76), listed(90)) == ([], [issued.number], [])
    accounts.rotate(issued.number, days=76)
    assert listed(77) == []


def test_tokens_that_nobody_used_for_90_days_are_listed(accounts: Accounts) -> None:
    world = accounts.world
    used, unused = (
        issue_token(
            world.store, world.ledger, name=name, scopes=READ, expires_at=world.at + timedelta(days=365),
            actor=accounts.dev, at=world.at,
        )
        for name in ("used", "unused")
    )  # fmt: skip
    accounts.behind(used, 30)

    with world.store.reading() as session:
        seen = [unused_tokens(session, at=world.at + timedelta(days=day)) for day in (89, 90, 120)]

    assert seen == [(), (unused.number,), (used.number, unused.number)]
