"""Watches who answers in recorded events: a stranger, or a version that is not approved, raises an alert."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, select

from core.inventory.deployments.rules import PRODUCTION
from core.inventory.importing.sightings import SOURCE, Pair
from core.inventory.importing.tables import Discovery
from core.inventory.moves import load_model
from core.inventory.tables import Model, ModelVersion
from core.ledger.service import Ledger
from core.monitoring.alerts.raising import Signal, raise_alert
from core.monitoring.controls.gate import unapproved_signal
from core.monitoring.controls.known import known_model, known_version, may_answer
from core.monitoring.controls.unknown import Stranger, is_left_out, stranger_signal
from core.store import Store

EVERY = timedelta(minutes=5)  # how often one model and version is looked at again, and counted where it is a stranger
REMEMBERED = 10_000


class Watch:
    """Looks at each model and version that answers, at most every five minutes; an open alert counts one more."""

    def __init__(self) -> None:
        self._looked: dict[Pair, datetime] = {}

    def look(self, store: Store, ledger: Ledger, pairs: Iterable[Pair], *, at: datetime) -> tuple[str, ...]:
        """The alerts of what answered; to be called when the events are on record and their discoveries noted."""
        due = sorted(pair for pair in pairs if pair not in self._looked or self._looked[pair] + EVERY <= at)
        if not due:
            return ()
        with store.reading() as session:
            signals = [signal for pair in due if (signal := _signal(session, *pair, at))]
        if signals:
            with store.transaction() as tx:
                raised = tuple(raise_alert(tx, ledger, signal, at=at) for signal in signals)
        if len(self._looked) + len(due) > REMEMBERED:
            self._looked.clear()
        self._looked |= dict.fromkeys(due, at)
        return raised if signals else ()


def _signal(session: Session, named: str, version: str, at: datetime) -> Signal | None:
    """What to say of this model and version; none where it may answer."""
    number = known_model(session, named)
    if number is not None:
        model = load_model(session, number)
        found = known_version(session, model.id or 0, version) if version else None
        if found is not None:
            return _unapproved(session, model, found, at)
        if not version:
            return None
    discovered = select(Discovery.number).where(
        Discovery.source == SOURCE, Discovery.name == named, Discovery.version == version
    )
    discovery = session.exec(discovered).first()
    if discovery is None or is_left_out(session, discovery):
        return None
    who = Stranger(named, version, "", number or "")
    return stranger_signal(who, discovery, "It was seen in recorded events, which are kept")


def _unapproved(session: Session, model: Model, version: ModelVersion, at: datetime) -> Signal | None:
    if may_answer(session, version, PRODUCTION, first_at=at, last_at=at):
        return None
    return unapproved_signal(model, version, "", "Events of it are recorded, and kept")
