"""What stands against a step of a validation, and against closing a finding."""

from dataclasses import replace

from tests.rules.loading import Rules
from tests.rules.test_access_rules import codes


def held(rules: Rules, stage: str = "IN_VALIDATION", **facts: object) -> object:
    """A validation with current evidence against which nothing stands."""
    version = rules.inventory.VersionFacts(rules.inventory.Stage[stage])
    sound = rules.validation.ValidationFacts(version, has_evidence=True, run_is_current=True)
    return replace(sound, **facts)


def reasons(rules: Rules, action: str, role: str, facts: object) -> list[str]:
    actor = rules.access.Actor("P0001", frozenset({rules.access.Role[role]}))
    return codes(rules.validation.refusals(facts, rules.inventory.Action[action], actor))


def test_sound_facts_stand_against_nothing(rules: Rules) -> None:
    for action, role in (
        ("UPLOAD_EVIDENCE", "DEVELOPER"),
        ("START_VALIDATION", "DEVELOPER"),
        ("CONCLUDE_VALIDATED", "VALIDATOR"),
        ("CONCLUDE_NOT_VALIDATED", "VALIDATOR"),
    ):
        assert reasons(rules, action, role, held(rules)) == []


def test_no_validation_starts_without_evidence(rules: Rules) -> None:
    assert reasons(rules, "START_VALIDATION", "DEVELOPER", held(rules, has_evidence=False)) == ["no-evidence"]


def test_no_validation_starts_on_a_file_that_retention_removed(rules: Rules) -> None:
    facts = held(rules, removed=("The file was removed on 3 May 2026", "The training data were removed"))

    assert reasons(rules, "START_VALIDATION", "DEVELOPER", facts) == ["evidence-removed", "evidence-removed"]


def test_while_a_run_is_under_way_nothing_is_uploaded_started_or_concluded(rules: Rules) -> None:
    facts = held(rules, run_is_pending=True)

    for action in ("UPLOAD_EVIDENCE", "START_VALIDATION"):
        assert reasons(rules, action, "DEVELOPER", facts) == ["run-pending"]
    for action in ("CONCLUDE_VALIDATED", "CONCLUDE_NOT_VALIDATED"):
        assert reasons(rules, action, "VALIDATOR", facts) == ["run-pending"]


def test_nothing_is_concluded_on_evidence_that_no_run_judged(rules: Rules) -> None:
    for action in ("CONCLUDE_VALIDATED", "CONCLUDE_NOT_VALIDATED"):
        assert reasons(rules, action, "VALIDATOR", held(rules, run_is_current=False)) == ["no-current-run"]


def test_open_questions_and_blocking_findings_stop_only_the_good_conclusion(rules: Rules) -> None:
    facts = held(rules, open_questions=1, blocking_findings=("F0001", "F0002"))

    expected = ["open-questions", "blocking-finding", "blocking-finding"]
    assert reasons(rules, "CONCLUDE_VALIDATED", "VALIDATOR", facts) == expected
    assert reasons(rules, "CONCLUDE_NOT_VALIDATED", "VALIDATOR", facts) == []


def test_what_the_policy_requires_and_is_not_there_stops_only_the_good_conclusion(rules: Rules) -> None:
    lacking = (rules.validation.MissingClause("9.1", "Attributions are not handed in", "Hand them in."),)
    facts = held(rules, missing_clauses=lacking)

    actor = rules.access.Actor("P0001", frozenset({rules.access.Role.VALIDATOR}))
    (reason,) = rules.validation.refusals(facts, rules.inventory.Action.CONCLUDE_VALIDATED, actor)
    lifted = "Or a policy exception from clause 9.1 lifts this for a time."
    assert str(reason) == f"Attributions are not handed in (clause 9.1). Hand them in. {lifted}"
    assert reasons(rules, "CONCLUDE_NOT_VALIDATED", "VALIDATOR", facts) == []


def test_what_a_policy_exception_lifts_stops_no_conclusion(rules: Rules) -> None:
    lifted = rules.validation.MissingClause("9.1", "Attributions are missing", "", lifted_by="PE0001")

    assert reasons(rules, "CONCLUDE_VALIDATED", "VALIDATOR", held(rules, missing_clauses=(lifted,))) == []


def test_questions_are_counted_in_plain_words(rules: Rules) -> None:
    actor = rules.access.Actor("P0001", frozenset({rules.access.Role.VALIDATOR}))
    action = rules.inventory.Action.CONCLUDE_VALIDATED
    (one,) = rules.validation.refusals(held(rules, open_questions=1), action, actor)
    (two,) = rules.validation.refusals(held(rules, open_questions=2), action, actor)

    assert (one.message, two.message) == ("1 question has no answer", "2 questions have no answer")


def finding(
    rules: Rules,
    action: str,
    status: str,
    *,
    remediated_by: str | None = None,
    owner: str = "P0008",
    role: str = "VALIDATOR",
) -> list[str]:
    facts = rules.validation.FindingFacts(rules.validation.FindingStatus[status], "P0009", remediated_by, owner)
    actor = rules.access.Actor("P0001", frozenset({rules.access.Role[role]}))
    return codes(rules.validation.finding_refusals(held(rules), facts, rules.inventory.Action[action], actor))


def test_a_remediated_finding_is_closed_by_somebody_else(rules: Rules) -> None:
    assert finding(rules, "CLOSE_FINDING", "REMEDIATED", remediated_by="P0002") == []
    assert finding(rules, "CLOSE_FINDING", "REMEDIATED", remediated_by="P0001") == ["own-remediation"]


def test_a_finding_is_closed_by_somebody_who_does_not_own_it(rules: Rules) -> None:
    assert finding(rules, "CLOSE_FINDING", "REMEDIATED", owner="P0001") == ["own-finding"]
    assert finding(rules, "REMEDIATE_FINDING", "OPEN", owner="P0001", role="DEVELOPER") == []


def test_a_finding_without_remediation_cannot_be_closed(rules: Rules) -> None:
    assert finding(rules, "CLOSE_FINDING", "OPEN") == ["not-remediated"]


def test_a_finding_is_remediated_by_those_who_develop(rules: Rules) -> None:
    for status in ("OPEN", "REMEDIATED"):
        assert finding(rules, "REMEDIATE_FINDING", status, remediated_by="P0001", role="DEVELOPER") == []
    assert finding(rules, "REMEDIATE_FINDING", "OPEN") == ["permission"]


def test_a_closed_finding_stays_closed(rules: Rules) -> None:
    assert finding(rules, "CLOSE_FINDING", "VERIFIED_CLOSED") == ["finding-closed"]
    assert finding(rules, "REMEDIATE_FINDING", "VERIFIED_CLOSED", role="DEVELOPER") == ["finding-closed"]


def test_a_reason_has_ten_characters_that_are_not_spaces_around_it(rules: Rules) -> None:
    assert rules.validation.reason_refusals("ten chars!", "The note") == ()
    for text in ("", "ok", "nine chr!", "   nine chr!    "):
        (reason,) = rules.validation.reason_refusals(text, "The note")
        assert reason.message == "The note has fewer than 10 characters"


def test_high_and_critical_findings_block(rules: Rules) -> None:
    assert {severity.value for severity in rules.validation.BLOCKING} == {"high", "critical"}


def test_a_queued_run_is_as_pending_as_a_running_one(rules: Rules) -> None:
    assert {status.value for status in rules.validation.PENDING} == {"queued", "running"}
