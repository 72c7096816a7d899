"""What moves around a finding: evidence, returns, owners, due dates, links, and the check that fails again."""

from datetime import timedelta

import pytest

from core.access.rules import Actor, Role
from core.errors import NotFound, Unreadable
from core.inventory.moves import load_version
from core.inventory.rules import Stage
from core.inventory.tables import Model
from core.ledger.queries import entries
from core.links import RecordKind, Ref, linked
from core.reports.history import record_as_of
from core.store import EvidenceFiles
from core.validation.findings import (
    FILE,
    Shown,
    close_finding,
    extend_due,
    link_finding,
    open_finding,
    reassign,
    return_finding,
)
from core.validation.queries.finding import finding_page
from core.validation.rules import FindingStatus, Severity
from core.validation.tables import Finding
from tests.builders import a_person, set_stage
from tests.register.conftest import DAY, WORDS, World
from tests.validation.conftest import codes


def stored(world: World, number: str) -> Finding:
    with world.store.reading() as session:
        return finding_page(session, number, at=world.at).finding


@pytest.mark.parametrize("severity", list(Severity))
def test_words_alone_remediate_what_weighs_little(severity: Severity, world: World) -> None:
    number = world.raised(severity)

    if severity in (Severity.HIGH, Severity.CRITICAL):
        assert codes(lambda: world.remediated(number, evidence=[])) == ["no-evidence"]
    else:
        world.remediated(number, evidence=[])
        assert stored(world, number).status is FindingStatus.REMEDIATED


def test_evidence_is_a_record_or_a_file_that_is_there(world: World, files: EvidenceFiles) -> None:
    number = world.raised()
    kept = files.add([b"retrained"])

    for wrong in (Shown("run", "R0099"), Shown(FILE, "0" * 64)):
        with pytest.raises(NotFound):
            world.remediated(number, evidence=[wrong], files=files)
    with pytest.raises(Unreadable):
        world.remediated(number, evidence=[Shown("model", world.model)])
    world.remediated(number, evidence=[world.shown(), Shown(FILE, kept.digest, "note.txt", kept.size)], files=files)

    with world.store.reading() as session:
        found = finding_page(session, number, at=world.at)
        assert [(one.kind, one.key) for one in found.evidence] == [
            ("version", f"{world.model} v{world.version}"), (FILE, kept.digest),
        ]  # fmt: skip
        other = linked(session, Ref(RecordKind.VERSION, f"{world.model} v{world.version}"))
        assert [one.ref.number for one in other] == [number]


def test_what_was_returned_takes_new_evidence(world: World) -> None:
    number = world.raised()
    world.remediated(number)
    world.remediated(number, evidence=[])  # said better, on the same evidence
    judge = world.cast.second_validator
    return_finding(world.store, world.ledger, finding=number, text=WORDS, actor=judge, at=world.at + DAY)

    assert stored(world, number).status is FindingStatus.OPEN
    assert codes(lambda: world.remediated(number, evidence=[], at=world.at + 2 * DAY)) == ["no-evidence"]
    close = close_finding
    assert codes(lambda: close(world.store, world.ledger, finding=number, text=WORDS, actor=judge, at=world.at)) == [
        "not-remediated"
    ]


def test_whoever_owns_a_finding_does_not_close_it(world: World) -> None:
    number = world.raised()
    both = a_person(world.store, Role.DEVELOPER, Role.VALIDATOR)
    reassign(
        world.store, world.ledger, finding=number, owner=both.id, reason=WORDS, actor=world.cast.owner, at=world.at
    )
    world.remediated(number)

    def close() -> object:
        return close_finding(world.store, world.ledger, finding=number, text=WORDS, actor=both, at=world.at)

    assert codes(close) == ["own-finding"]


