"""The work of the clock: warn of regulators' clocks, remind of actions."""

from datetime import datetime

from sqlmodel import Session

from core.improvement.actions.reminding import actions_waiting, remind_of_actions
from core.improvement.incidents.warning import clocks_waiting, warn_of_clocks
from core.ledger.service import Ledger
from core.store import Store

INCIDENT_JOB = "incident watch"


def waits(session: Session, *, at: datetime) -> bool:
    """Whether a clock or an action needs a warning that nobody was given yet."""
    return bool(clocks_waiting(session, at)) or bool(actions_waiting(session, at))


def watch(store: Store, ledger: Ledger, *, at: datetime) -> int:
    """Give every warning that is due, each once; how many there were."""
    return warn_of_clocks(store, ledger, at=at) + remind_of_actions(store, ledger, at=at)
