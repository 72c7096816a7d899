"""Access reviews on a cadence: each grant kept or withdrawn by somebody who neither holds nor gave it, else expired."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.access.alerting import ACCESS_ALERT_JOB
from core.access.grants import administrators, roles_of
from core.access.people import end_grants
from core.access.reviewing.queries import ItemFilter, ItemRow, items, review, reviews
from core.access.reviewing.service import answer_for, open_access_review
from core.access.rules import Actor, Role
from core.access.rules.reviewing import DUE, Answered
from core.access.tables import Delegation
from core.access.watching import Cadence, access_waits, watch_access
from core.errors import Refused
from core.jobs.tables import Job
from core.ledger.tables import LogEntry
from tests.access.conftest import World

CADENCE = Cadence(timedelta(days=90), timedelta(days=36500))
REASON = "Still needed for the work"


class Review:
    """An administrator who gave every grant, an owner, and two approvers who answer for each other."""

    def __init__(self, world: World) -> None:
        self.world, self.store, self.ledger, self.at = world, world.store, world.ledger, world.at
        self.owner = world.person("owner", Role.OWNER)
        self.approver = world.person("approver", Role.APPROVER)
        self.second = world.person("second", Role.APPROVER)
        self.number = open_access_review(self.store, self.ledger, actor=self.approver, at=self.at)

    def item(self, person: Actor) -> ItemRow:
        with self.store.reading() as session:
            (found,) = items(session, self.number, ItemFilter(person=person.id))
        return found

    def answer(
        self, *people: Actor, by: Actor | None = None, keep: bool = True, reason: str = REASON,
        after: timedelta = timedelta(hours=1),
    ) -> None:  # fmt: skip
        answer_for(
            self.store, self.ledger, review=self.number, items=[self.item(one).id for one in people], keep=keep,
            reason=reason, actor=by or self.approver, at=self.at + after,
        )  # fmt: skip

    def refused(self, *people: Actor, by: Actor | None = None, **how: object) -> set[str]:
        with pytest.raises(Refused) as refused:
            self.answer(*people, by=by, **how)  # type: ignore[arg-type]
        return {reason.code for reason in refused.value.refusals}

    def roles(self, person: Actor) -> frozenset[Role]:
        with self.store.reading() as session:
            return roles_of(session, person.id, at=self.at + 2 * DUE)

    def watch(self, after: timedelta) -> int:
        return watch_access(self.store, self.ledger, CADENCE, at=self.at + after)

    def alerts(self) -> list[str]:
        with self.store.reading() as session:
            return [
                slot.rpartition(" ")[0] for slot in session.exec(select(Job.slot).where(Job.kind == ACCESS_ALERT_JOB))
            ]

    def answers(self) -> dict[str, Answered | None]:
        with self.store.reading() as session:
            return {row.person: row.answer for row in items(session, self.number)}


@pytest.fixture
def under_review(small_world: World) -> Review:
    return Review(small_world)


def test_a_review_asks_about_every_grant_in_force(under_review: Review) -> None:
    row = under_review.item(under_review.owner)

    with under_review.store.reading() as session:
        whole = review(session, under_review.number)
        asked = {(one.person, one.role) for one in items(session, under_review.number)}
    assert (whole.number, whole.items, whole.open_items) == ("AR0001", 4, 4)
    assert (row.role, row.reach, row.granted_by) == (Role.OWNER, "everywhere", under_review.world.administrator.id)
    assert (under_review.world.administrator.id, Role.ADMINISTRATOR) in asked
    assert whole.due_at == under_review.at + timedelta(days=14)


def test_a_grant_is_kept_or_withdrawn_with_a_reason_and_the_last_answer_closes_the_review(world: World) -> None:
    story = Review(world)
    short = story.refused(story.owner, reason="ok")

    story.answer(story.owner, story.second, world.administrator)
    story.answer(story.approver, by=story.second, keep=False, reason="Has moved to another team")

    with world.store.reading() as session:
        whole = review(session, story.number)
        written = list(session.exec(select(LogEntry.action).order_by(LogEntry.idx)))  # type: ignore[arg-type]
    assert short == {"reason"}
    assert (whole.kept, whole.withdrawn, whole.state(story.at)) == (3, 1, "Closed")
    assert (story.roles(story.owner), story.roles(story.approver)) == ({Role.OWNER}, frozenset())
    assert written[-3:] == ["role.withdrawn", "access_review.answered", "access_review.closed"]


def test_whoever_holds_or_gave_a_grant_does_not_answer_for_it(under_review: Review) -> None:
    story = under_review
    giver = Actor(story.world.administrator.id, frozenset({Role.APPROVER}))

    assert story.refused(story.approver) == {"own-grant"}
    assert story.refused(story.owner, by=giver) == {"own-giving"}
    assert story.refused(story.owner, by=story.world.administrator) == {"permission", "own-giving"}
    assert story.refused(story.owner, by=story.owner) == {"permission", "own-grant"}


@pytest.mark.parametrize("forwards", [True, False])
def test_nor_does_whoever_acts_for_them(under_review: Review, forwards: bool) -> None:
    story = under_review
    pair = (story.second.id, story.approver.id) if forwards else (story.approver.id, story.second.id)
    with story.store.transaction() as tx:
        tx.session.add(
            Delegation(
                approver=pair[0], delegate=pair[1], reason=REASON, starts_at=story.at,
                ends_at=story.at + timedelta(days=1), given_at=story.at,
            )
        )  # fmt: skip

    assert story.refused(story.second) == {"acting-for"}
    story.answer(story.owner)


def test_of_several_answers_all_are_given_or_none(under_review: Review) -> None:
    story = under_review

    assert story.refused(story.owner, story.approver, keep=False) == {"own-grant"}
    assert story.roles(story.owner) == {Role.OWNER}
    assert set(story.answers().values()) == {None}


def test_a_grant_is_answered_for_once_and_in_time(under_review: Review) -> None:
    story = under_review
    story.answer(story.owner)

    assert story.refused(story.owner) == {"answered"}
    assert story.refused(story.second, after=DUE) == {"closed"}


def test_the_last_administrator_is_not_withdrawn(under_review: Review) -> None:
    story = under_review

    assert story.refused(story.world.administrator, keep=False) == {"last-administrator"}


def test_what_nobody_answered_for_expires_and_the_last_administrator_is_escalated_by_alert(world: World) -> None:
    story = Review(world)
    story.answer(story.second)
    before = story.watch(DUE - timedelta(seconds=1))  # reminds, and closes nothing
    still = story.roles(story.owner)

    story.watch(DUE)

    with world.store.reading() as session:
        (whole,) = reviews(session)
        left = administrators(session, at=story.at + DUE)
    assert (before, still) == (1, {Role.OWNER})
    assert story.answers() == {
        story.owner.id: Answered.EXPIRED, story.approver.id: Answered.EXPIRED, story.second.id: Answered.KEPT,
        world.administrator.id: Answered.ESCALATED,
    }  # fmt: skip
    assert (whole.state(story.at), left) == ("Closed", {world.administrator.id})
    assert (story.roles(story.owner), story.roles(story.second)) == (frozenset(), {Role.APPROVER})
    assert story.alerts() == ["review-escalated AR0001"]
    assert story.watch(DUE + timedelta(hours=1)) == 0


def test_of_two_administrators_nobody_answered_for_one_stays(small_world: World) -> None:
    world = small_world
    world.person("other", Role.ADMINISTRATOR)
    story = Review(world)

    story.watch(DUE)

    with world.store.reading() as session:
        assert len(administrators(session, at=story.at + DUE)) == 1
    assert sorted(story.answers().values(), key=str).count(Answered.ESCALATED) == 1


def test_a_grant_for_which_nobody_could_answer_is_escalated_and_stays(small_world: World) -> None:
    world = small_world
    only = world.person("only", Role.APPROVER)
    number = open_access_review(world.store, world.ledger, actor=only, at=world.at)

    watch_access(world.store, world.ledger, CADENCE, at=world.at + DUE)

    with world.store.reading() as session:
        answers = {row.role: row.answer for row in items(session, number)}
        held = roles_of(session, only.id, at=world.at + DUE)
    assert answers[Role.APPROVER] is Answered.ESCALATED
    assert held == {Role.APPROVER}


def test_a_grant_that_ended_meanwhile_is_overtaken(under_review: Review) -> None:
    story = under_review
    with story.store.transaction() as tx:
        end_grants(
            tx, story.ledger, person=story.owner.id, role=Role.OWNER, actor=story.world.administrator, at=story.at
        )

    story.watch(DUE)

    assert story.answers()[story.owner.id] is Answered.OVERTAKEN


def test_a_review_opens_every_ninety_days_and_one_at_a_time(small_world: World) -> None:
    world = small_world
    world.person("approver", Role.APPROVER)
    quarter = timedelta(days=90)

    def waits(after: timedelta) -> bool:
        with world.store.reading() as session:
            return access_waits(session, CADENCE, at=world.at + after)

    early, due = waits(quarter - timedelta(seconds=1)), waits(quarter)
    first = watch_access(world.store, world.ledger, CADENCE, at=world.at + quarter)
    again = watch_access(world.store, world.ledger, CADENCE, at=world.at + quarter)
    watch_access(world.store, world.ledger, CADENCE, at=world.at + quarter + DUE)
    with pytest.raises(Refused) as refused:
        open_access_review(world.store, world.ledger, actor=world.administrator, at=world.at)
    watch_access(world.store, world.ledger, CADENCE, at=world.at + 2 * quarter)

    with world.store.reading() as session:
        opened = [(row.number, row.opened_at - world.at) for row in reviews(session)]
    assert (early, due, first, again) == (False, True, 1, 0)
    assert {reason.code for reason in refused.value.refusals} == {"permission"}
    assert opened == [("AR0002", 2 * quarter), ("AR0001", quarter)]


def test_pairs_that_may_not_meet_are_remarked_on(small_world: World) -> None:
    world = small_world
    person = world.person("person", Role.AUDITOR, Role.DEVELOPER)
    approver = world.person("approver", Role.APPROVER)

    number = open_access_review(world.store, world.ledger, actor=approver, at=world.at)

    with world.store.reading() as session:
        remarks = {row.remark for row in items(session, number, ItemFilter(person=person.id))}
    assert remarks == {"may not meet: auditor and developer"}
