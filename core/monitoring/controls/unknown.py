"""What answers and is not registered: its rows wait in quarantine, an alert tells of it, and a draft is offered."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from core.access.deciding import deciding
from core.access.rules import Actor
from core.inventory.importing.discovering import LONGEST_NAME, LONGEST_VERSION, discover
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.monitoring.controls.holding import ToHold, hold, to_hold
from core.monitoring.controls.known import known_model
from core.monitoring.controls.rules import HeldBecause
from core.monitoring.controls.screening import Applied, screen
from core.monitoring.intake.rules import AT, ID, OURS, PREDICTION, SCORE
from core.policy.controls.patterns import FINDABLE
from core.policy.controls.rules import Control, ControlAction, ControlKind, Side
from core.store import EvidenceFiles, Store, Transaction
from core.validation.rules import Severity

SOURCE = "production data"
EVENTS = "recorded events"
MASKING = tuple(
    Applied(Control("", "", side, ControlKind.PERSONAL_DATA, ControlAction.MASK, values=FINDABLE)) for side in Side
)


@dataclass(frozen=True)
class Stranger:
    """Who answers, as it was named, and where: an unknown model, or an unknown version of a model that is known."""

    model: str
    version: str
    environment: str
    known_as: str = ""  # the number of the model, where the inventory knows it

    @property
    def key(self) -> str:
        """One alert is open for each model, version and environment."""
        return f"unknown {self.model} {self.version} {self.environment}"[:400]


def hold_unknown(
    store: Store, ledger: Ledger, files: EvidenceFiles, frame: pl.DataFrame, who: Stranger, *, kind: str,
    model_id: int | None, actor: Actor, at: datetime,
) -> str:  # fmt: skip
    """Keep these rows in quarantine, note who answers as a discovery, and raise an alert; the number in quarantine.

    What looks like personal data is masked: nobody knows yet what the model may be given.
    """
    because = HeldBecause.UNKNOWN_VERSION if who.known_as else HeldBecause.UNKNOWN_MODEL
    reason = "The inventory does not know this " + ("version" if who.known_as else "model")
    what = to_hold(
        files, _masked(frame), because=because, kind=kind, model=who.known_as or who.model, version=who.version,
        environment=who.environment, reason=reason, model_id=model_id,
    )  # fmt: skip
    with deciding(store, ledger, "production.report", entity=_entity(who), actor=actor, at=at) as tx:
        # the discovery first, as everybody else who notes one does before the ledger's head is locked
        found = discover(tx, ledger, source=SOURCE, name=who.model, version=who.version, at=at)
        number, _ = hold(tx, ledger, with_discovery(what, found), actor=actor, at=at)
        _alert(tx, ledger, who, found, f"{what.rows:,} rows wait in quarantine as {number}", at=at)
        return number


def alert_seen(store: Store, ledger: Ledger, seen: Iterable[tuple[str, str, str]], *, at: datetime) -> None:
    """Raise an alert for each name and version that recorded events showed, with its discovery; all in one act."""
    with store.transaction() as tx:
        for name, version, found in sorted(seen):
            who = Stranger(name, version, "", known_model(tx.session, name) or "")
            _alert(tx, ledger, who, found, "It was seen in recorded events, which are kept", at=at)


def problems_of_name(model: str, version: str) -> bool:
    """Whether a discovery can hold these names."""
    return bool(model.strip()) and len(model) <= LONGEST_NAME and len(version) <= LONGEST_VERSION


def with_discovery(what: ToHold, discovery: str) -> ToHold:
    """The same rows, with the discovery that they belong to."""
    return replace(what, discovery=discovery)


def _alert(tx: Transaction, ledger: Ledger, who: Stranger, found: str, said: str, *, at: datetime) -> None:
    where = f" in {who.environment}" if who.environment else ""
    named = f"v{who.version} of {who.known_as}" if who.known_as else " ".join(filter(None, (who.model, who.version)))
    signal = Signal(
        AlertKind.UNKNOWN_MODEL, who.key, Severity.HIGH,
        title=f"{named} answers{where} and is not in the inventory"[:300],
        detail=f"{said}. A draft of its record is {found}, under Import, Not registered: register it, say which model "
        "it is, or leave it out with a reason.",
        model=who.known_as, version=who.version[:60], environment=who.environment[:60],
        about=(Ref(RecordKind.DISCOVERY, found),),
    )  # fmt: skip
    raise_alert(tx, ledger, signal, at=at)


def _entity(who: Stranger) -> Entity:
    return Entity("model", who.known_as) if who.known_as else Entity("stranger", who.model[:100])


def _masked(frame: pl.DataFrame) -> pl.DataFrame:
    if not {ID, AT} <= set(frame.columns) or not {PREDICTION, SCORE} & set(frame.columns):
        return frame
    inputs = [name for name in frame.columns if name not in OURS and not name.startswith("\0")]
    return screen(frame, MASKING, inputs=inputs, seed="", most_per_control=0).kept
