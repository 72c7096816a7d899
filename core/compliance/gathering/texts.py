"""Texts that people and checks left on record, in which no personal data may stand: read, and shown by place alone."""

import hashlib
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import literal, or_, select, union_all
from sqlmodel import Session, col

from core.access.personal_data.masking import found_in
from core.access.personal_data.spelling import plain_spelling
from core.approval.tables import ChangeRequest, ChecklistAnswer, ChecklistItem, Condition, Vote
from core.audits.tables import Audit, AuditFinding, AuditTest
from core.compliance.gathering.values import Read, Reading
from core.compliance.rules import Cause, PersonalDataText
from core.coverage.tables import CoverageAnswer
from core.inventory.tables import Model, ModelVersion, PeriodicReview
from core.policy.exceptions.tables import PolicyException
from core.validation.rules import RunStatus
from core.validation.tables import CheckResult, Conclusion, Finding, Question, Run

WORTH_A_LOOK = re.compile(r"\d|[@＠﹫]|::")  # no pattern of personal data does without
CHUNK = 2_000


def texts(session: Session, reading: Reading) -> Read[PersonalDataText]:
    """Every text in one statement, and the words of results that were stored since the last run.

    A stored result never changes, so that those which were clean are not read again; those with a deviation are.
    """
    seen: list[bytes] = []
    found: dict[str, PersonalDataText] = {}
    examined = 0
    for cause, key, model, where, text in _written(session):
        examined += 1
        seen.append(hashlib.sha256(text.encode()).digest())
        _look(found, Cause(cause), key, model, where, text)
    newest, results = 0, 0
    after = int(str(reading.earlier.get("runs_to", 0)))
    for row, number, model, words in _results(session, after, reading.open_subjects):
        newest, results = max(newest, row), results + 1
        seen.append(hashlib.sha256(words.encode()).digest())
        _look(found, Cause.RUN, number, model, "stored result", words)
    return Read(
        tuple(found.values()),
        examined=examined + results,
        figures={"runs_to": max(after, newest)},
        said=f"{examined} texts, {results} results",
        digest=hashlib.sha256(b"".join(sorted(seen))).hexdigest(),
    )


def _look(found: dict[str, PersonalDataText], cause: Cause, key: str, model: str, where: str, text: str) -> None:
    kinds = _kinds(text) if WORTH_A_LOOK.search(text) else ()
    if kinds:
        subject = f"{cause} {key}, {where}"
        known = found[subject].kinds if subject in found else ()
        found[subject] = PersonalDataText(subject, where, cause, key, model, tuple(sorted({*known, *kinds})))


@lru_cache(maxsize=50_000)
def _kinds(text: str) -> tuple[str, ...]:
    return tuple(sorted({kind.value for _, _, kind in found_in(plain_spelling(text))}))


def _written(session: Session) -> Iterator[tuple[str, str, str, str, str]]:
    rows = session.execute(union_all(*_parts()).execution_options(yield_per=CHUNK))
    yield from ((cause, key, model, where, text) for cause, key, model, where, text in rows)


