"""What stands against requesting a change, for one version or for many, for the button as for the use case."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, exists, or_, select

from core.access.rules import Actor
from core.approval.facts import open_changes_of
from core.approval.rules import ASIDE, OPEN, ChangeStatus, lifting_refusals, request_refusals, told_kind
from core.approval.tables import ChangeRequest
from core.errors import Refusal
from core.inventory.deployments.queries import restriction_of
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.moves import facts_of_versions, keys_of, load_version
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.policy.exceptions.tables import PolicyException
from core.policy.rules import ChangeKind

Versions = Sequence[tuple[Model, ModelVersion]]


def standing_against_request(
    session: Session,
    model: str,
    version: str,
    actor: Actor,
    *,
    kind: ChangeKind | None = None,
    clause: str = "",
    lifts: str = "",
) -> tuple[Refusal, ...]:
    """Every reason against requesting this kind of change, for the button as for the use case.

    Without a kind, the request is that the version go into production, for the first time or not as the record says.
    `clause` is that of an exception, `lifts` the change whose restriction is to end.
    """
    model_row, row = load_version(session, model, version)
    found = standing_against_requests(session, [(model_row, row)], actor, kind=kind, clause=clause, lifts=lifts)
    reasons = found[row.id or 0]
    return (*reasons, *lifting_refusals(stands=_stands(session, row, kind, lifts))) if lifts else reasons


def _stands(session: Session, version: ModelVersion, kind: ChangeKind | None, lifts: str) -> bool:
    """Whether the restriction of that change is in force on this version, and a restricted use is asked for."""
    bound = restriction_of(session, lifts)
    here = bound is not None and bound.version_id == version.id and bound.until is None
    return here and kind is ChangeKind.RESTRICTED_USE


def standing_against_requests(
    session: Session,
    versions: Versions,
    actor: Actor,
    *,
    kind: ChangeKind | None = None,
    clause: str = "",
    lifts: str = "",
) -> Mapping[int, tuple[Refusal, ...]]:
    """As `standing_against_request`, by the version's row number, in as many statements for all of them as for one.

    Whether the restriction stands that is to be lifted is asked for one version alone.
    """
    rows = [version for _, version in versions]
    used, facts = used_before_of(session, [model for model, _ in versions]), facts_of_versions(session, rows)
    pending = _pending(session, rows, kind, clause, lifts)
    return {
        version.id or 0: request_refusals(
            facts[version.id or 0],
            pending.get(version.id or 0),
            actor,
            kind=kind or told_kind(used_before=model.id in used),
            used_before=model.id in used,
            lifts=bool(lifts),
        )
        for model, version in versions
    }


def against_kinds(session: Session, model: str, version: str, actor: Actor) -> Mapping[ChangeKind, tuple[Refusal, ...]]:
    """For each kind of change, what stands against requesting it for this version, before anything is entered."""
    return {kind: standing_against_request(session, model, version, actor, kind=kind) for kind in ChangeKind}


def used_before(session: Session, model: Model) -> bool:
    """Whether a version of the model is, or ever was, in production; a stay in another environment is no use."""
    return model.id in used_before_of(session, [model])


def used_before_of(session: Session, models: Sequence[Model]) -> frozenset[int]:
    """The row numbers of those of these models that are, or ever were, in production."""
    pointed = exists().where(
        col(ProductionPointer.model_id) == col(Model.id), col(ProductionPointer.environment) == PRODUCTION
    )
    executed = exists().where(
        col(ModelVersion.model_id) == col(Model.id),
        col(ChangeRequest.version_id) == col(ModelVersion.id),
        col(ChangeRequest.executed_at).is_not(None),
    )
    wanted = {model.id for model in models}
    found = session.exec(select(Model.id).where(col(Model.id).in_(wanted), or_(pointed, executed)))
    return frozenset(key or 0 for key in found)


def _pending(
    session: Session, versions: Sequence[ModelVersion], kind: ChangeKind | None, clause: str, lifts: str
) -> Mapping[int, str]:
    """The open request that a new one would repeat: one to bring into use, one of each other kind, one for a clause.

    To lift a restriction is asked for once for each, and apart from putting another in force.
    """
    if kind not in ASIDE:  # without a kind it is one of those that bring a version into use
        return {key: row.number for key, row in open_changes_of(session, versions).items()}
    to_come = OPEN if kind is ChangeKind.POLICY_EXCEPTION else OPEN | {ChangeStatus.APPROVED}
    query = select(ChangeRequest).where(
        col(ChangeRequest.version_id).in_(keys_of(versions)),
        ChangeRequest.kind == kind,
        ChangeRequest.lifts == lifts,
        col(ChangeRequest.status).in_(to_come),
    )
    if kind is ChangeKind.POLICY_EXCEPTION:
        query = query.join(PolicyException, col(PolicyException.change) == col(ChangeRequest.number)).where(
            PolicyException.clause == clause
        )
    return {row.version_id: row.number for row in session.exec(query.order_by(col(ChangeRequest.id).desc()))}
