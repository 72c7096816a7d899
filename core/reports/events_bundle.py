"""Recorded events as a signed bundle: their rows, the entries that carry their roots, and what verifies both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Problem, Refusal, Refused, Unreadable
from core.ledger.batches.extract import event_parts
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.extract import ledger_files, parts, verifier_source
from core.ledger.service import Entity, Ledger
from core.reports.bundle import DECLARATION, MANIFEST, SIGNATURE, TAGS, digest_lines
from core.reports.formats.csv_files import packed
from core.reports.signing import SigningKeys, sign_manifest
from core.store import EvidenceFiles, Store


@dataclass(frozen=True)
class TakenEvents:
    """A bundle: the name of its folder, and its bytes."""

    name: str
    content: bytes


def take_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot take events away."""
    return permission_refusals(actor, Permission.EXPORT_MAKE)


def take_events(
    store: Store,
    ledger: Ledger,
    events: EvidenceFiles,
    keys: SigningKeys,
    *,
    whole: tuple[str, ...] = (),
    chosen: tuple[str, ...] = (),
    actor: Actor,
    at: datetime,
) -> TakenEvents:
    """All events of these files, and single ones by id; that they were taken is on record. Raises `NotFound`."""
    about = ", ".join((*whole, *chosen[:1]))[:64]
    if not about:
        raise Unreadable([Problem("no events are named")])
    with deciding(store, ledger, "take events away", entity=Entity("events", about), actor=actor, at=at) as tx:
        reasons = take_refusals(actor)
        if reasons:
            raise Refused(reasons)
        taken = event_parts(tx.session, events, whole=whole, chosen=chosen)
        payload: dict[str, JsonValue] = {"files": ", ".join(whole), "events": len(chosen)}
        ledger.record(tx, Event.EVENTS_EXPORTED, entity=Entity("events", about), actor=actor, at=at, payload=payload)
    with store.reading() as session:
        proven = parts(session, taken.entries, vkey=ledger.vkey)
    name = f"events-{about.replace(', ', '-').replace(':', '-')}"
    payload_files = {**ledger_files(proven), **taken.files}
    return TakenEvents(name, _bundle(name, payload_files, keys, ledger.vkey, at))


def _bundle(name: str, payload: Mapping[str, bytes], keys: SigningKeys, vkey: str, at: datetime) -> bytes:
    manifest = digest_lines(payload)
    octets = sum(len(content) for content in payload.values())
    info = (
        f"External-Identifier: {name}\n"
        "External-Description: Recorded events with their ledger proofs\n"
        f"Bagging-Date: {at.astimezone(UTC):%Y-%m-%d}\n"
        "Bag-Software-Agent: Countersign\n"
        f"Payload-Oxum: {octets}.{len(payload)}\n"
    )
    tags = {
        "README.txt": _readme(name, keys, vkey).encode(),
        "bag-info.txt": info.encode(),
        "bagit.txt": DECLARATION,
        "ca.crt": keys.authority_pem,
        MANIFEST: manifest,
        SIGNATURE: sign_manifest(manifest, keys, at=at),
        "verify.py": verifier_source(),
    }
    files = {**payload, **tags, TAGS: digest_lines(tags)}
    return packed({f"{name}/{path}": content for path, content in files.items()}, at=at)


def _readme(name: str, keys: SigningKeys, vkey: str) -> str:
    return f"""\
How to check these events without Countersign

Unpack the bundle and go into the folder {name}. Each line below is a command; none of the programs is ours.

  sha256sum -c {MANIFEST}
  sha256sum -c {TAGS}
  openssl cms -verify -inform PEM -binary -in {SIGNATURE} -content {MANIFEST} -CAfile ca.crt -purpose any

All of it, and that every event stands in a file whose root the ledger carries, in one file that you can read first
(Python 3.11 or newer and the package cryptography):

  python3 verify.py ../{name}.zip

Whoever made this bundle could have made ca.crt and the key as well. Compare both with what you received over another
channel, or give them to verify.py:

  SHA-256 of ca.crt   {keys.fingerprint}
  key of the ledger   {vkey}

  python3 verify.py ../{name}.zip --ca FINGERPRINT --key KEY --state seen.checkpoint

What is in it

  data/events/N.rows.jsonl    all events of the file that ledger entry N records, one a line, in their order
  data/events/N.chosen.jsonl  some of them, each with its line and its path to the root of the file
  data/ledger/                the entries, their particulars with the roots, and the proof of each
"""
