"""Runs a drill of access in a throw-away installation: built, played against, and removed."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from fastapi import FastAPI

from app.assurance.pages import play_pages
from app.assurance.routes import play_files, play_routes
from app.assurance.visitors import visitors
from app.composition import Workplace, now
from core.access.rules import SYSTEM
from core.assurance.drill.playing import Cell, play
from core.assurance.drill.rehearsal import Rehearsal
from core.assurance.drill.service import Kept as Kept
from core.assurance.drill.service import ask_drill, due_drill, fail_drill, keep_drill, load_drill, note_progress
from core.assurance.drill.world import build_world
from core.assurance.rules import DrillSource, DrillStatus
from core.compliance.service import run_checks
from core.compliance.vocabulary import Source
from core.errors import GovernanceError
from core.ledger.service import Ledger
from core.policy.service import default_policy_text, publish
from core.store import EvidenceFiles, open_store

CHECK = "access-drill"
TOLD_EVERY = 250  # cells
LOST = "The drill was stopped before it had finished."
WEEKLY = "Every week, as the installation does by itself"


@dataclass(frozen=True)
class Drilled:
    """All cells of a drill, and the milliseconds of processor that it took."""

    cells: tuple[Cell, ...]
    milliseconds: int


class DrillStopped(GovernanceError):
    """The worker lost its hold on the job."""


def drill_cells(
    place: Workplace,
    *,
    whole: bool = False,
    application: FastAPI | None = None,
    told: Callable[[int], None] = lambda _played: None,
    alive: Callable[[], bool] = lambda: True,
) -> Drilled:
    """Play everything in a scratch installation; nothing of this one is touched but its settings and keys."""
    began, cells = process_time(), []
    with tempfile.TemporaryDirectory(prefix="countersign-drill-") as folder:
        scratch = _scratch(place, Path(folder))
        try:
            world = build_world(_rehearsal(scratch), scratch.ledger, scratch.files, Path(folder), now=now())
            come = visitors(world, scratch)
            parts: Iterable[Iterable[Cell]] = (
                play(world, whole=whole, alive=alive),
                play_routes(world, scratch, application=application, alive=alive),
                play_files(world, scratch, come, alive=alive),
                play_pages(come, scratch, alive=alive),
            )
            for part in parts:
                for cell in part:
                    cells.append(cell)
                    if len(cells) % TOLD_EVERY == 0:
                        told(len(cells))
            if not alive():
                raise DrillStopped(LOST)
        finally:
            scratch.store.close()
    return Drilled(tuple(cells), round((process_time() - began) * 1000))


def perform_drill(
    place: Workplace, drill: str, *, whole: bool = False, alive: Callable[[], bool] = lambda: True
) -> Kept:
    """Run the drill of this number, keep its report, and have the compliance check open what deviates."""
    with place.store.reading() as session:
        row = load_drill(session, drill)
    if row.status not in (DrillStatus.QUEUED, DrillStatus.RUNNING):
        raise DrillStopped(f"Drill {drill} has finished.")
    note_progress(place.store, drill, 0, at=now())

    def told(played: int) -> None:
        note_progress(place.store, drill, played, at=now())

    try:
        found = drill_cells(place, whole=whole, told=told, alive=alive)
    except GovernanceError as error:
        fail_drill(place.store, drill=drill, error=str(error), at=now())
        raise
    kept = keep_drill(
        place.store, place.ledger, place.exports, place.keys, drill=drill, cells=found.cells,
        milliseconds=found.milliseconds, at=now(),
    )  # fmt: skip
    run_checks(place.store, place.ledger, keys=[CHECK], source=Source.SCHEDULE, actor=SYSTEM, clock=now)
    return kept


def due_drills(place: Workplace, at: datetime) -> Iterable[str]:
    """The week whose drill is due, if it is."""
    with place.store.reading() as session:
        week = due_drill(session, at=at.astimezone(UTC))
    return [] if week is None else [week]


def begin_weekly(place: Workplace, *, at: datetime) -> str:
    """Ask for this week's drill in the installation's own name."""
    return ask_drill(place.store, place.ledger, reason=WEEKLY, source=DrillSource.SCHEDULE, actor=SYSTEM, at=at)


def _scratch(place: Workplace, folder: Path) -> Workplace:
    """An installation of its own in this folder, with our settings and signing keys and nothing else of ours."""
    url = f"sqlite:///{folder / 'store.db'}"
    store = open_store(url)
    store.upgrade()
    ledger = Ledger.open(folder / "keys", origin="countersign.drill/ledger")
    with store.transaction() as tx:
        publish(tx, ledger, default_policy_text(), actor=SYSTEM, at=now())
    return Workplace(
        settings=replace(place.settings, data_dir=folder, database_url=url),
        store=Rehearsal(store.engine),
        ledger=ledger,
        files=EvidenceFiles(folder / "evidence"),
        exports=EvidenceFiles(folder / "exports"),
        keys=place.keys,
    )


def _rehearsal(scratch: Workplace) -> Rehearsal:
    assert isinstance(scratch.store, Rehearsal)
    return scratch.store
