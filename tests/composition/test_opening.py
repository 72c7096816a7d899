"""Opening an installation: what the first start settles, and what later starts keep."""

import stat
from pathlib import Path

from app.composition import open_workplace
from app.settings import Settings, load
from core.access.rules import SYSTEM
from core.ledger.events import Event
from core.ledger.service import Entity
from core.ledger.verify import verify_store
from core.policy.service import policy_in_force
from tests.builders import NOON


def settings(folder: Path, port: int = 8600, **more: str) -> Settings:
    return load({"COUNTERSIGN_DATA_DIR": str(folder / "var"), "COUNTERSIGN_PORT": str(port), **more})


def test_the_first_start_publishes_the_first_policy_and_later_starts_publish_none(tmp_path: Path) -> None:
    first = open_workplace(settings(tmp_path), installed_at=NOON)
    first.store.close()

    second = open_workplace(settings(tmp_path))

    with second.store.reading() as session:
        published = policy_in_force(session, at=NOON)
        assert (published.name, published.version) == ("Model governance", "2026.1")
        assert verify_store(session, second.ledger.vkey).passed


def test_a_ledger_keeps_its_name_and_key_when_the_installation_moves(tmp_path: Path) -> None:
    before = open_workplace(settings(tmp_path, 8600))
    with before.store.transaction() as tx:
        before.ledger.record(
            tx, Event.INSTALLATION_CREATED, entity=Entity("installation", "one"), actor=SYSTEM, at=NOON
        )
    before.store.close()

    after = open_workplace(settings(tmp_path, 8601, COUNTERSIGN_PUBLIC_URL="https://governance.example.org"))

    assert after.ledger.vkey == before.ledger.vkey
    with after.store.reading() as session:
        assert verify_store(session, before.ledger.vkey).passed


def test_keys_are_made_once_and_read_by_their_owner_only(tmp_path: Path) -> None:
    place = open_workplace(settings(tmp_path))

    folder = place.settings.data_dir / "keys"
    keys = [folder / name for name in ("ledger.key", "signing.pem", "authority.pem")]

    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
