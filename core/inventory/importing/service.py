"""Imports a table of models: a dry run that shows all of it, then the same whole in one transaction or not at all."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Conflict, Problem, Refusal, Refused, Unreadable
from core.inventory.importing.fields import BY_KEY, guess_columns
from core.inventory.importing.plan.applying import rehearse_changes
from core.inventory.importing.plan.known import known_of
from core.inventory.importing.plan.planning import Planner, make_plan
from core.inventory.importing.plan.preparing import MovedOn, Prepared, hold, lay_down, prepare_import
from core.inventory.importing.plan.values import Counts, Plan
from core.inventory.importing.recording import record_import
from core.inventory.importing.rules import ImportKind
from core.inventory.importing.sheets import Encoding, Sheet, SheetLimits, read_sheet
from core.inventory.service import register_refusals, register_version_refusals
from core.ledger.service import Entity, Ledger
from core.policy.packs.service import known_packs
from core.policy.service import policy_in_force
from core.store import Store, Transaction

Say = Callable[[str, int, int], None]  # what is being done, how much of it is done, how much there is


def silent(_step: str, _done: int, _of: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class TableImport:
    """A file and how it is to be read; `columns` names the file's column for each field, None has them guessed."""

    path: Path
    filename: str
    columns: Mapping[str, str] | None = None
    constants: Mapping[str, str] = field(default_factory=dict)  # stand where a row says nothing
    encoding: Encoding | None = None


@dataclass(frozen=True)
class DryRun:
    """A table and what its import would do now."""

    names: tuple[str, ...]
    file_digest: str
    kind: ImportKind
    plan: Plan

    @property
    def possible(self) -> bool:
        """Whether nothing stands against the import and there is something to do."""
        return not self.plan.counts.refused and bool(self.plan.steps)


@dataclass(frozen=True)
class Imported:
    """An import that was made: its number, what came of it, and the ledger entry that says so."""

    number: str
    counts: Counts
    entry: int


WithIt = Callable[[Transaction, Imported], None]


