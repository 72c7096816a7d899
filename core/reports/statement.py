"""The in-toto statement of a bundle, in a DSSE envelope: what was exported, about what, under which policy."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.reports.data import plain, utc
from core.reports.formats.canonical import Plain, canonical
from core.reports.render import Forms
from core.reports.signing import SigningKeys, sign_bytes
from core.reports.values import Dossier

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:countersign:report:1"
PAYLOAD = "application/vnd.in-toto+json"


def signed_statement(
    held: Sequence[Forms], files: Mapping[str, bytes], keys: SigningKeys, *, reference: str, at: datetime
) -> bytes:
    """The statement over these files (by path in the bundle), signed with RSA PKCS#1 v1.5 and SHA-256.

    Names the digests of the unsigned PDFs too: who renders the same data again gets those bytes. Sources: in-toto
    attestation framework v1, DSSE v1.0.2.
    """
    payload = canonical(_statement(held, files, reference, at))
    envelope: dict[str, Plain] = {
        "payloadType": PAYLOAD,
        "payload": _base64(payload),
        "signatures": [{"keyid": key_id(keys), "sig": _base64(sign_bytes(encoded(PAYLOAD, payload), keys))}],
    }
    return canonical(envelope) + b"\n"


def encoded(kind: str, payload: bytes) -> bytes:
    """What a DSSE signature is over: the pre-authentication encoding of type and payload."""
    name = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def key_id(keys: SigningKeys) -> str:
    """SHA-256 of the signer's public key in DER form, hexadecimal."""
    public = keys.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()


def _statement(held: Sequence[Forms], files: Mapping[str, bytes], reference: str, at: datetime) -> dict[str, Plain]:
    first = held[0].report
    subjects: list[Plain] = [
        {"name": name, "digest": {"sha256": hashlib.sha256(content).hexdigest()}} for name, content in files.items()
    ]
    return {
        "_type": STATEMENT,
        "subject": subjects,
        "predicateType": PREDICATE,
        "predicate": {
            "export": reference,
            "origin": first.origin,
            "ledger": {
                "origin": first.checkpoint.origin,
                "size": first.checkpoint.size,
                "root": first.checkpoint.root,
            },
            "reports": [_about(one) for one in held],
            "generatedAt": utc(first.generated_at),
            "signedAt": utc(at),
        },
    }


def _about(one: Forms) -> dict[str, Plain]:
    report = one.report
    return {
        "template": report.template_version,
        "subject": plain(report.asked.subject),
        "asOf": utc(report.asked.as_of),
        "since": None if report.asked.since is None else utc(report.asked.since),
        "complete": report.complete,
        "gaps": plain(report.gaps),
        "unsignedPdf": {"sha256": hashlib.sha256(one.unsigned_pdf).hexdigest()},
        **_version(report.data),
    }


def _version(data: object) -> dict[str, Plain]:
    """What a dossier rests on: stage, evidence, the run that stood, and the policy."""
    if not isinstance(data, Dossier):
        return {}
    run = data.current_run
    return {
        "model": data.model.number,
        "version": data.version.version,
        "stage": data.version.stage.value,
        "evidenceDigest": data.version.evidence_digest,
        "run": None if run is None else {"number": run.number, "resultDigest": run.result_digest},
        "policy": plain(data.policy),
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
