"""Computes a chunk again from the data, policy and reference it was checked with, and says whether it is the same."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inventory.tables import Model
from core.monitoring.checks.checking import Checked, Checker
from core.monitoring.checks.freshness import CLOCK
from core.monitoring.checks.gone import Gone
from core.monitoring.checks.planning import Planned
from core.monitoring.checks.subject import Subject, subject_of
from core.monitoring.checks.tables import MonitorChunk, MonitorResult
from core.monitoring.checks.windows import Windows
from core.monitoring.intake.kept import Stream
from core.policy.monitors.reading import size_of
from core.policy.service import policy_by_id
from core.store import EvidenceFiles, Store


class Again(StrEnum):
    """What computing a chunk again came to."""

    SAME = "the same"
    OTHER_DATA = "other data"  # labels or late rows came since: a later revision has them
    OTHER_REFERENCE = "another reference"
    DIFFERENT = "different"
    NOT_POSSIBLE = "not possible"


@dataclass(frozen=True)
class Recomputed:
    """The answer, with what differs: clause, metric and subject."""

    chunk: str
    revision: int
    outcome: Again
    said: str
    different: tuple[str, ...] = ()


def recompute(
    store: Store, files: EvidenceFiles, *, chunk: str, revision: int | None = None, at: datetime
) -> Recomputed:
    """Measure a chunk again under the policy of its revision; nothing is stored. Raises `NotFound`.

    Values of every clause have to be the same to the last digit, and limits too where they come from the policy or the
    reference; those from other chunks or from a validation are compared as they were then.
    """
    with store.reading() as session:
        row, model = _chunk(session, chunk, revision)
        subject = _subject(session, files, row, model, at)
        if row.size == CLOCK or subject is None:
            said = "It was about a moment, which is past" if subject else "Its data are not declared any more"
            return Recomputed(row.number, row.revision, Again.NOT_POSSIBLE, said)
        if said := Gone.of(session, Stream(subject.model_id, row.environment)).said(size_of(row.size), row.position):
            return Recomputed(row.number, row.revision, Again.NOT_POSSIBLE, said)
        checked = _checked(session, store, files, subject, row)
        if checked.data_digest != row.data_digest:
            said = "The data are others than those that were checked: more has come since"
            return Recomputed(row.number, row.revision, Again.OTHER_DATA, said)
        if checked.reference_digest != row.reference_digest:
            said = "The reference is another one than then"
            return Recomputed(row.number, row.revision, Again.OTHER_REFERENCE, said)
        different = _different(session, row, checked)
    if different:
        return Recomputed(row.number, row.revision, Again.DIFFERENT, f"{len(different)} figures differ", different)
    said = f"{len(checked.found)} figures are the same to the last digit"
    return Recomputed(row.number, row.revision, Again.SAME, said)


def _chunk(session: Session, number: str, revision: int | None) -> tuple[MonitorChunk, Model]:
    query = select(MonitorChunk, Model).join(Model, col(Model.id) == col(MonitorChunk.model_id))
    query = query.where(MonitorChunk.number == number)
    query = query.where(MonitorChunk.revision == revision) if revision else query.where(col(MonitorChunk.newest))
    found = session.exec(query).first()
    if found is None:
        raise NotFound("chunk", number if revision is None else f"{number}, revision {revision}")
    return found


def _subject(session: Session, files: EvidenceFiles, row: MonitorChunk, model: Model, at: datetime) -> Subject | None:
    """The subject with the policy under which the chunk was checked."""
    subject = subject_of(session, files, model.number, row.environment, at=at)
    if subject is None:
        return None
    policy = policy_by_id(session, row.policy_version_id)
    monitors = tuple(
        one
        for one in policy.policy.monitors
        if one.applies(tier=model.tier, task=subject.data.task, environment=row.environment)
    )
    return replace(subject, policy=policy, monitors=monitors)


def _checked(session: Session, store: Store, files: EvidenceFiles, subject: Subject, row: MonitorChunk) -> Checked:
    windows = Windows(store, files, subject.model.number, Stream(subject.model_id, subject.environment))
    planned = Planned(size_of(row.size), row.position, row.revision, row.number, row.seen_batch)
    return Checker(session, subject, windows).check(planned, rows=row.rows)


def _different(session: Session, row: MonitorChunk, checked: Checked) -> tuple[str, ...]:
    stored = session.exec(select(MonitorResult).where(MonitorResult.chunk_id == row.id)).all()
    before = {(one.clause, one.metric, one.subject): (one.value, one.rows) for one in stored}
    now = {(one.clause, one.metric, one.subject): (one.value, one.rows) for one in checked.found}
    keys = [key for key in {**before, **now} if before.get(key) != now.get(key)]
    return tuple(" ".join(part for part in key if part) for key in keys)