def import_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot import."""
    return tuple(dict.fromkeys((*register_refusals(actor), *register_version_refusals(actor))))


def dry_run(
    store: Store,
    ledger: Ledger,
    *,
    wish: TableImport,
    actor: Actor,
    at: datetime,
    say: Say = silent,
    limits: SheetLimits | None = None,
) -> DryRun:
    """What the import would do, row by row; stores nothing. Raises `Unreadable` where the file is no table.

    Problems of rows are part of the answer. Changes of registered models are made and undone, so that whatever
    stands against one of them is known now.
    """
    reasons = import_refusals(actor)
    if reasons:
        raise Refused(reasons)
    say("Reading the file", 0, 1)
    sheet = read_sheet(wish.path, encoding=wish.encoding, limits=limits)
    return look_at_sheet(store, ledger, sheet, ImportKind(sheet.kind), wish, actor=actor, at=at, say=say)


def look_at_sheet(
    store: Store, ledger: Ledger, sheet: Sheet, kind: ImportKind, wish: TableImport, *, actor: Actor, at: datetime,
    say: Say = silent,
) -> DryRun:  # fmt: skip
    """The dry run of a table that was read already."""
    with store.reading() as session:
        plan = _plan(session, sheet, wish, at, say, lock=False)
    return DryRun(
        sheet.names, sheet.digest, kind, rehearse_changes(store, ledger, plan, wish.filename, actor=actor, at=at)
    )


def import_table(
    store: Store,
    ledger: Ledger,
    *,
    wish: TableImport,
    expected: str | None,
    actor: Actor,
    at: datetime,
    say: Say = silent,
    limits: SheetLimits | None = None,
    with_it: WithIt | None = None,
) -> Imported:
    """Do what the dry run with the plan digest `expected` showed, all or nothing; without one, what the plan says now.

    Raises `Conflict` when the inventory changed so that the plan is another now, `Unreadable` with every problem of
    the file, `Refused` with every reason. `with_it` is stored in the same transaction.
    """
    say("Reading the file", 0, 1)
    sheet = read_sheet(wish.path, encoding=wish.encoding, limits=limits)
    return import_sheet(
        store, ledger, sheet, ImportKind(sheet.kind), wish, expected=expected, actor=actor, at=at, say=say,
        with_it=with_it,
    )  # fmt: skip


def import_sheet(
    store: Store, ledger: Ledger, sheet: Sheet, kind: ImportKind, wish: TableImport, *, expected: str | None,
    actor: Actor, at: datetime, say: Say = silent, with_it: WithIt | None = None,
) -> Imported:  # fmt: skip
    """As `import_table`, of a table that was read already.

    The plan, every row and every ledger entry are made before the transaction begins, which lays them down; when the
    inventory moved on meanwhile they are made anew, at last within the transaction.
    """

    def prepared(session: Session, *, lock: bool) -> Prepared:
        tell = silent if lock else say  # whoever is told may write, and would wait for this transaction
        plan = partial(_plan, session, sheet, wish, at, tell, lock=lock)
        return prepare_import(session, plan, actor=actor, at=at, say=tell)

    for holding in (False, False, True):
        ready = None
        if not holding:
            with store.reading() as session:
                ready = prepared(session, lock=False)
            say("Storing", 0, 1)
        try:
            with deciding(store, ledger, "import models", entity=Entity("import", "new"), actor=actor, at=at) as tx:
                reasons = import_refusals(actor)
                if reasons:
                    raise Refused(reasons)
                record = record_import(tx, kind, wish.filename, sheet.digest, actor=actor, at=at)
                ready = ready or prepared(tx.session, lock=True)
                hold(tx, ready)
                _check(ready.plan, expected)
                lay_down(tx, ledger, ready, f"Import {record.number} of {wish.filename}", actor=actor, at=at)
                entry = record.settle(tx, ledger, ready.plan.counts, actor=actor, at=at)
                done = Imported(record.number, ready.plan.counts, entry)
                if with_it is not None:
                    with_it(tx, done)
                return done
        except MovedOn:
            continue
    raise Conflict("the inventory as it was read", "another", "The inventory")


def _check(plan: Plan, expected: str | None) -> None:
    """Raise what stands against the plan: its problems, or that another one was shown."""
    if plan.problems:
        raise Unreadable(plan.problems)
    if expected is not None and plan.digest != expected:
        raise Conflict(expected[:8], plan.digest[:8], "The inventory")


def _plan(session: Session, sheet: Sheet, wish: TableImport, at: datetime, say: Say, *, lock: bool) -> Plan:
    columns = _columns(sheet, wish.columns)
    told = set(columns) | {key for key, text in wish.constants.items() if text.strip()}
    if not {"name", "number"} & told:
        raise Unreadable([_no_model(sheet)])
    planner = Planner(
        known=known_of(
            session,
            numbers=_texts(sheet, columns, wish.constants, "number"),
            names=_texts(sheet, columns, wish.constants, "name"),
            datasets=(
                *_texts(sheet, columns, wish.constants, "training_dataset"),
                *_texts(sheet, columns, wish.constants, "test_dataset"),
            ),
            lock=lock,
        ),
        packs=frozenset(known_packs(session)),
        review_months=policy_in_force(session, at=at).policy.review_months,
        at=at,
    )
    total = len(sheet.rows)
    return make_plan(sheet, columns, wish.constants, planner, lambda done: say("Comparing rows", done, total))


def _columns(sheet: Sheet, given: Mapping[str, str] | None) -> dict[str, str]:
    """The mapping as given, held against the file, or a guess."""
    if given is None:
        return guess_columns(sheet.names)
    chosen = {key: name for key, name in given.items() if name}
    problems = [
        *(Problem("no such field", column=key) for key in chosen if key not in BY_KEY),
        *(Problem("the file has no such column", column=name) for name in chosen.values() if name not in sheet.names),
        *(Problem("a column for two fields", column=name) for name, n in Counter(chosen.values()).items() if n > 1),
    ]
    if problems:
        raise Unreadable(problems)
    return chosen


def _no_model(sheet: Sheet) -> Problem:
    expected = "a column with the model’s name or number"
    return Problem(
        "no column says which model a row is about", sheet.header_line, None, ", ".join(sheet.names), expected
    )


def _texts(sheet: Sheet, columns: Mapping[str, str], constants: Mapping[str, str], key: str) -> Iterator[str]:
    if constants.get(key):
        yield constants[key].strip()
    if key in columns:
        place = sheet.names.index(columns[key])
        yield from (row.cells[place].text for row in sheet.rows if place < len(row.cells) and row.cells[place].text)
