"""The incident report tells one incident, and those of a model, at their end and at any moment before."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from core.access.rules import SYSTEM, Actor
from core.errors import NotFound
from core.improvement.actions.service import (
    carry_over,
    extend_action,
    report_action_done,
    send_action_back,
    verify_action,
)
from core.improvement.incidents.clocks import record_notification
from core.improvement.incidents.containing import record_containment
from core.improvement.incidents.leading import (
    change_severity,
    give_command,
    reopen,
    state_contained,
    state_resolved,
)
from core.improvement.incidents.recording import Facts, correct_facts, record_cause, record_informed
from core.improvement.incidents.reviewing import close_incident, write_review
from core.improvement.incidents.rules.life import CauseMethod, Containment, IncidentStatus
from core.ledger.service import Ledger
from core.links import RecordKind, Ref
from core.policy.service import default_policy_text, publish
from core.reports.formats.laying import words
from core.reports.layout.blocks import Cited
from core.reports.templates.incident_sections import APPLYING
from core.reports.values.incident import IncidentReport, IncidentsReport
from core.reports.values.report import Asked, Report, Subject, SubjectKind
from core.store import Store
from core.validation.rules import Severity
from tests.builders import NOON
from tests.incidents.conftest import World, a_world
from tests.reports_templates.asking import differing, report, said
from tests.reports_templates.test_citing import BY_ITSELF, NAMES, cells, is_figure

SAID = "As agreed with everybody concerned."
HOUR = timedelta(hours=1)
MIDDLE = 12  # the act after which the model's report is kept too


@pytest.fixture
def world(sqlite_store: Store, ledger: Ledger) -> World:
    with sqlite_store.transaction() as tx:
        publish(tx, ledger, default_policy_text(), actor=SYSTEM, at=NOON)
    return a_world(sqlite_store, ledger)


def of(world: World, subject: Subject, *, since: int = 0) -> Report:
    """The report as of the world's time, or so many hours before."""
    asked = Asked("incident", subject, world.at - since * HOUR)
    return report(world.store, world.ledger, asked, at=world.at)


def data_of(found: Report) -> IncidentReport:
    assert isinstance(found.data, IncidentReport)
    return found.data


def acts(world: World, number: str) -> list[Callable[[], object]]:
    """Everything that can happen to an incident and to two actions."""
    cast = world.cast
    developer, owner, validator, approver = cast.developer, cast.owner, cast.validator, cast.approver

    def act(use_case: Callable[..., object], by: Actor, **values: object) -> Callable[[], object]:
        return lambda: world.does(use_case, by, incident=number, **values)  # type: ignore[arg-type]

    def on(use_case: Callable[..., object], by: Actor, action: str, **values: object) -> Callable[[], object]:
        return lambda: world.does(use_case, by, action=action, **values)  # type: ignore[arg-type]

    def told() -> object:
        return act(
            record_notification, owner, rule="gdpr-33", receiver="Authority", reference="2026-1", notified_at=world.at
        )()

    change, by_hand = Ref(RecordKind.CHANGE, "CR0001"), Containment.MANUAL_FALLBACK
    facts = Facts(harm="Forty people wait.", aware_at=NOON - HOUR)
    return [
        act(give_command, owner, commander=developer.id, reason=SAID),
        act(correct_facts, owner, facts=facts, reason=SAID, expected_revision=2),
        act(change_severity, owner, severity=Severity.CRITICAL, reason=SAID),
        partial(world.decided, number, "gdpr-33"),
        act(record_containment, developer, kind=by_hand, what=SAID, ref=change),
        act(record_informed, developer, who="Users", means="mail", what=SAID),
        act(state_contained, developer, text=SAID),
        act(record_cause, developer, method=CauseMethod.FIVE_WHYS, cause=SAID, factors="One\nTwo"),
        partial(world.action, number),
        partial(world.action, number, title="Tell the branch", owner=owner.id),
        act(state_resolved, developer, text=SAID),
        act(reopen, owner, text=SAID),
        act(state_contained, developer, text=SAID),
        act(record_cause, developer, method=CauseMethod.OTHER, cause=f"{SAID} Anew."),
        act(state_resolved, developer, text=SAID),
        on(report_action_done, developer, "ACT0001", done=SAID, evidence=("R0001",)),
        on(send_action_back, validator, "ACT0001", reason=SAID),
        on(extend_action, owner, "ACT0001", due_at=NOON + timedelta(days=40), reason=SAID),
        on(report_action_done, developer, "ACT0001", done=SAID),
        on(verify_action, validator, "ACT0001", text=SAID),
        told,
        act(write_review, validator, review=world.review()),
        on(carry_over, approver, "ACT0002", reason=SAID),
        act(close_incident, approver, conclusion=SAID),
    ]


