"""Reviews: planned, held on an agenda that stays as it was, minuted, decided on, and signed off by somebody else."""

from datetime import timedelta

import pytest

from core.access.rules import Actor
from core.errors import NotFound, Unreadable
from core.improvement.actions.service import load_action
from core.improvement.reviews.acting import load_review
from core.improvement.reviews.holding import Decision, decide, sign_off, write_minutes
from core.improvement.reviews.planning import NewReview, cancel_review, change_plan, plan_post_launch, plan_review
from core.improvement.reviews.queries import ReviewFilter, reviews, whole_review
from core.improvement.reviews.rules import ReviewKind, ReviewStatus
from core.improvement.reviews.tables import Review
from core.inventory.deployments.tables import Deployment
from core.inventory.moves import load_version
from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.links import RecordKind, Ref, linked
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.policy.rules import Phase
from core.register.agenda import Agenda, Topic, agenda_of, hold_review, parse
from core.store import Store
from core.validation.rules import Severity
from tests.builders import a_model
from tests.register.conftest import DAY, WORDS, World, a_register
from tests.validation.conftest import codes


def planned(world: World, **changed: object) -> str:
    values: dict[str, object] = {
        "title": "Lending models, every quarter", "due_at": world.at + 5 * DAY, "holder": world.cast.owner.id,
        "models": (world.model,), "every_days": 90,
    }  # fmt: skip
    new = NewReview(**(values | changed))  # type: ignore[arg-type]
    return plan_review(world.store, world.ledger, new=new, actor=world.cast.owner, at=world.at).number


def held(world: World, number: str, days: int = 5) -> None:
    hold_review(
        world.store, world.ledger, review=number, attendees=(world.cast.validator.id,), actor=world.cast.owner,
        at=world.at + days * DAY,
    )  # fmt: skip


def minuted(world: World, number: str, by: Actor | None = None) -> None:
    who = by or world.cast.owner
    write_minutes(world.store, world.ledger, review=number, text=WORDS, actor=who, at=world.at + 5 * DAY)


def signed(world: World, number: str, by: Actor | None = None, days: int = 6) -> None:
    who = by or world.cast.approver
    sign_off(world.store, world.ledger, review=number, note=WORDS, actor=who, at=world.at + days * DAY)


def stored(world: World, number: str) -> Review:
    with world.store.reading() as session:
        return load_review(session, number)


def agenda(world: World, number: str, days: int = 5) -> Agenda:
    with world.store.reading() as session:
        return agenda_of(session, load_review(session, number), at=world.at + days * DAY)


def counts(found: Agenda) -> dict[Topic, int]:
    return {one.topic: one.count for one in found.sections if one.count}


def breach(world: World, key: str = "breach 1") -> None:
    signal = Signal(AlertKind.BREACH, key, Severity.HIGH, "Error rate", "6 % is above 5 %", world.model, world.version)
    with world.store.transaction() as tx:
        raise_alert(tx, world.ledger, signal, at=world.at)


def live(world: World, *, days: int) -> None:
    """The version began to serve production in full so many days ago."""
    with world.store.transaction() as tx:
        model, version = load_version(tx.session, world.model, world.version)
        since = world.at - days * DAY
        tx.session.add(
            Deployment(
                model_id=model.id or 0, version_id=version.id or 0, phase=Phase.FULL, share=100, change="CR0001",
                since=since, moved_by="P0001",
            )
        )  # fmt: skip


def test_a_review_goes_from_its_plan_to_the_sign_off_and_plans_the_next(store: Store, ledger: Ledger) -> None:
    world = a_register(store, ledger)
    number = planned(world)
    held(world, number)
    minuted(world, number)
    signed(world, number)

    with store.reading() as session:
        whole = whole_review(session, number)
        page = reviews(session, ReviewFilter(), at=world.at, limit=25, offset=0)
        done = [row.action for row in entries(session, limit=5).rows]
    following = stored(world, whole.next)
    assert [(row.review.number, row.review.status) for row in page.rows] == [
        (whole.next, ReviewStatus.PLANNED), (number, ReviewStatus.CLOSED),
    ]  # fmt: skip
    assert following.due_at == world.at + 95 * DAY
    assert (following.former, following.models) == (number, world.model)
    assert done == ["review.signed_off", "review.planned", "review.minuted", "review.held", "review.planned"]
    assert whole.review.attendees.split() == [world.cast.owner.id, world.cast.validator.id]


def test_whoever_held_or_minuted_a_review_does_not_sign_it_off(world: World) -> None:
    number = planned(world)
    assert codes(lambda: signed(world, number)) == ["review-status"]
    held(world, number)
    assert codes(lambda: signed(world, number)) == ["no-minutes"]
    minuted(world, number, world.cast.validator)

    assert codes(lambda: signed(world, number, world.cast.owner)) == ["own-review"]
    assert codes(lambda: signed(world, number, world.cast.validator)) == ["own-review"]
    assert codes(lambda: signed(world, number, world.cast.developer)) == ["permission"]
    signed(world, number)
    assert codes(lambda: minuted(world, number)) == ["review-status"]


