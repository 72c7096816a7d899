"""Executes an approved change along the plan of its policy."""

from datetime import datetime

from core.access.rules import Actor
from core.approval.rollout.rules import Strategy
from core.approval.rollout.stepping import begin
from core.approval.service.requesting import Changed
from core.ledger.service import Ledger
from core.store import Store


def execute_change(store: Store, ledger: Ledger, *, change: str, actor: Actor, at: datetime) -> Changed:
    """Begin to carry out an approved change; happens once.

    A plan of one step brings the version into production at once and supersedes the one that was there. With more
    steps the change stays approved until the last of them (see `core.approval.rollout.stepping`).
    """
    done = begin(store, ledger, change=change, strategy=Strategy.STEPWISE, actor=actor, at=at)
    return Changed(done.change, done.status, done.entry)
