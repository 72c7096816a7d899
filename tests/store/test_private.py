"""What holds keys or the store is read by its owner alone, every folder above it that had to be made included."""

from pathlib import Path

from core.ledger.anchors.holding import Hold, put_hold
from core.store.private import private_folder
from core.store.vault import Vault, new_data_key


def others_read(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]


def test_every_folder_that_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(mode=0o755)

    private_folder(tmp_path / "there" / "a" / "b")
    private_folder(tmp_path / "there" / "a" / "b")

    assert others_read(tmp_path / "there") == []
    assert (tmp_path / "there").stat().st_mode & 0o777 == 0o755


def test_keys_and_holds_are_their_owners_alone(tmp_path: Path) -> None:
    Vault(tmp_path / "keys", "files").keep("0" * 64, new_data_key())
    put_hold(tmp_path / "keys", Hold("the auditor's copy", "", 9, 4, False, ""))

    assert others_read(tmp_path) == []
