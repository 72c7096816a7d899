"""Judgements and links that the inventory keeps beside a model's fields."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from core.coverage.gathering.scope import Held, Scope
from core.inventory.parts.rules import NodeKind
from core.inventory.profile.rules import Factor
from core.inventory.tables import Link, Model, PackDecision, PeriodicReview, RiskFactor
from core.policy.packs.signals import Act

YEAR = timedelta(days=365)


def kept_on_record(session: Session, scope: Scope, asked: Set[Act]) -> Iterable[Held]:
    """The acts of this kind that were asked for."""
    for act in asked & _SOURCES.keys():
        yield from _SOURCES[act](session, scope)


def _risk_assessed(session: Session, scope: Scope) -> Iterator[Held]:
    """Every factor of inherent risk has a level and a reason."""
    pairs = scope.pairs
    query = (
        select(pairs.c.model)
        .join(RiskFactor, col(RiskFactor.model_id) == pairs.c.model)
        .group_by(pairs.c.model)
        .having(func.count(func.distinct(col(RiskFactor.factor))) == len(Factor))
    )
    for (model,) in session.execute(query):
        yield Held(model, f"act {Act.RISK_ASSESSED}")


def _packs_confirmed(session: Session, scope: Scope) -> Iterator[Held]:
    pairs = scope.pairs
    query = select(pairs.c.model).join(PackDecision, col(PackDecision.model_id) == pairs.c.model).distinct()
    for (model,) in session.execute(query):
        yield Held(model, f"act {Act.PACKS_CONFIRMED}")


def _reviewed(session: Session, scope: Scope) -> Iterator[Held]:
    pairs = scope.pairs
    last = func.max(PeriodicReview.reviewed_at)
    query = (
        select(pairs.c.model, last)
        .join(PeriodicReview, col(PeriodicReview.model_id) == pairs.c.model)
        .group_by(pairs.c.model)
    )
    for model, reviewed in session.execute(query):
        yield Held(model, f"act {Act.REVIEWED_LATELY}", "", reviewed + YEAR)


def _links(session: Session, scope: Scope) -> Iterator[Held]:
    """A link that stands, to or from the model."""
    pairs = scope.pairs
    standing = (
        select(col(Link.id))
        .where(or_(col(Link.source) == col(Model.number), col(Link.target) == col(Model.number)))
        .where(col(Link.ended_at).is_(None))
        .exists()
    )
    query = select(pairs.c.model).join(Model, col(Model.id) == pairs.c.model).where(standing)
    for (model,) in session.execute(query):
        yield Held(model, f"act {Act.LINKS_RECORDED}")


def _human_decides(session: Session, scope: Scope) -> Iterator[Held]:
    pairs = scope.pairs
    query = (
        select(pairs.c.model, func.max(col(Link.target)))
        .join(Model, col(Model.id) == pairs.c.model)
        .join(Link, col(Link.source) == col(Model.number))
        .where(col(Link.target_kind) == NodeKind.DECISION_POINT, col(Link.ended_at).is_(None))
        .group_by(pairs.c.model)
    )
    for model, number in session.execute(query):
        yield Held(model, f"act {Act.HUMAN_DECIDES}", number)


_SOURCES: Mapping[Act, Callable[[Session, Scope], Iterator[Held]]] = MappingProxyType(
    {
        Act.RISK_ASSESSED: _risk_assessed,
        Act.PACKS_CONFIRMED: _packs_confirmed,
        Act.REVIEWED_LATELY: _reviewed,
        Act.LINKS_RECORDED: _links,
        Act.HUMAN_DECIDES: _human_decides,
    }
)
