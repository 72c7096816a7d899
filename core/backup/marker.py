"""The marker of a restore under way: while it lies in the data folder, the installation is not started."""

from pathlib import Path

from core.errors import GovernanceError

MARKER = "restoring"


class RestoreBrokenOff(GovernanceError):
    """A restore into this data folder did not come to its end."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(
            f"A restore into {data_dir} was broken off, so what lies there is not whole. Run `countersign restore` "
            "again with --replace, which moves it aside."
        )


def begin_restore(data_dir: Path, backup: str) -> None:
    """Keep the installation from being started until the restore of this backup has come to its end."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    (data_dir / MARKER).write_text(backup, encoding="utf-8")


def restore_is_done(data_dir: Path) -> None:
    """Let the installation be started."""
    (data_dir / MARKER).unlink(missing_ok=True)


def refuse_half_restored(data_dir: Path) -> None:
    """Raise `RestoreBrokenOff` where a restore did not come to its end."""
    if (data_dir / MARKER).exists():
        raise RestoreBrokenOff(data_dir)