def test_the_agenda_is_read_from_the_record_and_frozen_when_the_review_is_held(world: World) -> None:
    number = planned(world)
    world.raised()
    world.action(Ref(RecordKind.MODEL, world.model))
    world.deviation(due=DAY)
    breach(world)
    a_model(world.store, world.cast)  # which the review is not about

    held(world, number)
    then = parse(stored(world, number).agenda)
    world.raised(Severity.CRITICAL)

    assert counts(then) == {Topic.FINDINGS: 2, Topic.ACTIONS: 1, Topic.BREACHES: 1, Topic.ALERTS: 1}
    assert then.json() == stored(world, number).agenda
    findings = then.of(Topic.FINDINGS)
    assert findings is not None
    assert (findings.overdue, findings.before, findings.lines[0].number) == (1, None, "CD0001")
    assert counts(parse(stored(world, number).agenda))[Topic.FINDINGS] == 2


def test_the_next_agenda_says_what_each_figure_was_at_the_last_review(world: World) -> None:
    number = planned(world)
    world.raised()
    breach(world)
    held(world, number)
    minuted(world, number)
    signed(world, number)
    with world.store.reading() as session:
        following = whole_review(session, number).next

    found = agenda(world, following, days=60)

    assert (found.last, found.since) == (number, world.at + 5 * DAY)
    assert [(one.topic, one.count, one.before) for one in found.sections[:3:2]] == [
        (Topic.BREACHES, 0, 1), (Topic.FINDINGS, 1, 1),
    ]  # fmt: skip


def test_a_decision_with_a_day_becomes_an_action_that_is_linked(world: World) -> None:
    number = planned(world)
    held(world, number)
    dated = Decision(WORDS, world.cast.developer.id, world.at + 30 * DAY)
    for one in (dated, Decision("We go on as before.", world.cast.owner.id)):
        decide(world.store, world.ledger, review=number, decision=one, actor=world.cast.owner, at=world.at + 5 * DAY)

    def without(owner: str) -> object:
        one = Decision(WORDS, owner)
        return decide(world.store, world.ledger, review=number, decision=one, actor=world.cast.owner, at=world.at)

    assert codes(lambda: without("")) == codes(lambda: without("P0099")) == ["decision-owner"]
    with world.store.reading() as session:
        decisions = whole_review(session, number).decisions
        action = load_action(session, decisions[0].action)
        about = [one.ref.number for one in linked(session, Ref(RecordKind.ACTION, action.number))]
    assert about == [number, world.model]
    assert counts(agenda(world, planned(world)))[Topic.ACTIONS] == 1
    assert (decisions[1].action, action.owner, action.due_at) == ("", world.cast.developer.id, world.at + 30 * DAY)


def test_a_version_that_went_live_gets_its_review_once_and_by_tier(world: World) -> None:
    live(world, days=10)
    assert plan_post_launch(world.store, world.ledger, at=world.at) == 1
    assert plan_post_launch(world.store, world.ledger, at=world.at + DAY) == 0

    row = stored(world, "RV0001")
    assert (row.kind, row.holder, row.due_at) == (ReviewKind.POST_LAUNCH, world.cast.owner.id, world.at + 20 * DAY)
    found = agenda(world, "RV0001")
    assert (found.since, found.scope) == (world.at - 10 * DAY, f"{world.model} v{world.version}")
    assert counts(found)[Topic.VERSIONS] == 1


def test_a_version_whose_day_has_passed_gets_no_review(world: World) -> None:
    live(world, days=31)

    assert plan_post_launch(world.store, world.ledger, at=world.at) == 0


def test_a_plan_is_changed_and_cancelled_with_a_reason(world: World) -> None:
    number, owner = planned(world), world.cast.owner

    def change(holder: str, days: int = 9) -> object:
        return change_plan(
            world.store, world.ledger, review=number, due_at=world.at + days * DAY, holder=holder, every_days=30,
            reason=WORDS, actor=owner, at=world.at,
        )  # fmt: skip

    assert codes(lambda: change(world.cast.developer.id, -1)) == ["due-date", "holder-role"]
    change(world.cast.validator.id)
    cancel_review(world.store, world.ledger, review=number, reason=WORDS, actor=owner, at=world.at)

    assert (stored(world, number).status, stored(world, number).holder) == (
        ReviewStatus.CANCELLED, world.cast.validator.id,
    )  # fmt: skip
    assert codes(lambda: held(world, number)) == ["review-status"]


def test_a_plan_names_models_that_are_there_and_one_scope(world: World) -> None:
    with pytest.raises(NotFound):
        planned(world, models=("M0099",))
    with pytest.raises(Unreadable):
        planned(world, business_line="Lending")
    with pytest.raises(Unreadable):
        planned(world, every_days=-1)
    assert codes(lambda: planned(world, due_at=world.at - timedelta(hours=1))) == ["due-date"]


def test_reviews_are_found_by_the_models_they_are_about(world: World) -> None:
    named = planned(world)
    of_all = planned(world, models=())
    other = a_model(world.store, world.cast)

    def listed(model: str) -> list[str]:
        with world.store.reading() as session:
            page = reviews(session, ReviewFilter(model=model), at=world.at, limit=9, offset=0)
        return [row.review.number for row in page.rows]

    assert (listed(world.model), listed(other)) == ([named, of_all], [of_all])
