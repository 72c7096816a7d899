"""Evidence files lie under their own digest, whole or not at all."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import NotFound
from core.store import EvidenceFiles

# FIPS 180-4, example of SHA-256 over "abc"
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture
def files(tmp_path: Path) -> EvidenceFiles:
    return EvidenceFiles(tmp_path / "evidence")


def held(files: EvidenceFiles) -> list[Path]:
    return [path for path in files.folder.rglob("*") if path.is_file()]


def test_a_file_lies_under_the_digest_of_its_bytes(files: EvidenceFiles) -> None:
    stored = files.add([b"a", b"", b"bc"])

    assert (stored.digest, stored.size) == (ABC, 3)
    assert files.path(ABC).read_bytes() == b"abc"


def test_the_same_bytes_are_kept_once(files: EvidenceFiles, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(b"abc")

    assert files.add([b"abc"]) == files.add_path(tmp_path / "copy")
    assert held(files) == [files.path(ABC)]


def test_an_empty_file_is_a_file(files: EvidenceFiles) -> None:
    assert files.add([]).digest == hashlib.sha256(b"").hexdigest()


def test_a_stream_that_breaks_off_leaves_nothing(files: EvidenceFiles) -> None:
    def broken() -> Iterator[bytes]:
        yield b"abc"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        files.add(broken())

    assert held(files) == []


def test_a_disk_that_refuses_leaves_nothing(files: EvidenceFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.store.files.os.fsync", full)

    with pytest.raises(OSError, match="No space"):
        files.add([b"abc"])

    assert held(files) == []
    with pytest.raises(NotFound):
        files.path(ABC)


@pytest.mark.parametrize(
    "digest",
    ["", "abc", ABC.upper(), ABC[:-1], ABC + "0", "../" * 21 + "x", "/etc/passwd" + "0" * 53, ABC[:-1] + "g", "0" * 64],
)
def test_what_is_no_digest_or_not_here_is_not_found(files: EvidenceFiles, digest: str) -> None:
    files.add([b"abc"])

    with pytest.raises(NotFound, match="There is no evidence file"):
        files.path(digest)


def test_the_folder_is_for_this_user_alone(files: EvidenceFiles) -> None:
    place = files.path(files.add([b"abc"]).digest)

    assert files.folder.stat().st_mode & 0o077 == 0
    assert place.parent.stat().st_mode & 0o077 == 0
