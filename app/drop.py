"""The drop folder: production data put there is taken in by the clock, or by its path where a pipeline names it."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.composition import Workplace
from app.references import fetched
from app.sources import Address
from core.access.idempotency import Call, answer_once
from core.access.rules import SYSTEM
from core.errors import GovernanceError, Problem, Refusal, Refused, Unreadable
from core.monitoring.intake.filing import Delivery, take_file, take_points
from core.monitoring.intake.forms import LIMITS
from core.monitoring.intake.rules import BatchKind
from core.store import Store

DROP_JOB = "drop"
TAKEN, REFUSED = "taken", "refused"  # folders, and what becomes of files
METRICS = "metrics"
KINDS = (*BatchKind, METRICS)
UNFINISHED = (".part", ".partial", ".tmp", ".filepart")
EVERY = 30  # seconds
SETTING = "COUNTERSIGN_PRODUCTION_DROP"
LAID_OUT = "MODEL/ENVIRONMENT/KIND/NAME, or MODEL/ENVIRONMENT/KIND/VERSION/NAME"


@dataclass(frozen=True)
class Taken:
    """What became of the files that waited."""

    taken: int
    refused: int


def due_drops(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this half minute, if a whole file waits."""
    folder = place.settings.production_drop
    if folder is None or next(waiting(folder), None) is None:
        return []
    moment = at.astimezone(UTC)
    return [f"{moment:%Y-%m-%dT%H:%M}:{moment.second // EVERY * EVERY:02d}"]


def waiting(folder: Path) -> Iterator[Path]:
    """The files below the folder that are whole, in order: what is still written to has another name until then.

    A sender writes to a name that begins with a dot or ends in .part or .tmp, and renames the file when it is whole.
    """
    for root, folders, names in os.walk(folder):
        at_top = Path(root) == folder
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not (at_top and name in (TAKEN, REFUSED))
        )
        for name in sorted(names):
            if not name.startswith(".") and not name.endswith(UNFINISHED):
                yield (Path(root) / name).relative_to(folder)


def take_dropped(place: Workplace, *, at: datetime) -> Taken:
    """Take in every file that waits, each whole or not at all, and move it away."""
    folder, taken, refused = place.settings.production_drop, 0, 0
    for below in list(waiting(folder)) if folder is not None else ():
        assert folder is not None
        try:
            _take(place, folder, below, at=at)
        except GovernanceError as error:
            _move(folder, below, REFUSED, at=at, said=_words(below, error))
            refused += 1
        else:
            _move(folder, below, TAKEN, at=at)
            taken += 1
    return Taken(taken, refused)


@contextmanager
def by_path(place: Workplace, written: str) -> Iterator[Path]:
    """A copy of the file that a pipeline names below the drop folder; raises `Refused` for any other place."""
    folder = place.settings.production_drop
    parts = written.split("/")
    plain = written.isprintable() and "\\" not in written and all(part not in ("", ".", "..") for part in parts)
    if folder is None or not plain:
        message = "Data by path is switched off" if folder is None else "The path leads out of the drop folder"
        way_out = f"Name a file below the folder of the setting {SETTING}, such as M0001/production/inferences/a.csv."
        raise Refused([Refusal("path-not-allowed", message, "data by path", way_out)])
    with _copied(place, folder, Path(*parts)) as path:
        yield path


def _take(place: Workplace, folder: Path, below: Path, *, at: datetime) -> None:
    """Once for this content under this name, also where two workers take it at the same moment."""
    model, environment, kind, version = _told(below)
    with _copied(place, folder, below) as path:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        key = f"drop {hashlib.sha256(below.as_posix().encode()).hexdigest()[:32]} {digest}"
        delivery = Delivery(path, below.name, model, version, environment, key)

        def act(store: Store) -> None:
            if kind == METRICS:
                take_points(store, place.ledger, delivery, actor=SYSTEM, at=at)
            else:
                take_file(store, place.ledger, place.files, delivery, BatchKind(kind), actor=SYSTEM, at=at)

        answer_once(place.store, Call(SYSTEM.id, key, digest, at), act, lambda _session, _done: "taken")


def _told(below: Path) -> tuple[str, str, str, str | None]:
    """Model, environment, kind and version, from where the file lies."""
    parts = below.parts[:-1]
    if not 3 <= len(parts) <= 4:
        raise Unreadable([Problem("lies in the wrong place", found=below.as_posix()[:200], expected=LAID_OUT)])
    if parts[2] not in KINDS:
        raise Unreadable([Problem("no such kind of data", found=parts[2][:60], expected=", ".join(KINDS))])
    return parts[0], parts[1], parts[2], parts[3] if len(parts) > 3 else None


@contextmanager
def _copied(place: Workplace, folder: Path, below: Path) -> Iterator[Path]:
    """The file, read once; one that is a link or lies behind one is as if it were not there."""
    address = Address(below.as_posix(), folder / below)
    with fetched(address, place.settings.data_dir / "incoming", limit=LIMITS.size) as path:
        yield path


def _move(folder: Path, below: Path, outcome: str, *, at: datetime, said: str = "") -> None:
    """Move a file to `taken` or `refused`, with the reason beside it; another worker may have done so by now."""
    target = folder / outcome / below
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target = target.with_name(f"{at.astimezone(UTC):%Y%m%dT%H%M%S}-{below.name}")
    with suppress(FileNotFoundError):
        (folder / below).rename(target)
        if said:
            target.with_name(f"{target.name}.reason.txt").write_text(said, encoding="utf-8")


def _words(below: Path, error: GovernanceError) -> str:
    reasons: Iterable[object] = [error]
    if isinstance(error, Unreadable):
        reasons = error.problems
    elif isinstance(error, Refused):
        reasons = error.refusals
    return f"{below.as_posix()} was refused. Nothing of it was stored.\n" + "".join(f"- {one}\n" for one in reasons)
