"""Keeps what was computed for every model, and computes anew only what an entry of the ledger, or time, touched."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from types import MappingProxyType
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, CompoundSelect, Executable, and_, exists, or_, select
from sqlmodel import Session, col

from core.approval.tables import ChangeRequest
from core.documents.tables import Document
from core.improvement.incidents.tables import Incident, IncidentAffected
from core.improvement.reviews.tables import Review
from core.inventory.tables import Dataset, Link, Model, ModelVersion
from core.ledger.events import Event
from core.ledger.tables import LogEntry
from core.links import RecordKind
from core.links.tables import RecordLink
from core.store.engine import NARROWED
from core.validation.tables import Finding

Value = TypeVar("Value")
WITHOUT_EFFECT = (  # entries after which everything is as before, so that a sign-in throws nothing away
    Event.SESSION_OPENED,
    Event.SESSION_ENDED,
    Event.SESSION_REFUSED,
    Event.EXPORT_MADE,
    Event.REGISTER_EXPORTED,
    Event.EXPORT_DOWNLOADED,
    Event.EXPORT_CANCELLED,
    Event.EXPORT_REMOVED,
    Event.EXPORT_SCHEDULED,
    Event.EXPORT_SCHEDULE_CHANGED,
    Event.LEDGER_VERIFIED,
    Event.ACT_REFUSED,
    Event.TOKEN_ISSUED,
    Event.TOKEN_REVOKED,
    Event.PRODUCTION_RECORDED,  # what checks then make of them has entries of its own
    Event.PRODUCTION_REFUSED,
    Event.METRICS_RECORDED,
)
ASIDE = frozenset(
    {
        "person", "token", "ledger", "message", "webhook", "policy", "draft", "template", "exception", "condition",
        "prompt", "workflow", "decision point", "vendor", "access", "access review", "access drill", "alert", "anchor",
        "audit", "audit finding", "backup", "batch", "channel", "compliance run", "deviation", "difference",
        "discovery", "input key", "job", "model group", "output", "quarantine", "restore drill", "subject_request",
        "view",
    }
)  # fmt: skip
MOST = 500  # entries, or models, beyond which everything is computed anew
STORES = 4  # in memory

Compute = Callable[[Session, datetime, Sequence[int] | None], Mapping[int, Value]]


@dataclass(frozen=True)
class _State(Generic[Value]):
    entry: int
    event: str  # the entry's own id, so that what was kept of another ledger at this address is noticed
    at: datetime
    values: dict[int, Value]


class Kept(Generic[Value]):
    """Values by the model's row number; `compute` gives those of some models or of all, `ends` when one turns."""

    def __init__(self, compute: Compute[Value], ends: Callable[[Value], datetime | None]) -> None:
        self._compute, self._ends = compute, ends
        self._states: dict[str, _State[Value]] = {}
        self._lock = Lock()

    def read(self, session: Session, *, at: datetime) -> Mapping[int, Value]:
        """Every model's value as of `at`; a moment before what is kept is computed for itself."""
        if NARROWED in session.info:
            return self._compute(session, at, None)
        store = str(session.get_bind().engine.url)
        with self._lock:
            kept = self._states.get(store)
            if kept is not None and event_at(session, kept.entry) != kept.event:
                kept = None
            if kept is not None and at < kept.at:
                return self._compute(session, at, None)
            state = self._advanced(session, kept, at)
            self._states.pop(store, None)
            self._states[store] = state
            while len(self._states) > STORES:
                self._states.pop(next(iter(self._states)))
            return state.values

    def _advanced(self, session: Session, kept: _State[Value] | None, at: datetime) -> _State[Value]:
        entry = last_entry(session)
        event = event_at(session, entry)
        touched = None if kept is None else touched_models(session, since=kept.entry, until=entry)
        if kept is None or touched is None:
            return _State(entry, event, at, dict(self._compute(session, at, None)))
        turned = {model for model, value in kept.values.items() if (ends := self._ends(value)) and ends <= at}
        models = sorted(touched | turned)
        if not models:
            return _State(entry, event, at, kept.values)
        if len(models) > MOST:
            return _State(entry, event, at, dict(self._compute(session, at, None)))
        left = {model: value for model, value in kept.values.items() if model not in touched | turned}
        return _State(entry, event, at, left | dict(self._compute(session, at, models)))


def last_entry(session: Session) -> int:
    """The index of the last entry of the ledger that can change what is shown; −1 in an empty ledger."""
    query = select(col(LogEntry.idx)).where(_effective()).order_by(col(LogEntry.idx).desc()).limit(1)
    last = session.execute(query).scalar()
    return -1 if last is None else last


