"""Facts of the ledger, known by the row that was stored in one transaction with the entry."""

from collections.abc import Callable, Iterable, Mapping, Set
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from core.approval.tables import ChangeRequest, Vote
from core.coverage.gathering.scope import Held, Scope
from core.documents.tables import Document
from core.inventory.tables import Model, ModelVersion
from core.ledger.events import Event
from core.validation.tables import Conclusion, Evidence

PREFIX = "ledger "


def ledger(session: Session, scope: Scope, words: Set[str], _at: datetime) -> Iterable[Held]:
    """`ledger E`; the key is the entity under which the entry stands."""
    asked = {Event(word.removeprefix(PREFIX)) for word in words if word.startswith(PREFIX)}
    for event in asked:
        for model, key in session.execute(_QUERIES[event](scope)):
            if key:
                yield Held(model, f"{PREFIX}{event}", key)


def _registered(scope: Scope) -> Select[tuple[int, str]]:
    return select(scope.pairs.c.model, col(Model.number)).join(Model, col(Model.id) == scope.pairs.c.model)


def _of_version(scope: Scope) -> Select[tuple[int, str]]:
    entity = col(Model.number) + " " + col(ModelVersion.version)
    return (
        _registered(scope)
        .with_only_columns(scope.pairs.c.model, entity)
        .join(ModelVersion, col(ModelVersion.id) == scope.pairs.c.version)
    )


def _with_evidence(scope: Scope) -> Select[tuple[int, str]]:
    given = select(col(Evidence.id)).where(col(Evidence.version_id) == scope.pairs.c.version).exists()
    return _of_version(scope).where(given)


def _with_conclusion(scope: Scope) -> Select[tuple[int, str]]:
    concluded = select(col(Conclusion.id)).where(col(Conclusion.version_id) == scope.pairs.c.version).exists()
    return _of_version(scope).where(concluded)


def _of_change(scope: Scope) -> Select[tuple[int, str]]:
    asked = col(ChangeRequest.version_id) == scope.pairs.c.version
    return (
        select(scope.pairs.c.model, func.max(ChangeRequest.number))
        .join(ChangeRequest, asked)
        .group_by(scope.pairs.c.model)
    )


def _with_votes(scope: Scope) -> Select[tuple[int, str]]:
    return _of_change(scope).join(Vote, col(Vote.change_id) == col(ChangeRequest.id))


def _of_document(scope: Scope) -> Select[tuple[int, str]]:
    about = col(Document.version_id) == scope.pairs.c.version
    return select(scope.pairs.c.model, func.max(Document.number)).join(Document, about).group_by(scope.pairs.c.model)


_QUERIES: Mapping[Event, Callable[[Scope], Select[tuple[int, str]]]] = MappingProxyType(
    {
        Event.MODEL_REGISTERED: _registered,
        Event.VERSION_REGISTERED: _of_version,
        Event.EVIDENCE_UPLOADED: _with_evidence,
        Event.VALIDATION_CONCLUDED: _with_conclusion,
        Event.CHANGE_REQUESTED: _of_change,
        Event.VOTE_CAST: _with_votes,
        Event.DOCUMENT_KEPT: _of_document,
    }
)
