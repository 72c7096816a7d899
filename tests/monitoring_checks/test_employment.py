"""Employment MA replayed as production data against the figures that NannyML publishes for it."""

import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from core.ledger.service import Ledger
from core.metrics.verdicts import Verdict
from core.monitoring.checks.service import check_now
from core.monitoring.intake.rules import BatchKind
from core.store import open_store
from tests.monitoring_checks.conftest import (
    Watch,
    employment,
    employment_reference,
    inferences_of,
    labels_of,
    make_watch,
    monitor,
    monitors,
)

REFERENCE = '"reference"\ndeviations = 3'
POLICY = monitors(
    monitor("20.1", "performance", "roc_auc", "5000 rows", REFERENCE),
    monitor("20.2", "drift", "jensen_shannon_reference_bins", "5000 rows", REFERENCE),
    monitor("20.3", "performance", "accuracy", "5000 rows", REFERENCE),
    monitor("20.4", "estimated performance", "accuracy", "5000 rows", REFERENCE),
)
CHUNKS = 42


@pytest.fixture(scope="module")
def replayed(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Watch:
    """The whole of it: reference, inferences and their labels."""
    folder = tmp_path_factory.mktemp("employment")
    shutil.copy(sqlite_template, folder / "store.db")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    watch = make_watch(store, Ledger.open(folder / "keys", origin="countersign.test/ledger"), folder)
    watch.policy(POLICY)
    watch.declare()
    rows = employment()
    watch.now += timedelta(seconds=1)
    watch.take(BatchKind.REFERENCE, employment_reference())
    watch.take(BatchKind.INFERENCES, inferences_of(rows))
    watch.take(BatchKind.LABELS, labels_of(rows))
    # the last of NannyML's 42 chunks has 3,892 rows: it is not complete, and is checked because somebody asks
    check_now(
        watch.store,
        watch.ledger,
        watch.files,
        model=watch.model,
        unfinished=True,
        actor=watch.owner,
        clock=lambda: watch.now,
    )
    return watch


def test_performance_and_drift_are_those_that_nannyml_publishes(replayed: Watch) -> None:
    area = replayed.results(clause="20.1")
    drift = Counter(one.subject for one in replayed.results(clause="20.2") if one.verdict is Verdict.FAIL)

    # NannyML's quickstart: lower threshold 0.893363, chunk 27 at 0.803475, alerts in 3 of 42 chunks
    assert [round(one.lower or 0, 6) for one in area] == [0.893363] * CHUNKS
    assert round(area[27].value or 0, 6) == 0.803475
    assert sum(one.verdict is Verdict.FAIL for one in area) == 3
    # and its ranking of drift by the number of alerts
    assert {name: drift[name] for name in ("ANC", "AGEP", "RELP", "MAR", "DREM")} == {
        "ANC": 37, "AGEP": 29, "RELP": 28, "MAR": 28, "DREM": 28,
    }  # fmt: skip
    assert max(count for name, count in drift.items() if name not in ("ANC", "AGEP", "RELP", "MAR", "DREM")) < 28


def test_estimated_accuracy_is_shown_beside_the_realised_one(replayed: Watch) -> None:
    realised = {one.position: one.value for one in replayed.results(clause="20.3")}
    estimated = {one.position: one for one in replayed.results(clause="20.4")}

    apart = [abs((one.value or 0) - (realised[place] or 0)) for place, one in estimated.items()]
    assert all(one.estimated and "calibrated" not in one.reason for one in estimated.values())
    assert np.mean(apart) < 0.006
    assert int(np.argmax(apart)) == 27
    # in the chunks of 2020, in which what the inputs mean changed, the estimate errs most, and still sees the fall
    assert (round(estimated[27].value or 0, 3), round(realised[27] or 0, 3)) == (0.784, 0.766)
