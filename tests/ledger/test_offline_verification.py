"""A bundle verifies offline; one changed byte, one missing file, one foreign key, and it does not."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ledger_builders import ACTOR, NOON, fill, put
from ledger_bundles import FOLDER, Authority, a_bag, an_authority, cms, digests, zipped

from app.cli.main import main
from core.ledger import offline
from core.ledger.events import Event
from core.ledger.extract import LedgerParts, ledger_files, parts, verifier_source
from core.ledger.notes import Signer
from core.ledger.offline import Bundle, NotABundle, Step, run_steps, verify
from core.ledger.service import Ledger
from core.store import Store
from tests.conftest import put_back

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return an_authority()


@pytest.fixture
def ledger(one_ledger: Ledger) -> Ledger:
    return one_ledger


@pytest.fixture
def taken(sqlite_store: Store, ledger: Ledger, filled: Path) -> LedgerParts:
    """Entries 0, 5 and 36 of a log of 37."""
    put_back(filled, sqlite_store)
    return take(sqlite_store, ledger)


@pytest.fixture
def files(taken: LedgerParts, authority: Authority) -> Files:
    return a_bag({"data/dossier.json": b'{"model":"M0001"}\n', **ledger_files(taken)}, authority)


def take(store: Store, ledger: Ledger, *indexes: int) -> LedgerParts:
    with store.reading() as session:
        return parts(session, indexes or (0, 5, 36), vkey=ledger.vkey)


def failed(data: bytes, **options: object) -> dict[str, str]:
    return {step.name: step.detail for step in verify(data, **options) if not step.passed}  # type: ignore[arg-type]


def rebagged(files: Files, authority: Authority, changed: Files) -> bytes:
    """The bundle of somebody who can sign it anew: digests and signature fit, only the ledger can disagree."""
    payload = {name: content for name, content in files.items() if name.startswith("data/")}
    return zipped(a_bag({name: content for name, content in (payload | changed).items() if content}, authority))


def test_an_untouched_bundle_verifies(files: Files, ledger: Ledger) -> None:
    steps = verify(zipped(files), key=ledger.vkey)

    assert [step for step in steps if not step.passed] == []
    assert [step.number for step in steps] == list(range(1, 16))


def test_a_bundle_under_an_rsa_key_verifies(taken: LedgerParts) -> None:
    authority = an_authority(key=rsa.generate_private_key(65537, 2048))

    assert failed(zipped(a_bag(ledger_files(taken), authority))) == {}


def test_an_unpinned_key_is_called_so(files: Files, authority: Authority) -> None:
    steps = {step.name: step for step in verify(zipped(files))}

    assert steps["ledger key"].detail.startswith("NOT PINNED")
    assert steps["certificate"].detail.startswith("NOT PINNED")
    assert authority.certificate.fingerprint(hashes.SHA256()).hex() in steps["certificate"].detail


def test_every_single_flipped_byte_is_caught(sqlite_store: Store, ledger: Ledger, authority: Authority) -> None:
    put(sqlite_store, ledger)
    data = zipped(a_bag(ledger_files(take(sqlite_store, ledger, 0)), authority))

    missed = [at for at in range(len(data)) if holds(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])]

    assert missed == []


def holds(data: bytes) -> bool:
    try:
        return all(step.passed for step in run_steps(Bundle(data)))
    except NotABundle:
        return False


def test_a_flipped_byte_is_caught_when_the_zip_was_written_anew_around_it(files: Files) -> None:
    missed = []
    for name, content in files.items():
        for at in range(0, len(content), 31):
            changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            if holds(zipped(files | {name: changed})):
                missed.append((name, at))

    assert missed == []


def test_a_flipped_byte_is_named_with_its_step_and_file(files: Files) -> None:
    data = zipped(files)
    at = data.index(b'"model":"M0001"')

    found = failed(data[:at] + b"!" + data[at + 1 :])

    assert f"({FOLDER}/data/dossier.json)" in found["container"]
    assert found["data files"] == "data/dossier.json was changed"


@pytest.mark.parametrize("name", ["README.txt", "verify.py", "bag-info.txt", "ca.crt", "manifest-sha256.txt.p7s"])
def test_a_changed_tag_file_in_a_well_made_zip_is_named(files: Files, name: str) -> None:
    assert failed(zipped(files | {name: files[name] + b"\n"}))["tag files"] == f"{name} was changed"


def test_a_changed_data_file_is_named_even_when_the_manifest_was_adapted(files: Files, authority: Authority) -> None:
    changed = files | {"data/dossier.json": b"{}"}
    changed["manifest-sha256.txt"] = digests({n: c for n, c in changed.items() if n.startswith("data/")})
    tags = {n: c for n, c in changed.items() if not n.startswith("data/") and n != "tagmanifest-sha256.txt"}
    changed["tagmanifest-sha256.txt"] = digests(tags)

    assert failed(zipped(changed))["signature"] == "the signature is over another manifest-sha256.txt"


@pytest.mark.parametrize(
    ("change", "step"),
    [
        (lambda files: files.pop("verify.py"), "layout"),
        (lambda files: files.pop("data/dossier.json"), "data files"),
        (lambda files: files.update({"data/extra.txt": b"x"}), "data files"),
        (lambda files: files.update({"extra.txt": b"x"}), "tag files"),
        (lambda files: files.update({"data/../../etc/passwd": b"x"}), "layout"),
        (lambda files: files.update({"data/.hidden": b"x"}), "layout"),
        (lambda files: files.update({"data/Dossier.json": b"x"}), "container"),
        (lambda files: files.update({"data/a\\b": b"x"}), "layout"),
        (lambda files: files.update({"bagit.txt": b"BagIt-Version: 9\n"}), "layout"),
        (lambda files: files.update({"manifest-sha256.txt": files["manifest-sha256.txt"].upper()}), "data files"),
    ],
)
def test_a_bag_with_another_layout_is_refused(files: Files, change: Callable[[Files], object], step: str) -> None:
    change(files)

    assert step in failed(zipped(files))


@pytest.mark.parametrize(
    "data",
    [
        lambda files: zipped(files) + b"\0",
        lambda files: b"\0" + zipped(files),
        lambda files: zipped(files, compression=zipfile.ZIP_DEFLATED),
        lambda files: zipped(files)[:-1],
        lambda files: zipped(files)[:-1] + b"\1",
        lambda files: zipped(files, folder="../dossier"),
        lambda files: zipped(files) + zipped(files),
        lambda files: zipped({}),
        lambda files: b"",
        lambda files: b"PK\3\4",
        lambda files: b"%PDF-1.7 " * 100,
    ],
)
def test_a_zip_that_says_more_or_less_than_its_files_is_refused(files: Files, data: Callable[[Files], bytes]) -> None:
    assert not holds(data(files))


def test_a_signature_by_someone_else_does_not_lead_to_the_authority(files: Files) -> None:
    files["manifest-sha256.txt.p7s"] = cms(files["manifest-sha256.txt"], an_authority())
    tags = {n: c for n, c in files.items() if not n.startswith("data/") and n != "tagmanifest-sha256.txt"}
    files["tagmanifest-sha256.txt"] = digests(tags)

    assert set(failed(zipped(files))) == {"certificate"}


def test_a_certificate_that_was_not_valid_yet_is_refused(taken: LedgerParts) -> None:
    authority = an_authority(start=datetime.now(UTC) + timedelta(days=30))

    assert "was not valid at" in failed(zipped(a_bag(ledger_files(taken), authority)))["certificate"]


def test_an_issuer_that_is_no_authority_is_refused(taken: LedgerParts) -> None:
    assert "certificate" in failed(zipped(a_bag(ledger_files(taken), an_authority(ca=False))))


def test_a_pinned_authority_is_demanded(files: Files, authority: Authority) -> None:
    pinned = authority.certificate.fingerprint(hashes.SHA256()).hex()

    assert failed(zipped(files), ca=pinned) == {}
    assert set(failed(zipped(files), ca="00" * 32)) == {"certificate"}


def test_a_ledger_under_another_key_is_refused_when_ours_is_pinned(files: Files) -> None:
    other = Signer("countersign.test/ledger", Ed25519PrivateKey.generate())

    assert {"ledger key", "checkpoint", "proofs"} == set(failed(zipped(files), key=other.vkey))


@pytest.mark.parametrize("key", ["", "nonsense", "a+b+c", "countersign.test/ledger+00000000+AAAA"])
def test_a_pinned_key_that_cannot_be_read_is_never_ignored(files: Files, key: str) -> None:
    assert "ledger key" in failed(zipped(files), key=key)


def entry_line(files: Files, number: int) -> dict[str, object]:
    value = json.loads(files["data/ledger/entries.jsonl"].split(b"\n")[number])
    assert isinstance(value, dict)
    return value


def with_entry(files: Files, number: int, **changes: object) -> Files:
    lines = files["data/ledger/entries.jsonl"].split(b"\n")
    lines[number] = json.dumps(entry_line(files, number) | changes).encode()
    return {"data/ledger/entries.jsonl": b"\n".join(lines)}


def test_an_edited_entry_is_not_in_the_ledger(files: Files, authority: Authority) -> None:
    body = str(entry_line(files, 1)["body"]).replace('"actor":"P0001"', '"actor":"P0666"')

    found = failed(rebagged(files, authority, with_entry(files, 1, body=body)))

    assert found == {"proofs": "entry 5: it is not in the ledger that the checkpoint describes"}


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(":", ": ", 1),
        lambda body: body.replace('"v":1', '"v":1,"v":1'),
        lambda body: body.replace('"v":1', '"v":1.0'),
        lambda body: body.replace('"v":1', '"v":2'),
        lambda body: body.replace('"role":', '"röle":'),
        lambda body: "[" + body + "]",
        lambda body: body + "\n",
        lambda body: "{" * 5000,
    ],
)
def test_another_spelling_of_an_entry_is_refused(
    files: Files, authority: Authority, change: Callable[[str], str]
) -> None:
    body = change(str(entry_line(files, 1)["body"]))

    found = failed(rebagged(files, authority, with_entry(files, 1, body=body)))

    assert found["entries"].startswith(("line 2:", "cannot be read"))


@pytest.mark.parametrize("changes", [{"payload": '{"number":6}'}, {"salt": "00" * 32}, {"payload": ""}, {"salt": ""}])
def test_a_payload_that_was_touched_is_named(files: Files, authority: Authority, changes: dict[str, object]) -> None:
    found = failed(rebagged(files, authority, with_entry(files, 1, **changes)))

    assert set(found) == {"payloads"}
    assert "entry 5" in found["payloads"]


def test_an_entry_given_twice_or_out_of_order_is_refused(files: Files, authority: Authority) -> None:
    first, second, third, _ = files["data/ledger/entries.jsonl"].split(b"\n")
    for lines in ((first, first, third), (second, first, third)):
        found = failed(rebagged(files, authority, {"data/ledger/entries.jsonl": b"\n".join((*lines, b""))}))
        assert "out of order" in found["entries"]


def test_a_proof_under_another_name_or_missing_is_refused(files: Files, authority: Authority) -> None:
    proof = files["data/ledger/proofs/5.tlog-proof"]

    assert "proofs" in failed(rebagged(files, authority, {"data/ledger/proofs/5.tlog-proof": b""}))
    assert "proofs" in failed(rebagged(files, authority, {"data/ledger/proofs/6.tlog-proof": proof}))
    assert "proofs" in failed(rebagged(files, authority, {"data/ledger/proofs/0.tlog-proof": proof}))


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n", "\r\n"),
        lambda note: note.replace("\n37\n", "\n037\n"),
        lambda note: note.replace("\n37\n", "\n38\n"),
        lambda note: note.replace("\n\n", "\nextension\n\n"),
        lambda note: note + "\n",
        lambda note: note + "x\n",
        lambda note: note[:-1],
        lambda note: "\n" + note,
        lambda note: note.replace("— countersign.test/ledger", "- countersign.test/ledger"),
        lambda note: note.partition("\n\n")[0] + "\n",
        lambda note: "",
    ],
)
def test_a_checkpoint_in_another_form_is_refused(
    files: Files, authority: Authority, change: Callable[[str], str]
) -> None:
    note = change(files["data/ledger/checkpoint"].decode())

    assert "checkpoint" in failed(rebagged(files, authority, {"data/ledger/checkpoint": note.encode()}))


def test_an_erased_payload_is_told_and_its_entry_still_proven(
    sqlite_store: Store, ledger: Ledger, authority: Authority
) -> None:
    index = put(sqlite_store, ledger)
    with sqlite_store.transaction() as tx:
        ledger.erase(tx, index, reason="request", actor=ACTOR, at=NOON)

    steps = verify(zipped(a_bag(ledger_files(take(sqlite_store, ledger, 0, 1)), authority)))

    assert all(step.passed for step in steps)
    assert steps[10] == Step(11, "payloads", True, "1 payloads fit their entries; 1 erased or kept back")


def test_a_later_export_continues_the_checkpoint_of_an_earlier_one(
    sqlite_store: Store, ledger: Ledger, authority: Authority, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    fill(sqlite_store, ledger, 21)
    first = zipped(a_bag(ledger_files(take(sqlite_store, ledger, 0)), authority))
    put(sqlite_store, ledger, event=Event.EXPORT_MADE, at=NOON + timedelta(hours=1))
    for _ in range(20):
        put(sqlite_store, ledger, at=NOON + timedelta(hours=2))
    second = zipped(a_bag(ledger_files(take(sqlite_store, ledger, 0)), authority))

    assert failed(first, state=state, key=ledger.vkey) == {}
    assert failed(second, state=state, key=ledger.vkey) == {}
    assert failed(second, state=state, key=ledger.vkey) == {}
    assert "went back from 42 to 21" in failed(first, state=state, key=ledger.vkey)["state"]
    assert "\n42\n" in state.read_text()


def test_a_ledger_without_a_proof_from_the_seen_checkpoint_is_not_taken_for_checked(
    sqlite_store: Store, ledger: Ledger, authority: Authority, tmp_path: Path
) -> None:
    fill(sqlite_store, ledger, 3)
    first = zipped(a_bag(ledger_files(take(sqlite_store, ledger, 0)), authority))
    put(sqlite_store, ledger, at=NOON + timedelta(hours=1))
    second = zipped(a_bag(ledger_files(take(sqlite_store, ledger, 0)), authority))
    verify(first, state=tmp_path / "state")

    found = failed(second, state=tmp_path / "state")

    assert found.keys() == {"state"}
    assert found["state"].startswith(
        "not checked: the bundle has no consistency proof from 3 entries. It has them from"
    )
    assert "\n3\n" in (tmp_path / "state").read_text()


def test_a_rewritten_ledger_does_not_continue_the_seen_one(
    sqlite_store: Store, postgresql_store: Store, ledger: Ledger, authority: Authority, tmp_path: Path
) -> None:
    for store in (sqlite_store, postgresql_store):
        fill(store, ledger, 5)
        put(store, ledger, event=Event.EXPORT_MADE, at=NOON + timedelta(hours=1))
    first = zipped(a_bag(ledger_files(take(sqlite_store, ledger, 0)), authority))
    same_size = zipped(a_bag(ledger_files(take(postgresql_store, ledger, 0)), authority))
    put(postgresql_store, ledger, at=NOON + timedelta(hours=2))
    longer = zipped(a_bag(ledger_files(take(postgresql_store, ledger, 0)), authority))
    verify(first, state=tmp_path / "state")

    assert "two different ledgers of 6 entries" in failed(same_size, state=tmp_path / "state")["state"]
    assert "the first 6 entries are not those" in failed(longer, state=tmp_path / "state")["state"]


def test_a_failed_bundle_leaves_the_state_as_it_was(files: Files, tmp_path: Path) -> None:
    verify(zipped(files | {"README.txt": b"changed"}), state=tmp_path / "state")

    assert not (tmp_path / "state").exists()


def test_the_shipped_script_runs_alone(files: Files, ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "verify.py").write_bytes(verifier_source())
    (tmp_path / "bundle.zip").write_bytes(zipped(files))
    command = [sys.executable, "-I", "verify.py", "bundle.zip", "--key", ledger.vkey, "--format", "json"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["passed"] is True


def test_the_command_names_each_failed_step(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(zipped(files | {"data/dossier.json": b"{}"}))

    assert main(["verify", str(path)]) == 1
    assert "FAIL  4 data files: data/dossier.json was changed" in capsys.readouterr().out


def test_the_command_takes_the_key_from_a_file(files: Files, ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(zipped(files))
    (tmp_path / "vkey").write_text(ledger.vkey + "\n")

    assert main(["verify", str(tmp_path / "bundle.zip"), "--key", str(tmp_path / "vkey")]) == 0


@pytest.mark.parametrize("content", [b"", b"not a zip", None])
def test_a_file_that_is_no_bundle_is_unreadable(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bundle.zip"
    if content is not None:
        path.write_bytes(content)

    assert main(["verify", str(path), "--format", "json"]) == 2
    assert json.loads(capsys.readouterr().out)["passed"] is False


def test_a_key_file_that_is_not_there_is_an_error_and_not_an_unpinned_key(files: Files, tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(zipped(files))

    assert main(["verify", str(tmp_path / "bundle.zip"), "--key", str(tmp_path / "absent")]) == 2


def test_the_verifier_imports_nothing_of_countersign() -> None:
    source = verifier_source().decode()

    assert "from core" not in source
    assert "import core" not in source
    assert offline.__file__.endswith("offline.py")
