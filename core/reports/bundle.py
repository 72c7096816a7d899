"""The audit bundle: a BagIt folder in a ZIP, signed, with ledger proofs, that verifies without Countersign."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from core.ledger.extract import LedgerParts, ledger_files, verifier_source
from core.reports.data import described, plain
from core.reports.formats.canonical import Plain, canonical
from core.reports.formats.csv_files import packed
from core.reports.formats.laying import laid
from core.reports.formats.naming import safe, slug, stem
from core.reports.readme import readme
from core.reports.render import Forms
from core.reports.screening import Screening
from core.reports.signing import SigningKeys, sign_manifest
from core.reports.statement import signed_statement
from core.reports.values import Dossier
from core.reports.values.report import Asked, Report

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, SIGNATURE, TAGS = "manifest-sha256.txt", "manifest-sha256.txt.p7s", "tagmanifest-sha256.txt"


def make(
    held: Sequence[Forms],
    parts: LedgerParts,
    keys: SigningKeys,
    *,
    name: str,
    at: datetime,
) -> bytes:
    """The ZIP (RFC 8493 in the folder `name`) of one report, or of several, each in a folder of its own.

    The manifest and the statement are signed at `at`.
    """
    payload = _payload(held, parts, keys, name, at)
    manifest = digest_lines(payload)
    tags = {
        "README.txt": readme(name, held, keys, parts.vkey).encode(),
        "bag-info.txt": _bag_info(held, name, payload, at).encode(),
        "bagit.txt": DECLARATION,
        "ca.crt": keys.authority_pem,
        MANIFEST: manifest,
        SIGNATURE: sign_manifest(manifest, keys, at=at),
        "verify.py": verifier_source(),
    }
    files = {**payload, **tags, TAGS: digest_lines(tags)}
    return packed({f"{name}/{path}": content for path, content in files.items()}, at=at)


def bundle_name(reference: str, asked: Asked) -> str:
    """The bundle's folder, and its file name before .zip: export, subject and template."""
    return stem(reference, asked)


def digest_lines(files: Mapping[str, bytes]) -> bytes:
    """A manifest as sha256sum reads it, in the order of names."""
    lines = (f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files))
    return "".join(lines).encode("ascii")


def folder_of(one: Forms, held: Sequence[Forms]) -> str:
    """Where a report lies: under data/, or under its subject's name where there are several."""
    subject = one.report.asked.subject
    name = "-".join(safe(part) for part in (subject.number, subject.version) if part)
    return f"data/{name}/" if len(held) > 1 else "data/"


def _payload(held: Sequence[Forms], parts: LedgerParts, keys: SigningKeys, name: str, at: datetime) -> dict[str, bytes]:
    exported: dict[str, bytes] = {}
    for one in held:
        exported.update({folder_of(one, held) + path: content for path, content in _files(one).items()})
    statement = signed_statement(held, exported, keys, reference=held[0].report.reference or name, at=at)
    return {**exported, "data/statement.dsse.json": statement, **ledger_files(parts)}


def _files(one: Forms) -> dict[str, bytes]:
    """A report in every form, its long tables, and its evidence, by path in its folder."""
    name = slug(one.report)
    further = {f"{name}.oscal.json": one.oscal, f"{name}.cdx.json": one.ml_bom}
    return {
        f"{name}.pdf": one.pdf,
        f"{name}.html": one.html,
        f"{name}.json": one.json,
        **{path: content for path, content in further.items() if content is not None},
        **{f"tables/{table.name}": table.content for table in one.tables},
        **_evidence(one.report),
    }


def _evidence(report: Report) -> dict[str, bytes]:
    """The attached files, and which digests the figures rest on."""
    digests: dict[str, Plain] = {
        "sources": [
            {"number": number, "path": one.path, "sha256": one.digest, "entry": one.entry}
            for one, number in laid(report).numbers.items()
        ],
        "attachments": [described(attachment) for attachment in report.attachments],
        **_of_version(report.data),
    }
    attached = {f"evidence/{attachment.name}": attachment.content for attachment in report.attachments}
    return {"evidence/digests.json": canonical(digests) + b"\n", **attached}


def _of_version(data: object) -> dict[str, Plain]:
    if not isinstance(data, Dossier):
        return {}
    return {
        "evidence": [
            {"run": run.number, "evidence": run.evidence, "file": run.file_digest, "table": run.table_digest}
            | {"result": run.result_digest, "current": run.current}
            for run in data.runs
        ],
        "datasets": [{"number": one.number, "sha256": one.digest} for one in data.datasets],
        "version": plain(data.version.evidence_digest),
    }


def _bag_info(held: Sequence[Forms], name: str, payload: Mapping[str, bytes], at: datetime) -> str:
    octets = sum(len(content) for content in payload.values())
    report = held[0].report
    complete = "yes" if all(one.report.complete for one in held) else "no"
    said = report.document.description if len(held) == 1 else f"{len(held)} reports: {report.template_version}"
    return (
        f"Source-Organization: {_one_line(report.origin)}\n"
        f"External-Identifier: {_one_line(report.reference or name)}\n"
        f"External-Description: {_one_line(said)}\n"
        f"Countersign-Complete: {complete}\n"
        f"Countersign-Personal-Data: {_screened(held)}\n"
        f"Bagging-Date: {at.astimezone(UTC):%Y-%m-%d}\n"
        "Bag-Software-Agent: Countersign\n"
        f"Payload-Oxum: {octets}.{len(payload)}\n"
    )


def _screened(held: Sequence[Forms]) -> str:
    """What the last look for personal data came to, over all reports."""
    found = [one.report.screening for one in held]
    kinds = Counter[str]()
    for one in found:
        kinds.update(dict(one.kinds))
    return Screening(
        sum(one.texts for one in found), sum(one.masked for one in found), tuple(sorted(kinds.items()))
    ).words


def _one_line(text: str) -> str:
    return " ".join(text.split())
