"""Audits as they are lived: plan, sample, fieldwork, findings, responses, closing, and who may not."""

import hashlib
from datetime import timedelta

import pytest

from core.access.rules import Actor, Role
from core.audits.drawing import cancel_audit, draw_sample
from core.audits.fieldwork import issue_findings
from core.audits.following import close_audit, report_done, respond, send_back, verify_finding
from core.audits.planning import change_plan, plan_audit
from core.audits.population import AuditScope, Population
from core.audits.queries import AuditFilter, audits, findings_to_answer, findings_to_verify, whole_audit, years
from core.audits.rules.life import AuditKind, AuditStatus, FindingStatus, Response, Result
from core.audits.sampling import Method
from core.errors import Conflict, NotFound, Refused, Unreadable
from core.inventory.moves import load_version, record_part
from core.inventory.rules import Duty, Stage
from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.store import Store
from tests.audits.conftest import SAID, World, a_world
from tests.builders import NOON, a_model, a_version

LATER = NOON + timedelta(days=20)


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {one.code for one in caught.value.refusals}


def test_an_audit_is_lived_from_plan_to_closing(store: Store, ledger: Ledger) -> None:
    """The whole way, on both databases, with what stands against closing on the way."""
    world = a_world(store, ledger)
    audit = world.begun()
    first, second = world.items(audit)
    act = {"store": store, "ledger": ledger, "at": NOON}
    world.tested(audit, first, "sr-26-2 MRM-05")
    world.tested(audit, first, "sr-26-2 MRM-14", Result.NOT_APPLICABLE)
    world.tested(audit, second, "sr-26-2 MRM-05", evidence="C0001", notes="")
    world.tested(audit, second, "sr-26-2 MRM-14", Result.DOES_NOT)

    with pytest.raises(Refused) as caught:
        issue_findings(**act, audit=audit, actor=world.lead)
    assert codes(caught) == {"nonconformity-unraised"}

    number = world.raised(audit, item=second, by_criterion="sr-26-2 MRM-14")
    issue_findings(**act, audit=audit, actor=world.lead)
    with pytest.raises(Refused) as caught:
        close_audit(**act, audit=audit, conclusion=SAID, actor=world.lead)
    assert codes(caught) == {"finding-pending"}

    owner = world.cast.owner
    respond(**act, finding=number, response=Response.AGREED, text=SAID, due_at=LATER, actor=owner)
    with store.reading() as session:
        assert [one.number for one, _ in findings_to_answer(session, owner.id, limit=9)] == [number]
    report_done(**act, finding=number, text=SAID, actor=owner)
    with store.reading() as session:
        assert not findings_to_answer(session, owner.id, limit=9)
        assert [one.number for one, _ in findings_to_verify(session, world.second.id, limit=9)] == [number]
        assert [one.number for one, _ in findings_to_verify(session, owner.id, limit=9)] == []
    send_back(**act, finding=number, reason="The second signature is still missing.", actor=world.second)
    report_done(**act, finding=number, text=SAID, actor=owner)
    verify_finding(**act, finding=number, text=SAID, actor=world.second)
    close_audit(**act, audit=audit, conclusion=SAID, actor=world.lead)

    with store.reading() as session:
        whole = whole_audit(session, audit)
        told = [row.action for row in entries(session, entity_id=audit).rows][::-1]
        (row,) = audits(session, AuditFilter(text="lending", year=2026), limit=5, offset=0).rows
        assert years(session) == (2026,)
        assert audits(session, AuditFilter(open_only=True, year=2025), limit=5, offset=0).total == 0
        assert audits(session, AuditFilter(person=world.second.id), limit=5, offset=0).total == 1
    assert (whole.audit.status, whole.audit.conclusion, whole.undone, whole.pending) == (
        AuditStatus.CLOSED,
        SAID,
        0,
        (),
    )
    assert whole.results == {Result.CONFORMS: 2, Result.DOES_NOT: 1, Result.NOT_APPLICABLE: 1}
    assert [(one.item, one.criterion) for one in whole.findings] == [(second, "sr-26-2 MRM-14")]
    assert (row.findings, row.pending, row.tests, row.to_test) == (1, 0, 4, 4)
    assert told == [
        "audit.planned", "audit.sample_drawn", "audit.begun", *["audit.tested"] * 4, "act.refused",
        "audit_finding.raised", "audit.issued", "act.refused", "audit_finding.answered", "audit_finding.done",
        "audit_finding.sent_back", "audit_finding.done", "audit_finding.verified", "audit.closed",
    ]  # fmt: skip


@pytest.mark.parametrize("population", list(Population))
def test_a_population_is_read_from_the_scope(store: Store, ledger: Ledger, population: Population) -> None:
    """Each of them on both databases, narrowed by tier, business line and pack."""
    world = a_world(store, ledger)
    a_model(store, world.cast, tier=1, packs="gdpr sr-26-2")
    scope = AuditScope(tiers=(1,), business_line="Lending", pack="sr-26-2")
    audit = world.planned(scope=scope)

    if population is Population.MODELS:
        world.drawn(audit, population=population)
        assert world.items(audit) == ["M0006"]
        return
    with pytest.raises(Refused) as caught:
        world.drawn(audit, population=population)
    assert codes(caught) == {"empty-population"}


