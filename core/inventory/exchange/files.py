"""A file of any kind that models come in: a table, an ML-BOM or a model card, told apart by content."""

from dataclasses import dataclass
from datetime import datetime

from core.access.rules import Actor
from core.inventory.exchange.service import import_document, is_document, look_at_document
from core.inventory.exchange.values import Figure, Unknown
from core.inventory.importing.service import DryRun, Imported, Say, TableImport, dry_run, import_table, silent
from core.ledger.service import Ledger
from core.store import Store

HEAD = 64


@dataclass(frozen=True)
class FileDryRun:
    """What an import of the file would do; of a document also what no field holds, and figures that others state."""

    found: DryRun
    document: bool = False
    unknown: tuple[Unknown, ...] = ()
    figures: tuple[Figure, ...] = ()


def look_at_file(
    store: Store, ledger: Ledger, *, wish: TableImport, actor: Actor, at: datetime, say: Say = silent
) -> FileDryRun:
    """The dry run; stores nothing. Raises `Unreadable` where the file is nothing that is read, and `Refused`."""
    if not _is_document(wish):
        return FileDryRun(dry_run(store, ledger, wish=wish, actor=actor, at=at, say=say))
    looked = look_at_document(
        store,
        ledger,
        content=wish.path.read_bytes(),
        filename=wish.filename,
        constants=wish.constants,
        actor=actor,
        at=at,
    )
    return FileDryRun(looked.found, True, looked.understood.unknown, looked.understood.figures)


def import_file(
    store: Store,
    ledger: Ledger,
    *,
    wish: TableImport,
    expected: str | None,
    actor: Actor,
    at: datetime,
    say: Say = silent,
) -> Imported:
    """Do what the dry run with the plan digest `expected` showed; without one, what the plan of this moment says."""
    if not _is_document(wish):
        return import_table(store, ledger, wish=wish, expected=expected, actor=actor, at=at, say=say)
    return import_document(
        store,
        ledger,
        content=wish.path.read_bytes(),
        filename=wish.filename,
        constants=wish.constants,
        expected=expected,
        actor=actor,
        at=at,
    )


def _is_document(wish: TableImport) -> bool:
    with wish.path.open("rb") as stream:
        return is_document(stream.read(HEAD))
