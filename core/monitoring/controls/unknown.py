"""What answers and is not registered: its rows wait in quarantine, an alert tells of it, and a draft is offered."""

from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl
from sqlmodel import Session, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.inventory.importing.discovering import discover
from core.inventory.importing.rules import DiscoveryStatus
from core.inventory.importing.tables import Discovery
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.monitoring.controls.holding import hold, to_hold
from core.monitoring.controls.rules import HeldBecause
from core.monitoring.controls.screening import Applied, screen
from core.monitoring.intake.rules import AT, ID, OURS, PREDICTION, SCORE
from core.policy.controls.patterns import FINDABLE
from core.policy.controls.rules import Control, ControlAction, ControlKind, Side
from core.store import EvidenceFiles, Store
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
        number, _ = hold(tx, ledger, replace(what, discovery=found), actor=actor, at=at)
        if is_left_out(tx.session, found):
            settle_alert(tx, ledger, who.key, said="A person left it out of the inventory, with a reason.", at=at)
        else:
            said, where = f"{what.rows:,} rows wait in quarantine as {number}", Ref(RecordKind.QUARANTINE, number)
            raise_alert(tx, ledger, stranger_signal(who, found, said, where), at=at)
        return number


def is_left_out(session: Session, discovery: str) -> bool:
    """Whether a person decided that this stranger stays out of the inventory; its rows are held all the same."""
    row = session.exec(select(Discovery.status).where(Discovery.number == discovery)).first()
    return row is DiscoveryStatus.IGNORED


def stranger_signal(who: Stranger, found: str, said: str, *about: Ref) -> Signal:
    """What an alert says of a stranger, with the discovery that holds the draft of its record."""
    where = f" in {who.environment}" if who.environment else ""
    named = f"v{who.version} of {who.known_as}" if who.known_as else " ".join(filter(None, (who.model, who.version)))
    return Signal(
        AlertKind.UNKNOWN_MODEL, who.key, Severity.HIGH,
        title=f"{named} answers{where} and is not in the inventory"[:300],
        detail=f"{said}. A draft of its record is {found}, under Import, Not registered: register it, say which model "
        "it is, or leave it out with a reason.",
        model=who.known_as, version=who.version[:60], environment=who.environment[:60],
        about=(Ref(RecordKind.DISCOVERY, found), *about),
    )  # fmt: skip


def _entity(who: Stranger) -> Entity:
    return Entity("model", who.known_as) if who.known_as else Entity("stranger", who.model[:100])


def _masked(frame: pl.DataFrame) -> pl.DataFrame:
    if not {ID, AT} <= set(frame.columns) or not {PREDICTION, SCORE} & set(frame.columns):
        return frame
    inputs = [name for name in frame.columns if name not in OURS and not name.startswith("\0")]
    return screen(frame, MASKING, inputs=inputs, seed="", most_per_control=0).kept