def event_at(session: Session, index: int) -> str:
    """The id of the entry at this index; without one, a word that never comes again."""
    found = session.execute(select(col(LogEntry.event_id)).where(col(LogEntry.idx) == index)).scalar()
    return found or secrets.token_hex(16)


def touched_models(session: Session, *, since: int, until: int) -> frozenset[int] | None:
    """The models that entries after `since` are about; None where an entry can be about any of them."""
    if until <= since:
        return frozenset()
    query = select(col(LogEntry.entity_kind), col(LogEntry.entity_id)).where(
        col(LogEntry.idx) > since, col(LogEntry.idx) <= until, _effective()
    )
    rows = session.execute(query.limit(MOST + 1)).all()
    if len(rows) > MOST:
        return None
    by_kind = defaultdict[str, set[str]](set)
    for kind, key in rows:
        by_kind[kind].add(key)
    if by_kind.keys() - _MODELS.keys() - ASIDE:
        return None
    found: set[int] = set()
    for kind in by_kind.keys() & _MODELS.keys():
        found.update(session.execute(_MODELS[kind](by_kind[kind])).scalars().all())
    return frozenset(found)


def _named(keys: Set[str]) -> Executable:
    """Of models, and of versions, whose key begins with the model's number."""
    return select(col(Model.id)).where(col(Model.number).in_({key.partition(" ")[0] for key in keys}))


def _of_version(row: type[ChangeRequest] | type[Document]) -> Callable[[Set[str]], Executable]:
    query = select(col(ModelVersion.model_id)).join(row, col(row.version_id) == col(ModelVersion.id))
    return lambda keys: query.where(col(row.number).in_(keys))


def _of_dataset(keys: Set[str]) -> Executable:
    used = or_(
        col(ModelVersion.training_dataset_id) == col(Dataset.id), col(ModelVersion.test_dataset_id) == col(Dataset.id)
    )
    return select(col(ModelVersion.model_id)).join(Dataset, used).where(col(Dataset.number).in_(keys))


def _of_link(keys: Set[str]) -> Executable:
    at_an_end = or_(col(Link.source) == col(Model.number), col(Link.target) == col(Model.number))
    return select(col(Model.id)).join(Link, at_an_end).where(col(Link.number).in_(keys))


def _of_finding(keys: Set[str]) -> Executable:
    query = select(col(ModelVersion.model_id)).join(Finding, col(Finding.version_id) == col(ModelVersion.id))
    return query.where(col(Finding.number).in_(keys))


def _of_incident(keys: Set[str]) -> Executable:
    return select(col(Model.id)).where(col(Model.number).in_(_models_of_incidents(col(Incident.number).in_(keys))))


def _of_action(keys: Set[str]) -> Executable:
    """By what the action came from: an incident, a finding or the model itself."""
    link = RecordLink
    linked = and_(col(link.to_kind) == RecordKind.ACTION.value, col(link.to_number).in_(keys))
    of = select(col(link.from_number)).where(linked)
    findings = (
        select(col(Model.number))
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .join(Finding, col(Finding.version_id) == col(ModelVersion.id))
        .where(col(Finding.number).in_(of))
    )
    number = col(Model.number)
    about = or_(number.in_(of), number.in_(_models_of_incidents(col(Incident.number).in_(of))), number.in_(findings))
    return select(col(Model.id)).where(about)


def _of_review(keys: Set[str]) -> Executable:
    """The models that a review names, of its version, of its business line, or all where it names none."""
    review, named = Review, " " + col(Review.models) + " "
    team = and_(col(review.version_id).is_(None), col(review.models) == "")
    about = or_(
        and_(col(review.models) != "", named.contains(" " + col(Model.number) + " ")),
        and_(team, col(review.business_line).in_(("", col(Model.business_line)))),
        col(Model.id).in_(select(col(ModelVersion.model_id)).where(col(ModelVersion.id) == col(review.version_id))),
    )
    return select(col(Model.id)).where(exists().where(col(review.number).in_(keys), about))


def _models_of_incidents(wanted: ColumnElement[bool]) -> CompoundSelect[str]:
    first = select(col(Incident.model)).where(wanted)
    affected = select(col(IncidentAffected.model)).join(Incident, col(Incident.id) == col(IncidentAffected.incident_id))
    return first.union_all(affected.where(wanted))


_MODELS: Mapping[str, Callable[[Set[str]], Executable]] = MappingProxyType(
    {
        "model": _named,
        "version": _named,
        "change": _of_version(ChangeRequest),
        "document": _of_version(Document),
        "dataset": _of_dataset,
        "link": _of_link,
        "finding": _of_finding,
        "incident": _of_incident,
        "action": _of_action,
        "review": _of_review,
    }
)


def _effective() -> ColumnElement[bool]:
    return col(LogEntry.action).not_in([event.value for event in WITHOUT_EFFECT])
