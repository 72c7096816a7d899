"""MLflow's registry beside the inventory, and how both are timed; a part of `benchmarks.inventory`."""

import random
import sqlite3
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from core.seeding.vocabulary import LINES, SUBJECTS

HEADS = ("median", "p95", "p95 processor")


class Times(NamedTuple):
    """Milliseconds on the wall at the median and the 95th percentile, and of this process at the latter.

    The processor's are what an idle machine would show on SQLite; PostgreSQL works in processes of its own.
    """

    median: float
    high: float
    processor: float

    def cells(self) -> list[str]:
        return [f"{value:.1f} ms" for value in self]


def of_calls(ask: Callable[[], object], calls: int) -> Times:
    """Time so many calls, after two that are not counted."""
    walls, processors = [], []
    for number in range(calls + 2):
        wall, processor = time.perf_counter(), time.process_time()
        ask()
        if number > 1:
            walls.append((time.perf_counter() - wall) * 1e3)
            processors.append((time.process_time() - processor) * 1e3)
    high, busy = (statistics.quantiles(times, n=20, method="inclusive")[-1] for times in (walls, processors))
    return Times(statistics.median(walls), high, busy)


def registry(folder: Path, models: int, each: int, calls: int) -> dict[str, Times]:
    """MLflow's registry on SQLite with as many models, of `each` versions: lists and filters through its own store."""
    from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore

    store = SqlAlchemyStore(f"sqlite:///{folder}/mlflow.db")
    _fill(folder, models, each)
    draw = random.Random(7)
    newest = ["last_updated_timestamp DESC"]
    asks: dict[str, Callable[[], object]] = {
        "models, 25": lambda: store.search_registered_models(max_results=25),
        "models, 25 with a tag": lambda: store.search_registered_models(
            filter_string=f"tags.line = '{draw.choice(LINES)}'", max_results=25
        ),
        "models, 25 with a part of a name": lambda: store.search_registered_models(
            filter_string=f"name ILIKE '%{draw.choice(SUBJECTS)}%'", max_results=25
        ),
        "versions, newest 25": lambda: store.search_model_versions(max_results=25, order_by=newest),
    }
    return {name: of_calls(ask, calls) for name, ask in asks.items()}


def _fill(folder: Path, models: int, each: int) -> None:
    """Rows as MLflow itself would write them: one by one they would take most of an hour."""
    draw = random.Random(7)
    base = sqlite3.connect(folder / "mlflow.db")
    names = [f"M{number:05d} {draw.choice(SUBJECTS)}" for number in range(models)]
    model = "INSERT INTO registered_models (name, creation_time, last_updated_time, description) VALUES (?, 1, 1, '')"
    base.executemany(model, ((name,) for name in names))
    tag = "INSERT INTO registered_model_tags (name, key, value) VALUES (?, ?, ?)"
    base.executemany(tag, [(name, "line", draw.choice(LINES)) for name in names])
    base.executemany(tag, [(name, "tier", str(draw.randint(1, 4))) for name in names])
    base.executemany(
        "INSERT INTO model_versions (name, version, creation_time, last_updated_time, current_stage, source, status, "
        "run_id) VALUES (?, ?, ?, ?, 'None', 'models:/source', 'READY', '')",
        ((name, number, number, number) for name in names for number in range(1, each + 1)),
    )
    base.commit()
    base.close()
