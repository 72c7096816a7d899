"""Makes an import ready outside of a transaction, and finds out within it whether the inventory is still the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.inventory.importing.plan.applying import apply_changes
from core.inventory.importing.plan.known import chunks
from core.inventory.importing.plan.registering import (
    Numbers,
    Registering,
    Say,
    prepare,
    store,
    store_late,
    wanted,
)
from core.inventory.importing.plan.values import ChangeStep, Plan, VersionStep
from core.inventory.tables import Model
from core.ledger.head import read_head
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry
from core.store import Transaction
from core.store.numbers import coming_numbers, next_numbers

# what happens at any moment in an installation and never bears on which models, versions, datasets and people there are
ASIDE = (
    "session.", "token.", "digest.", "act.", "events.", "view.", "inventory.", "export.", "ledger.", "payload.",
    "evidence.", "run.", "finding.", "question.", "validation.", "change.", "checklist.", "vote.", "dissent.",
    "condition.", "review.", "document.", "coverage.", "code.", "webhook.",
)  # fmt: skip


class MovedOn(Exception):
    """The inventory changed since the import was prepared."""


@dataclass(frozen=True)
class Prepared:
    """A plan with all that it registers, as the inventory was when the ledger had `seen` entries.

    `work` is None for a plan with problems, of which nothing is made.
    """

    plan: Plan
    seen: int
    numbers: Numbers
    work: Registering | None


def prepare_import(session: Session, plan: Callable[[], Plan], *, actor: Actor, at: datetime, say: Say) -> Prepared:
    """The plan and everything that it registers; the size of the ledger is read before anything else."""
    seen = read_head(session).pending.size
    found = plan()
    if found.problems:
        return Prepared(found, seen, Numbers((), ()), None)
    new = [step for step in found.steps if not isinstance(step, ChangeStep)]
    models, datasets = wanted(new)
    numbers = Numbers(coming_numbers(session, "M", models), coming_numbers(session, "D", datasets))
    changing = {step.model for step in found.steps if isinstance(step, ChangeStep)}
    work = prepare(session, new, numbers, changing=changing, actor=actor, at=at, say=say)
    return Prepared(found, seen, numbers, work)


def hold(tx: Transaction, ready: Prepared) -> None:
    """Keep others from registering and changing what the plan rests on; raises `MovedOn` if it is another by now."""
    session = tx.session
    models = next_numbers(session, "M", len(ready.numbers.models))
    datasets = next_numbers(session, "D", len(ready.numbers.datasets))
    named = {step.model for step in ready.plan.steps if isinstance(step, ChangeStep | VersionStep)}
    for part in chunks(sorted(named)):
        session.execute(select(Model.id).where(col(Model.number).in_(part)).with_for_update(key_share=True)).all()
    if Numbers(models, datasets) != ready.numbers or _moved_on(session, ready.seen):
        raise MovedOn


def lay_down(tx: Transaction, ledger: Ledger, ready: Prepared, reason: str, *, actor: Actor, at: datetime) -> None:
    """Register and change as prepared; versions of models that change follow them."""
    if ready.work is None:
        return
    store(tx, ledger, ready.work)
    apply_changes(tx, ledger, ready.plan.steps, reason, actor=actor, at=at)
    store_late(tx, ledger, ready.work)


def _moved_on(session: Session, seen: int) -> bool:
    aside = or_(*(col(LogEntry.action).startswith(prefix, autoescape=True) for prefix in ASIDE))
    query = select(LogEntry.idx).where(col(LogEntry.idx) >= seen, ~aside).limit(1)
    return session.exec(query).first() is not None
