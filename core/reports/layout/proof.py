"""History from the ledger, the checkpoint it leads to, how to check all of it, and what travels with the dossier."""

import hashlib

from core.reports.data import to_json
from core.reports.layout.blocks import (
    Align,
    Block,
    Cell,
    Code,
    Column,
    Digest,
    Facts,
    Heading,
    Prose,
    Section,
    SignatureBlock,
    Stacked,
    Table,
)
from core.reports.layout.words import Legend, count, moment, size
from core.reports.values import Dossier

MOST_HISTORY = 400
NO_ROLE = "none"  # what the ledger writes for the system itself
PROMISE = (
    "The ledger is tamper-evident, not tamper-proof: whatever a checkpoint covers that has left the operator's control "
    "can no longer be changed, dropped or reordered unnoticed. Events that were never recorded, and false input, "
    "cannot be seen here. Compare the key and the checkpoint with a copy that you received over another channel."
)
PDF_COMMANDS = "pdfsig dossier.pdf\npdfdetach -saveall dossier.pdf"
BUNDLE_COMMANDS = (
    "sha256sum -c manifest-sha256.txt\n"
    "openssl cms -verify -inform PEM -binary -in manifest-sha256.txt.p7s \\\n"
    "  -content manifest-sha256.txt -CAfile ca.crt -purpose any\n"
    "pdfsig data/dossier.pdf\n"
    "python3 verify.py ../BUNDLE.zip"
)


def history(dossier: Dossier, people: Legend) -> Section:
    """The ledger entries that concern the version, oldest first; a long list is cut and says so."""
    if not dossier.history:
        return Section("History", (Prose("The ledger holds no entry about this version.", quiet=True),))
    shown = dossier.history[-MOST_HISTORY:]
    columns = (
        Column("Entry", 0.7, Align.RIGHT),
        Column("When", 1.9, Align.RIGHT),
        Column("Who", 2.3),
        Column("What", 3.1),
        Column("Leaf", 1),
    )
    rows = tuple(
        (
            count(line.index),
            moment(line.at),
            Stacked(people.name(line.actor), "" if line.role == NO_ROLE else line.role),
            Stacked(f"{line.action}, {line.entity}", line.detail),
            Digest(line.leaf[:8]),
        )
        for line in shown
    )
    missing = len(dossier.history) - len(shown)
    note = f"The {missing:,} entries before these are in dossier.json." if missing else ""
    caption = f"{len(dossier.history):,} ledger entries about this version, oldest first"
    return Section("History", (Table(caption, columns, rows, note),))


def people_section(dossier: Dossier) -> Section:
    """Who the numbers stand for."""
    if not dossier.people:
        return Section("People", (Prose("People are named by number only.", quiet=True),))
    columns = (Column("Number", 1), Column("Name", 3), Column("Roles", 3))
    rows = tuple((person.number, person.name, ", ".join(person.roles) or "–") for person in dossier.people)
    return Section("People", (Table("People named in this dossier", columns, rows),))


def proof(dossier: Dossier) -> Section:
    """Checkpoint, commands, signature and attachments."""
    point = dossier.checkpoint
    checkpoint = Facts(
        "The signed state of the ledger that this dossier leads to",
        (
            ("Log", point.origin),
            ("Entries", count(point.size)),
            ("Root", Digest(point.root)),
            ("Key", Digest(point.key)),
        ),
    )
    return Section(
        "How to check this dossier",
        (
            Prose(PROMISE),
            Heading("Ledger checkpoint"),
            checkpoint,
            Code(point.note.rstrip("\n")),
            Heading("This file"),
            Prose("pdfsig names the signer and says whether a byte changed since; pdfdetach takes out the data."),
            Code(PDF_COMMANDS),
            Heading("The bundle of this dossier"),
            Prose("In the unpacked folder; only verify.py is ours: one file, to be read before it is run."),
            Code(BUNDLE_COMMANDS),
            Heading("Signature"),
            _signature(dossier),
            Heading("Files attached to this PDF"),
            *_attachments(dossier),
        ),
    )


def _signature(dossier: Dossier) -> SignatureBlock:
    return SignatureBlock(
        (
            ("Signed by", f"Countersign at {dossier.origin}, for export {dossier.reference}"),
            ("Form", "PAdES (ETSI EN 319 142-1), invisible; a counter-signature may be added"),
            ("Covers", "Every byte of this file, its attachments included"),
            (
                "Authority",
                "The installation's own certificate authority, or one given to it; import ca.crt to trust it",
            ),
            ("Counter-signature, name", ""),
            ("Counter-signature, date", ""),
        )
    )


def _attachments(dossier: Dossier) -> tuple[Block, ...]:
    data = to_json(dossier)
    rows: list[tuple[Cell, ...]] = [_file("dossier.json", "This dossier as data, in full precision", data)]
    rows += [_file(one.name, one.description, one.content) for one in dossier.attachments]
    columns = (Column("File", 2), Column("Size", 0.7, Align.RIGHT), Column("SHA-256", 4.1))
    return (Table("Attachments with their digests", columns, tuple(rows)),)


def _file(name: str, description: str, content: bytes) -> tuple[Cell, ...]:
    return (Stacked(name, description), size(len(content)), Digest(hashlib.sha256(content).hexdigest()))