def test_the_report_of_an_earlier_moment_is_the_report_that_was_made_then(world: World) -> None:
    number = world.declared()
    one, several = Subject(SubjectKind.INCIDENT, number), Subject(SubjectKind.MODEL, world.model)
    kept, middle = [of(world, one)], []
    for place, act in enumerate(acts(world, number)):
        world.at += HOUR
        act()
        kept.append(of(world, one))
        middle += [of(world, several)] if place == MIDDLE else []

    for hours, then in enumerate(reversed(kept)):
        assert differing(said(then.data), said(of(world, one, since=hours).data)) == []
    after = len(kept) - 2 - MIDDLE
    assert differing(said(middle[0].data), said(of(world, several, since=after).data)) == []
    last = data_of(kept[-1])
    assert (last.status, last.severity) == (IncidentStatus.CLOSED, Severity.CRITICAL)
    assert [one.status.value for one in last.actions] == ["verified closed", "open"]
    assert [one.state.value for one in last.clocks if one.state in APPLYING] == ["met"]
    assert last.cause is not None
    assert last.cause.cause.endswith("Anew.")


@pytest.fixture
def closed(world: World) -> World:
    number = world.declared()
    for act in acts(world, number):
        world.at += HOUR
        act()
    return world


@pytest.mark.parametrize("kind", [SubjectKind.INCIDENT, SubjectKind.MODEL])
def test_every_figure_has_a_source_that_the_checkpoint_covers(closed: World, kind: SubjectKind) -> None:
    number = "IN0001" if kind is SubjectKind.INCIDENT else closed.model

    found = of(closed, Subject(kind, number))

    uncited = [
        f"{place}: {words(cell)[0]}"
        for place, cell, figures in cells(found.document)
        if is_figure(cell, place=figures) and not isinstance(cell, Cited)
        if place.split(" / ")[-1] not in NAMES | BY_ITSELF
    ]
    sources = [cell.source for _, cell, _ in cells(found.document) if isinstance(cell, Cited)]
    assert uncited == []
    assert {len(one.digest) for one in sources} <= {64}
    assert all(one.entry is None or 0 <= one.entry < found.checkpoint.size for one in sources)
    assert found.complete


def test_the_report_prints_what_everybody_wrote(closed: World) -> None:
    printed = {
        text
        for _, cell, _ in cells(of(closed, Subject(SubjectKind.INCIDENT, "IN0001")).document)
        for text in words(cell)
    }

    assert {"Forty people wait.", "change CR0001", "Met", "Verified closed", f"{SAID} Anew."} <= printed


def test_there_is_no_report_of_an_incident_that_was_not_declared_then(world: World) -> None:
    world.at += HOUR
    number = world.declared()

    with pytest.raises(NotFound):
        of(world, Subject(SubjectKind.INCIDENT, number), since=1)


def test_the_period_leaves_out_what_was_closed_before(closed: World) -> None:
    after = closed.at + 2 * HOUR
    asked = Asked("incident", Subject(SubjectKind.ORGANISATION), after, closed.at + HOUR)
    whole = Asked("incident", Subject(SubjectKind.ORGANISATION), after)

    found, every = (report(closed.store, closed.ledger, one, at=after).data for one in (asked, whole))

    assert isinstance(found, IncidentsReport)
    assert isinstance(every, IncidentsReport)
    assert (len(found.incidents), len(every.incidents)) == (0, 1)