def _parts() -> Iterator[Any]:
    """One part for each text: cause, key, model, in which words it is named, and the text."""
    number = col(Model.number)
    version = col(ModelVersion.id)

    def of_version(key: Any, table: Any, owner: Any, cause: Cause, where: str, text: Any) -> Any:
        return (
            select(literal(cause.value), key, number, literal(where), text)
            .select_from(table)
            .join(ModelVersion, version == owner)
            .join(Model, col(Model.id) == col(ModelVersion.model_id))
            .where(text != "")
        )

    def of_change(table: Any, where: str, text: Any) -> Any:
        return (
            select(literal(Cause.CHANGE.value), col(ChangeRequest.number), number, literal(where), text)
            .select_from(table)
            .join(ChangeRequest, col(ChangeRequest.id) == table.change_id)
            .join(ModelVersion, version == col(ChangeRequest.version_id))
            .join(Model, col(Model.id) == col(ModelVersion.model_id))
            .where(text != "")
        )

    for name in ("title", "detail", "remediation", "closing_note"):
        text = getattr(Finding, name)
        owner = col(Finding.version_id)
        yield of_version(col(Finding.number), Finding, owner, Cause.FINDING, name.replace("_", " "), text)
    address = number + " " + col(ModelVersion.version)
    for name, text in (("question", Question.text), ("answer to a question", Question.answer)):
        yield of_version(address, Question, col(Question.version_id), Cause.VERSION, name, text)
    of_conclusion = (Conclusion, col(Conclusion.version_id), Cause.VERSION, "conclusion", Conclusion.summary)
    yield of_version(address, *of_conclusion)
    for name in ("rationale", "return_reason", "restriction"):
        text, owner = getattr(ChangeRequest, name), col(ChangeRequest.version_id)
        where = name.replace("_", " ")
        yield of_version(col(ChangeRequest.number), ChangeRequest, owner, Cause.CHANGE, where, text)
    yield of_change(Vote, "rationale of a vote", Vote.rationale)
    for name in ("text", "evidence", "note"):
        yield of_change(Condition, f"{name} of a condition", getattr(Condition, name))
    yield of_change(ChecklistItem, "answer to a checklist item", ChecklistAnswer.reason).join(
        ChecklistAnswer, col(ChecklistAnswer.item_id) == col(ChecklistItem.id)
    )
    exception = col(PolicyException.number), PolicyException, col(PolicyException.version_id)
    yield of_version(*exception, Cause.EXCEPTION, "compensating controls", PolicyException.controls)
    yield (
        select(literal(Cause.MODEL.value), number, number, literal("summary of a review"), col(PeriodicReview.summary))
        .select_from(PeriodicReview)
        .join(Model, col(Model.id) == col(PeriodicReview.model_id))
    )
    yield select(
        literal(Cause.PACK.value), col(CoverageAnswer.pack) + " " + col(CoverageAnswer.item), literal(""),
        literal("answer to an item"), col(CoverageAnswer.reason),
    )  # fmt: skip
    for name in ("condition", "cause", "effect", "response_text", "done", "verification"):
        text = getattr(AuditFinding, name)
        cause, named = literal(Cause.AUDIT_FINDING.value), literal(name.replace("_", " "))
        yield select(cause, col(AuditFinding.number), literal(""), named, text).where(text != "")
    yield (
        select(
            literal(Cause.AUDIT.value),
            col(Audit.number),
            literal(""),
            literal("notes of fieldwork"),
            col(AuditTest.notes),
        )
        .join(Audit, col(Audit.id) == col(AuditTest.audit_id))
        .where(col(AuditTest.notes) != "")
    )


def _results(session: Session, after: int, subjects: frozenset[str]) -> Iterator[tuple[int, str, str, str]]:
    """The words of results after a row, and of those that deviate: names of columns and groups, reasons of checks."""
    prefix, suffix = f"{Cause.RUN} ", ", stored result"
    again = [one.removeprefix(prefix).removesuffix(suffix) for one in subjects if one.startswith(prefix)]
    wanted = or_(col(Run.id) > after, col(Run.number).in_(again))
    runs = (
        select(col(Run.id), col(Run.number), col(Model.number), col(Run.result))
        .join(ModelVersion, col(ModelVersion.id) == col(Run.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(Run.status) == RunStatus.FINISHED, wanted)
    )
    checks = (
        select(col(Run.id), col(Run.number), col(Model.number), col(CheckResult.subject), col(CheckResult.reason))
        .join(Run, col(Run.id) == col(CheckResult.run_id))
        .join(ModelVersion, col(ModelVersion.id) == col(Run.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(Run.status) == RunStatus.FINISHED, wanted)
    )
    for row, number, model, result in session.execute(runs.execution_options(yield_per=CHUNK)):
        yield row, number, model, "\n".join(_words(json.loads(result))) if result else ""
    for row, number, model, subject, reason in session.execute(checks.execution_options(yield_per=CHUNK)):
        yield row, number, model, f"{subject}\n{reason}"


def _words(value: object) -> Iterator[str]:
    """Every text in a result, also the names of its fields; numbers are figures and identify nobody."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield str(key)
            yield from _words(part)
    elif isinstance(value, list):
        for part in value:
            yield from _words(part)
