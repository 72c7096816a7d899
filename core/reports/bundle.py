"""The audit bundle: a BagIt folder in a ZIP, signed, with ledger proofs, that verifies without Countersign."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

from core.ledger.extract import LedgerParts, ledger_files, verifier_source
from core.reports.data import described, to_json
from core.reports.signing import SigningKeys, sign_manifest
from core.reports.statement import signed_statement
from core.reports.values import Dossier

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, SIGNATURE, TAGS = "manifest-sha256.txt", "manifest-sha256.txt.p7s", "tagmanifest-sha256.txt"
FILE_MODE = 0o100644 << 16


def make(
    dossier: Dossier, unsigned_pdf: bytes, pdf: bytes, parts: LedgerParts, keys: SigningKeys, *, at: datetime
) -> bytes:
    """The ZIP (RFC 8493 in a folder named `bundle_name`); the manifest and the statement are signed at `at`."""
    payload = _payload(dossier, unsigned_pdf, pdf, parts, keys, at)
    manifest = digest_lines(payload)
    name = bundle_name(dossier)
    tags = {
        "README.txt": readme(name, keys, parts.vkey).encode(),
        "bag-info.txt": _bag_info(dossier, payload, at).encode(),
        "bagit.txt": DECLARATION,
        "ca.crt": keys.authority_pem,
        MANIFEST: manifest,
        SIGNATURE: sign_manifest(manifest, keys, at=at),
        "verify.py": verifier_source(),
    }
    files = {**payload, **tags, TAGS: digest_lines(tags)}
    return packed({f"{name}/{path}": content for path, content in files.items()}, at=at)


def bundle_name(dossier: Dossier) -> str:
    """The bundle's folder, and its file name before .zip: export, model number and version."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", f"{dossier.reference}-{dossier.model.number}-{dossier.version.version}")


def digest_lines(files: Mapping[str, bytes]) -> bytes:
    """A manifest as sha256sum reads it, in the order of names."""
    lines = (f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files))
    return "".join(lines).encode("ascii")


def packed(files: Mapping[str, bytes], *, at: datetime) -> bytes:
    """A ZIP in the only form that verification accepts: stored, by name, of one time, nothing between the files."""
    sink = io.BytesIO()
    moment = at.astimezone(UTC)
    stamp = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, stamp)
            entry.create_system, entry.external_attr = 3, FILE_MODE
            archive.writestr(entry, files[path])
    return sink.getvalue()


def _payload(
    dossier: Dossier, unsigned_pdf: bytes, pdf: bytes, parts: LedgerParts, keys: SigningKeys, at: datetime
) -> dict[str, bytes]:
    exported = {"data/dossier.json": to_json(dossier), "data/dossier.pdf": pdf, **_evidence(dossier)}
    statement = signed_statement(dossier, unsigned_pdf, exported, keys, at=at)
    return {**exported, "data/statement.dsse.json": statement, **ledger_files(parts)}


def _evidence(dossier: Dossier) -> dict[str, bytes]:
    """The attached files, and which digests the verdicts rest on, file by file and run by run."""
    digests = {
        "evidence": [
            {"run": run.number, "evidence": run.evidence, "file": run.file_digest, "table": run.table_digest}
            | {"result": run.result_digest, "current": run.current}
            for run in dossier.runs
        ],
        "datasets": [{"number": data.number, "sha256": data.digest} for data in dossier.datasets],
        "attachments": [described(attachment) for attachment in dossier.attachments],
        "version": dossier.version.evidence_digest,
    }
    text = json.dumps(digests, indent=1, sort_keys=True) + "\n"
    attached = {f"data/evidence/{attachment.name}": attachment.content for attachment in dossier.attachments}
    return {"data/evidence/digests.json": text.encode(), **attached}


def _bag_info(dossier: Dossier, payload: Mapping[str, bytes], at: datetime) -> str:
    octets = sum(len(content) for content in payload.values())
    return (
        f"Source-Organization: {_one_line(dossier.origin)}\n"
        f"External-Identifier: {_one_line(dossier.reference)}\n"
        f"External-Description: Dossier of model {_one_line(dossier.model.number)}"
        f" version {_one_line(dossier.version.version)}\n"
        f"Bagging-Date: {at.astimezone(UTC):%Y-%m-%d}\n"
        "Bag-Software-Agent: Countersign\n"
        f"Payload-Oxum: {octets}.{len(payload)}\n"
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def readme(name: str, keys: SigningKeys, vkey: str) -> str:
    """How to check the bundle without Countersign."""
    return f"""\
How to check this bundle without Countersign

Unpack it and go into the folder {name}. Each line below is a command; none of the programs is ours.

  sha256sum -c {MANIFEST}
  sha256sum -c {TAGS}
  openssl cms -verify -inform PEM -binary -in {SIGNATURE} -content {MANIFEST} -CAfile ca.crt -purpose any
  pdfsig data/dossier.pdf

What each says: no file was changed; the list of files was signed by this installation; the PDF was signed by it too.
pdfsig calls the issuer untrusted until ca.crt is imported: an installation makes its own certificate authority.

The ledger's proofs, and everything above once more, in one file that you can read first (Python 3.11 or newer and
the package cryptography):

  python3 verify.py ../{name}.zip

Whoever made this bundle could have made ca.crt and the key as well. So compare these two with what you received over
another channel, or give them to verify.py:

  SHA-256 of ca.crt   {keys.fingerprint}
  key of the ledger   {vkey}

  python3 verify.py ../{name}.zip --ca FINGERPRINT --key KEY --state seen.checkpoint

With --state, a later bundle is also checked to continue the ledger that you saw before.

What is in it

  data/dossier.pdf            the dossier, built to PDF/A-3a and PDF/UA-1, signed, with its data attached
  data/dossier.json           the same as data, every figure in full precision
  data/statement.dsse.json    in-toto statement (DSSE): digests of the exported files, and of the PDF before signing
  data/evidence/              attached evidence, and the digests that the verdicts rest on
  data/ledger/checkpoint      the signed state of the ledger
  data/ledger/vkey            the key that verifies it
  data/ledger/entries.jsonl   the entries about this version, each with its particulars
  data/ledger/proofs/         for each entry, the proof that the ledger holds it (C2SP tlog-proof)

The signature of the statement is over "DSSEv1 LENGTH TYPE LENGTH PAYLOAD" (DSSE 1.0), by the certificate that openssl
writes out when -signer signer.pem is added to the command above.
"""
