"""Effective challenge: questions and findings go between validator and developer, each in its own part."""

import pytest

from core.access.rules import Actor, Role
from core.errors import NotFound
from core.validation.findings import Shown, close_finding, raise_finding, remediate
from core.validation.queries import FindingFilter, findings, findings_for, findings_to_close, questions_for
from core.validation.rules import FindingStatus, Severity
from tests.builders import NOON, a_finding
from tests.validation.conftest import WORDS, Bench, answering, asking, codes, concluding


def status(bench: Bench, number: str) -> FindingStatus:
    return next(row.status for row in bench.findings() if row.number == number)


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
    version = Shown("version", f"{bench.model} v{bench.version}")
    remediate(bench.store, bench.ledger, finding=number, text=text, evidence=[version], actor=actor, at=NOON)


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
    assert codes(lambda: closing(judged, number, both)) == [
        "duty-development", "own-remediation", "own-finding",
    ]  # fmt: skip
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
