"""Does the steps of a plan, within one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import col, select

from core.access.rules import Actor
from core.errors import GovernanceError, Problem, Refused, Unreadable
from core.inventory.changing.service import change_within
from core.inventory.importing.plan.values import ChangeStep, ModelStep, Outcome, Plan, Step, VersionStep
from core.inventory.service import register_version_within, register_within
from core.inventory.tables import Model
from core.ledger.service import Ledger
from core.store import Store, Transaction

Say = Callable[[str, int, int], None]


class _Undo(Exception):
    """Ends a rehearsal: its transaction rolls back."""


def apply_steps(
    tx: Transaction, ledger: Ledger, steps: Sequence[Step], reason: str, *, actor: Actor, at: datetime, say: Say
) -> None:
    """Register and change as planned; any error undoes all."""
    numbers: dict[str, str] = {}
    for done, step in enumerate(steps, start=1):
        _apply(tx, ledger, step, numbers, reason, actor=actor, at=at)
        if done % 100 == 0:
            say("Registering", done, len(steps))
    say("Registering", len(steps), len(steps))


def _apply(
    tx: Transaction, ledger: Ledger, step: Step, numbers: dict[str, str], reason: str, *, actor: Actor, at: datetime
) -> None:
    match step:
        case ModelStep():
            made = register_within(
                tx, ledger, model=step.model, version=step.version, datasets=step.datasets, actor=actor, at=at
            )
            numbers[step.model.name] = made.model
            if step.next_review is not None:
                row = tx.session.exec(select(Model).where(col(Model.number) == made.model)).one()
                row.next_review = step.next_review
                tx.session.add(row)
        case VersionStep():
            model = numbers.get(step.model, step.model)
            register_version_within(
                tx, ledger, model=model, version=step.version, datasets=step.datasets, actor=actor, at=at
            )
        case ChangeStep():
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
                        _apply(tx, ledger, step, {}, f"Import of {filename}", actor=actor, at=at)
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
