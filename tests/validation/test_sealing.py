"""What lies open and holds sensitive attributes is sealed by itself, and the key over all keys is changed on record."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlmodel import Session

from core.access.rules import Actor
from core.errors import Refused
from core.ledger.queries import entries
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.privacy.sensitive import rotating
from core.privacy.sensitive.queries import sealed_batches
from core.privacy.sensitive.rotating import change_installation_key, finish_key_change
from core.privacy.sensitive.sealing import has_files, open_files, seal_open_files
from core.store import EvidenceFiles, sealing_keys
from core.store.locks import lock_word
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping
from tests.builders import NOON, REASON
from tests.production_data.conftest import Line, inferences
from tests.validation.conftest import Bench, lines


def seal(bench: Bench) -> int:
    return seal_open_files(bench.store, bench.ledger, bench.files, at=NOON)


def to_seal(bench: Bench) -> list[str]:
    with bench.store.reading() as session:
        return list(open_files(session, bench.files))


def actions(bench: Bench) -> list[str]:
    with bench.store.reading() as session:
        return [row.action for row in entries(session, limit=50).rows]


def test_a_file_that_came_before_its_column_was_declared_is_sealed_with_the_next_look(bench: Bench) -> None:
    bench.hand_in(lines(60), ColumnMapping(), kind=EvidenceKind.TRAINING)
    (training,) = bench.evidence()
    assert not bench.files.sealed.holds(training.table_digest)
    assert to_seal(bench) == []

    bench.hand_in(lines(61))

    assert sorted(to_seal(bench)) == sorted([training.file_digest, training.table_digest])
    assert seal(bench) == 2
    assert (to_seal(bench), seal(bench)) == ([], 0)
    assert actions(bench).count("files.sealed") == 1
    bench.perform(bench.start())
    assert bench.run("R0001").result_digest


def test_what_was_sealed_before_a_file_failed_is_on_record(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.hand_in(lines(60), ColumnMapping(), kind=EvidenceKind.TRAINING)
    bench.hand_in(lines(61))
    sealed, whole = list[str](), EvidenceFiles.seal

    def seal_one(files: EvidenceFiles, digest: str) -> bool:
        if sealed:
            raise OSError("no space left on device")
        sealed.append(digest)
        return whole(files, digest)

    monkeypatch.setattr(EvidenceFiles, "seal", seal_one)

    with pytest.raises(OSError, match="no space left"):
        seal(bench)

    assert actions(bench).count("files.sealed") == 1
    assert len(to_seal(bench)) == 1


def test_production_data_whose_column_is_declared_later_is_sealed_with_the_next_look(small_bench: Bench) -> None:
    line = Line(small_bench.store, small_bench.ledger, small_bench.files, small_bench.cast)
    line.take(BatchKind.INFERENCES, inferences(3))
    before = line.all()
    declare_monitored(
        line.store, line.ledger, model=line.model, data=MonitoredData(positive_label="1", sensitive=("region",)),
        expected_revision=0, actor=line.cast.developer, at=NOON,
    )  # fmt: skip

    assert seal(small_bench) == 1

    with line.store.reading() as session:
        assert has_files(session)
        assert sealed_batches(session, line.files, line.model, "production") == ("PB0001",)
    assert {**line.all(), "region": None} == {**before, "region": None}
    assert line.take(BatchKind.INFERENCES, inferences(3)).repeated == 3


def test_a_file_without_the_declared_column_lies_open(small_bench: Bench) -> None:
    small_bench.hand_in(lines(60))
    small_bench.hand_in("a,b\n1,2\n3,4\n", ColumnMapping(), kind=EvidenceKind.REFERENCE)

    predictions, reference = small_bench.evidence()

    assert small_bench.files.sealed.holds(predictions.table_digest)
    assert not small_bench.files.sealed.holds(reference.table_digest)
    assert to_seal(small_bench) == []


def test_an_administrator_changes_the_key_over_all_keys_for_a_reason(small_bench: Bench) -> None:
    small_bench.hand_in(lines(60))
    key = small_bench.folder / "keys" / "sealing.key"
    before = key.read_bytes()

    def change(person: str, reason: str = REASON) -> int:
        return change_installation_key(
            small_bench.store, small_bench.ledger, reason=reason, actor=getattr(small_bench.cast, person), at=NOON
        )

    for person, reason in (("validator", REASON), ("administrator", "so")):
        with pytest.raises(Refused):
            change(person, reason)
    assert key.read_bytes() == before

    assert change("administrator") == 2
    assert key.read_bytes() != before
    assert actions(small_bench)[0] == "sealing_key.rotated"
    digest = small_bench.evidence()[0].table_digest
    assert small_bench.files.is_sound(digest)


KILLED_AT = {  # the name in the module, and whether the change is on record when the process dies there
    "prepare_installation_key": False,
    "rotate_installation_key": True,
}


@pytest.mark.parametrize("place", [*KILLED_AT, "within"])
def test_a_change_of_the_key_that_is_killed_is_on_record_or_did_not_happen(small_bench: Bench, place: str) -> None:
    """kill -9 before the entry, between the entry and the keys, and when half of the keys are wrapped anew."""
    small_bench.hand_in(lines(60))
    key = small_bench.folder / "keys" / "sealing.key"
    before = key.read_bytes()

    def change() -> int:
        return change_installation_key(
            small_bench.store, small_bench.ledger, reason=REASON, actor=small_bench.cast.administrator, at=NOON
        )

    child = os.fork()
    if child == 0:  # pragma: no cover  # the child ends by its own signal
        if place == "within":
            wrap, done = sealing_keys._wrap_anew, list[object]()
            sealing_keys._wrap_anew = lambda *one: kill() if done else done.append(one) or wrap(*one)  # type: ignore[func-returns-value]
        else:
            setattr(rotating, place, lambda *_: kill())
        change()
        os._exit(1)
    _, status = os.waitpid(child, 0)
    on_record = KILLED_AT.get(place, True)
    digest = small_bench.evidence()[0].table_digest

    assert os.WTERMSIG(status) == signal.SIGKILL
    assert (actions(small_bench)[0] == "sealing_key.rotated") == on_record
    assert small_bench.files.is_sound(digest)
    assert key.read_bytes() == before
    assert finish_key_change(small_bench.store, small_bench.ledger) == (2 if on_record else 0)
    assert (key.read_bytes() != before) == on_record
    assert small_bench.files.is_sound(digest)
    assert change() == 2


def test_a_change_that_broke_off_is_neither_finished_nor_repeated_by_another_one(
    small_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_bench.hand_in(lines(60))
    key = small_bench.folder / "keys" / "sealing.key"
    before = key.read_bytes()

    def change(person: Actor) -> int:
        return change_installation_key(small_bench.store, small_bench.ledger, reason=REASON, actor=person, at=NOON)

    with monkeypatch.context() as patched:  # the first of two goes no further than the record
        patched.setattr(rotating, "rotate_installation_key", lambda _keys: 0)
        change(small_bench.cast.administrator)
    with pytest.raises(Refused, match="under way"):
        change(small_bench.cast.administrator)
    with pytest.raises(Refused, match="administrator"):
        change(small_bench.cast.validator)

    assert key.read_bytes() == before
    assert actions(small_bench).count("sealing_key.rotated") == 1
    assert finish_key_change(small_bench.store, small_bench.ledger) == 2
    assert change(small_bench.cast.administrator) == 2


def test_of_two_changes_at_once_one_is_refused_or_has_a_key_of_its_own(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = Barrier(2)

    def lock_together(session: Session, word: str) -> None:
        together.wait(timeout=20)
        lock_word(session, word)

    def change(_: int) -> int | str:
        try:
            return change_installation_key(
                bench.store, bench.ledger, reason=REASON, actor=bench.cast.administrator, at=NOON
            )
        except Refused as refused:
            return refused.refusals[0].code

    bench.hand_in(lines(60))
    monkeypatch.setattr(rotating, "lock_word", lock_together)
    with ThreadPoolExecutor(2) as pool:
        came = sorted(map(str, pool.map(change, range(2))))

    assert came in (["2", "key-change-under-way"], ["2", "2"])
    assert actions(bench).count("sealing_key.rotated") == came.count("2")


def test_nobody_who_writes_waits_while_keys_are_wrapped_anew(
    small_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_bench.hand_in(lines(60))
    wrap, sealed = sealing_keys._wrap_anew, list[str]()

    def busy(keys: Path, path: Path) -> bool:
        if not sealed:  # another file is written in a transaction of its own while the first key is under way
            monkeypatch.setattr(sealing_keys, "_wrap_anew", wrap)
            with small_bench.store.transaction():
                sealed.append("written")
        return wrap(keys, path)

    monkeypatch.setattr(sealing_keys, "_wrap_anew", busy)
    change_installation_key(
        small_bench.store, small_bench.ledger, reason=REASON, actor=small_bench.cast.administrator, at=NOON
    )

    assert sealed == ["written"]


def kill() -> bool:
    os.kill(os.getpid(), signal.SIGKILL)
    return False