def test_a_finding_is_handed_to_somebody_who_can_remediate_it(world: World) -> None:
    number, cast = world.raised(), world.cast

    def hand(to: str, by: Actor) -> object:
        return reassign(world.store, world.ledger, finding=number, owner=to, reason=WORDS, actor=by, at=world.at)

    assert codes(lambda: hand(cast.validator.id, cast.validator)) == ["owner-role"]
    assert codes(lambda: hand(cast.developer.id, cast.developer)) == ["same-owner"]
    assert codes(lambda: hand(cast.owner.id, cast.approver)) == ["permission"]
    hand(cast.owner.id, cast.developer)

    found = stored(world, number)
    with world.store.reading() as session:
        act = finding_page(session, number, at=world.at).acts[-1]
    assert (found.owner, act.before, act.after) == (cast.owner.id, cast.developer.id, cast.owner.id)


def test_more_time_is_given_by_somebody_else_with_a_reason_and_reports_know_what_stood(world: World) -> None:
    number, cast = world.raised(), world.cast
    before = stored(world, number).due_at
    later = before + 30 * DAY

    def extend(by: Actor, days: int = 30, reason: str = WORDS) -> object:
        due, at = before + timedelta(days=days), world.at + DAY
        return extend_due(world.store, world.ledger, finding=number, due_at=due, reason=reason, actor=by, at=at)

    owning = Actor(cast.developer.id, frozenset({Role.VALIDATOR}))
    assert codes(lambda: extend(owning)) == ["own-due-date"]
    assert codes(lambda: extend(cast.owner)) == ["permission"]
    assert codes(lambda: extend(cast.validator, days=-1, reason="soon")) == ["due-date", "reason"]
    extend(cast.approver)

    assert stored(world, number).due_at == later
    moment = world.at + timedelta(hours=1)
    with (
        world.store.reading() as session,
        record_as_of(session, moment, tables=(Model, Finding), vkey=world.ledger.vkey) as then,
    ):
        assert then.session.get_one(Finding, 1).due_at == before


def test_a_finding_is_linked_by_hand_once_and_only_with_what_is_there(world: World) -> None:
    number, other = world.raised(), world.raised(Severity.LOW)

    def tie(to: Ref) -> object:
        who = world.cast.developer
        return link_finding(world.store, world.ledger, finding=number, to=to, reason=WORDS, actor=who, at=world.at)

    with pytest.raises(NotFound):
        tie(Ref(RecordKind.INCIDENT, "IN0099"))
    tie(Ref(RecordKind.FINDING, other))

    assert codes(lambda: tie(Ref(RecordKind.FINDING, other))) == ["linked"]
    with world.store.reading() as session:
        assert [one.ref.number for one in linked(session, Ref(RecordKind.FINDING, other))] == [number]
        acts = [row.action for row in entries(session, limit=3).rows]
    assert acts == ["act.refused", "finding.linked", "finding.raised"]


def test_a_check_that_fails_again_after_its_finding_was_closed_says_so(world: World) -> None:
    def found() -> str:
        with world.store.transaction() as tx:
            model, version = load_version(tx.session, world.model, world.version)
            return open_finding(
                tx, world.ledger, model, version, title="Balanced accuracy failed", detail=WORDS,
                severity=Severity.HIGH, check_key="balanced_accuracy", actor=world.cast.validator, at=world.at,
            )  # fmt: skip

    first = found()
    world.remediated(first)
    closing = world.cast.second_validator
    close_finding(world.store, world.ledger, finding=first, text=WORDS, actor=closing, at=world.at)
    second = found()

    assert (stored(world, first).repeat, stored(world, second).repeat) == (0, 1)
    with world.store.reading() as session:
        assert [one.ref.number for one in linked(session, Ref(RecordKind.FINDING, second))] == [first]


def test_a_finding_on_a_version_that_was_taken_back_can_still_be_settled(world: World) -> None:
    number = world.raised()
    set_stage(world.store, world.model, world.version, Stage.SUPERSEDED)

    world.remediated(number)

    assert stored(world, number).status is FindingStatus.REMEDIATED
