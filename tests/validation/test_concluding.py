"""A validation is concluded on what was read, by somebody else, when every question and finding is settled."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.access.rules import Actor, Role
from core.errors import Conflict, NotFound
from core.inventory.rules import Stage
from core.validation.challenge import answer, ask, close_finding, raise_finding, remediate
from core.validation.conclusion import conclude
from core.validation.queries import FindingFilter, findings, findings_for, findings_to_close, questions_for
from core.validation.rules import FindingStatus, Outcome, Severity
from tests.builders import NOON, REASON, a_finding, a_version, new_evidence
from tests.validation.conftest import Bench, codes

WORDS = "Ten characters or more."


def in_validation(bench: Bench) -> Bench:
    """A version in validation whose run is stored, as the builders make it."""
    number, _ = a_version(bench.store, bench.cast, stage=Stage.IN_VALIDATION)
    return replace(bench, model=number)


@pytest.fixture
def judged(small_bench: Bench) -> Bench:
    return in_validation(small_bench)


@pytest.fixture
def judged_on_both(bench: Bench) -> Bench:
    """As `judged`, on SQLite and on PostgreSQL."""
    return in_validation(bench)


def concluding(
    bench: Bench,
    outcome: Outcome = Outcome.VALIDATED,
    *,
    actor: Actor | None = None,
    summary: str = REASON,
    seen: str | None = None,
) -> Callable[[], None]:
    digest = bench.row.evidence_digest if seen is None else seen
    return lambda: conclude(
        bench.store,
        bench.ledger,
        model=bench.model,
        version=bench.version,
        outcome=outcome,
        summary=summary,
        seen_digest=digest,
        actor=actor or bench.cast.validator,
        at=NOON,
    )


def asking(bench: Bench, text: str = "Why this cut?", actor: Actor | None = None) -> str:
    return ask(
        bench.store,
        bench.ledger,
        model=bench.model,
        version=bench.version,
        text=text,
        actor=actor or bench.cast.validator,
        at=NOON,
    )


def answering(bench: Bench, number: str, actor: Actor, text: str = WORDS) -> None:
    answer(bench.store, bench.ledger, question=number, text=text, actor=actor, at=NOON)


def status(bench: Bench, number: str) -> FindingStatus:
    return next(row.status for row in bench.findings() if row.number == number)


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


# ---- effective challenge


def test_a_question_is_answered_by_the_developer_or_owner_once(judged_on_both: Bench) -> None:
    judged = judged_on_both
    number = asking(judged)
    with judged.store.reading() as session:
        assert [one.key for one in questions_for(session, judged.cast.owner.id)] == [number]

    answering(judged, number, judged.cast.owner)

    with judged.store.reading() as session:
        assert questions_for(session, judged.cast.owner.id) == ()
    assert codes(lambda: answering(judged, number, judged.cast.developer)) == ["answered"]
    assert judged.on_record() == ["question.asked", "question.answered", "act.refused"]


def test_the_one_who_asked_does_not_answer(judged: Bench) -> None:
    number = asking(judged)
    both = Actor(judged.cast.validator.id, frozenset({Role.VALIDATOR, Role.OWNER}))

    assert codes(lambda: answering(judged, number, both)) == ["duty-validation"]


def test_the_one_who_answered_does_not_validate(judged: Bench) -> None:
    owner = judged.cast.owner
    answering(judged, asking(judged), owner)

    both = Actor(owner.id, frozenset({Role.VALIDATOR, Role.OWNER}))
    assert codes(concluding(judged, actor=both)) == ["duty-development"]


@pytest.mark.parametrize("text", ["", "why?", "         . "])
def test_a_question_and_an_answer_have_words(judged: Bench, text: str) -> None:
    number = asking(judged)

    assert codes(lambda: asking(judged, text)) == ["reason"]
    assert codes(lambda: answering(judged, number, judged.cast.developer, text)) == ["reason"]


@pytest.mark.parametrize("role", ["owner", "developer", "approver", "auditor", "administrator"])
def test_only_validators_ask(judged: Bench, role: str) -> None:
    assert "permission" in codes(lambda: asking(judged, WORDS, getattr(judged.cast, role)))

    assert judged.on_record() == ["act.refused"]


def test_a_draft_is_not_asked_about(small_bench: Bench) -> None:
    assert codes(lambda: asking(small_bench, WORDS)) == ["stage"]


def test_what_is_not_there_is_not_found_and_not_recorded(judged: Bench) -> None:
    who = judged.cast.developer
    for act in (
        lambda: answering(judged, "Q0099", who),
        lambda: remediate(judged.store, judged.ledger, finding="F0099", text=WORDS, actor=who, at=NOON),
        lambda: asking(Bench(judged.store, judged.ledger, judged.files, judged.cast, judged.folder, "M0099")),
    ):
        with pytest.raises(NotFound):
            act()

    assert judged.on_record() == []


# ---- findings


def remediating(bench: Bench, number: str, actor: Actor, text: str = WORDS) -> None:
    remediate(bench.store, bench.ledger, finding=number, text=text, actor=actor, at=NOON)


def closing(bench: Bench, number: str, actor: Actor, text: str = WORDS) -> None:
    close_finding(bench.store, bench.ledger, finding=number, text=text, actor=actor, at=NOON)


def raising(bench: Bench, actor: Actor, title: str = "The groups differ too much") -> str:
    return raise_finding(
        bench.store,
        bench.ledger,
        model=bench.model,
        version=bench.version,
        title=title,
        detail="",
        severity=Severity.HIGH,
        actor=actor,
        at=NOON,
    )


def test_a_finding_goes_from_the_validator_to_the_developer_and_back(judged_on_both: Bench) -> None:
    judged = judged_on_both
    number = raising(judged, judged.cast.validator)
    with judged.store.reading() as session:
        assert [one.key for one in findings_for(session, judged.cast.developer.id)] == [number]

    remediating(judged, number, judged.cast.developer)
    with judged.store.reading() as session:
        assert [one.key for one in findings_to_close(session)] == [number]
    closing(judged, number, judged.cast.second_validator)

    assert status(judged, number) is FindingStatus.VERIFIED_CLOSED
    assert judged.on_record() == ["finding.raised", "finding.remediated", "finding.closed"]


def test_a_finding_without_a_remediation_is_not_closed(judged: Bench) -> None:
    number = raising(judged, judged.cast.validator)

    assert codes(lambda: closing(judged, number, judged.cast.validator)) == ["not-remediated"]

    assert status(judged, number) is FindingStatus.OPEN
    assert judged.on_record() == ["finding.raised", "act.refused"]


def test_nobody_closes_their_own_remediation(judged: Bench) -> None:
    number = raising(judged, judged.cast.validator)
    developer = judged.cast.developer
    remediating(judged, number, developer)

    both = Actor(developer.id, frozenset({Role.DEVELOPER, Role.VALIDATOR}))
    assert codes(lambda: closing(judged, number, both)) == ["duty-development", "own-remediation"]
    assert status(judged, number) is FindingStatus.REMEDIATED


def test_the_validator_does_not_remediate(judged: Bench) -> None:
    number = raising(judged, judged.cast.validator)

    both = Actor(judged.cast.validator.id, frozenset({Role.DEVELOPER, Role.VALIDATOR}))
    assert codes(lambda: remediating(judged, number, both)) == ["duty-validation"]


def test_a_closed_finding_stays_closed(judged: Bench) -> None:
    number = a_finding(judged.store, judged.model, judged.version, status=FindingStatus.VERIFIED_CLOSED)

    assert codes(lambda: remediating(judged, number, judged.cast.developer)) == ["finding-closed"]
    assert codes(lambda: closing(judged, number, judged.cast.validator)) == ["finding-closed"]


@pytest.mark.parametrize("role", ["owner", "developer", "approver", "auditor", "administrator"])
def test_only_validators_raise_and_close(judged: Bench, role: str) -> None:
    number = a_finding(judged.store, judged.model, judged.version, status=FindingStatus.REMEDIATED)
    actor = getattr(judged.cast, role)

    assert "permission" in codes(lambda: raising(judged, actor))
    assert "permission" in codes(lambda: closing(judged, number, actor))
    assert judged.on_record() == ["act.refused", "act.refused"]


def test_the_note_of_a_remediation_has_words(judged: Bench) -> None:
    number = raising(judged, judged.cast.validator)

    assert codes(lambda: remediating(judged, number, judged.cast.developer, "fixed")) == ["reason"]


def test_findings_are_listed_open_and_worst_first_and_narrowed(judged_on_both: Bench) -> None:
    judged = judged_on_both
    for severity, standing in (
        (Severity.LOW, FindingStatus.OPEN),
        (Severity.CRITICAL, FindingStatus.VERIFIED_CLOSED),
        (Severity.CRITICAL, FindingStatus.REMEDIATED),
        (Severity.HIGH, FindingStatus.OPEN),
    ):
        a_finding(judged.store, judged.model, judged.version, severity=severity, status=standing)

    def listed(**narrowed: object) -> list[str]:
        with judged.store.reading() as session:
            page = findings(session, FindingFilter(**narrowed), limit=3, offset=0)  # type: ignore[arg-type]
        return [row.finding.severity.value for row in page.rows]

    assert listed() == ["critical", "high", "low"]
    assert listed(open_only=True, severity=Severity.LOW) == ["low"]
    assert listed(status=FindingStatus.VERIFIED_CLOSED) == ["critical"]
    assert listed(model="M0099") == listed(owner="P0099") == []