def test_a_sample_is_drawn_again_from_its_record_by_anybody(world: World) -> None:
    audit = world.planned()
    world.drawn(audit, size=3)

    with world.store.reading() as session:
        (sample,) = whole_audit(session, audit).samples
    # nothing of ours from here on but what is on record
    keys = [line.split("\t")[0] for line in sample.members.splitlines()]
    again = sorted(keys, key=lambda key: hashlib.sha256(f"{sample.seed}\n{key}".encode()).hexdigest())[:3]
    assert again == world.items(audit)
    assert hashlib.sha256(sample.members.encode()).hexdigest() == sample.population_digest
    assert (sample.population_size, sample.size, sample.query) == (5, 3, "models: all models")
    assert "checkpoint of" in sample.seed_source


def test_a_seed_comes_from_the_ledger_unless_one_is_entered(world: World) -> None:
    one, other = world.planned(), world.planned()
    world.drawn(one)
    world.drawn(other, seed=" dice of 3 March ")

    with world.store.reading() as session:
        first, second = (whole_audit(session, number).samples[0] for number in (one, other))
    assert len(first.seed) == 64
    assert (second.seed, second.seed_source) == ("dice of 3 March", "entered by the lead")


def test_a_further_sample_takes_a_reason_and_the_first_one_stays(world: World) -> None:
    audit = world.begun()

    with pytest.raises(Refused) as caught:
        world.drawn(audit, size=1)
    assert codes(caught) == {"reason"}

    world.drawn(audit, size=3, reason="Two do not conform; all are looked at.", method=Method.STRATIFIED)
    with world.store.reading() as session:
        whole = whole_audit(session, audit)
    assert [one.ordinal for one in whole.samples] == [1, 2]
    assert whole.undone == 10
    assert len({one.item.key for one in whole.items}) == 5
    with pytest.raises(Refused) as caught:
        world.drawn(audit, size=1, reason="Once more, although all are looked at already.")
    assert codes(caught) == {"empty-population"}


def test_an_auditor_does_not_audit_what_they_had_a_part_in(world: World) -> None:
    """Whichever part it was, and although their role is another one today."""
    model, version = a_version(world.store, world.cast, stage=Stage.APPROVED)
    former = Actor(world.second.id, frozenset({Role.VALIDATOR}))
    with world.store.transaction() as tx:
        record_part(tx, load_version(tx.session, model, version)[1], former, Duty.VALIDATION, NOON)
    audit = world.begun(scope=AuditScope(models=(model,)))

    with pytest.raises(Refused) as caught:
        world.tested(audit, model, "sr-26-2 MRM-05")
    assert codes(caught) == {"tie-validated"}
    with pytest.raises(Refused) as caught:
        world.raised(audit, item=model)
    assert codes(caught) == {"tie-validated"}
    world.tested(audit, model, "sr-26-2 MRM-05", actor=world.lead)

    with pytest.raises(Refused) as caught:
        world.planned(lead=world.second.id, scope=AuditScope(models=(model,)))
    assert codes(caught) == {"tie-validated"}


def test_an_auditor_changes_nothing_else(world: World) -> None:
    """Their role carries no permission beside reading, exporting and auditing."""
    assert {one.value for one in world.lead.permissions} == {"record:read", "ledger:read", "audit:run", "export:make"}


def test_who_audits_is_an_auditor_and_who_answers_is_none(world: World) -> None:
    with pytest.raises(Refused) as caught:
        world.planned(auditors=(world.lead.id, world.cast.owner.id))
    assert codes(caught) == {"not-auditor"}
    with pytest.raises(Refused) as caught:
        plan_audit(world.store, world.ledger, plan=world.plan(), actor=world.cast.owner, at=NOON)
    assert codes(caught) == {"permission"}

    audit = world.begun()
    with pytest.raises(Refused) as caught:
        world.raised(audit, owner=world.lead.id)
    assert codes(caught) == {"owner-audits", "owner-role"}
    with pytest.raises(Refused) as caught:
        world.raised(audit, owner=world.cast.administrator.id)
    assert codes(caught) == {"owner-role"}


