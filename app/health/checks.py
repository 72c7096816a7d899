"""What readiness asks: each a question with a deadline, answered by yes or by a word that gives nothing away."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.anchoring.outside import unanswered
from app.composition import Workplace
from core.jobs.workers import workers
from core.ledger.anchors.holding import hold_of

LEAST_FREE = 256 * 1024**2  # bytes; below that a commit of evidence may fail


@dataclass(frozen=True)
class Answer:
    """One check: its name, whether it holds, whether traffic must stay away while it does not, and why it fails."""

    name: str
    ok: bool
    needed: bool = True
    why: str = ""


def readiness(place: Workplace, *, at: datetime) -> tuple[Answer, ...]:
    """All checks, in the order in which they make sense; none writes anything."""
    return tuple(_asked(name, check, place, at) for name, check in CHECKS.items())


def _asked(name: str, check: "Callable[[Workplace, datetime], str]", place: Workplace, at: datetime) -> Answer:
    try:
        why = check(place, at)
    except (SQLAlchemyError, OSError) as error:
        why = type(error).__name__
    return Answer(name, not why, name in NEEDED, why)


def _database(place: Workplace, _at: datetime) -> str:
    with place.store.reading() as session:
        session.execute(text("SELECT 1"))
    return ""


def _schema(place: Workplace, _at: datetime) -> str:
    with place.store.reading() as session:
        found = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return "" if found == _newest() else "not the one of this version"


@cache
def _newest() -> str | None:
    """The newest schema that this code knows; read from its migrations once."""
    from alembic.script import ScriptDirectory  # Alembic takes 0.2 s to import

    from core.store.migrations import HERE

    return ScriptDirectory(str(HERE)).get_current_head()


def _ledger(place: Workplace, _at: datetime) -> str:
    return "held" if hold_of(place.ledger.keyring.folder) is not None else ""


def _data_folder(place: Workplace, _at: datetime) -> str:
    folder = place.settings.data_dir
    if not os.access(folder, os.W_OK):
        return "not writable"
    return "nearly full" if shutil.disk_usage(folder).free < LEAST_FREE else ""


def _worker(place: Workplace, at: datetime) -> str:
    with place.store.reading() as session:
        return "" if any(one.alive(at) for one in workers(session)) else "no worker was heard of for a minute"


def _witnesses(place: Workplace, _at: datetime) -> str:
    return "not all have answered since the start" if unanswered(place) else ""


CHECKS: Mapping[str, Callable[[Workplace, datetime], str]] = {
    "database": _database,
    "schema": _schema,
    "ledger": _ledger,
    "data folder": _data_folder,
    "worker": _worker,
    "witnesses": _witnesses,
}
NEEDED = frozenset({"database", "schema", "data folder"})  # a held ledger still shows the record; work can wait
