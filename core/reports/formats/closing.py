"""The last parts of a report that is read on pages: the sources of its figures, and how to check the file itself."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.reports.formats.laying import Laid
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
from core.reports.layout.words import NOTHING, count, size
from core.reports.values.report import Report

BUNDLE_COMMANDS = (
    "sha256sum -c manifest-sha256.txt\n"
    "openssl cms -verify -inform PEM -binary -in manifest-sha256.txt.p7s \\\n"
    "  -content manifest-sha256.txt -CAfile ca.crt -purpose any\n"
    "pdfsig data/{name}.pdf\n"
    "python3 verify.py ../BUNDLE.zip"
)
SOURCES = "Sources"


@dataclass(frozen=True)
class AttachedFile:
    """A file that travels inside a PDF."""

    name: str
    mime: str
    description: str
    content: bytes


def sources_section(laid: Laid) -> tuple[Section, ...]:
    """Where each numbered figure comes from; none when no figure cites a source."""
    if not laid.numbers:
        return ()
    columns = (
        Column("Number", 0.55, Align.RIGHT),
        Column("Path", 2),
        Column("Entry", 0.55, Align.RIGHT),
        Column("SHA-256", 0),
    )
    rows = tuple(
        (str(number), one.path, count(one.entry), Digest(one.digest) if one.digest else NOTHING)
        for one, number in laid.numbers.items()
    )
    said = "Raised numbers stand for these places. An entry of the ledger is checked by its proof in the bundle."
    table = Table("Where figures come from, in order of appearance", columns, rows)
    return (Section(SOURCES, (Prose(said, quiet=True), table)),)


def pdf_checks(report: Report, name: str, files: Sequence[AttachedFile]) -> Section:
    """How to check a PDF: commands, signature, and the files inside it."""
    return Section(
        "This file, its signature and its bundle",
        (
            Prose("pdfsig names the signer and says whether a byte changed since; pdfdetach takes out the data."),
            Code(f"pdfsig {name}.pdf\npdfdetach -saveall {name}.pdf"),
            *_bundle(name),
            Heading("Signature"),
            _signature(report),
            Heading("Files attached to this PDF"),
            Table(
                "Attachments with their digests",
                (Column("File", 2), Column("Size", 0.7, Align.RIGHT), Column("SHA-256", 4.1)),
                tuple(_file(one) for one in files),
            ),
        ),
    )


def html_checks(name: str, data: bytes) -> Section:
    """How to check a page: it is a view and not signed; the data, the signed PDF and the proofs are in the bundle."""
    digest = hashlib.sha256(data).hexdigest()
    return Section(
        "This page and its bundle",
        (
            Prose("This page is a view and carries no signature; the bundle of this report is signed."),
            Facts("The same as data, in full precision", ((f"{name}.json, SHA-256", Digest(digest)),)),
            *_bundle(name),
        ),
    )


def _bundle(name: str) -> tuple[Block, ...]:
    return (
        Heading("The bundle of this report"),
        Prose("In the unpacked folder; only verify.py is ours: one file, to be read before it is run."),
        Code(BUNDLE_COMMANDS.format(name=name)),
    )


def _signature(report: Report) -> SignatureBlock:
    return SignatureBlock(
        (
            ("Signed by", f"Countersign at {report.origin}, for export {report.reference}"),
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


def _file(one: AttachedFile) -> tuple[Cell, ...]:
    digest = hashlib.sha256(one.content).hexdigest()
    return (Stacked(one.name, one.description), size(len(one.content)), Digest(digest))
