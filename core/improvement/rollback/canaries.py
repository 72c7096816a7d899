"""Holds a version on its way into production when its monitors breach, and tells people."""

from datetime import datetime

from sqlmodel import Session, col, select

from core.access.rules import SYSTEM
from core.approval.facts import key_of
from core.approval.rollout.facts import open_hold, open_rollout
from core.approval.rollout.holding import Held, hold_within
from core.approval.rollout.returning import locked_model
from core.approval.rollout.tables import Rollout, RolloutHold
from core.improvement.rollback.figures import figures_of
from core.improvement.rollback.own_rows import own_figures
from core.improvement.rollback.rules import ChunkFigure, breach_of
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.moves import load_model
from core.inventory.tables import Model, ModelVersion
from core.ledger.service import Ledger
from core.links import RecordKind, Ref, link
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.monitoring.checks.queries import chunk as chunk_page
from core.policy.safeguards.rules import CANARY, HeldShare
from core.policy.service import policy_in_force
from core.store import EvidenceFiles, Store, Transaction
from core.validation.rules import Severity


def consider_hold(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    *,
    model: str,
    environment: str,
    chunk: str = "",
    at: datetime,
) -> str | None:
    """Hold the open rollout of the model for a breach of its version in this environment; the alert's number, or None.

    The breach is of the version on its way: in a chunk most of whose rows it gave since the rollout began, or in its
    own rows of `chunk`, where it gave fewer. One that a person released does not hold it again.
    """
    own = _own(store, files, model, environment, chunk) if chunk else ()
    with store.transaction() as tx:
        row = locked_model(tx, model)
        rollout = open_rollout(tx.session, key_of(row), PRODUCTION)
        if rollout is None or open_hold(tx.session, rollout) is not None:
            return None
        version = tx.session.exec(select(ModelVersion).where(ModelVersion.id == rollout.version_id)).one()
        policy = policy_in_force(tx.session, at=at).policy.canary_hold
        released = _released(tx.session, rollout)
        figures = figures_of(
            tx.session, model, environment, version.version, since=rollout.begun_at, checked_after=released
        )
        if own and own[0] == version.version and (released is None or own[1] > released):
            figures = (*figures, *own[2])
        breach = breach_of(figures, Severity(policy.severity))
        if breach is None:
            return None
        return _held(tx, ledger, row, version.version, environment, breach, policy.share is HeldShare.ZERO, at)


def _own(
    store: Store, files: EvidenceFiles, model: str, environment: str, number: str
) -> tuple[str, datetime, tuple[ChunkFigure, ...]] | tuple[()]:
    """The version on its way, when the chunk was checked, and the figures of its own rows of it; read beforehand."""
    with store.reading() as session:
        rollout = open_rollout(session, key_of(load_model(session, model)), PRODUCTION)
        if rollout is None:
            return ()
        version = session.exec(select(ModelVersion).where(ModelVersion.id == rollout.version_id)).one().version
        figures = own_figures(session, files, model, environment, version, number)
        return (version, chunk_page(session, number).row.checked_at, figures) if figures else ()


def _released(session: Session, rollout: Rollout) -> datetime | None:
    query = select(RolloutHold.released_at).where(RolloutHold.rollout_id == rollout.id)
    return session.exec(query.order_by(col(RolloutHold.id).desc()).limit(1)).first()


def _held(
    tx: Transaction,
    ledger: Ledger,
    model: Model,
    version: str,
    environment: str,
    breach: ChunkFigure,
    stops: bool,
    at: datetime,
) -> str | None:
    what = f"{breach.said} (monitor {breach.monitor}, {environment})"
    held = Held(what, breach.monitor, breach.chunk, breach.severity.value, CANARY, stops)
    done = hold_within(tx, ledger, model, held, actor=SYSTEM, at=at)
    if done is None:
        return None
    hold, change = done
    here, chunk = Ref(RecordKind.CHANGE, change), Ref(RecordKind.CHUNK, breach.chunk)
    link(tx, chunk, here, by=SYSTEM.acting_as, at=at)
    share = "Its share of cases is 0 until then." if stops else "Its share of cases stays as it is."
    signal = Signal(
        kind=AlertKind.CANARY_HOLD,
        key=f"canary hold {model.number} {change}",
        severity=breach.severity,
        title=f"The rollout of {model.number} v{version} is held",
        detail=f"{what} breached in chunk {breach.chunk}. A person releases the hold or aborts the rollout. {share}",
        model=model.number,
        version=version,
        environment=environment,
        about=(here, chunk),
    )
    hold.alert = raise_alert(tx, ledger, signal, at=at)
    tx.session.add(hold)
    return hold.alert
