"""A file that is missing or damaged is found and named by the routine check, however many files there are."""

from pathlib import Path

import pytest

from app.composition import Workplace
from core.access.rules import SYSTEM
from core.compliance.service import Judged, run_checks
from core.compliance.vocabulary import Outcome, Source
from core.store import Store
from core.store.files import Redaction
from tests.backup.conftest import a_file, a_place
from tests.builders import NOON


@pytest.fixture
def place(sqlite_store: Store, tmp_path: Path, installation: Path) -> Workplace:
    return a_place(tmp_path / "var", sqlite_store, installation / "keys")


def checked(place: Workplace) -> Judged:
    ran = run_checks(
        place.store, place.ledger, keys=["files-whole"], source=Source.SCHEDULE, actor=SYSTEM, clock=lambda: NOON,
        data_dir=place.settings.data_dir,
    )  # fmt: skip
    return ran.checks[0]


@pytest.mark.parametrize(("harm", "said"), [("missing", "is not there"), ("damaged", "has other bytes")])
def test_a_corrupted_evidence_file_is_found_and_named_by_the_routine_check(
    place: Workplace, harm: str, said: str
) -> None:
    a_file(place, b"whole", "Q0001")
    digest = a_file(place, b"evidence", "Q0007")
    assert checked(place).outcome is Outcome.HOLDS

    path = place.files.path(digest)
    path.unlink() if harm == "missing" else path.write_bytes(b"Evidence")

    found = checked(place)
    assert found.outcome is Outcome.DEVIATES
    assert found.examined == 2
    (deviation,) = found.deviations
    assert digest in deviation.said
    assert "named by quarantine Q0007" in deviation.said
    assert said in deviation.said
    place.files.add([b"evidence"])
    assert checked(place).outcome is Outcome.HOLDS


def test_runs_take_turns_with_the_bytes_and_never_forget_what_they_found(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that may read one file alone comes round to each, and reads the damaged one in every run."""
    monkeypatch.setattr("core.compliance.gathering.files.MEGABYTE", 1)  # 2,000 bytes a run, less than one file
    names = sorted(a_file(place, f"{number}".encode() * 3000, f"Q{number:04d}") for number in range(4))
    place.files.path(names[2]).write_bytes(b"x" * 3000)

    runs = [checked(place).outcome for _ in range(6)]

    assert runs[:3] == [Outcome.HOLDS, Outcome.HOLDS, Outcome.DEVIATES]
    assert set(runs[3:]) == {Outcome.DEVIATES}


def test_a_file_that_a_person_was_erased_from_is_whole_as_what_stands_for_it(place: Workplace) -> None:
    former, destroyed = a_file(place, b"rows of two", "Q0001"), a_file(place, b"rows of one alone", "Q0002")
    replacement = place.files.add([b"rows of one"]).digest
    place.files.redact(Redaction(former, replacement, "SR0001", 7, 1))
    place.files.redact(Redaction(destroyed, "", "SR0001", 7, 1))
    assert checked(place).outcome is Outcome.HOLDS

    place.files.path(replacement).write_bytes(b"rows of One")

    assert checked(place).outcome is Outcome.DEVIATES


def test_where_the_files_are_not_at_hand_nothing_is_judged(place: Workplace) -> None:
    ran = run_checks(
        place.store, place.ledger, keys=["files-whole"], source=Source.PAGE, actor=SYSTEM, clock=lambda: NOON
    )

    assert ran.checks[0].outcome is Outcome.NOT_JUDGED
