"""The bundle verifies with programs that are not ours, and nothing in it changes unnoticed."""

import base64
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import bagit  # type: ignore[import-untyped]
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from core.ledger import offline
from core.reports import bundle
from core.reports.formats.csv_files import packed
from core.reports.signing import SigningKeys
from core.reports.values import Attachment
from tests.reports.conftest import Exported
from tests.reports.dossiers import AT, a_dossier, a_report

CMS = (
    "openssl cms -verify -inform PEM -binary -in manifest-sha256.txt.p7s -content manifest-sha256.txt"
    " -CAfile ca.crt -purpose any"
)


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command.split(), cwd=folder, capture_output=True, text=True, check=False)


def files(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def unpacked(exported: Exported, tmp_path: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(exported.bundle)) as archive:
        archive.extractall(tmp_path)
    return tmp_path / bundle.bundle_name(exported.report.reference, exported.report.asked)


@pytest.mark.parametrize("manifest", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_sha256sum_confirms_every_file(unpacked: Path, manifest: str) -> None:
    found = run(f"sha256sum --strict -c {manifest}", unpacked)

    assert found.returncode == 0, found.stdout
    assert "FAILED" not in found.stdout


def test_every_file_is_in_one_of_the_two_manifests(exported: Exported) -> None:
    held = files(exported.bundle)

    listed = (held["manifest-sha256.txt"] + held["tagmanifest-sha256.txt"]).decode()

    assert {line[66:] for line in listed.splitlines()} | {"tagmanifest-sha256.txt"} == set(held)


def test_openssl_confirms_who_signed_the_manifest(unpacked: Path) -> None:
    found = run(CMS, unpacked)

    assert found.returncode == 0, found.stderr
    assert "Verification successful" in found.stderr


def test_openssl_refuses_a_manifest_with_one_other_byte(unpacked: Path) -> None:
    manifest = unpacked / "manifest-sha256.txt"
    content = bytearray(manifest.read_bytes())
    content[0] ^= 1
    manifest.write_bytes(content)

    assert run(CMS, unpacked).returncode != 0


def test_pdfsig_confirms_the_dossier_inside(unpacked: Path) -> None:
    found = run("pdfsig data/dossier.pdf", unpacked)

    assert "Signature is Valid." in found.stdout
    assert "Total document signed" in found.stdout


def test_the_bagit_library_validates_the_bag(unpacked: Path) -> None:
    assert bagit.Bag(str(unpacked)).validate()


def test_the_shipped_verifier_confirms_the_bundle_in_a_process_of_its_own(exported: Exported, unpacked: Path) -> None:
    packed = unpacked.parent / "bundle.zip"
    packed.write_bytes(exported.bundle)
    command = [sys.executable, "-I", "verify.py", str(packed), "--key", exported.parts.vkey, "--format", "json"]

    found = subprocess.run(command, cwd=unpacked, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout
    assert json.loads(found.stdout)["passed"] is True


def test_the_readme_names_the_commands_that_these_tests_run(exported: Exported) -> None:
    readme = files(exported.bundle)["README.txt"].decode()

    for command in ("sha256sum -c manifest-sha256.txt", CMS, "pdfsig data/dossier.pdf", "python3 verify.py"):
        assert command in readme


def test_a_flipped_bit_is_caught_wherever_in_the_bundle_it_is(exported: Exported) -> None:
    names = zipfile.ZipFile(io.BytesIO(exported.bundle)).infolist()
    starts = [entry.header_offset for entry in names]
    middles = [entry.header_offset + 30 + len(entry.filename) + entry.file_size // 2 for entry in names]
    tail = range(len(exported.bundle) - 60, len(exported.bundle), 7)

    for place in (*starts, *middles, *tail):
        broken = bytearray(exported.bundle)
        broken[place] ^= 4
        assert not _holds(bytes(broken)), f"byte {place}"


def _holds(packed: bytes) -> bool:
    try:
        return all(step.passed for step in offline.verify(packed))
    except offline.NotABundle:
        return False


def test_the_same_files_give_the_same_zip(exported: Exported) -> None:
    held = {"a/b.txt": b"b", "a/a.txt": b"a"}

    assert packed(held, at=AT) == packed(dict(reversed(held.items())), at=AT)


def test_the_statement_is_signed_and_names_the_exported_files(exported: Exported, keys: SigningKeys) -> None:
    held = files(exported.bundle)
    envelope = json.loads(held["data/statement.dsse.json"])
    payload = base64.b64decode(envelope["payload"])
    # the pre-authentication encoding as https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md spells it
    kind = envelope["payloadType"]
    signed = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    signature = base64.b64decode(envelope["signatures"][0]["sig"])

    keys.private.public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        keys.private.public_key().verify(signature, signed + b" ", padding.PKCS1v15(), hashes.SHA256())

    statement = json.loads(payload)
    listed = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
    manifest = {
        name: digest
        for digest, name in (line.split("  ") for line in held["manifest-sha256.txt"].decode().splitlines())
    }
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert {"data/dossier.pdf", "data/dossier.json"} <= set(listed)
    assert all(manifest[name] == digest for name, digest in listed.items())


def test_ledger_entries_travel_as_stored(exported: Exported) -> None:
    lines = files(exported.bundle)["data/ledger/entries.jsonl"].decode().splitlines()

    found = {line["index"]: line["body"] for line in map(json.loads, lines)}

    assert found == {entry.index: entry.body for entry in exported.parts.entries}


@pytest.mark.parametrize(
    "name",
    ["../evil.json", "a/b.json", "", ".hidden", "dossier.json", "digests.json", "a b", "x" * 121, "ü.json", "a\n"],
)
def test_an_attachment_cannot_be_named_like_a_path_or_one_of_our_files(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be named"):
        Attachment(name, "application/json", "", b"{}")


def test_two_attachments_cannot_share_a_name() -> None:
    attachment = Attachment("a.json", "application/json", "", b"{}")

    with pytest.raises(ValueError, match="same name"):
        a_dossier(attachments=(attachment, attachment))


def test_a_line_break_in_a_number_cannot_forge_a_line_of_bag_info(exported: Exported) -> None:
    forged = replace(exported.forms, report=a_report(reference="X1\nBagging-Date: 1999-01-01"))

    assert "\nBagging-Date: 1999" not in bundle._bag_info([forged], "X1", {}, AT)
    assert (
        bundle.bundle_name(forged.report.reference, forged.report.asked)
        == "X1-Bagging-Date--1999-01-01-M0001-1.1.0-dossier"
    )
