"""The gate between what came and what is kept: looks at the rows of a version, and puts what it found on record."""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from sqlmodel import Session, col, select

from core.access.rules import SYSTEM, Actor
from core.inventory.tables import Model, ModelVersion
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.head import lock_head
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.monitoring.controls.declaring import own_controls
from core.monitoring.controls.holding import ToHold, hold, to_hold
from core.monitoring.controls.known import may_answer
from core.monitoring.controls.rules import HeldBecause, in_force
from core.monitoring.controls.screening import Applied, Flag, Outcome, Screening, screen
from core.monitoring.controls.tables import ControlResult, OutputReview
from core.monitoring.intake.rules import AT, ID, OURS, BatchKind, MonitoredData
from core.policy.controls.rules import for_tier
from core.policy.service import PublishedPolicy, policy_in_force
from core.store import EvidenceFiles, Transaction
from core.store.numbers import next_numbers
from core.store.types import instant
from core.validation.rules import Severity


@dataclass(frozen=True)
class Gate:
    """The controls that hold for a model at this moment, and which columns are its inputs."""

    model: Model
    environment: str
    policy: PublishedPolicy
    applied: tuple[Applied, ...]
    declared: MonitoredData | None

    def inputs(self, frame: pl.DataFrame) -> tuple[str, ...]:
        """Every column without another meaning; attributes that are let in with a reason are not looked at."""
        label = {self.declared.label} if self.declared else set()
        left_out = {*OURS, *label, *(self.declared.because if self.declared else ())}
        return tuple(name for name in frame.columns if name not in left_out and not name.startswith("\0"))

    def screened(self, frame: pl.DataFrame) -> Screening:
        """Look at these rows, with a new seed for what chance decides."""
        most = self.policy.policy.output_reviews.most_per_batch
        seed = secrets.token_hex(16)
        return screen(frame, self.applied, inputs=self.inputs(frame), seed=seed, most_per_control=most)


def gate_of(session: Session, model: Model, environment: str, declared: MonitoredData | None, *, at: datetime) -> Gate:
    """By the policy in force and the model's own controls."""
    policy = policy_in_force(session, at=at)
    found = in_force(for_tier(policy.policy.controls, model.tier), own_controls(session, model.id or 0))
    return Gate(model, environment, policy, tuple(Applied(*one) for one in found), declared)


@dataclass(frozen=True)
class Passed:
    """What the gate says of the rows of one version; what is refused lies in a file already."""

    gate: Gate
    version: str
    screening: Screening
    refused: ToHold | None
    held: ToHold | None  # the whole batch

    @property
    def kept(self) -> pl.DataFrame:
        """The rows that may be kept."""
        return self.screening.kept.clear() if self.held else self.screening.kept

    @property
    def said(self) -> Mapping[str, JsonValue]:
        """For the entry of the batch: rows found by clause, and the seed, where chance decided."""
        found: dict[str, JsonValue] = {
            one.applied.control.clause: one.found for one in self.screening.outcomes if one.found
        }
        return {"controls": found, "seed": self.screening.seed} if found else {}


def passed(files: EvidenceFiles, gate: Gate, version: str, frame: pl.DataFrame) -> Passed:
    """Look at the rows of a version, and keep in a file what is refused of them."""
    screening = gate.screened(frame)
    about = {
        "kind": BatchKind.INFERENCES.value, "model": gate.model.number, "version": version,
        "environment": gate.environment, "model_id": gate.model.id,
    }  # fmt: skip
    held = refused = None
    if screening.held_by:
        everything = pl.concat([screening.kept, screening.refused]).sort([AT, ID])
        reason = f"A control holds the whole batch back: {_titles(gate, screening.held_by)}"
        clauses = (*screening.held_by, *screening.refused_by)
        held = to_hold(files, everything, because=HeldBecause.HELD_BATCH, reason=reason, clauses=clauses, **about)  # type: ignore[arg-type]
    elif screening.refused.height:
        reason = f"A control refuses each of these rows: {_titles(gate, screening.refused_by)}"
        refused = to_hold(files, screening.refused, because=HeldBecause.REFUSED_ROWS, reason=reason,
                          clauses=screening.refused_by, **about)  # type: ignore[arg-type]  # fmt: skip
    return Passed(gate, version, screening, refused, held)


def settle(
    tx: Transaction, ledger: Ledger, one: Passed, version: ModelVersion, batch: str, fresh: Collection[str], *,
    actor: Actor, at: datetime,
) -> tuple[str, ...]:  # fmt: skip
    """Put what the gate found on record beside its batch; answers with the numbers of what lies in quarantine.

    `fresh` are the ids that were not on record before: only these are put up for people. `batch` is empty where the
    whole of it was held back.
    """
    lock_head(tx.session)  # first: numbers of reviews, quarantine and alerts are drawn by whoever holds it
    quarantined = tuple(hold(tx, ledger, what, actor=actor, at=at) for what in (one.refused, one.held) if what)
    numbers = tuple(number for number, _ in quarantined)
    if one.held is not None:
        batch, is_new = quarantined[-1]
        if not is_new:
            return numbers  # the same rows once more, and what was found in them is on record
    else:
        _put_up(tx, ledger, one, version, batch, [flag for flag in one.screening.flags if flag.id in fresh], at)
    _results(tx, one, version, batch, at)
    for outcome in one.screening.outcomes:
        _alert(tx, ledger, one, outcome, batch, at)
    return numbers


