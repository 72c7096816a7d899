"""Runs of the checks on a real store: what deviates is opened once, told, and closed when it holds again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text, update
from sqlmodel import Session, col, select

from app.compliance import due_compliance, run_due
from app.schedule import SCHEDULE
from app.settings import load
from app.worker import KINDS
from core.access.break_glass.tables import BreakGlass
from core.access.reviewing.service import close_due_reviews, open_access_review
from core.access.rules import SYSTEM, Actor, Role
from core.access.tables import RoleGrant
from core.approval.hooks.service import add_endpoint
from core.approval.rules import ChangeStatus, Choice
from core.approval.tables import ChangeRequest, Condition, Vote
from core.compliance.checks import CHECKS
from core.compliance.queries import (
    CheckRow,
    DeviationFilter,
    deviations,
    open_for,
    run_by_number,
    runs,
    screen,
    settings_of,
)
from core.compliance.service import COMPLIANCE_JOB, Ran, due_checks, run_checks
from core.compliance.settings import set_check
from core.compliance.vocabulary import FindingStatus, Outcome, Source
from core.coverage.rules import Outcome as Answered
from core.coverage.service import answer_item
from core.errors import NotFound, Refused, Unreadable
from core.inventory.moves import load_version
from core.inventory.rules import Stage
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.jobs.outbox.tables import OutboxMessage
from core.jobs.service import enqueue
from core.ledger.anchors.tables import AnchorDestination, LogAnchor, Outside
from core.ledger.batches.tables import EventBatch
from core.ledger.queries import entries
from core.ledger.service import Entity, Event, Ledger
from core.metrics.verdicts import Verdict
from core.monitoring.alerts.queries import AlertFilter, alerts
from core.policy.exceptions.tables import PolicyException
from core.store import Store
from core.store.numbers import next_number
from core.validation.rules import Severity
from core.validation.tables import CheckResult, Finding
from tests.builders import NOON, a_cast, a_finding, a_person, a_policy, a_version

REASON = "Agreed in the committee of November."


class World:
    """A store, its people, and a clock that stands."""

    def __init__(self, store: Store, ledger: Ledger) -> None:
        self.store, self.ledger, self.cast = store, ledger, a_cast(store)
        self.at = NOON
        a_policy(store)
        with store.transaction() as tx:  # a ledger without an entry has no checkpoint and verifies as little
            ledger.record(tx, Event.INSTALLATION_CREATED, entity=Entity("installation", "1"), actor=SYSTEM, at=NOON)

    def run(self, *keys: str, actor: Actor = SYSTEM, source: Source = Source.SCHEDULE) -> Ran:
        return run_checks(self.store, self.ledger, keys=keys or None, source=source, actor=actor, clock=lambda: self.at)

    def outcome(self, key: str) -> tuple[Outcome, list[str]]:
        """Run one check: what it came to, and the subjects that deviate."""
        (one,) = self.run(key).checks
        return one.outcome, [deviation.subject for deviation in one.deviations]

    @contextmanager
    def behind_the_back(self) -> Iterator[Session]:
        """A change that no use case makes."""
        with self.store.transaction() as tx:
            yield tx.session

    def screen(self) -> dict[str, CheckRow]:
        with self.store.reading() as session:
            return {row.standing.text.key: row for row in screen(session, at=self.at)}

    def in_production(self, **changed: object) -> str:
        """A version that an executed change of two approvers brought into production; `M0001 1.0.0`."""
        model, version = a_version(self.store, self.cast, stage=Stage.IN_PRODUCTION, **changed)  # type: ignore[arg-type]
        with self.store.transaction() as tx:
            row = tx.session.exec(
                select(ModelVersion).join(Model).where(Model.number == model, ModelVersion.version == version)
            ).one()
            tx.session.add(
                ProductionPointer(
                    model_id=row.model_id, version_id=row.id or 0, since=NOON, moved_by=self.cast.owner.id
                )
            )
        return f"{model} {version}"


@pytest.fixture
def world(sqlite_store: Store, ledger: Ledger) -> World:
    return World(sqlite_store, ledger)


def test_every_check_reads_an_empty_store_and_a_small_one(store: Store, ledger: Ledger) -> None:
    """On both databases: no statement fails, and nothing deviates that should not."""
    world = World(store, ledger)
    first = world.run()
    assert {one.key: one.said for one in first.checks if one.outcome is not Outcome.HOLDS} == {
        "access-drill": "No drill of access was run yet",
        "checkpoint-outside": "No place outside is set up",
        "files-whole": "The files are not at hand here",
    }

    world.in_production(packs="gdpr sr-26-2")
    second = world.run()
    assert {one.key: one.said for one in second.checks if one.outcome is Outcome.FAILED} == {}
    assert {one.key for one in second.checks if one.outcome is Outcome.DEVIATES} == {
        "production-approved", "documents-current",
    }  # fmt: skip
    with store.reading() as session:
        found = deviations(session, DeviationFilter(status=FindingStatus.OPEN), limit=50, offset=0)
        assert {row.owner for row in found.rows} == {world.cast.owner.id}
        assert {row.model for row in found.rows} == {"M0001"}
        stored = run_by_number(session, second.number)
        assert len(stored.results) == len(CHECKS)
        assert all(len(one.digest) == 64 for one in stored.results)
    third = world.run()
    assert [one.digest for one in third.checks][:6] == [one.digest for one in second.checks][:6]
    assert (third.opened, third.closed) == (0, 0)


def test_a_deviation_is_opened_once_and_closed_when_it_holds_again(store: Store, ledger: Ledger) -> None:
    world = World(store, ledger)
    a_version(store, world.cast)
    with world.behind_the_back() as session:
        session.execute(update(Model).values(next_review=NOON - timedelta(days=4)))

    for opened in (1, 0, 0):
        assert world.run("reviews-in-time").opened == opened
        world.at += timedelta(hours=1)
    row = world.screen()["reviews-in-time"]
    assert (row.outcome, row.open, row.overdue, row.since) == (Outcome.DEVIATES, 1, 0, NOON)
    assert [one.deviations for one in row.last] == [1, 1, 1]

    with world.behind_the_back() as session:
        session.execute(update(Model).values(next_review=NOON + timedelta(days=400)))
    assert world.run("reviews-in-time").closed == 1
    with store.reading() as session:
        (only,) = deviations(session, DeviationFilter(), limit=9, offset=0).rows
        told = [one.action for one in entries(session, entity_id="M0001").rows]
    assert (only.status, only.closed_at, only.repeat) == (FindingStatus.CLOSED, world.at, 0)
    assert "run CK0004 read the record" in only.closing_reason
    assert told == ["alert.recovered", "deviation.ended", "alert.raised", "deviation.found"]

    with world.behind_the_back() as session:
        session.execute(update(Model).values(next_review=NOON - timedelta(days=4)))
    world.at += timedelta(hours=1)
    assert world.run("reviews-in-time").opened == 1
    with store.reading() as session:
        again = deviations(session, DeviationFilter(status=FindingStatus.OPEN), limit=9, offset=0).rows
    assert [one.repeat for one in again] == [1]
    assert world.screen()["reviews-in-time"].since == world.at


# ---- every check finds what it is for


def test_an_approval_below_quorum_is_found(world: World) -> None:
    subject = world.in_production()
    assert world.outcome("production-approved") == (Outcome.DEVIATES, [subject])

    number = a_change(world, subject, ChangeStatus.EXECUTED)
    assert world.outcome("production-approved") == (Outcome.DEVIATES, [subject])  # nobody voted

    a_vote(world, number, world.cast.approver.id)
    assert world.outcome("production-approved") == (Outcome.HOLDS, [])


def test_an_approver_who_contributed_is_found(world: World) -> None:
    subject = world.in_production()
    number = a_change(world, subject, ChangeStatus.EXECUTED)
    a_vote(world, number, world.cast.approver.id)
    assert world.outcome("approvers-independent") == (Outcome.HOLDS, [])

    a_vote(world, number, world.cast.second_approver.id, on_behalf_of=world.cast.developer.id)
    outcome, subjects = world.outcome("approvers-independent")
    assert (outcome, subjects) == (Outcome.DEVIATES, [f"{number} {world.cast.second_approver.id}"])


def test_an_access_review_and_a_break_glass_access_that_nobody_looked_at_are_found(world: World) -> None:
    assert world.outcome("access-reviewed") == (Outcome.HOLDS, [])
    with world.behind_the_back() as session:
        session.add(
            BreakGlass(
                number="BG0001", person=world.cast.owner.id, roles="owner", reason="A dispute by phone",
                opened_at=NOON, ends_at=NOON + timedelta(hours=1),
            )
        )  # fmt: skip
    world.at += timedelta(days=14)
    assert world.outcome("break-glass-reviewed") == (Outcome.HOLDS, [])
    world.at += timedelta(days=1)
    assert world.outcome("break-glass-reviewed") == (Outcome.DEVIATES, ["BG0001"])

    review = open_access_review(world.store, world.ledger, actor=world.cast.approver, at=world.at)
    with world.behind_the_back() as session:
        session.execute(update(BreakGlass).values(sound=True))
    assert world.outcome("break-glass-reviewed") == (Outcome.HOLDS, [])
    world.at += timedelta(days=15)
    assert world.outcome("access-reviewed") == (Outcome.DEVIATES, ["access review"])

    with world.store.transaction() as tx:
        close_due_reviews(tx, world.ledger, at=world.at)
    assert world.outcome("access-reviewed") == (Outcome.HOLDS, [])
    world.at += timedelta(days=97)
    assert review == "AR0001"
    assert world.outcome("access-reviewed") == (Outcome.DEVIATES, ["access review"])


def test_an_exception_that_is_over_is_found_where_its_clause_still_fails(world: World) -> None:
    subject = world.in_production()
    with world.behind_the_back() as session:
        failing = session.exec(select(CheckResult).where(CheckResult.required)).first()
        assert failing is not None
        failing.verdict, failing.clause, failing.value, failing.direction = Verdict.FAIL, "P-2", 0.7, "at least"
        session.add(failing)
        add = {"clause": "P-2", "model_id": 1, "version_id": 1, "title": "A clause", "controls": "Watched weekly."}
        add |= {"figure": 0.7, "direction": "at least", "starts_at": NOON - timedelta(days=90)}
        session.add(PolicyException(number="E0001", change="C0101", ends_at=NOON - timedelta(days=1), **add))
    assert world.outcome("exceptions-not-relied-on") == (Outcome.DEVIATES, [f"E0001 {subject}"])

    with world.behind_the_back() as session:
        session.add(PolicyException(number="E0002", change="C0102", ends_at=NOON + timedelta(days=90), **add))
    assert world.outcome("exceptions-not-relied-on") == (Outcome.HOLDS, [])


def test_old_evidence_and_overdue_findings_conditions_and_decisions_are_found(world: World) -> None:
    subject = world.in_production()
    model, version = subject.split()
    finding = a_finding(world.store, model, version, severity=Severity.CRITICAL)
    a_finding(world.store, model, version, severity=Severity.LOW)
    number = a_change(world, subject, ChangeStatus.EXECUTED)
    a_vote(world, number, world.cast.approver.id)
    other = a_change(world, subject, ChangeStatus.IN_REVIEW)
    with world.behind_the_back() as session:
        vote = session.exec(select(Vote)).one()
        change = session.exec(select(ChangeRequest).where(ChangeRequest.number == number)).one()
        session.add(
            Condition(
                change_id=change.id or 0, vote_id=vote.id or 0, text="Hand in the new data", owner="P0001", due_at=NOON
            )
        )
        session.execute(update(Finding).values(due_at=NOON))
        session.execute(update(ChangeRequest).values(due_at=NOON))
    keys = ("evidence-fresh", "blocking-findings-in-time", "conditions-met", "reviews-decided")
    assert [world.outcome(key)[0] for key in keys] == [Outcome.HOLDS] * 4

    world.at = NOON + timedelta(days=3 * 365)
    assert [world.outcome(key)[1] for key in keys] == [[subject], [finding], [f"{number} condition 1"], [other]]


def test_documents_and_answers_that_packs_rest_on_are_found(world: World) -> None:
    subject = world.in_production(packs="sr-26-2")
    outcome, subjects = world.outcome("documents-current")
    assert outcome is Outcome.DEVIATES
    assert f"{subject} model documentation" in subjects
    for model, item in (("M0001", "MRM-18"), (None, "MRM-27"), (None, "MRM-20")):
        answer_item(
            world.store, world.ledger, model=model, pack="sr-26-2", item=item, outcome=Answered.MET, reason=REASON,
            expires_at=NOON + timedelta(days=30), actor=world.cast.approver, at=NOON,
        )  # fmt: skip
    assert world.outcome("answers-in-force") == (Outcome.HOLDS, [])

    world.at = NOON + timedelta(days=31)
    answer_item(
        world.store, world.ledger, model=None, pack="sr-26-2", item="MRM-27", outcome=Answered.MET, reason=REASON,
        expires_at=world.at + timedelta(days=30), actor=world.cast.approver, at=world.at,
    )  # fmt: skip
    assert world.outcome("answers-in-force") == (Outcome.DEVIATES, ["CA0001", "CA0003"])


def test_roles_that_may_not_meet_are_found(world: World) -> None:
    person = a_person(world.store, Role.AUDITOR, Role.OWNER)
    assert world.outcome("roles-apart") == (Outcome.DEVIATES, [person.id])

    with world.behind_the_back() as session:
        session.execute(update(RoleGrant).where(col(RoleGrant.person) == person.id).values(ends_at=NOON))
    assert world.outcome("roles-apart") == (Outcome.HOLDS, [])


def test_personal_data_in_a_note_and_in_a_result_is_found_and_not_repeated(world: World) -> None:
    """By its place and kind; the text itself appears in no deviation and no ledger entry."""
    model, version = world.in_production().split()
    assert world.outcome("personal-data-masked") == (Outcome.HOLDS, [])
    number = a_finding(world.store, model, version)
    with world.behind_the_back() as session:
        session.execute(text("UPDATE finding SET detail = 'Ask jane.roe@bank.example about it.'"))
        session.execute(text('UPDATE run SET result = \'{"groups": ["555-12-3456 rows"]}\''))
    outcome, subjects = world.outcome("personal-data-masked")
    assert (outcome, subjects) == (
        Outcome.DEVIATES,
        [f"finding {number}, detail"],
    )  # results of before are not read again

    with world.behind_the_back() as session:
        session.execute(text("DELETE FROM compliance_result"))  # as if no run had read the result
    outcome, subjects = world.outcome("personal-data-masked")
    assert subjects == [f"finding {number}, detail", "run R0001, stored result"]
    outcome, subjects = world.outcome("personal-data-masked")
    assert subjects == [f"finding {number}, detail", "run R0001, stored result"]  # those that deviate are
    with world.store.reading() as session:
        said = "\n".join(row.said for row in deviations(session, DeviationFilter(), limit=9, offset=0).rows)
    assert "jane" not in said
    assert "555" not in said


def test_events_that_were_removed_too_early_are_found(world: World) -> None:
    batch = {"entry": 1, "digest": "a" * 64, "root": "b" * 64, "rows": 1, "size": 1, "ids": "c" * 64}
    batch |= {"first_at": NOON, "last_at": NOON, "recorded_by": "P0001", "recorded_at": NOON}
    with world.behind_the_back() as session:
        session.add(EventBatch(number="BE0001", removed_at=NOON + timedelta(days=366), **batch))
    assert world.outcome("events-kept") == (Outcome.HOLDS, [])

    with world.behind_the_back() as session:
        session.execute(update(EventBatch).values(removed_at=NOON + timedelta(days=365)))
    assert world.outcome("events-kept") == (Outcome.DEVIATES, ["BE0001"])


def test_work_that_nobody_does_is_found(world: World) -> None:
    with world.store.transaction() as tx:
        enqueue(tx, "a kind of work", "today", at=NOON)
    assert world.outcome("messages-leave") == (Outcome.HOLDS, [])

    world.at = NOON + timedelta(hours=25)
    assert world.outcome("messages-leave") == (Outcome.DEVIATES, ["a kind of work today"])


# ---- alerts, settings, schedule, refusals


def test_a_webhook_is_told_once_of_what_a_run_opened(world: World) -> None:
    add_endpoint(world.store, world.ledger, address="https://hook.example", actor=world.cast.administrator, at=NOON)
    world.in_production()
    world.run("production-approved")
    world.run("production-approved")

    with world.store.reading() as session:
        (message,) = session.exec(select(OutboxMessage).where(OutboxMessage.topic == "compliance.deviation")).all()
    said = json.loads(message.body)["data"]
    assert (said["opened"], said["deviations"][0]["check"]) == (1, "production-approved")


def test_what_is_open_waits_for_its_owner_or_for_the_role(world: World) -> None:
    world.in_production()
    person = a_person(world.store, Role.AUDITOR, Role.OWNER)
    world.run("production-approved", "roles-apart")

    with world.store.reading() as session:
        mine = open_for(session, world.cast.owner.id, frozenset({"owner"}), limit=9)
        theirs = open_for(session, world.cast.administrator.id, frozenset({"administrator"}), limit=9)
        nobody = open_for(session, world.cast.validator.id, frozenset({"validator"}), limit=9)
    assert [row.subject for row in mine] == ["M0001 1.0.0"]
    assert [row.subject for row in theirs] == [person.id]
    assert nobody == ()


def test_a_check_is_set_with_a_reason_by_somebody_permitted(world: World) -> None:
    act = {"store": world.store, "ledger": world.ledger, "check": "reviews-in-time", "at": NOON}
    good = {"on": True, "every_hours": 12, "parameters": {"grace_days": 5}, "reason": REASON}

    with pytest.raises(Refused) as caught:
        set_check(**act, **good | {"reason": "so"}, actor=world.cast.owner)
    assert {one.code for one in caught.value.refusals} == {"permission", "reason"}
    for wrong in (
        {"every_hours": 0},
        {"parameters": {"grace_days": 91}},
        {"parameters": {"days": 1}},
        {"reason": "x" * 2001},
    ):
        with pytest.raises(Unreadable):
            set_check(**act, **good | wrong, actor=world.cast.approver)
    set_check(**act, **good, actor=world.cast.approver)
    with pytest.raises(Refused) as caught:
        set_check(**act, **good, actor=world.cast.approver)
    assert {one.code for one in caught.value.refusals} == {"same"}

    standing = world.screen()["reviews-in-time"].standing
    assert (standing.every_hours, standing.parameters) == (12, {"grace_days": 5})
    with world.store.reading() as session:
        assert [row.set_by for row in settings_of(session, "reviews-in-time")] == [world.cast.approver.id]
        assert entries(session, entity_id="reviews-in-time").rows[1].action == "compliance.set"


def test_a_check_that_is_switched_off_is_not_run_and_leaves_nothing_open(world: World) -> None:
    world.in_production()
    world.run("production-approved")
    set_check(
        world.store, world.ledger, check="production-approved", on=False, every_hours=24, parameters={}, reason=REASON,
        actor=world.cast.approver, at=NOON,
    )  # fmt: skip

    assert "production-approved" not in {one.key for one in world.run().checks}
    with world.store.reading() as session:
        (row,) = deviations(session, DeviationFilter(check="production-approved"), limit=9, offset=0).rows
        assert "production-approved" not in due_checks(session, at=NOON + timedelta(days=9))
    assert row.closing_reason == f"The check was switched off: {REASON}"
    assert list(world.screen())[-1] == "production-approved"


def test_a_check_is_due_by_its_cadence(world: World) -> None:
    with world.store.reading() as session:
        assert due_checks(session, at=NOON + timedelta(hours=23)) == ()  # a day after the ledger began
        assert len(due_checks(session, at=NOON + timedelta(hours=24))) == len(CHECKS)
    world.run("roles-apart")
    with world.store.reading() as session:
        assert "roles-apart" not in due_checks(session, at=NOON + timedelta(hours=23))
        assert "roles-apart" in due_checks(session, at=NOON + timedelta(hours=24))
    world.at = NOON + timedelta(hours=49)
    assert world.screen()["roles-apart"].is_late(world.at)


def test_an_auditor_and_an_administrator_run_no_checks(world: World) -> None:
    for actor in (world.cast.auditor, world.cast.administrator):
        with pytest.raises(Refused):
            world.run(actor=actor, source=Source.PAGE)
    assert world.run("roles-apart", actor=world.cast.developer, source=Source.PIPELINE).holds
    with pytest.raises(NotFound):
        world.run("no-such-check")
    with world.store.reading() as session:
        (run,) = runs(session, limit=9, offset=0).rows
        assert (run.source, run.run_by) == (Source.PIPELINE, world.cast.developer.id)


def test_a_check_that_cannot_be_read_is_kept_as_failed_and_stops_no_other(world: World) -> None:
    world.in_production()
    world.run("roles-apart", "production-approved")
    with world.behind_the_back() as session:
        session.execute(text("ALTER TABLE vote RENAME TO vote_elsewhere"))

    ran = world.run("roles-apart", "production-approved")

    assert [one.outcome for one in ran.checks] == [Outcome.HOLDS, Outcome.FAILED]
    assert not ran.holds
    assert (ran.opened, ran.closed) == (0, 0)  # what was open stays so
    with world.store.reading() as session:  # a check that fails is an alert of its own, and never silence
        kinds = {row.alert.kind: row.alert.key for row in alerts(session, AlertFilter(), limit=9, offset=0).rows}
    assert kinds["check failed"] == "compliance check production-approved"


def test_what_another_run_has_judged_later_is_left_alone(world: World) -> None:
    world.in_production()
    world.at = NOON + timedelta(hours=2)
    world.run("production-approved")
    with world.behind_the_back() as session:
        session.execute(text("DELETE FROM production_pointer"))

    world.at = NOON + timedelta(hours=1)  # began before, and is stored after
    assert world.run("production-approved").closed == 0


def a_change(world: World, subject: str, status: ChangeStatus) -> str:
    """The number of a change request for this version, without votes."""
    (model, version), policy = subject.split(), a_policy(world.store).id
    with world.store.transaction() as tx:
        _, row = load_version(tx.session, model, version)
        number = next_number(tx.session, "C")
        done = NOON if status is ChangeStatus.EXECUTED else None
        tx.session.add(
            ChangeRequest(
                number=number, version_id=row.id or 0, policy_version_id=policy, status=status,
                rationale=REASON, quorum=1, requested_by=world.cast.owner.id, requested_at=NOON, due_at=NOON,
                executed_at=done,
            )
        )  # fmt: skip
    return number


def a_vote(world: World, change: str, person: str, **more: object) -> None:
    with world.behind_the_back() as session:
        row = session.exec(select(ChangeRequest).where(ChangeRequest.number == change)).one()
        session.add(
            Vote(change_id=row.id or 0, person=person, choice=Choice.APPROVE, rationale=REASON, evidence_digest="",
                 cast_at=NOON, **more)
        )  # fmt: skip


def test_a_place_outside_that_lacks_new_checkpoints_is_found(world: World) -> None:
    assert world.outcome("checkpoint-outside") == (Outcome.NOT_JUDGED, [])
    assert world.run("checkpoint-outside").holds
    place = {"kind": Outside.MAILBOX, "address": "auditor@example.test", "every": 60, "added_by": "P0008"}
    with world.behind_the_back() as session:
        session.add(AnchorDestination(number="AD0001", added_at=NOON, **place))
        session.add(LogAnchor(size=1, destination="AD0001", kind=Outside.MAILBOX, at=NOON))
    assert world.outcome("checkpoint-outside") == (Outcome.HOLDS, [])

    world.at = NOON + timedelta(days=8)
    assert world.outcome("checkpoint-outside") == (Outcome.DEVIATES, ["AD0001"])


def test_the_schedule_runs_what_is_due_once_an_hour(world: World) -> None:
    place = SimpleNamespace(store=world.store, ledger=world.ledger, settings=load({}))

    assert list(due_compliance(place, NOON)) == []
    assert list(due_compliance(place, NOON + timedelta(hours=24))) == ["2026-11-21 12"]
    ran = run_due(place, at=NOON + timedelta(hours=24))
    assert ran is not None
    assert len(ran.checks) == len(CHECKS)
    assert run_due(place, at=NOON + timedelta(hours=25)) is None
    assert COMPLIANCE_JOB in KINDS
    assert COMPLIANCE_JOB in {one.kind for one in SCHEDULE}
