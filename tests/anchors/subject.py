"""Makes the bundle that is attacked: a log with a rotation, a cosigned and a stamped checkpoint, and its rivals."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes

from core.access.anchoring import rotate_key
from core.access.rules import Actor, Role
from core.ledger.anchors.asking import cosignature, submission
from core.ledger.anchors.service import keep_anchor, newest_size
from core.ledger.anchors.tables import AnchorDestination, Outside
from core.ledger.anchors.timestamps import stamp_request, verified_stamp
from core.ledger.anchors.witness import WitnessState
from core.ledger.events import Event
from core.ledger.extract import ledger_files, parts
from core.ledger.service import Entity, Ledger, newest_note
from core.store import Store, open_store
from tests.anchors.bundle_attacks import Files, Subject
from tests.anchors.conftest import reply
from tests.builders import NOON
from tests.ledger.ledger_bundles import Authority, a_bag

ADMINISTRATOR = Actor("P0001", frozenset({Role.ADMINISTRATOR}))
DOSSIER = {"data/dossier.json": b'{"model":"M0001"}\n'}


@dataclass
class Log:
    """A store and the ledger in it."""

    store: Store
    ledger: Ledger

    def fill(self, count: int, at: datetime, event: Event = Event.MODEL_REGISTERED) -> None:
        for _ in range(count):
            with self.store.transaction() as tx:
                number = newest_size(tx.session)
                entity = Entity("model", f"M{number:04d}")
                self.ledger.record(tx, event, entity=entity, actor=ADMINISTRATOR, at=at, payload={"n": number})

    @property
    def note(self) -> str:
        with self.store.reading() as session:
            return newest_note(session) or ""

    def files(self) -> Files:
        """What a bundle of all entries holds."""
        with self.store.reading() as session:
            return ledger_files(parts(session, range(newest_size(session)), vkey=self.ledger.vkey))

    def cosign(self, state: WitnessState, at: datetime) -> None:
        state.trust(self.ledger.vkey)
        with self.store.reading() as session:
            size, note = newest_size(session), self.note
            answer = state.add_checkpoint(submission(session, note, old=0).encode(), at=at)
        found = cosignature(note, answer.body, state.cosigner.witness)
        keep_anchor(self.store, place(Outside.WITNESS), size=size, at=found.at, line=found.line)

    def stamp(self, stamper: Path, folder: Path) -> None:
        request = stamp_request(self.note)
        stamp = verified_stamp(
            reply(stamper, request.as_bytes(), folder), request, self.note, (stamper / "ca.pem").read_text()
        )
        with self.store.reading() as session:
            size = newest_size(session)
        keep_anchor(self.store, place(Outside.AUTHORITY), size=size, at=stamp.at, token=stamp.token)


def place(kind: Outside) -> AnchorDestination:
    return AnchorDestination(number=kind.name, kind=kind, address="x", every=60, added_by="P0001", added_at=NOON)


def a_log(template: Path, folder: Path, key: bytes | None = None) -> Log:
    """An empty log, under this key file's key where one is given."""
    (folder / "keys").mkdir(parents=True)
    shutil.copy(template, folder / "store.db")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    if key is not None:
        (folder / "keys" / "ledger.key").write_bytes(key)
        (folder / "keys" / "ledger.key").chmod(0o600)
    return Log(store, Ledger.open(folder / "keys", origin="countersign.test/ledger"))


def the_subject(template: Path, folder: Path, stamper: Path, authority: Authority) -> Subject:
    """A bundle of all entries that verifies, with what is pinned."""
    log, witness = a_log(template, folder / "log"), WitnessState.open(folder / "witness", name="witness.test/w1")
    log.fill(5, NOON)
    first = log.ledger.vkey
    rotate_key(log.store, log.ledger, reason="a year is over", actor=ADMINISTRATOR, at=NOON)
    key = (log.ledger.keyring.folder / "ledger.key").read_bytes()
    log.fill(2, NOON)
    log.cosign(witness, NOON + timedelta(hours=1))
    earlier = log.files()
    log.fill(2, NOON + timedelta(hours=2))
    log.stamp(stamper, folder)
    files, size = log.files(), len((log.files())["data/ledger/entries.jsonl"].splitlines())
    others = {"earlier": earlier} | rivals(template, folder, key, size)
    pinned = {
        "key": first,
        "newer key": log.ledger.vkey,
        "witness": witness.cosigner.witness.vkey,
        "ca": authority.certificate.fingerprint(hashes.SHA256()).hex(),
        "state": log.note,
        "rival witness": WitnessState(folder / "rival" / "key").cosigner.witness.vkey,
    }
    log.store.close()
    return Subject(a_bag(DOSSIER | files, authority), authority, log.ledger.keyring.current, pinned, others)


def rivals(template: Path, folder: Path, key: bytes, size: int) -> dict[str, Files]:
    """What the holder of the ledger's key could make instead."""
    made: dict[str, Files] = {}
    WitnessState.open(folder / "rival" / "key", name="witness.test/w1")
    for name, count in (("rewritten", size + 3), ("as long", size)):
        log = a_log(template, folder / name, key)
        log.fill(count, NOON)
        made[name] = log.files()
        log.store.close()
    for name, entries, seen in (("backdated", 2, 9), ("postdated", 2, -9)):
        log = a_log(template, folder / name, key)
        log.fill(3, NOON)
        witness = folder / "rival" / name
        shutil.copytree(folder / "rival" / "key", witness)
        log.cosign(WitnessState(witness), NOON + timedelta(hours=seen))
        log.fill(entries, NOON + timedelta(hours=1))
        made[name] = log.files()
        log.store.close()
    return made