def alert_unapproved(
    tx: Transaction, ledger: Ledger, model: Model, version: ModelVersion, environment: str, moments: pl.Series, *,
    at: datetime,
) -> str | None:  # fmt: skip
    """Raise an alert where a version answers that is not approved for this environment; its rows are kept."""
    first, last = instant(moments.min()), instant(moments.max())  # type: ignore[arg-type]
    key = unapproved_key(model, version, environment)
    if may_answer(tx.session, version, environment, first_at=first, last_at=last):
        settle_alert(tx, ledger, key, said="The version may answer there now.", at=at)
        return None
    said = f"{len(moments):,} inferences came of it, and are kept"
    return raise_alert(tx, ledger, unapproved_signal(model, version, environment, said), at=at)


def unapproved_signal(model: Model, version: ModelVersion, environment: str, said: str) -> Signal:
    """What an alert says of a version that answers and is not approved."""
    where = f" in {environment}" if environment else ""
    return Signal(
        AlertKind.UNAPPROVED_VERSION, unapproved_key(model, version, environment),
        Severity.CRITICAL if model.tier == 1 else Severity.HIGH,
        title=f"v{version.version} answers{where} and is not approved",
        detail=f"The version is {version.stage}. {said}. Request a change that approves it, or take it out of use.",
        model=model.number, version=version.version, environment=environment,
        about=(Ref(RecordKind.VERSION, f"{model.number} v{version.version}"),),
    )  # fmt: skip


def unapproved_key(model: Model, version: ModelVersion, environment: str) -> str:
    """One alert is open for each version and environment."""
    return f"unapproved {model.number} {version.version} {environment}"


def _titles(gate: Gate, clauses: Sequence[str]) -> str:
    titles = {one.control.clause: one.control.title for one in gate.applied}
    return ", ".join(f"{clause} {titles[clause]}" for clause in clauses)


def _put_up(
    tx: Transaction, ledger: Ledger, one: Passed, version: ModelVersion, batch: str, flags: Sequence[Flag], at: datetime
) -> None:
    gate, reviews = one.gate, one.gate.policy.policy.output_reviews
    known = select(OutputReview.output_id).where(
        OutputReview.model_id == gate.model.id,
        OutputReview.environment == gate.environment,
        col(OutputReview.output_id).in_([flag.id for flag in flags]),
    )
    waiting = set(tx.session.exec(known).all()) if flags else set()
    flags = [flag for flag in flags if flag.id not in waiting]
    if not flags:
        return
    tier = gate.model.tier
    numbers = next_numbers(tx.session, "OR", len(flags))
    due = at + timedelta(days=reviews.days_by_tier[tier])
    for number, flag in zip(numbers, flags, strict=True):
        tx.session.add(
            OutputReview(
                number=number, model_id=gate.model.id or 0, version_id=version.id or 0, environment=gate.environment,
                batch=batch, output_id=flag.id, output_at=instant(flag.at), output=_json(dict(flag.output)),
                inputs=_json(dict(flag.inputs)), clauses=_json(flag.clauses), reasons=_json(flag.reasons), tier=tier,
                people=reviews.people(tier), flagged_at=at, due_at=due,
            )
        )  # fmt: skip
    payload: dict[str, JsonValue] = {
        "batch": batch, "version": version.version, "environment": gate.environment, "outputs": len(flags),
        "first": numbers[0], "last": numbers[-1], "seed": one.screening.seed,
    }  # fmt: skip
    entity = Entity("model", gate.model.number)
    ledger.record(tx, Event.OUTPUTS_FLAGGED, entity=entity, actor=SYSTEM, at=at, payload=payload)


def _results(tx: Transaction, one: Passed, version: ModelVersion, batch: str, at: datetime) -> None:
    gate = one.gate
    for outcome in one.screening.outcomes:
        control = outcome.applied.control
        tx.session.add(
            ControlResult(
                model_id=gate.model.id or 0, version_id=version.id, environment=gate.environment, batch=batch,
                clause=control.clause, title=control.title[:200], own=outcome.applied.own, kind=control.kind.value,
                action=control.action.value, rows=outcome.rows, found=outcome.found,
                columns=_json(dict(outcome.columns)),
                absent=_json(outcome.absent)[:4000], alert_above=control.alert_above, put_up=outcome.put_up,
                seed=one.screening.seed if outcome.found else "", policy_version_id=gate.policy.id, at=at,
            )
        )  # fmt: skip


def _alert(tx: Transaction, ledger: Ledger, one: Passed, outcome: Outcome, batch: str, at: datetime) -> None:
    control, gate = outcome.applied.control, one.gate
    if control.alert_above is None or not outcome.rows:
        return
    key = f"control {gate.model.number} {gate.environment} {control.clause}"
    share = f"{outcome.found:,} of {outcome.rows:,} rows of {batch} ({outcome.share * 100:.3g} %)"
    if not outcome.is_exceeded:
        settle_alert(tx, ledger, key, said=f"Found in {share}.", at=at)
        return
    worst = sorted(outcome.columns.items(), key=lambda pair: -pair[1])[:20]
    columns = ", ".join(f"{name} {count:,}" for name, count in worst)
    signal = Signal(
        AlertKind.CONTROL, key, Severity(control.severity), title=f"{control.title} (clause {control.clause})",
        detail=f"Found in {share}; an alert is raised above {control.alert_above * 100:g} %. By column: {columns}. "
        f"What follows: {control.action}.",
        model=gate.model.number, version=one.version, environment=gate.environment,
        about=(Ref(RecordKind.MODEL, gate.model.number),),
    )  # fmt: skip
    raise_alert(tx, ledger, signal, at=at)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