def test_an_audit_from_outside_is_mirrored(world: World) -> None:
    """Without fieldwork of our own; its findings are entered as theirs, and followed up all the same."""
    audit = world.begun(kind=AuditKind.EXTERNAL, conducted_by="An audit firm", reference="2026/117", criteria=())
    number = world.raised(audit, reference="Finding 3, “significant”")
    issue_findings(world.store, world.ledger, audit=audit, actor=world.lead, at=NOON)
    owner = world.cast.owner
    act = {"store": world.store, "ledger": world.ledger, "finding": number, "at": NOON}
    respond(**act, response=Response.RISK_ACCEPTED, text=SAID, due_at=None, actor=owner)

    with pytest.raises(Refused) as caught:
        report_done(**act, text=SAID, actor=owner)
    assert codes(caught) == {"risk-accepted"}
    verify_finding(**act, text=SAID, actor=world.lead)
    close_audit(world.store, world.ledger, audit=audit, conclusion=SAID, actor=world.lead, at=NOON)

    with world.store.reading() as session:
        (one,) = whole_audit(session, audit).findings
    assert (one.finding.reference, one.finding.status) == ("Finding 3, “significant”", FindingStatus.VERIFIED)


def test_a_plan_changes_until_fieldwork_begins_and_takes_its_samples_along(world: World) -> None:
    audit = world.planned()
    world.drawn(audit)
    wider = world.plan(title="Approvals of all models")
    act = {"store": world.store, "ledger": world.ledger, "audit": audit, "actor": world.lead, "at": NOON}
    change_plan(**act, plan=wider, expected_revision=1)
    assert len(world.items(audit)) == 2

    narrower = world.plan(scope=AuditScope(tiers=(1,)), criteria=())
    with pytest.raises(Conflict):
        change_plan(
            world.store, world.ledger, audit=audit, plan=narrower, expected_revision=1, actor=world.lead, at=NOON
        )
    change_plan(**act, plan=narrower, expected_revision=2)
    with world.store.reading() as session:
        whole = whole_audit(session, audit)
    assert (whole.items, whole.samples, whole.criteria, whole.scope.words) == ((), (), (), "models of tier 1")


def test_what_a_plan_cannot_say_is_named(world: World) -> None:
    for changed, column in (
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"dates": (NOON, NOON - timedelta(days=1))}, "dates"),
        ({"kind": AuditKind.EXTERNAL}, "conducted_by"),
        ({"criteria": (("sr-26-2", "MRM-99"),)}, "criteria"),
        ({"scope": AuditScope(models=("M0099",))}, "models"),
    ):
        with pytest.raises(Unreadable) as caught:
            world.planned(**changed)
        assert [one.column for one in caught.value.problems] == [column]
    for size in (0, 501):
        with pytest.raises(Unreadable):
            world.drawn(world.planned(), size=size)


def test_a_conclusion_is_changed_by_who_saw_it(world: World) -> None:
    audit = world.begun(size=1)
    (item,) = world.items(audit)
    world.tested(audit, item, "sr-26-2 MRM-05")

    with pytest.raises(Conflict):
        world.tested(audit, item, "sr-26-2 MRM-05", Result.DOES_NOT)
    world.tested(audit, item, "sr-26-2 MRM-05", Result.DOES_NOT, expected_revision=1)
    with world.store.reading() as session:
        assert whole_audit(session, audit).results == {Result.DOES_NOT: 1}
    with pytest.raises(NotFound):
        world.tested(audit, "M0099", "sr-26-2 MRM-05")
    with pytest.raises(NotFound):
        world.tested(audit, item, "gdpr GDPR-9")


def test_a_response_says_by_when(world: World) -> None:
    audit = world.begun()
    number = world.raised(audit)

    for due in (None, NOON, NOON - timedelta(days=1)):
        with pytest.raises(Unreadable):
            respond(
                world.store, world.ledger, finding=number, response=Response.PARTLY, text=SAID, due_at=due,
                actor=world.cast.owner, at=NOON,
            )  # fmt: skip
    with pytest.raises(Refused) as caught:
        respond(
            world.store, world.ledger, finding=number, response=Response.AGREED, text="ok", due_at=LATER,
            actor=world.cast.developer, at=NOON,
        )  # fmt: skip
    assert codes(caught) == {"reason", "finding-owner"}


def test_a_cancelled_audit_says_why_and_stays(world: World) -> None:
    audit, reason = world.begun(), "Merged with the audit of autumn."
    cancel_audit(world.store, world.ledger, audit=audit, reason=reason, actor=world.lead, at=NOON)

    with pytest.raises(Refused) as caught:
        world.tested(audit, world.items(audit)[0], "sr-26-2 MRM-05")
    assert "Plan a new audit." in str(caught.value)
    with world.store.reading() as session:
        assert whole_audit(session, audit).audit.conclusion == reason


def test_an_audit_that_is_not_there_is_said(world: World) -> None:
    with world.store.reading() as session, pytest.raises(NotFound):
        whole_audit(session, "AU0099")
    with pytest.raises(NotFound):
        draw_sample(
            world.store, world.ledger, audit="AU0099", population=Population.MODELS, method=Method.SIMPLE, size=1,
            actor=world.lead, at=NOON,
        )  # fmt: skip
    with pytest.raises(NotFound):
        report_done(world.store, world.ledger, finding="AF0099", text=SAID, actor=world.cast.owner, at=NOON)
