"""Does the steps of a plan, within one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.access.rules import Actor
from core.errors import GovernanceError, Problem, Refused, Unreadable
from core.inventory.changing.service import change_within
from core.inventory.importing.plan.registering import Say, register_steps
from core.inventory.importing.plan.values import ChangeStep, Outcome, Plan, Step
from core.ledger.service import Ledger
from core.store import Store, Transaction


class _Undo(Exception):
    """Ends a rehearsal: its transaction rolls back."""


def apply_steps(
    tx: Transaction, ledger: Ledger, steps: Sequence[Step], reason: str, *, actor: Actor, at: datetime, say: Say
) -> None:
    """Change and register as planned; any error undoes all. Versions are registered of the models as changed."""
    apply_changes(tx, ledger, steps, reason, actor=actor, at=at)
    new = [step for step in steps if not isinstance(step, ChangeStep)]
    register_steps(tx, ledger, new, actor=actor, at=at, say=say)


def apply_changes(
    tx: Transaction, ledger: Ledger, steps: Sequence[Step], reason: str, *, actor: Actor, at: datetime
) -> None:
    """Change registered models as planned, one after another."""
    for step in steps:
        if isinstance(step, ChangeStep):
            _change(tx, ledger, step, reason, actor=actor, at=at)


def _change(tx: Transaction, ledger: Ledger, step: ChangeStep, reason: str, *, actor: Actor, at: datetime) -> None:
    change_within(
        tx,
        ledger,
        model=step.model,
        changes=dict(step.changes),
        reason=reason,
        expected_revision=step.revision,
        actor=actor,
        at=at,
    )


def rehearse_changes(store: Store, ledger: Ledger, plan: Plan, filename: str, *, actor: Actor, at: datetime) -> Plan:
    """The plan with whatever stands against its changes; they are made one after another and all undone."""
    changes = [step for step in plan.steps if isinstance(step, ChangeStep)]
    if not changes:
        return plan
    against: dict[int, tuple[Problem, ...]] = {}
    try:
        with store.transaction() as tx:
            for step in changes:
                try:
                    with tx.session.begin_nested():
                        _change(tx, ledger, step, f"Import of {filename}", actor=actor, at=at)
                except GovernanceError as error:
                    against[step.line] = _problems(error, step, plan)
            raise _Undo
    except _Undo:
        pass
    return _with(plan, against) if against else plan


def _problems(error: GovernanceError, step: ChangeStep, plan: Plan) -> tuple[Problem, ...]:
    match error:
        case Unreadable(problems=problems):
            return tuple(
                replace(one, line=step.line, column=plan.columns.get(one.column or "", one.column)) for one in problems
            )
        case Refused(refusals=refusals):
            return tuple(Problem(one.message, step.line, expected=one.way_out) for one in refusals)
        case _:
            return (Problem(str(error), step.line),)


def _with(plan: Plan, against: dict[int, tuple[Problem, ...]]) -> Plan:
    rows = tuple(
        replace(row, outcome=Outcome.REFUSED, says=(), problems=(*row.problems, *against[row.line]))
        if row.line in against
        else row
        for row in plan.rows
    )
    refused = sum(row.outcome is Outcome.REFUSED for row in rows)
    return replace(plan, rows=rows, counts=replace(plan.counts, refused=refused))
