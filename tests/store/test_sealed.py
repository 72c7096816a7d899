"""A sealed file is read by its owner's key alone, and opens with nothing but what its form says."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR, GCM

from core.errors import NotFound
from core.store import EvidenceFiles, sealing_keys
from core.store.sealed_form import PIECE, TAG, CannotBeUnsealed
from core.store.sealing_keys import prepare_installation_key, rotate_installation_key
from core.store.vault import (
    COMING,
    INSTALLATION,
    Destroyed,
    Vault,
    new_data_key,
)

VALUE = b"Pastafarian;K-4711"
CONTENT = b"id,religion\n" + VALUE + b"\n" + b"\0" * PIECE


@pytest.fixture
def files(tmp_path: Path) -> EvidenceFiles:
    return EvidenceFiles(tmp_path / "evidence")


def keys_of(files: EvidenceFiles) -> list[Path]:
    return sorted(files.sealed.vault.folder.rglob("*.json"))


def read(files: EvidenceFiles, digest: str) -> bytes:
    with files.opened() as path:
        return path(digest).read_bytes()


def holding(folder: Path, value: bytes) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and value in path.read_bytes()]


@pytest.mark.parametrize("content", [b"", b"abc", b"x" * PIECE, CONTENT], ids=["empty", "short", "one piece", "two"])
def test_what_was_sealed_comes_out_as_it_was_and_lies_nowhere_open(files: EvidenceFiles, content: bytes) -> None:
    stored = files.add([content[:5], content[5:]], sealing=True)

    assert (read(files, stored.digest), stored.size) == (content, len(content))
    assert files.is_sound(stored.digest)
    assert list(files.digests()) == [stored.digest]
    assert holding(files.folder.parent, VALUE) == []
    with pytest.raises(NotFound):
        files.path(stored.digest)


def test_the_form_is_read_by_a_program_of_a_few_lines_that_shares_nothing_with_ours(
    files: EvidenceFiles, tmp_path: Path
) -> None:
    """As docs/personal-data.md describes it, with AES in counter mode and GHASH left to the plain GCM mode."""
    digest = files.add([CONTENT], sealing=True).digest
    (wrapped_key,) = keys_of(files)
    said = json.loads(wrapped_key.read_bytes())
    raw, name = base64.b64decode(said["wrapped"]), wrapped_key.name.split(".")[1]
    bound = f"countersign-data-key/1 evidence {digest} {name}".encode()
    key = opened((tmp_path / "keys" / "sealing.key").read_bytes(), raw[:12], raw[12:], bound)

    whole = (tmp_path / "evidence" / digest[:2] / f"{digest}.sealed").read_bytes()
    line, _, body = whole.partition(b"\n")
    pieces = [body[at : at + PIECE + TAG] for at in range(0, len(body), PIECE + TAG)]
    found = b"".join(
        opened(key, at.to_bytes(11, "big") + bytes([at == len(pieces) - 1]), piece, line + b"\n")
        for at, piece in enumerate(pieces)
    )

    assert line == f"countersign-sealed/1 {name}".encode()
    assert found == CONTENT
    counter = pieces[0][:32]  # SP 800-38D, 6.5: the first block is encrypted with the counter 2
    in_counter_mode = Cipher(AES256(key), CTR(b"\0" * 12 + (2).to_bytes(4, "big"))).decryptor().update(counter)
    assert in_counter_mode == CONTENT[:32]


def opened(key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
    decryptor = Cipher(AES256(key), GCM(nonce, sealed[-16:])).decryptor()
    decryptor.authenticate_additional_data(bound)
    return decryptor.update(sealed[:-16]) + decryptor.finalize()


def test_a_sealed_file_that_was_changed_cut_or_exchanged_gives_nothing(files: EvidenceFiles) -> None:
    one, other = (files.add([content], sealing=True).digest for content in (CONTENT, CONTENT + b"!"))
    path = files.lies_at(one)
    whole = path.read_bytes()
    pieces = len(whole.partition(b"\n")[0]) + 1 + PIECE + TAG
    wrong = [
        whole[:-1],
        whole[:pieces],  # at the end of a piece
        whole[: pieces - 5] + bytes([whole[pieces - 5] ^ 1]) + whole[pieces - 4 :],
        whole.replace(b"/1 ", b"/2 ", 1),
        files.lies_at(other).read_bytes(),
        b"",
    ]

    for content in wrong:
        path.write_bytes(content)
        with pytest.raises((CannotBeUnsealed, NotFound)):
            read(files, one)
        assert not files.is_sound(one)


def test_a_wrapped_key_opens_no_other_file(files: EvidenceFiles) -> None:
    one, other = (files.add([content], sealing=True).digest for content in (b"one", b"other"))
    path = next(key for key in keys_of(files) if key.name.startswith(other))
    taken = next(key for key in keys_of(files) if key.name.startswith(one))
    path.write_bytes(taken.read_bytes())

    with pytest.raises(CannotBeUnsealed):
        read(files, other)


def test_content_that_lay_open_is_sealed_and_stays_sealed(files: EvidenceFiles) -> None:
    digest = files.add([CONTENT]).digest
    assert holding(files.folder, VALUE) == [digest]

    assert files.seal(digest)
    files.add([CONTENT])
    files.add([CONTENT], sealing=True)

    assert holding(files.folder.parent, VALUE) == []
    assert read(files, digest) == CONTENT
    assert len(keys_of(files)) == 1
    assert not files.seal(digest)


def test_a_file_whose_key_is_destroyed_is_gone_even_where_a_copy_of_it_is_left(files: EvidenceFiles) -> None:
    digest = files.add([CONTENT], sealing=True).digest
    copy = files.lies_at(digest).read_bytes()
    why = Destroyed("", "SR0001", 7, 1)

    assert files.sealed.destroy(digest, why)
    files.lies_at(digest).with_name(f"{digest}.sealed").write_bytes(copy)

    assert keys_of(files) == []
    assert files.sealed.vault.destroyed(digest) == why
    with pytest.raises(NotFound, match="data key"):
        read(files, digest)


def test_content_that_is_handed_in_again_after_its_key_was_destroyed_is_kept(files: EvidenceFiles) -> None:
    digest = files.add([b"abc"], sealing=True).digest
    files.sealed.destroy(digest, Destroyed("", "SR0001", 7, 1))

    files.add([b"abc"], sealing=True)

    assert read(files, digest) == b"abc"
    assert files.sealed.vault.destroyed(digest) is None


def test_another_installation_key_wraps_every_data_key_anew(files: EvidenceFiles, tmp_path: Path) -> None:
    digests = [files.add([bytes([at])], sealing=True).digest for at in range(3)]
    keys = tmp_path / "keys"
    former, before = (keys / INSTALLATION).read_bytes(), [path.read_bytes() for path in keys_of(files)]
    assert rotate_installation_key(keys) == 0  # no other key lies ready
    prepare_installation_key(keys)

    assert rotate_installation_key(keys) == 3

    assert (keys / INSTALLATION).read_bytes() != former
    assert all(path.read_bytes() not in before for path in keys_of(files))
    assert [read(files, digest) for digest in digests] == [b"\0", b"\1", b"\2"]


def test_a_rotation_that_was_broken_off_is_taken_up_and_reads_go_on_meanwhile(
    files: EvidenceFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = [files.add([bytes([at])], sealing=True).digest for at in range(3)]
    keys, wrapped, written = tmp_path / "keys", files.sealed.vault.wrapped, list[object]()

    def broken(_vault: object, *given: object) -> dict[str, object]:
        if len(written) == 1:
            raise OSError("the disk is full")
        written.append(given)
        return wrapped(*given)  # type: ignore[arg-type]

    prepare_installation_key(keys)
    with monkeypatch.context() as patched:
        patched.setattr(type(files.sealed.vault), "wrapped", broken)
        with pytest.raises(OSError, match="full"):
            rotate_installation_key(keys)

    assert (keys / COMING).exists()
    assert [read(files, digest) for digest in digests] == [b"\0", b"\1", b"\2"]
    assert rotate_installation_key(keys) == 3
    assert not (keys / COMING).exists()
    assert [read(files, digest) for digest in digests] == [b"\0", b"\1", b"\2"]


def test_what_is_sealed_or_destroyed_while_keys_are_wrapped_anew_is_not_lost(
    files: EvidenceFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = [files.add([bytes([at])], sealing=True).digest for at in range(3)]
    keys, listed = tmp_path / "keys", sealing_keys._wrapped_keys
    prepare_installation_key(keys)

    def meanwhile(folder: Path) -> list[Path]:
        found = listed(folder)
        monkeypatch.undo()  # once
        digests.append(files.add([b"late"], sealing=True).digest)
        files.remove(digests.pop(0))
        return found

    monkeypatch.setattr(sealing_keys, "_wrapped_keys", meanwhile)

    assert rotate_installation_key(keys) == 3
    assert [read(files, digest) for digest in digests] == [b"\1", b"\2", b"late"]


def test_a_key_that_does_not_open_stays_as_it_is_and_holds_up_no_rotation(
    files: EvidenceFiles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sound, *bad = (files.add([bytes([at])], sealing=True).digest for at in range(4))
    keys = tmp_path / "keys"
    from_a_backup, changed, cut = (next(one for one in keys_of(files) if one.name.startswith(name)) for name in bad)
    said = json.loads(from_a_backup.read_bytes())
    from_a_backup.write_text(json.dumps({**said, "installation": "0" * 16}))
    changed.write_text(json.dumps({**json.loads(changed.read_bytes()), "wrapped": said["wrapped"]}))
    cut.write_bytes(cut.read_bytes()[:-9])
    before = [path.read_bytes() for path in (from_a_backup, changed, cut)]
    prepare_installation_key(keys)

    assert rotate_installation_key(keys) == 1

    assert not (keys / COMING).exists()
    assert read(files, sound) == b"\0"
    assert [path.read_bytes() for path in (from_a_backup, changed, cut)] == before
    assert sorted(record.getMessage().rpartition("/")[2] for record in caplog.records) == sorted(
        path.name for path in (from_a_backup, changed, cut)
    )


def test_keys_are_for_their_owner_alone(files: EvidenceFiles, tmp_path: Path) -> None:
    files.add([b"abc"], sealing=True)

    assert {path.stat().st_mode & 0o777 for path in [tmp_path / "keys" / INSTALLATION, *keys_of(files)]} == {0o600}


def test_a_destroyed_key_is_written_over_where_it_lay(tmp_path: Path) -> None:
    vault, one = Vault(tmp_path / "keys", "evidence"), new_data_key()
    vault.keep("ab" * 32, one)
    (path,) = vault.folder.rglob("*.json")
    beside = tmp_path / "another name of the same bytes"
    beside.hardlink_to(path)
    before = beside.read_bytes()

    assert vault.destroy("ab" * 32)

    assert not path.exists()
    assert len(beside.read_bytes()) == len(before)
    assert b"wrapped" not in beside.read_bytes()
    assert not vault.destroy("ab" * 32)
