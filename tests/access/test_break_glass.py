"""Break-glass access: read-only, 60 minutes, with a reason, an alert and a later review by somebody else."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import select

from core.access.alerting import ACCESS_ALERT_JOB
from core.access.break_glass.queries import access, pages_opened, to_review
from core.access.break_glass.service import end_break_glass, note_page, open_break_glass, review_break_glass
from core.access.rules import EVERYWHERE, Actor, Belonging, Permission, Reach, Role
from core.access.rules.break_glass import LENGTH, MOST, leaving_refusals
from core.access.sessions import actor_for_session, open_session
from core.access.tables import Delegation, RoleGrant
from core.access.tokens import actor_for_token, issue_token
from core.errors import Refused
from core.jobs.tables import Job
from core.ledger.tables import LogEntry
from tests.access.conftest import World

REASON = "A complaint by phone about a decision of M0001"
GROUNDS = "It was needed, and only M0001 was read."


class Story:
    """A developer with an open session, and an approver who reviews."""

    def __init__(self, world: World) -> None:
        self.world, self.store, self.ledger, self.at = world, world.store, world.ledger, world.at
        self.opener = world.person("opener", Role.DEVELOPER)
        self.approver = world.person("approver", Role.APPROVER)
        self.sign_in()

    def sign_in(self, *, after: timedelta = timedelta()) -> None:
        self.session_id = f"session-{after}"
        with self.store.transaction() as tx:
            open_session(
                tx, self.ledger, session_id=self.session_id, person=self.opener.id, length=timedelta(days=3),
                at=self.at + after,
            )  # fmt: skip

    def open(self, *, after: timedelta = timedelta(), reason: str = REASON, actor: Actor | None = None) -> str:
        return open_break_glass(
            self.store, self.ledger, reason=reason, session_id=self.session_id, actor=actor or self.opener,
            at=self.at + after,
        )  # fmt: skip

    def acting(self, *, after: timedelta = timedelta()) -> Actor:
        actor = actor_for_session(self.store, session_id=self.session_id, person=self.opener.id, at=self.at + after)
        assert actor is not None
        return actor

    def review(self, number: str, actor: Actor, *, after: timedelta = LENGTH, sound: bool = True) -> None:
        review_break_glass(
            self.store, self.ledger, access=number, sound=sound, text=GROUNDS, actor=actor, at=self.at + after
        )

    def jobs(self) -> list[str]:
        with self.store.reading() as session:
            return [
                slot.rpartition(" ")[0] for slot in session.exec(select(Job.slot).where(Job.kind == ACCESS_ALERT_JOB))
            ]

    def actions(self) -> list[str]:
        with self.store.reading() as session:
            return list(session.exec(select(LogEntry.action).order_by(LogEntry.idx)))  # type: ignore[arg-type]


@pytest.fixture
def story(small_world: World) -> Story:
    return Story(small_world)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.refusals}


def test_it_reads_and_only_reads_for_sixty_minutes_and_asks_for_an_alert(story: Story) -> None:
    number = story.open()

    last = story.acting(after=LENGTH - timedelta(microseconds=1))
    assert (number, LENGTH) == ("BG0001", timedelta(minutes=60))
    assert last.permissions == {Permission.RECORD_READ, Permission.LEDGER_READ}
    assert last.role_words == "developer, BG0001"
    assert story.acting(after=LENGTH).permissions == story.opener.permissions  # by time alone, without a job
    assert story.jobs() == ["break-glass BG0001"]
    assert story.actions()[-1] == "break_glass.opened"
    assert [reason.code for reason in leaving_refusals(last)] == ["break-glass"]


def test_it_reaches_everywhere_whatever_the_roles_reach(story: Story) -> None:
    line = Reach(frozenset({"Retail"}))
    with story.store.transaction() as tx:
        tx.session.execute(update(RoleGrant).where(RoleGrant.person == story.opener.id).values(reach=line.text))  # type: ignore[arg-type]
    before = story.acting()

    number = story.open(actor=before)
    during = story.acting()
    end_break_glass(story.store, story.ledger, access=number, actor=during, at=story.at)

    elsewhere = (Belonging("Corporate"),)
    assert (before.reach, during.reach, story.acting().reach) == (line, EVERYWHERE, line)
    assert Permission.RECORD_READ in during.permissions_on(elsewhere)
    assert Permission.RECORD_READ not in before.permissions_on(elsewhere)


def test_a_token_of_the_person_goes_on_as_before(story: Story) -> None:
    scopes = frozenset({Permission.EVIDENCE_UPLOAD})
    token = issue_token(
        story.store, story.ledger, name="pipeline", scopes=scopes, expires_at=story.at + timedelta(days=1),
        actor=story.opener, at=story.at,
    )  # fmt: skip

    story.open()

    actor = actor_for_token(story.store, secret=token.secret, at=story.at)
    assert actor is not None
    assert actor.permissions == scopes


def test_it_takes_a_reason_a_fresh_proof_and_a_role_that_may(story: Story) -> None:
    with pytest.raises(Refused) as short:
        story.open(reason="I need it")
    with pytest.raises(Refused) as stale:
        story.open(after=timedelta(minutes=6))
    with pytest.raises(Refused) as auditor:
        story.open(actor=Actor(story.opener.id, frozenset({Role.AUDITOR})))
    with pytest.raises(Refused) as another:
        story.open(actor=Actor(story.approver.id, frozenset({Role.OWNER})))

    assert [codes(one) for one in (short, stale, auditor, another)] == [
        {"reason"}, {"authentication"}, {"permission"}, {"authentication"},
    ]  # fmt: skip
    assert story.jobs() == []


def test_one_at_a_time_and_three_in_a_day(world: World) -> None:
    story = Story(world)
    story.open()
    with pytest.raises(Refused) as second:
        story.open()
    for hours in (2, 4):
        story.sign_in(after=timedelta(hours=hours))
        story.open(after=timedelta(hours=hours))
    story.sign_in(after=timedelta(hours=23))
    with pytest.raises(Refused) as fourth:
        story.open(after=timedelta(hours=23))
    story.sign_in(after=timedelta(hours=24))
    number = story.open(after=timedelta(hours=24))

    assert (codes(second), codes(fourth), MOST) == ({"open"}, {"too-often"}, 3)
    assert number == "BG0004"


def test_each_page_is_on_record_at_most_once_a_minute(story: Story) -> None:
    number, minute = story.open(), timedelta(minutes=1)
    for seconds in (0, 5, 59, 61):
        at = story.at + timedelta(seconds=seconds)
        note_page(story.store, story.ledger, page="model model=M0001", actor=story.acting(), at=at)
    note_page(story.store, story.ledger, page="findings", actor=story.acting(), at=story.at + minute)
    note_page(story.store, story.ledger, page="findings", actor=story.acting(), at=story.at + LENGTH)

    with story.store.reading() as session:
        noted, row = pages_opened(session, number), access(session, number)
    assert [page.page for page in noted] == ["model model=M0001", "findings", "model model=M0001"]
    assert row.pages == story.actions().count("break_glass.used") == 3


def test_the_person_ends_it_and_an_administrator_revokes_it_at_once(story: Story) -> None:
    half = timedelta(minutes=30)
    first = story.open()
    end_break_glass(story.store, story.ledger, access=first, actor=story.acting(), at=story.at)
    second = story.open()
    with pytest.raises(Refused) as other:
        end_break_glass(story.store, story.ledger, access=second, reason=REASON, actor=story.approver, at=story.at)
    with pytest.raises(Refused) as short:
        end_break_glass(story.store, story.ledger, access=second, actor=story.world.administrator, at=story.at)
    end_break_glass(
        story.store, story.ledger, access=second, reason=REASON, actor=story.world.administrator, at=story.at + half
    )

    assert (codes(other), codes(short)) == ({"permission"}, {"reason"})
    assert story.acting(after=half).break_glass == ""
    with story.store.reading() as session:
        assert [row.number for row in to_review(session, at=story.at + half)] == [first, second]


def test_somebody_else_reviews_it_once_it_has_ended(story: Story) -> None:
    number = story.open()
    both = Actor(story.opener.id, frozenset({Role.DEVELOPER, Role.APPROVER}))
    with pytest.raises(Refused) as early:
        story.review(number, story.approver, after=timedelta(minutes=59))
    with pytest.raises(Refused) as own:
        story.review(number, both)
    with pytest.raises(Refused) as role:
        story.review(number, story.world.administrator)
    story.review(number, story.approver)
    with pytest.raises(Refused) as again:
        story.review(number, story.approver)

    assert [codes(one) for one in (early, own, role, again)] == [
        {"open"}, {"own-access"}, {"permission"}, {"reviewed"},
    ]  # fmt: skip
    assert story.jobs() == ["break-glass BG0001"]


@pytest.mark.parametrize("forwards", [True, False])
def test_neither_a_delegate_nor_a_delegator_of_the_opener_reviews(story: Story, forwards: bool) -> None:
    number = story.open()
    pair = (story.opener.id, story.approver.id) if forwards else (story.approver.id, story.opener.id)
    with story.store.transaction() as tx:
        tx.session.add(
            Delegation(
                approver=pair[0], delegate=pair[1], reason=REASON, starts_at=story.at,
                ends_at=story.at + timedelta(days=1), given_at=story.at,
            )
        )  # fmt: skip

    with pytest.raises(Refused) as refused:
        story.review(number, story.approver)

    assert codes(refused) == {"acting-for"}


def test_an_access_that_was_not_sound_asks_for_an_alert(story: Story) -> None:
    number = story.open()

    story.review(number, story.approver, sound=False)

    assert story.jobs() == ["break-glass BG0001", "not-sound BG0001"]
    assert story.actions()[-1] == "break_glass.reviewed"
