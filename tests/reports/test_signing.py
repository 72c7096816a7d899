"""Signatures verify with public tools, and keys are kept to their owner."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from core.reports.keys import RENEW_BEFORE, SIGNER_YEARS
from core.reports.signing import KeyRefused, SigningKeys, load_pkcs12, open_keys, sign_manifest
from tests.reports.conftest import Exported
from tests.reports.dossiers import AT


def pdfsig(pdf: bytes, folder: Path) -> str:
    path = folder / "dossier.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout


def test_pdfsig_finds_one_valid_signature_over_the_whole_dossier(exported: Exported, tmp_path: Path) -> None:
    found = pdfsig(exported.pdf, tmp_path)

    assert found.count("Signature #") == 1
    assert "Signature is Valid." in found
    assert "Total document signed" in found
    assert "ETSI.CAdES.detached" in found
    assert "Signer Certificate Common Name: Countersign exports of countersign.test" in found


def test_the_signature_states_the_time_it_was_given(exported: Exported, tmp_path: Path) -> None:
    assert "Nov 23 2026 09:38" in pdfsig(exported.pdf, tmp_path)


@pytest.mark.parametrize("part", [0.02, 0.3, 0.7])
def test_one_flipped_bit_breaks_the_signature(exported: Exported, tmp_path: Path, part: float) -> None:
    broken = bytearray(exported.pdf)
    broken[int(len(exported.unsigned) * part)] ^= 1

    assert "Signature is Valid." not in pdfsig(bytes(broken), tmp_path)


def test_what_is_added_after_signing_shows(exported: Exported, tmp_path: Path) -> None:
    assert "Total document signed" not in pdfsig(exported.pdf + b"% later\n", tmp_path)


def test_the_signed_file_begins_with_the_unsigned_one(exported: Exported) -> None:
    assert exported.pdf.startswith(exported.unsigned)


def test_key_files_are_their_owners_alone(tmp_path: Path) -> None:
    open_keys(tmp_path / "keys", origin="countersign.test", at=AT)

    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()}
    assert modes["authority.pem"] == modes["signing.pem"] == 0o600
    assert b"PRIVATE" not in (tmp_path / "keys/ca.crt").read_bytes()
    assert set(modes) == {"authority.pem", "signing.pem", "ca.crt"}


def test_a_second_start_finds_the_same_keys_and_a_worn_certificate_is_renewed(tmp_path: Path) -> None:
    first = open_keys(tmp_path, origin="countersign.test", at=AT)

    again = open_keys(tmp_path, origin="countersign.test", at=AT + timedelta(days=1))
    late = open_keys(tmp_path, origin="countersign.test", at=AT + SIGNER_YEARS - RENEW_BEFORE + timedelta(days=1))

    assert again.certificate == first.certificate
    assert late.certificate != first.certificate
    assert late.authority == first.authority


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    open_keys(tmp_path, origin="countersign.test", at=AT)
    (tmp_path / "signing.pem").chmod(0o640)

    with pytest.raises(KeyRefused, match="Others may read"):
        open_keys(tmp_path, origin="countersign.test", at=AT)


def test_a_damaged_key_file_is_refused(tmp_path: Path) -> None:
    open_keys(tmp_path, origin="countersign.test", at=AT)
    (tmp_path / "signing.pem").write_text("nonsense")

    with pytest.raises(KeyRefused, match="does not hold a key"):
        open_keys(tmp_path, origin="countersign.test", at=AT)


def test_a_key_pair_of_the_organisation_signs_like_our_own(keys: SigningKeys, tmp_path: Path) -> None:
    path = a_pkcs12(keys, tmp_path, "a passphrase")

    given = load_pkcs12(path, "a passphrase")

    assert (given.certificate, given.chain) == (keys.certificate, keys.chain)
    assert b"BEGIN CMS" in sign_manifest(b"x", given, at=AT)


def test_a_wrong_passphrase_or_another_file_is_refused(keys: SigningKeys, tmp_path: Path) -> None:
    path = a_pkcs12(keys, tmp_path, "a passphrase")

    with pytest.raises(KeyRefused, match="passphrase"):
        load_pkcs12(path, "another")
    path.write_bytes(b"not a key")
    with pytest.raises(KeyRefused, match="not a PKCS#12"):
        load_pkcs12(path, "a passphrase")


def test_a_private_key_is_not_shown_with_its_certificate(keys: SigningKeys) -> None:
    assert "private" not in repr(keys).lower()


def a_pkcs12(keys: SigningKeys, folder: Path, passphrase: str) -> Path:
    path = folder / "organisation.p12"
    sealed = BestAvailableEncryption(passphrase.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"c", keys.private, keys.certificate, keys.chain, sealed))
    path.chmod(0o600)
    return path
