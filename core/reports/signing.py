"""Signatures under exports: PAdES in PDFs, detached CMS over manifests, DSSE over statements."""

import asyncio
import io
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from asn1crypto import pem  # type: ignore[import-untyped]  # it ships no types
from asn1crypto import x509 as asn1_x509
from asn1crypto.algos import SignedDigestAlgorithm  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from core.reports.keys import KeyRefused, SigningKeys, load_pkcs12, open_keys

__all__ = ["KeyRefused", "SigningKeys", "load_pkcs12", "open_keys", "sign_bytes", "sign_manifest", "sign_pdf"]
FIELD = "ExportSignature"
REASON = "Export of evidence on record"
T = TypeVar("T")


def sign_pdf(pdf: bytes, keys: SigningKeys, *, at: datetime) -> bytes:
    """The PDF with an invisible PAdES signature (ETSI EN 319 142-1, level B-B); a counter-signature may be added.

    Invisible, because a visible one breaks PDF/UA; `at` is the time that the signature states.
    """
    return _run(_sign_pdf(pdf, keys, at))


def sign_manifest(content: bytes, keys: SigningKeys, *, at: datetime) -> bytes:
    """A detached CMS signature (RFC 5652) over these bytes, as PEM."""
    return _run(_sign_content(content, keys, at))


def sign_bytes(content: bytes, keys: SigningKeys) -> bytes:
    """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2) over these bytes."""
    return keys.private.sign(content, padding.PKCS1v15(), hashes.SHA256())


class _KeepsMetadata(IncrementalPdfFileWriter):
    """Leaves the document's own metadata alone: the dates stay those of the dossier, and PDF/A as it was typeset."""

    def _update_meta(self) -> None:
        return


async def _sign_pdf(pdf: bytes, keys: SigningKeys, at: datetime) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        reason=REASON,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    writer = _KeepsMetadata(io.BytesIO(pdf))
    session = PdfSigner(metadata, _Signer(keys)).init_signing_session(writer)
    session.system_time = at
    validation = await session.perform_presign_validation(writer)
    reserved = await session.estimate_signature_container_size(validation)
    document = session.prepare_tbs_document(validation_info=validation, bytes_reserved=reserved)
    digest, sink = document.digest_tbs_document()
    attributes = PdfCMSSignedAttributes(signing_time=at)
    signed = await document.perform_signature(document_digest=digest.document_digest, pdf_cms_signed_attrs=attributes)
    await signed.post_signature_processing(sink)
    sink.seek(0)
    return bytes(sink.read())


async def _sign_content(content: bytes, keys: SigningKeys, at: datetime) -> bytes:
    attributes = PdfCMSSignedAttributes(signing_time=at)
    signed = await _Signer(keys).async_sign_general_data(content, "sha256", signed_attr_settings=attributes)
    return bytes(pem.armor("CMS", signed.dump()))


class _Signer(Signer):
    """Signs with the key as it was loaded once: to load it again for each signature would take half a second."""

    def __init__(self, keys: SigningKeys) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # so it is declared
        store.register_multiple([_certificate(issuer) for issuer in keys.chain])
        super().__init__(
            signing_cert=_certificate(keys.certificate),
            cert_registry=store,
            signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
        )
        self._keys = keys

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != "sha256":
            raise ValueError("Exports are signed with SHA-256.")
        return bytes(self._keys.private.key_size // 8) if dry_run else sign_bytes(data, self._keys)


def _certificate(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _run(work: Coroutine[object, object, T]) -> T:
    """Await in a thread of its own, so that it also works under a caller's event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
