"""The audit report tells an audit from plan to closing, at its end and at any moment before."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from trestle.oscal.assessment_results import Model as AssessmentResults

from core.access.rules import SYSTEM
from core.audits.facts import Done
from core.audits.fieldwork import issue_findings
from core.audits.following import close_audit, report_done, respond, send_back, verify_finding
from core.audits.planning import change_plan
from core.audits.queries import whole_audit
from core.audits.rules.life import Response, Result
from core.errors import NotFound
from core.ledger.service import Ledger
from core.policy.service import default_policy_text, publish
from core.reports.formats.laying import words
from core.reports.formats.oscal import oscal_results
from core.reports.layout.blocks import Cited
from core.reports.values.audit import AuditReport
from core.reports.values.report import Asked, Report, Subject, SubjectKind
from core.store import Store
from tests.audits.conftest import SAID, World, a_world
from tests.builders import NOON
from tests.reports.test_standards import state_of
from tests.reports_templates.asking import differing, report, said
from tests.reports_templates.test_citing import BY_ITSELF, NAMES, cells, is_figure

HOUR = timedelta(hours=1)
FIRST, SECOND = "sr-26-2 MRM-05", "sr-26-2 MRM-14"


@pytest.fixture
def world(store: Store, ledger: Ledger) -> World:
    with store.transaction() as tx:
        publish(tx, ledger, default_policy_text(), actor=SYSTEM, at=NOON)
    return a_world(store, ledger)


def of(world: World, audit: str, *, since: int = 0) -> Report:
    """The report as of the world's time, or so many hours before."""
    asked = Asked("audit", Subject(SubjectKind.AUDIT, audit), world.at - since * HOUR)
    return report(world.store, world.ledger, asked, at=world.at)


def data_of(found: Report) -> AuditReport:
    assert isinstance(found.data, AuditReport)
    return found.data


def acts(world: World, audit: str) -> list[Report]:
    """The audit is lived with one act an hour, and reported after each."""
    one, other = world.items(audit)
    owner, lead, second, number = world.cast.owner, world.lead, world.second, "AF0001"

    def act(what: Callable[..., Done], **values: object) -> Callable[[], object]:
        return lambda: what(world.store, world.ledger, **values, at=world.at)

    def tested(item: str, by: str, result: Result = Result.CONFORMS, **values: object) -> Callable[[], object]:
        return lambda: world.tested(audit, item, by, result, **values)

    def answered(given: Response) -> Callable[[], object]:
        due = NOON + timedelta(days=20)
        return act(respond, finding=number, response=given, text=f"{SAID} {given}", due_at=due, actor=owner)

    kept = []
    for what in (
        tested(one, FIRST),
        tested(one, SECOND, Result.NOT_APPLICABLE),
        tested(other, FIRST, evidence="C0001", notes=""),
        tested(other, SECOND),
        tested(other, SECOND, Result.DOES_NOT, expected_revision=1),
        lambda: world.raised(audit, item=other, by_criterion=SECOND),
        act(issue_findings, audit=audit, actor=lead),
        answered(Response.PARTLY),
        answered(Response.AGREED),
        act(report_done, finding=number, text=f"{SAID} First.", actor=owner),
        act(send_back, finding=number, reason="The second signature is still missing.", actor=second),
        act(report_done, finding=number, text=f"{SAID} Second.", actor=owner),
        act(verify_finding, finding=number, text=SAID, actor=second),
        act(close_audit, audit=audit, conclusion=SAID, actor=lead),
    ):
        world.at += HOUR
        what()
        kept.append(of(world, audit))
    return kept


def test_an_audit_is_told_as_it_stood_after_every_act(world: World) -> None:
    audit = world.begun()
    kept = acts(world, audit)
    world.at += HOUR

    again = [of(world, audit, since=len(kept) - place) for place in range(len(kept))]

    changed = [differing(said(one), said(other))[:3] for one, other in zip(kept, again, strict=True)]
    assert changed == [[]] * len(kept)
    assert all(one.complete for one in again)
    stood = [(data.status.value, data.findings[0].status.value) for data in map(data_of, again) if data.findings]
    assert stood == [
        ("fieldwork", "open"), ("follow-up", "open"), ("follow-up", "answered"), ("follow-up", "answered"),
        ("follow-up", "done"), ("follow-up", "answered"), ("follow-up", "done"), ("follow-up", "verified closed"),
        ("closed", "verified closed"),
    ]  # fmt: skip
    uncited = {
        place
        for place, cell, figures in cells(again[-1].document)
        if is_figure(cell, place=figures) and not isinstance(cell, Cited)
        if place.split(" / ")[-1] not in NAMES | BY_ITSELF
    }
    assert uncited == set()
    assert any(SAID in words(cell)[0] for _, cell, _ in cells(again[-1].document))
    assert assessed(kept[0]) == ({"clause-sr-26-2_MRM-05": "satisfied"}, [])
    criteria = {"clause-sr-26-2_MRM-05": "satisfied", "clause-sr-26-2_MRM-14": "not-satisfied"}
    assert assessed(again[6]) == (criteria, ["open"])
    assert assessed(again[-1]) == (criteria, ["closed"])
    assert oscal_results(of(world, world.planned())) is None  # nothing is concluded of it


def assessed(one: Report) -> tuple[dict[str, str], list[str]]:
    """What trestle reads of the audit: the state of each criterion, and of each finding."""
    held = AssessmentResults(**json.loads(oscal_results(one) or b"{}")).assessment_results
    (result,) = held.results
    states = {found.target.target_id: state_of(found.target.status) for found in result.findings or []}
    return states, [str(getattr(risk.status.root, "root", risk.status.root)) for risk in result.risks or []]


def test_its_sample_is_drawn_again_from_the_report_alone(world: World) -> None:
    audit = world.begun(3)

    found = of(world, audit)

    (sample,), (attached,) = data_of(found).samples, found.attachments
    keys = [line.split("\t")[0] for line in attached.content.decode().splitlines()]
    ranked = sorted(keys, key=lambda key: hashlib.sha256(f"{sample.seed}\n{key}".encode()).hexdigest())
    assert ranked[:3] == [key for key, _, _ in sample.items]
    assert hashlib.sha256(attached.content).hexdigest() == sample.population_digest


def test_a_plan_that_was_changed_since_is_not_told_as_complete(world: World) -> None:
    audit = world.planned()
    world.at += HOUR
    with world.store.reading() as session:
        revision = whole_audit(session, audit).audit.revision
    change_plan(
        world.store, world.ledger, audit=audit, plan=world.plan(title="Another"), expected_revision=revision,
        actor=world.lead, at=world.at,
    )  # fmt: skip

    before, after = of(world, audit, since=1), of(world, audit)

    assert [gap.section for gap in before.gaps] == [f"Plan of {audit}"]
    assert (after.gaps, data_of(after).title) == ((), "Another")


def test_there_is_no_report_of_an_audit_that_was_not_planned_then(world: World) -> None:
    world.at += HOUR
    audit = world.planned()

    with pytest.raises(NotFound):
        of(world, audit, since=1)
