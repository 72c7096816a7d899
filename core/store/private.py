"""Folders that nobody else reads."""

from pathlib import Path


def private_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, each for its owner alone; one that is there stays as it is.

    `mkdir(parents=True, mode=…)` gives its mode to the last folder only.
    """
    for one in (*reversed(folder.parents), folder):
        if not one.is_dir():
            one.mkdir(exist_ok=True, mode=0o700)
