"""Time stamps of an outside authority over checkpoint notes (RFC 3161), verified before they are kept."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from core.errors import GovernanceError, Problem, Unreadable

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class StampRefused(GovernanceError):
    """An authority's answer that is no time stamp over what was asked."""


@dataclass(frozen=True)
class TimeStamp:
    """A verified token (CMS, DER) and the time that it states."""

    token: bytes
    at: datetime


def read_certificates(pem: str) -> tuple[x509.Certificate, ...]:
    """The certificates that tokens must lead to; raises `Unreadable`."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem.encode()))
    except ValueError as error:
        raise Unreadable([Problem("not certificates in PEM form", column="key")]) from error


def stamp_request(note: str) -> TimeStampRequest:
    """What is sent: the SHA-256 of the note, a nonce, and the wish for the authority's certificate."""
    builder = TimestampRequestBuilder().data(note.encode()).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build()


def verified_stamp(answer: bytes, request: TimeStampRequest, note: str, roots: str) -> TimeStamp:
    """The token in an answer, once signature, chain to `roots` (PEM), nonce and digest hold; raises `StampRefused`."""
    try:
        response = decode_timestamp_response(answer)
        builder = VerifierBuilder.from_request(request)
        for certificate in read_certificates(roots):
            builder = builder.add_root_certificate(certificate)
        builder.build().verify_message(response, note.encode())
    except (ValueError, VerificationError) as error:
        raise StampRefused(f"The authority's answer is not a time stamp over the checkpoint: {error}") from error
    return TimeStamp(response.time_stamp_token(), response.tst_info.gen_time)
