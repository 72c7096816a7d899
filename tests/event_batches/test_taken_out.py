"""Events travel with their proofs: in a bundle and one by one, verified by the one file that shares no code."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import NotFound, Unreadable
from core.ledger.batches.erasing import erase_event
from core.ledger.batches.extract import event_parts
from core.ledger.batches.inputs import input_commitment, input_keys
from core.ledger.batches.proofs import FORM, EventProof
from core.ledger.batches.queries import event_proof
from core.ledger.batches.service import record_events
from core.ledger.batches.short import PHRASES, packed, short
from core.ledger.canonical import canonical, number_text
from core.ledger.extract import ledger_files, parts
from core.ledger.offline import (
    Bundle,
    Entry,
    Failed,
    canonical_input,
    events,
    read_canonical,
    read_short,
    unpacked,
    verify_event,
)
from core.ledger.service import Ledger
from core.store import EvidenceFiles, Store
from tests.builders import NOON
from tests.event_batches import conftest as built
from tests.event_batches.conftest import PIPELINE

INDEPENDENT = Path(__file__).resolve().parents[1] / "ledger" / "independent" / "verify.mjs"
NOTE_LIKE = "— l " + "QUJD" * 30 + "\n" + "1795176000000000" + "A" * 43 + "="
GIVEN = {"age": 41, "ratio": 0.25}


@pytest.fixture
def recorded(sqlite_store: Store, ledger: Ledger, files: EvidenceFiles) -> SimpleNamespace:
    """Two files of 40 events; the first event has an input that it commits to."""
    key = input_keys(sqlite_store, {"2026-11-20"})["2026-11-20"]
    assert key is not None
    commitment = input_commitment(key, "e-000000", {"age": 41, "ratio": "0.25"})
    first = built.events(40, form=["commitment", *["none"] * 39], input=[commitment, *[""] * 39])
    record_events(sqlite_store, ledger, files, first, actor=PIPELINE, at=NOON)
    record_events(sqlite_store, ledger, files, built.events(40, first=40), actor=PIPELINE, at=NOON)
    return SimpleNamespace(store=sqlite_store, ledger=ledger, files=files)


def proof_of(world: SimpleNamespace, event: str) -> EventProof:
    with world.store.reading() as session:
        return event_proof(session, world.files, event)


def bundle(world: SimpleNamespace, whole: Sequence[str] = (), chosen: Sequence[str] = ()) -> Bundle:
    """What the steps before have read of a bundle with these events."""
    with world.store.reading() as session:
        taken = event_parts(session, world.files, whole=whole, chosen=chosen)
        ledger = parts(session, taken.entries, vkey=world.ledger.vkey)
    entries = [
        Entry(one.index, body, one.payload.encode(), bytes.fromhex(one.salt), read_canonical(body))
        for one in ledger.entries
        for body in [one.body.encode()]
    ]
    return Bundle(b"", files={**ledger_files(ledger), **taken.files}, entries=entries)


def test_a_whole_file_and_chosen_events_verify_in_a_bundle(recorded: SimpleNamespace) -> None:
    made = bundle(recorded, whole=["B0001"], chosen=["e-000041", "e-000079", "e-000003"])

    assert events(made) == "42 events of 2 files"


def test_a_bundle_without_events_says_so() -> None:
    assert events(Bundle(b"")) == "none in this bundle"


@pytest.mark.parametrize("attack", ["edit", "drop", "swap", "repeat", "other entry", "name", "line", "path"])
def test_events_of_a_bundle_that_were_changed_are_refused(recorded: SimpleNamespace, attack: str) -> None:
    made = bundle(recorded, whole=["B0001"], chosen=["e-000041", "e-000079"])
    whole, some = (next(name for name in made.files if name.endswith(end)) for end in ("rows.jsonl", "chosen.jsonl"))
    lines, chosen = (made.files[name].split(b"\n")[:-1] for name in (whole, some))
    one = json.loads(chosen[0])
    changes = {
        "edit": {whole: [lines[0].replace(b"approve", b"decline"), *lines[1:]]},
        "drop": {whole: lines[1:]},
        "swap": {whole: [lines[1], lines[0], *lines[2:]]},
        "repeat": {some: [chosen[0], chosen[0]]},
        "other entry": {some.replace("/1.", "/0."): chosen, some: []},
        "name": {"data/events/notes.jsonl": lines},
        "line": {some: [canonical({**one, "line": one["line"] + 1})]},
        "path": {some: [canonical({**one, "path": one["path"][1:]})]},
    }
    for name, content in changes[attack].items():
        made.files[name] = b"".join(line + b"\n" for line in content)
    made.files = {name: content for name, content in made.files.items() if content}

    with pytest.raises(Failed):
        events(made)


def test_an_erased_event_leaves_its_leaf_in_the_bundle(recorded: SimpleNamespace) -> None:
    with recorded.store.transaction() as tx:
        erase_event(tx, recorded.ledger, recorded.files, "e-000007", reason="asked for", actor=PIPELINE, at=NOON)
    made = bundle(recorded, whole=["B0001"], chosen=["e-000006"])

    assert events(made) == "39 events of 1 files"
    assert events(bundle(recorded, chosen=["e-000006", "e-000008"])) == "2 events of 1 files"
    with pytest.raises(NotFound):
        bundle(recorded, chosen=["e-000007"])


def test_a_bundle_holds_no_more_events_than_it_says(recorded: SimpleNamespace) -> None:
    with pytest.raises(Unreadable, match="too many events"):
        bundle(recorded, chosen=[f"x-{number}" for number in range(1001)])


def test_the_proof_of_one_event_verifies_with_the_one_file_alone(recorded: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text(proof_of(recorded, "e-000000").text())
    (tmp_path / "input.json").write_text(json.dumps(GIVEN))
    (tmp_path / "verify.py").write_bytes(Path("core/ledger/offline.py").read_bytes())

    def verify(*more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "verify.py", "receipt", "event.json", *more]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    done = verify("--key", recorded.ledger.vkey, "--input", "input.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything holds." in done.stdout
    assert verify().returncode == 1, "a proof without a pinned key proves nothing"
    (tmp_path / "input.json").write_text(json.dumps({**GIVEN, "age": 42}))
    assert verify("--key", recorded.ledger.vkey, "--input", "input.json").returncode == 1


def test_a_flipped_byte_of_a_proof_is_never_accepted_offline(recorded: SimpleNamespace) -> None:
    key, proof = recorded.ledger.vkey, proof_of(recorded, "e-000041")

    for whole, step in ((proof.text().encode(), 11), (short(proof).whole(), 1)):
        assert all(step.passed for step in verify_event(whole, key=key))
        for place in range(0, len(whole), step):
            changed = whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :]
            assert not all(step.passed for step in verify_event(changed, key=key)), place


def test_the_short_form_says_what_the_long_one_says_in_two_parts(recorded: SimpleNamespace) -> None:
    first, other = (short(proof_of(recorded, name)) for name in ("e-000041", "e-000079"))
    proof = proof_of(recorded, "e-000041")

    assert {**read_short(first.whole()[4:]), "form": FORM} == json.loads(proof.text())
    assert (first.shared, first.whole()) == (other.shared, first.own + first.shared)
    assert len(first.whole()) < 0.5 * len(proof.text())
    hashes = 32 * len(proof.path)
    assert len(first.own) + (17 * 32 - hashes) < 800, "of a file with 100,000 events"


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed: the independent verifier DID NOT RUN")
def test_both_verifiers_take_a_short_proof_whole_or_in_its_parts(recorded: SimpleNamespace, tmp_path: Path) -> None:
    proof, other = (proof_of(recorded, name) for name in ("e-000000", "e-000041"))
    contents = {"whole": short(proof).whole(), "own": short(proof).own, "shared": short(proof).shared}
    contents |= {"long": proof.text().encode(), "other": short(other).shared}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    named = [["whole"], ["own", "shared"], ["long"], ["own", "other"], ["own"], ["shared"]]

    for verifier in ([sys.executable, "-I", "core/ledger/offline.py"], ["node", str(INDEPENDENT)]):
        codes = [
            subprocess.run(
                [*verifier, "receipt", *(str(tmp_path / one) for one in files), "--key", recorded.ledger.vkey],
                capture_output=True,
                check=False,
            ).returncode
            for files in named
        ]
        assert codes == [0, 0, 0, 1, 1, 1], verifier


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*PHRASES, "é", "漢", "a" * 64, "f" * 32, NOTE_LIKE]) | st.text(max_size=40)))
def test_any_text_comes_out_of_the_short_form_as_it_went_in(parts: list[str]) -> None:
    text = "".join(parts)

    assert unpacked(packed(text)) == text


@example({"a": 2.0**-24})  # halfway between two shortest texts
@given(st.dictionaries(st.text("abc", min_size=1), st.floats(allow_nan=False, allow_infinity=False), max_size=5))
def test_fractions_of_an_input_are_written_as_they_were_committed_to(values: dict[str, float]) -> None:
    kept = {name: number_text(value) for name, value in values.items()}

    assert canonical_input(json.dumps(values).encode()) == canonical(kept)
    assert {name: rfc8785.dumps(value).decode() for name, value in values.items()} == kept
