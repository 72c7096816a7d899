"""Files in the drop folder are taken in whole and once, and moved away with the reason where they are refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.composition import Workplace
from app.drop import due_drops, take_dropped
from app.schedule import SCHEDULE
from app.settings import SettingError, load
from app.work_kinds import KINDS_IN_WORDS
from app.worker import KINDS
from core.ledger.service import Ledger
from core.monitoring.intake.arrivals import arrivals_page
from core.monitoring.intake.queries import series_of
from core.reports.keys import SigningKeys, open_keys
from core.store import EvidenceFiles, Store
from tests.builders import NOON, a_cast, a_version

CSV = "id,at,prediction,income\na,2026-11-20T10:00:00Z,1,1000\nb,2026-11-20T11:00:00Z,0,2000\n"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("signing"), origin="countersign.test/ledger", at=NOON)


@pytest.fixture
def place(sqlite_store: Store, ledger: Ledger, keys: SigningKeys, tmp_path: Path) -> Workplace:
    a_version(sqlite_store, a_cast(sqlite_store))
    folder = tmp_path / "drop"
    folder.mkdir()
    settings = load({"COUNTERSIGN_DATA_DIR": str(tmp_path / "data"), "COUNTERSIGN_PRODUCTION_DROP": str(folder)})
    files = EvidenceFiles(tmp_path / "evidence")
    exports = EvidenceFiles(tmp_path / "exports")
    return Workplace(settings=settings, store=sqlite_store, ledger=ledger, files=files, exports=exports, keys=keys)


def put(place: Workplace, below: str, content: str = CSV) -> Path:
    assert place.settings.production_drop is not None
    path = place.settings.production_drop / below
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def left(place: Workplace) -> list[str]:
    folder = place.settings.production_drop
    assert folder is not None
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def test_a_file_is_taken_in_once_it_is_whole_and_moved(place: Workplace) -> None:
    unfinished = put(place, "M0001/production/inferences/1.0.0/.day.csv")
    put(place, "M0001/production/inferences/1.0.0/other.csv.part")
    assert list(due_drops(place, NOON)) == []

    unfinished.rename(unfinished.with_name("day.csv"))
    slots = list(due_drops(place, NOON.replace(second=47)))
    taken = take_dropped(place, at=NOON)

    assert slots == ["2026-11-20T12:00:30"]
    assert (taken.taken, taken.refused) == (1, 0)
    assert left(place) == [
        "M0001/production/inferences/1.0.0/other.csv.part",
        "taken/M0001/production/inferences/1.0.0/day.csv",
    ]
    assert {one.kind for one in SCHEDULE} <= KINDS.keys()
    assert KINDS_IN_WORDS.keys() == KINDS.keys()
    with place.store.reading() as session:
        (arrival,) = arrivals_page(session, "M0001", "production").rows
    assert (arrival.rows, arrival.filename, arrival.through, arrival.received_by) == (2, "day.csv", "drop", "system")


def test_a_file_that_comes_again_after_a_crash_has_no_second_effect(place: Workplace) -> None:
    below = "M0001/production/inferences/1.0.0/day.csv"
    put(place, below)
    take_dropped(place, at=NOON)
    put(place, below)
    take_dropped(place, at=NOON)

    with place.store.reading() as session:
        assert arrivals_page(session, "M0001", "production").total == 1
    assert len(left(place)) == 2


REFUSED = [
    ("M0001/production/inferences/1.0.0/day.csv", CSV.replace("1000", "1000,7"), "line 2"),
    ("M0001/production/inference/day.csv", CSV, "no such kind of data, found inference"),
    ("M0001/day.csv", CSV, "lies in the wrong place"),
    ("M0001/nowhere/labels/day.csv", "id,label\na,1\n", "There is no environment “nowhere”"),
    ("M0001/production/metrics/day.txt", "psi 1\n", "not OpenMetrics text"),
]


def test_a_file_that_is_refused_lies_beside_its_reason(place: Workplace) -> None:
    folder = place.settings.production_drop
    assert folder is not None
    for below, content, _ in REFUSED:
        put(place, below, content)

    taken = take_dropped(place, at=NOON)

    assert (taken.taken, taken.refused) == (0, len(REFUSED))
    lies = [f"refused/{below}{ending}" for below, _, _ in REFUSED for ending in ("", ".reason.txt")]
    assert left(place) == sorted(lies)
    for below, _, words in REFUSED:
        assert words in (folder / f"refused/{below}.reason.txt").read_text()


def test_links_are_not_followed(place: Workplace, tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text(CSV)
    path = put(place, "M0001/production/inferences/1.0.0/day.csv")
    path.unlink()
    path.symlink_to(tmp_path / "outside.csv")

    assert take_dropped(place, at=NOON).refused == 1
    assert (tmp_path / "outside.csv").exists()


def test_metric_files_are_taken_too(place: Workplace) -> None:
    put(place, "M0001/production/metrics/a.txt", "# TYPE psi gauge\npsi 0.3\n# EOF\n")
    put(place, "M0001/production/metrics/1.0.0/b.jsonl", '{"name": "auc", "value": 0.9}\n')

    assert take_dropped(place, at=NOON).taken == 2
    with place.store.reading() as session:
        assert [(one.name, one.version) for one in series_of(session, "M0001", "production")] == [
            ("auc", "1.0.0"),
            ("psi", ""),
        ]


def test_the_folder_has_an_absolute_path(place: Workplace) -> None:
    with pytest.raises(SettingError, match="PRODUCTION_DROP"):
        load({"COUNTERSIGN_PRODUCTION_DROP": "drop"})
    assert list(due_drops(replace(place, settings=load({})), NOON)) == []
