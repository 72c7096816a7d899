"""The in-toto statement of a bundle, in a DSSE envelope: what was exported, about what, under which policy."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.reports.data import Plain, plain, utc
from core.reports.signing import SigningKeys, sign_bytes
from core.reports.values import Dossier

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:countersign:dossier:1"
PAYLOAD = "application/vnd.in-toto+json"


def signed_statement(
    dossier: Dossier, unsigned_pdf: bytes, files: Mapping[str, bytes], keys: SigningKeys, *, at: datetime
) -> bytes:
    """The statement over these files (by path in the bundle), signed with RSA PKCS#1 v1.5 and SHA-256.

    Names the unsigned PDF's digest too: who renders the same data again gets those bytes. Sources: in-toto attestation
    framework v1, DSSE v1.0.2.
    """
    payload = _canonical(_statement(dossier, unsigned_pdf, files, at))
    envelope: dict[str, Plain] = {
        "payloadType": PAYLOAD,
        "payload": base64.b64encode(payload).decode("ascii"),
        "signatures": [{"keyid": key_id(keys), "sig": _base64(sign_bytes(encoded(PAYLOAD, payload), keys))}],
    }
    return _canonical(envelope) + b"\n"


def encoded(kind: str, payload: bytes) -> bytes:
    """What a DSSE signature is over: the pre-authentication encoding of type and payload."""
    name = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def key_id(keys: SigningKeys) -> str:
    """SHA-256 of the signer's public key in DER form, hexadecimal."""
    public = keys.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()


def _statement(dossier: Dossier, unsigned_pdf: bytes, files: Mapping[str, bytes], at: datetime) -> dict[str, Plain]:
    run = dossier.current_run
    subjects: list[Plain] = [
        {"name": name, "digest": {"sha256": hashlib.sha256(content).hexdigest()}} for name, content in files.items()
    ]
    return {
        "_type": STATEMENT,
        "subject": subjects,
        "predicateType": PREDICATE,
        "predicate": {
            "export": dossier.reference,
            "origin": dossier.origin,
            "model": dossier.model.number,
            "version": dossier.version.version,
            "stage": dossier.version.stage.value,
            "evidenceDigest": dossier.version.evidence_digest,
            "run": None if run is None else {"number": run.number, "resultDigest": run.result_digest},
            "policy": plain(dossier.policy),
            "ledger": {
                "origin": dossier.checkpoint.origin,
                "size": dossier.checkpoint.size,
                "root": dossier.checkpoint.root,
            },
            "template": dossier.template,
            "unsignedPdf": {"sha256": hashlib.sha256(unsigned_pdf).hexdigest()},
            "asOf": utc(dossier.as_of),
            "generatedAt": utc(dossier.generated_at),
            "signedAt": utc(at),
        },
    }


def _canonical(value: Mapping[str, Plain]) -> bytes:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"), sort_keys=True).encode("ascii")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
