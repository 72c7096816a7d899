"""The example workspace, told once for all tests of a run; each that opens it gets a copy of its own."""

import fcntl
import json
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from app.composition import now, open_workplace
from app.example.accounts import Account
from app.example.workspace import HISTORY, prepare
from app.settings import PREFIX, load


@dataclass(frozen=True)
class Told:
    """A folder of data at rest, when its story ends, and the accounts that the telling answered with."""

    folder: Path
    at: datetime
    accounts: tuple[Account, ...]

    def copy(self, folder: Path) -> None:
        """Lay the data down at `folder`, which must not exist yet."""
        shutil.copytree(self.folder, folder)


def told_once(shared: Path) -> Told:
    """Told by whoever asks first; the other processes of the run, which share the folder, wait and read."""
    data, said = shared / "example", shared / "example.json"
    with (shared / "example.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            said.write_text(json.dumps(_told(data)), encoding="utf-8")
    kept = json.loads(said.read_text(encoding="utf-8"))
    return Told(data, datetime.fromisoformat(kept["at"]), tuple(Account(**row) for row in kept["accounts"]))


def _told(data: Path) -> dict[str, object]:
    at = now()
    place = open_workplace(load({f"{PREFIX}DATA_DIR": str(data)}), installed_at=at - HISTORY)
    made = prepare(place, at=at)
    place.store.close()  # the last connection writes the log back, so the files at rest are the whole store
    return {"at": at.isoformat(), "accounts": [asdict(account) for account in made]}
