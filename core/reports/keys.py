"""The installation's own certificate authority and signing key; or a key pair that the organisation gives."""

import os
import secrets
import stat
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from core.errors import GovernanceError

KEY_SIZE = 3072  # RSA: what every reader verifies; NIST SP 800-57 part 1 table 2 gives it 128 bits of strength
AUTHORITY_YEARS = timedelta(days=20 * 365)
SIGNER_YEARS = timedelta(days=5 * 365)
RENEW_BEFORE = timedelta(days=30)
SKEW = timedelta(minutes=10)  # an auditor's clock may be behind ours


class KeyRefused(GovernanceError):
    """A key file that does not hold what it should, or that others may read."""


@dataclass(frozen=True)
class SigningKeys:
    """What exports are signed with: a private key, its certificate, and the certificates up to the authority's."""

    private: rsa.RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]  # issuer first, authority last; empty when the certificate signed itself

    @property
    def authority(self) -> x509.Certificate:
        """The certificate that an auditor trusts."""
        return self.chain[-1] if self.chain else self.certificate

    @property
    def authority_pem(self) -> bytes:
        """The contents of `ca.crt`."""
        return self.authority.public_bytes(Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the authority's certificate, hexadecimal: to be compared over another channel."""
        return self.authority.fingerprint(hashes.SHA256()).hex()


def open_keys(directory: Path, *, origin: str, at: datetime) -> SigningKeys:
    """The installation's keys: made on first start, renewed a month before the signing certificate ends.

    `authority.pem` and `signing.pem` hold a key and its certificate with mode 0600, `ca.crt` the certificate to hand
    out. An authority's key is never replaced. Raises `KeyRefused`.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority_file, signing_file = directory / "authority.pem", directory / "signing.pem"
    if not authority_file.exists():
        _store(authority_file, *_make_authority(origin, at))
    authority_key, authority = _load(authority_file)
    if not signing_file.exists():
        _store(signing_file, *_issue(authority_key, authority, origin, at))
    private, certificate = _load(signing_file)
    if certificate.not_valid_after_utc - RENEW_BEFORE < at:
        _store(signing_file, *_issue(authority_key, authority, origin, at), replace=True)
        private, certificate = _load(signing_file)
    (directory / "ca.crt").write_bytes(authority.public_bytes(Encoding.PEM))
    certificate.verify_directly_issued_by(authority)
    return SigningKeys(private, certificate, (authority,))


def load_pkcs12(path: Path, passphrase: str) -> SigningKeys:
    """Keys from a PKCS#12 file: an RSA key of 2,048 bits or more, certificate and issuers; raises `KeyRefused`."""
    _refuse_shared(path)
    try:
        held = pkcs12.load_pkcs12(path.read_bytes(), passphrase.encode())
    except ValueError as error:
        raise KeyRefused(f"{path.name} is not a PKCS#12 file, or its passphrase is another.") from error
    if not isinstance(held.key, rsa.RSAPrivateKey) or held.key.key_size < 2048 or held.cert is None:
        raise KeyRefused(f"{path.name} does not hold an RSA key of at least 2,048 bits with its certificate.")
    others = [extra.certificate for extra in held.additional_certs]
    return SigningKeys(held.key, held.cert.certificate, _chain(held.cert.certificate, others))


def _chain(certificate: x509.Certificate, others: list[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    chain: list[x509.Certificate] = []
    last = certificate
    while last.issuer != last.subject:
        issuer = next((other for other in others if other.subject == last.issuer), None)
        if issuer is None or issuer in chain:
            break
        chain.append(issuer)
        last = issuer
    return tuple(chain)


def _make_authority(origin: str, at: datetime) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(65537, KEY_SIZE)
    name = _name(f"Countersign authority of {origin}")
    builder = (
        _builder(name, name, key, at, AUTHORITY_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(issues=True), critical=True)
    )
    return key, builder.sign(key, hashes.SHA256())


def _issue(
    authority_key: rsa.RSAPrivateKey, authority: x509.Certificate, origin: str, at: datetime
) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(65537, KEY_SIZE)
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        _builder(_name(f"Countersign exports of {origin}"), authority.subject, key, at, SIGNER_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(issues=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
            critical=False,
        )
    )
    return key, builder.sign(authority_key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, at: datetime, years: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - SKEW)
        .not_valid_after(at + years)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Countersign"),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),  # RFC 5280 appendix A: ub-common-name
        ]
    )


def _usage(*, issues: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issues,
        content_commitment=not issues,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues,
        encipher_only=False,
        decipher_only=False,
    )


def _store(path: Path, key: rsa.RSAPrivateKey, certificate: x509.Certificate, *, replace: bool = False) -> None:
    """Write key and certificate as one file, whole or not at all; what another process stored first stays."""
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as sink:
        sink.write(text + certificate.public_bytes(Encoding.PEM))
        sink.flush()
        os.fsync(sink.fileno())
    try:
        if replace:
            draft.replace(path)
        else:
            os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def _load(path: Path) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    _refuse_shared(path)
    text = path.read_bytes()
    try:
        key, certificate = load_pem_private_key(text, None), x509.load_pem_x509_certificate(text)
    except (ValueError, TypeError) as error:
        raise KeyRefused(f"{path.name} does not hold a key and its certificate.") from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != certificate.public_key():
        raise KeyRefused(f"The key in {path.name} is not that of its certificate.")
    return key, certificate


def _refuse_shared(path: Path) -> None:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyRefused(f"Others may read {path.name}; give it mode 0600.")
