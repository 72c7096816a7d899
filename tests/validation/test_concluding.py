"""A validation is concluded on what was read, by somebody else, when every question and finding is settled."""

import pytest

from core.access.rules import Actor, Role
from core.errors import Conflict
from core.inventory.rules import Stage
from core.validation.rules import FindingStatus, Outcome, Severity
from tests.builders import a_finding, new_evidence
from tests.validation.conftest import Bench, asking, codes, concluding


@pytest.mark.parametrize(
    ("outcome", "stage"), [(Outcome.VALIDATED, Stage.VALIDATED), (Outcome.NOT_VALIDATED, Stage.NOT_VALIDATED)]
)
def test_a_conclusion_moves_the_version_and_is_on_record(judged_on_both: Bench, outcome: Outcome, stage: Stage) -> None:
    judged = judged_on_both
    concluding(judged, outcome)()

    assert judged.row.stage is stage
    assert judged.on_record() == ["validation.concluded"]


def test_evidence_that_changed_since_it_was_read_is_a_conflict(judged_on_both: Bench) -> None:
    judged = judged_on_both
    act = concluding(judged)
    new_evidence(judged.store, judged.model, judged.version, by=judged.cast.developer)

    with pytest.raises(Conflict, match="The evidence changed meanwhile"):
        act()

    assert judged.row.stage is Stage.IN_VALIDATION
    assert judged.on_record() == []


@pytest.mark.parametrize("outcome", Outcome)
def test_nothing_is_concluded_on_evidence_that_no_run_judged(judged: Bench, outcome: Outcome) -> None:
    new_evidence(judged.store, judged.model, judged.version, by=judged.cast.developer)

    assert codes(concluding(judged, outcome)) == ["no-current-run"]

    assert judged.on_record() == ["act.refused"]


def test_an_open_question_stops_a_validation_but_not_its_refusal(judged: Bench) -> None:
    asking(judged)

    assert codes(concluding(judged)) == ["open-questions"]
    concluding(judged, Outcome.NOT_VALIDATED)()

    assert judged.on_record() == ["question.asked", "act.refused", "validation.concluded"]


@pytest.mark.parametrize("severity", [Severity.HIGH, Severity.CRITICAL])
@pytest.mark.parametrize("standing", [FindingStatus.OPEN, FindingStatus.REMEDIATED])
def test_a_grave_finding_stops_a_validation(judged: Bench, severity: Severity, standing: FindingStatus) -> None:
    a_finding(judged.store, judged.model, judged.version, severity=severity, status=standing)

    assert codes(concluding(judged)) == ["blocking-finding"]


def test_a_small_finding_and_a_closed_one_do_not(judged: Bench) -> None:
    a_finding(judged.store, judged.model, judged.version, severity=Severity.MEDIUM)
    a_finding(judged.store, judged.model, judged.version, status=FindingStatus.VERIFIED_CLOSED)

    concluding(judged)()

    assert judged.row.stage is Stage.VALIDATED


def test_whoever_contributed_does_not_conclude_whatever_roles_they_hold(judged: Bench) -> None:
    developer = judged.cast.developer

    refused = codes(concluding(judged, actor=Actor(developer.id, frozenset({Role.DEVELOPER, Role.VALIDATOR}))))

    assert refused == ["duty-development"]
    assert judged.on_record() == ["act.refused"]


@pytest.mark.parametrize("role", ["owner", "approver", "auditor", "administrator"])
def test_others_do_not_conclude(judged: Bench, role: str) -> None:
    assert codes(concluding(judged, actor=getattr(judged.cast, role))) == ["permission"]


def test_every_reason_is_given_at_once(judged_on_both: Bench) -> None:
    judged = judged_on_both
    asking(judged)
    a_finding(judged.store, judged.model, judged.version)
    a_finding(judged.store, judged.model, judged.version)

    refused = codes(concluding(judged, actor=judged.cast.developer, summary="short"))

    assert refused == [
        "permission", "duty-development", "open-questions", "blocking-finding", "blocking-finding", "reason",
    ]  # fmt: skip


def test_a_concluded_version_is_not_concluded_again(judged: Bench) -> None:
    concluding(judged)()

    assert "stage" in codes(concluding(judged, Outcome.NOT_VALIDATED, actor=judged.cast.second_validator))
