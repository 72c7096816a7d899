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
from core.reports.texts.formats import closing as texts
from core.reports.values.report import Report

BUNDLE_COMMANDS = (
    "sha256sum -c manifest-sha256.txt\n"
    "openssl cms -verify -inform PEM -binary -in manifest-sha256.txt.p7s \\\n"
    "  -content manifest-sha256.txt -CAfile ca.crt -purpose any\n"
    "pdfsig data/{name}.pdf\n"
    "python3 verify.py ../BUNDLE.zip"
)


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
        Column(texts.NUMBER, 0.55, Align.RIGHT),
        Column(texts.PATH, 2),
        Column(texts.ENTRY, 0.55, Align.RIGHT),
        Column(texts.SHA_256, 0),
    )
    rows = tuple(
        (str(number), one.path, count(one.entry), Digest(one.digest) if one.digest else NOTHING)
        for one, number in laid.numbers.items()
    )
    said = texts.SOURCES_NOTE
    table = Table(texts.SOURCES_CAPTION, columns, rows)
    return (Section(texts.SOURCES, (Prose(said, quiet=True), table)),)


def pdf_checks(report: Report, name: str, files: Sequence[AttachedFile]) -> Section:
    """How to check a PDF: commands, signature, and the files inside it."""
    return Section(
        texts.PDF,
        (
            Prose(texts.PDF_TOOLS),
            Code(f"pdfsig {name}.pdf\npdfdetach -saveall {name}.pdf"),
            *_bundle(name),
            Heading(texts.SIGNATURE),
            _signature(report),
            Heading(texts.ATTACHED),
            Table(
                texts.ATTACHED_CAPTION,
                (Column(texts.FILE, 2), Column(texts.SIZE, 0.7, Align.RIGHT), Column(texts.SHA_256, 4.1)),
                tuple(_file(one) for one in files),
            ),
        ),
    )


def html_checks(name: str, data: bytes) -> Section:
    """How to check a page: it is a view and not signed; the data, the signed PDF and the proofs are in the bundle."""
    digest = hashlib.sha256(data).hexdigest()
    return Section(
        texts.PAGE,
        (
            Prose(texts.PAGE_IS_A_VIEW),
            Facts(texts.SAME_AS_DATA, ((texts.JSON_SHA_256.format(name=name), Digest(digest)),)),
            *_bundle(name),
        ),
    )


def _bundle(name: str) -> tuple[Block, ...]:
    return (
        Heading(texts.BUNDLE),
        Prose(texts.UNPACKED),
        Code(BUNDLE_COMMANDS.format(name=name)),
    )


def _signature(report: Report) -> SignatureBlock:
    return SignatureBlock(
        (
            (texts.SIGNED_BY, texts.COUNTERSIGN_AT_FOR_EXPORT.format(origin=report.origin, reference=report.reference)),
            (texts.FORM, texts.WHICH_FORM),
            (texts.COVERS, texts.COVERS_WHAT),
            (
                texts.AUTHORITY,
                texts.WHICH_AUTHORITY,
            ),
            (texts.COUNTER_SIGNATURE_NAME, ""),
            (texts.COUNTER_SIGNATURE_DATE, ""),
        )
    )


def _file(one: AttachedFile) -> tuple[Cell, ...]:
    digest = hashlib.sha256(one.content).hexdigest()
    return (Stacked(one.name, one.description), size(len(one.content)), Digest(digest))
