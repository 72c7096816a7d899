"""Small signed bundles, written with the standard library's zipfile and cryptography's own CMS writer."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

FOLDER = "dossier"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Authority:
    """A certificate authority and one signer under it."""

    certificate: x509.Certificate
    signer: x509.Certificate
    key: Key


def certificate(name: str, issuer: str, key: Key, signed_by: Key, *, ca: bool, start: datetime) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(signed_by, hashes.SHA256())
    )


def an_authority(
    *, key: Key | None = None, ca: bool = True, start: datetime = datetime(2020, 1, 1, tzinfo=UTC)
) -> Authority:
    root, leaf = ec.generate_private_key(ec.SECP256R1()), key or ec.generate_private_key(ec.SECP256R1())
    root_certificate = certificate("Authority", "Authority", root, root, ca=ca, start=start)
    return Authority(root_certificate, certificate("Signer", "Authority", leaf, root, ca=False, start=start), leaf)


def digests(files: dict[str, bytes]) -> bytes:
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def cms(content: bytes, authority: Authority) -> bytes:
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(authority.signer, authority.key, hashes.SHA256())
    return builder.sign(Encoding.PEM, options)


def a_bag(payload: dict[str, bytes], authority: Authority, *, verifier: bytes = b"# verify\n") -> dict[str, bytes]:
    """All files of a bundle by path within its folder."""
    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": b"Bagging-Date: 2026-11-20\n",
        "manifest-sha256.txt": digests(payload),
        "ca.crt": authority.certificate.public_bytes(Encoding.PEM),
        "README.txt": b"Read me.\n",
        "verify.py": verifier,
    }
    tags["manifest-sha256.txt.p7s"] = cms(tags["manifest-sha256.txt"], authority)
    return payload | tags | {"tagmanifest-sha256.txt": digests(tags)}


def zipped(files: dict[str, bytes], *, folder: str = FOLDER, compression: int = zipfile.ZIP_STORED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(f"{folder}/{name}", (2026, 11, 20, 12, 0, 0)), content, compression)
    return sink.getvalue()
