"""Verifies an exported bundle without Countersign: `python verify.py BUNDLE.zip [--key K] [--state S] [--ca F] …`,
or the proof of one event, long or short: `python verify.py receipt FILE [SHARED] --key K [--input FILE]`.

This one file is shipped inside every bundle as verify.py. It needs Python 3.11 and the package `cryptography`, and
shares no line with the code that wrote the bundle, so that one mistake cannot hide in both. The steps:

 1 container       every byte of the ZIP file is accounted for
 2 layout          one folder in BagIt form; nothing missing, no name that could mislead
 3 tag files       every file beside data/ has the digest in tagmanifest-sha256.txt
 4 data files      every file under data/ has the digest in manifest-sha256.txt, and none is unlisted
 5 signature       the CMS signature fits manifest-sha256.txt
 6 certificate     the signer's certificate leads to ca.crt, and was valid when it signed
 7 ledger key      the key that signs the ledger reads as one, and is the pinned one or was handed over by it
 8 checkpoint      the checkpoint is signed by that key and is of that key's ledger
 9 entries         every entry is canonical, numbered once and in the order of time
10 proofs          every entry is in the ledger that the checkpoint describes
11 payloads        every payload is the one that its entry commits to
12 state           the ledger continues the checkpoint that was seen before
13 witnesses       the ledger continues a checkpoint that witnesses cosigned, and the times of entries fit theirs
14 time stamps     the same for a checkpoint that an authority stamped; its signature is for openssl to verify
15 events          every event stands in the file whose root its entry carries

The steps for the proof of one event:

 1 form            the file is such a proof and nothing else
 2 ledger key      the pinned key reads as one
 3 event           the event is canonical
 4 place           it stands on this line of the file of events whose root the particulars name
 5 particulars     the entry commits to these particulars
 6 entry           the entry is canonical and records events
 7 checkpoint      the entry is in the ledger that the signed checkpoint describes
 8 input           the input that was given is that of the event

Exit code 0: all of them hold. 1: one does not. 2: the file cannot be read as a bundle at all.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_BYTES = 1 << 31
Subject = TypeVar("Subject")
TAG_FILES = (
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "manifest-sha256.txt.p7s",
    "ca.crt",
    "README.txt",
    "verify.py",
)
LEDGER = "data/ledger/"


class Failed(Exception):
    """A step does not hold, and why."""


class NotABundle(Exception):
    """The file cannot be read as a bundle at all."""


@dataclass(frozen=True)
class Step:
    """One check: its number and name above, whether it held, and what was found."""

    number: int
    name: str
    passed: bool
    detail: str


@dataclass
class Bundle:
    """What the steps have established so far; a later step fails when an earlier one left its part empty."""

    data: bytes
    key: str | None = None
    state: Path | None = None
    authority: str | None = None
    witnesses: tuple[str, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)
    manifest: dict[str, str] = field(default_factory=dict)
    signer: "Signed | None" = None
    ledger_key: "LedgerKey | None" = None
    former: "list[LedgerKey]" = field(default_factory=list)
    handed_over: "list[Checkpoint]" = field(default_factory=list)
    checkpoint: "Checkpoint | None" = None
    entries: "list[Entry]" = field(default_factory=list)

    def file(self, name: str) -> bytes:
        if name not in self.files:
            raise Failed(f"{name} is missing")
        return self.files[name]

    def text(self, name: str) -> str:
        try:
            return self.file(name).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Failed(f"{name} is not UTF-8 text") from error


@dataclass(frozen=True)
class LedgerKey:
    """The ledger's public key and its name."""

    vkey: str
    name: str
    key_id: bytes
    public: bytes


@dataclass(frozen=True)
class Checkpoint:
    """A signed statement of how many entries there are, and their root."""

    note: str
    size: int
    root: bytes


@dataclass(frozen=True)
class Entry:
    """One ledger entry of the bundle: exact body, and payload with salt where there is one."""

    index: int
    body: bytes
    payload: bytes | None
    salt: bytes
    record: Mapping[str, object]


@dataclass(frozen=True)
class Signed:
    """Who signed the manifest, when, and which certificates came along."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    at: datetime


# 1 container: the file is read through its directory, written anew, and must come out as it was

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
VERSION, UNIX = 20, 3
MODES = tuple(mode << 16 for mode in (0o600, 0o644, 0o100600, 0o100644))


@dataclass(frozen=True)
class Member:
    """One file in the ZIP; all that may vary."""

    name: str
    content: bytes
    time: int
    date: int
    mode: int


def container(bundle: Bundle) -> str:
    members = _members(bundle.data)
    names = [member.name for member in members]
    bundle.files = {name: member.content for name, member in zip(names, members, strict=True)}
    if len({name.casefold() for name in names}) != len(names):
        raise Failed("two files have the same name")
    modes = {member.mode for member in members}
    if len(modes) != 1 or not modes <= set(MODES):
        raise Failed("the files have unusual or differing modes")
    rewritten, starts = _rewrite(members)
    if rewritten != bundle.data:
        at = _first_difference(rewritten, bundle.data)
        held = [name for name, start in zip(names, starts, strict=False) if start <= at]
        where = held[-1] if held and at < starts[-1] else "the directory"
        raise Failed(f"byte {at} is not as it was written ({where})")
    return f"{len(members)} files, {len(bundle.data)} bytes"


def _first_difference(one: bytes, other: bytes) -> int:
    """How many bytes are the same at the beginning of both."""
    same, most = 0, min(len(one), len(other)) + 1
    while most - same > 1:
        middle = (same + most) // 2
        same, most = (middle, most) if one[same:middle] == other[same:middle] else (same, middle)
    return same


def _members(data: bytes) -> list[Member]:
    if len(data) < END.size or data[:4] != b"PK\3\4":
        raise NotABundle("This is not a ZIP file.")
    signature, *_, count, size, start, _comment = END.unpack_from(data, len(data) - END.size)
    if signature != b"PK\5\6" or start + size + END.size != len(data):
        raise Failed("the ZIP file does not end with its directory")
    members, at = [], start
    for _ in range(count):
        member, at = _member(data, at, start)
        members.append(member)
    if at != start + size or not members:
        raise Failed("the ZIP file's directory is not as long as it says")
    return members


def _member(data: bytes, at: int, end: int) -> tuple[Member, int]:
    try:
        head = CENTRAL.unpack_from(data, at)
    except struct.error as error:
        raise Failed("the ZIP file's directory is cut short") from error
    method, time, date, size, length, mode, offset = (head[n] for n in (4, 5, 6, 9, 10, 15, 16))
    name = data[at + CENTRAL.size : at + CENTRAL.size + length]
    begin = offset + LOCAL.size + length
    if method != 0:
        raise Failed("a file is compressed, and compressed bytes can be changed without changing what they say")
    if head[0] != b"PK\1\2" or begin + size > end or not name.isascii():
        raise Failed(f"the ZIP file's directory is damaged at byte {at}")
    return Member(name.decode(), data[begin : begin + size], time, date, mode), at + CENTRAL.size + length


def _rewrite(members: Sequence[Member]) -> tuple[bytes, list[int]]:
    """The only way in which these files may be written, and where each begins; the directory begins last."""
    out, directory, starts = bytearray(), bytearray(), []
    for member in members:
        name, crc, size = member.name.encode(), zlib.crc32(member.content), len(member.content)
        shared = (VERSION, 0, 0, member.time, member.date, crc, size, size, len(name), 0)
        starts.append(len(out))
        central = (UNIX << 8 | VERSION, *shared, 0, 0, 0, member.mode, len(out))
        directory += CENTRAL.pack(b"PK\1\2", *central) + name
        out += LOCAL.pack(b"PK\3\4", *shared) + name + member.content
    starts.append(len(out))
    end = END.pack(b"PK\5\6", 0, 0, len(members), len(members), len(directory), len(out), 0)
    return bytes(out + directory + end), starts


# 2 to 4 the bag

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)+")
LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)")
DECLARATION = re.compile(rb"BagIt-Version: (0\.97|1\.0)\nTag-File-Character-Encoding: UTF-8\n")


def layout(bundle: Bundle) -> str:
    folders = {name.partition("/")[0] for name in bundle.files}
    odd = sorted(name for name in bundle.files if not NAME.fullmatch(name))
    if odd or len(folders) != 1:
        raise Failed(f"a name that could mislead: {odd[0]!r}" if odd else "not one folder")
    folder = folders.pop()
    bundle.files = {name[len(folder) + 1 :]: content for name, content in bundle.files.items()}
    missing = [name for name in (*TAG_FILES, "tagmanifest-sha256.txt") if name not in bundle.files]
    if missing:
        raise Failed("missing: " + ", ".join(missing))
    if not DECLARATION.fullmatch(bundle.files["bagit.txt"]):
        raise Failed("bagit.txt does not declare a bag")
    return folder


def tag_files(bundle: Bundle) -> str:
    listed = _manifest(bundle, "tagmanifest-sha256.txt")
    present = {name for name in bundle.files if not name.startswith("data/")} - {"tagmanifest-sha256.txt"}
    return _compare(bundle, listed, present)


def data_files(bundle: Bundle) -> str:
    bundle.manifest = _manifest(bundle, "manifest-sha256.txt")
    present = {name for name in bundle.files if name.startswith("data/")}
    return _compare(bundle, bundle.manifest, present)


def _manifest(bundle: Bundle, name: str) -> dict[str, str]:
    text = bundle.text(name)
    found = [LINE.fullmatch(line) for line in text.removesuffix("\n").split("\n")]
    listed = {match[2]: match[1] for match in found if match}
    if len(listed) != len(found) or not text.endswith("\n"):
        raise Failed(f"{name} does not read as a list of digests and names")
    return listed


def _compare(bundle: Bundle, listed: Mapping[str, str], present: set[str]) -> str:
    faults = [f"{name} is missing" for name in sorted(set(listed) - present)]
    faults += [f"{name} is not listed" for name in sorted(present - set(listed))]
    for name in sorted(present & set(listed)):
        if hashlib.sha256(bundle.files[name]).hexdigest() != listed[name]:
            faults.append(f"{name} was changed")
    if faults:
        raise Failed("; ".join(faults))
    return f"{len(listed)} files"


# 5 signature: CMS SignedData (RFC 5652), detached, one signer, signed attributes

OIDS = {
    "signed data": bytes.fromhex("2a864886f70d010702"),
    "data": bytes.fromhex("2a864886f70d010701"),
    "content type": bytes.fromhex("2a864886f70d010903"),
    "message digest": bytes.fromhex("2a864886f70d010904"),
    "signing time": bytes.fromhex("2a864886f70d010905"),
    "SHA-256": bytes.fromhex("608648016503040201"),
}
RSA = {bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01010b")}
ECDSA = {bytes.fromhex("2a8648ce3d040302")}
SEQUENCE, SET, INTEGER, OCTETS, OID, CONTEXT_0, CONTEXT_1 = 0x30, 0x31, 0x02, 0x04, 0x06, 0xA0, 0xA1


@dataclass(frozen=True)
class Der:
    """One DER value: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    raw: bytes

    def parts(self) -> "list[Der]":
        values, rest = [], self.content
        while rest:
            value = read_der(rest)
            values.append(value)
            rest = rest[len(value.raw) :]
        return values


def read_der(data: bytes) -> Der:
    """The first value in `data`; only definite, shortest lengths are DER."""
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise Failed("the signature is not DER")
    length, at = data[1], 2
    if length & 0x80:
        at += length & 0x7F
        length = int.from_bytes(data[2:at], "big")
        if not 2 < at <= 6 or length < 0x80 or data[2] == 0:
            raise Failed("the signature is not DER")
    if len(data) < at + length:
        raise Failed("the signature is cut short")
    return Der(data[0], data[at : at + length], data[: at + length])


def signature(bundle: Bundle) -> str:
    content = bundle.file("manifest-sha256.txt")
    certificates, info = _signed_data(_armoured(bundle.text("manifest-sha256.txt.p7s")))
    attributes = _attributes(info)
    if attributes[OIDS["content type"]].content != OIDS["data"]:
        raise Failed("the signature is not over data")
    if attributes[OIDS["message digest"]].content != hashlib.sha256(content).digest():
        raise Failed("the signature is over another manifest-sha256.txt")
    certificate = _signer(certificates, info)
    _check_signature(certificate, info)
    at = _moment(attributes[OIDS["signing time"]])
    bundle.signer = Signed(certificate, tuple(certificates), at)
    return f"{certificate.subject.rfc4514_string()}, {at.isoformat()}"


def _armoured(text: str) -> bytes:
    match = re.fullmatch(r"-----BEGIN (CMS|PKCS7)-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END \1-----\r?\n?", text)
    if match is None:
        raise Failed("the signature is not in PEM form")
    return base64.b64decode("".join(match[2].split()), validate=True)


def _signed_data(data: bytes) -> tuple[list[x509.Certificate], list[Der]]:
    """The certificates, and the parts of the only signer's information."""
    outer = read_der(data)
    kind, wrapped = outer.parts()
    if outer.raw != data or kind.content != OIDS["signed data"] or wrapped.tag != CONTEXT_0:
        raise Failed("the signature is not CMS signed data")
    _version, _digests, _content, *rest = read_der(wrapped.content).parts()
    certificates = [part for value in rest if value.tag == CONTEXT_0 for part in value.parts()]
    signers = rest[-1].parts()
    if rest[-1].tag != SET or len(signers) != 1:
        raise Failed("the manifest has not exactly one signer")
    return [x509.load_der_x509_certificate(part.raw) for part in certificates], signers[0].parts()


def _attributes(info: Sequence[Der]) -> dict[bytes, Der]:
    """The signed attributes, each with its single value."""
    if info[2].parts()[0].content != OIDS["SHA-256"] or info[3].tag != CONTEXT_0:
        raise Failed("the signature does not use SHA-256 and signed attributes")
    found: dict[bytes, Der] = {}
    for attribute in info[3].parts():
        kind, values = attribute.parts()
        if kind.content in found:
            raise Failed("a signed attribute occurs twice")
        found[kind.content] = values.parts()[0]
    return found


def _signer(certificates: Sequence[x509.Certificate], info: Sequence[Der]) -> x509.Certificate:
    issuer, serial = info[1].parts()
    number = int.from_bytes(serial.content, "big")
    for certificate in certificates:
        if certificate.serial_number == number and certificate.issuer.public_bytes() == issuer.raw:
            return certificate
    raise Failed("the signer's certificate is not in the signature")


def _check_signature(certificate: x509.Certificate, info: Sequence[Der]) -> None:
    signed = bytes([SET]) + info[3].raw[1:]  # RFC 5652 section 5.4: hashed as a SET, whatever its tag
    algorithm, value, key = info[4].parts()[0].content, info[5].content, certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm in RSA:
            key.verify(value, signed, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm in ECDSA:
            key.verify(value, signed, ec.ECDSA(hashes.SHA256()))
        else:
            raise Failed("the signature's algorithm is not one of RSA PKCS#1 v1.5 and ECDSA")
    except InvalidSignature as error:
        raise Failed("the signature does not fit its signer's key") from error


def _moment(value: Der) -> datetime:
    text = value.content.decode("ascii")
    form = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}[value.tag]
    return datetime.strptime(text, form).replace(tzinfo=UTC)


# 6 certificate


def certificate(bundle: Bundle) -> str:
    if bundle.signer is None:
        raise Failed("there is no signature whose certificate could be followed")
    authority = x509.load_pem_x509_certificate(bundle.file("ca.crt"))
    fingerprint = authority.fingerprint(hashes.SHA256()).hex()
    _follow(bundle.signer, authority)
    if bundle.authority is None:
        return f"NOT PINNED: ca.crt came with the bundle; compare its SHA-256 {fingerprint} over another channel"
    if bundle.authority.replace(":", "").lower() != fingerprint:
        raise Failed(f"ca.crt is not the pinned certificate; its SHA-256 is {fingerprint}")
    return f"leads to the pinned certificate {fingerprint}"


def _follow(signer: Signed, authority: x509.Certificate) -> None:
    current = signer.certificate
    for _ in range(8):
        if not current.not_valid_before_utc <= signer.at <= current.not_valid_after_utc:
            raise Failed(f"the certificate {current.subject.rfc4514_string()} was not valid at {signer.at.isoformat()}")
        if current == authority:
            return
        current = _issuer(current, (authority, *signer.others))
    raise Failed("the signer's certificate does not lead to ca.crt")


def _issuer(issued: x509.Certificate, candidates: Sequence[x509.Certificate]) -> x509.Certificate:
    for candidate in candidates:
        if candidate.subject == issued.issuer and candidate != issued:
            constraints = candidate.extensions.get_extension_for_class(x509.BasicConstraints).value
            issued.verify_directly_issued_by(candidate)
            if constraints.ca:
                return candidate
    raise Failed("the signer's certificate does not lead to ca.crt")


# 7 and 8 the ledger's key and checkpoint: C2SP signed-note and tlog-checkpoint


def strict_base64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise Failed("base64 that is not in its canonical form")
    return data


def decimal(text: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,17}", text):
        raise Failed(f"not a decimal number: {text[:40]!r}")
    return int(text)


def read_key(vkey: str, kind: int = 1) -> LedgerKey:
    """`name+hash+base64` of a ledger (kind 1) or of a witness (kind 4)."""
    parts = vkey.split("+", 2)
    if len(parts) != 3 or not re.fullmatch(r"[^\s+]+", parts[0]):
        raise Failed("a verifier key reads name+hash+base64")
    data = strict_base64(parts[2])
    key_id = hashlib.sha256(parts[0].encode() + b"\n" + data).digest()[:4]
    if len(data) != 33 or data[0] != kind or parts[1] != key_id.hex():
        raise Failed("the verifier key is not Ed25519, or its hash does not fit")
    return LedgerKey(vkey, parts[0], key_id, data[1:])


def ledger_key(bundle: Bundle) -> str:
    found = read_key(bundle.text(f"{LEDGER}vkey").removesuffix("\n"))
    overs = hand_overs(bundle)
    bundle.ledger_key = found if bundle.key is None else _followed(bundle, read_key(bundle.key), overs)
    if found != bundle.ledger_key:
        raise Failed(f"the bundle names {found.vkey}, not the pinned key{_replaced(overs)}")
    bundle.former = _former(found, overs)
    if bundle.key is None:
        return f"NOT PINNED: signed by a key that came with the bundle; compare {found.vkey} over another channel"
    if bundle.handed_over:
        return f"the pinned key of {found.name} handed over to {found.vkey}, {len(bundle.handed_over)} times in all"
    return f"the pinned key of {found.name}"


@dataclass(frozen=True)
class HandOver:
    """An entry that names a new key, and the note that the former key signed over it as the last entry."""

    index: int
    rotation: bool
    new: LedgerKey
    former: LedgerKey
    note: str


def hand_overs(bundle: Bundle) -> list[HandOver]:
    """data/ledger/keys: N.entry is the exact entry N, N.tlog-proof its proof under the checkpoint of N + 1 entries."""
    names = {name.removeprefix(f"{LEDGER}keys/") for name in bundle.files if name.startswith(f"{LEDGER}keys/")}
    numbers = sorted(decimal(name.removesuffix(".entry")) for name in names if name.endswith(".entry"))
    if names != {f"{number}.{kind}" for number in numbers for kind in ("entry", "tlog-proof")}:
        raise Failed("data/ledger/keys holds other files than an entry and a proof for each key")
    return [_hand_over(bundle, number) for number in numbers]


def _hand_over(bundle: Bundle, index: int) -> HandOver:
    body = bundle.file(f"{LEDGER}keys/{index}.entry")
    record = read_canonical(body)
    entity = cast(Mapping[str, str], record.get("entity"))
    new, _, former = entity["id"].partition(" ")
    if set(record) != FIELDS or entity["kind"] != "ledger key":
        raise Failed(f"entry {index} hands no key over")
    steps, note = read_proof(bundle.text(f"{LEDGER}keys/{index}.tlog-proof"), index)
    rotation = record["action"] == "ledger.key_rotated"
    over = HandOver(index, rotation, read_key(new), read_key(former), note)
    signed = read_checkpoint(note, over.former if rotation or record["action"] == "ledger.key_replaced" else over.new)
    leaf = hashlib.sha256(b"\0" + body).digest()
    if signed.size != index + 1 or not included(leaf, index, steps, signed.size, signed.root):
        raise Failed(f"entry {index} is not the last one under the checkpoint that hands over")
    return over


def _followed(bundle: Bundle, pinned: LedgerKey, overs: Sequence[HandOver]) -> LedgerKey:
    """The key that the pinned one leads to; a key that was given up as compromised hands nothing over."""
    current = pinned
    for over in overs:
        if over.rotation and over.former == current:
            bundle.handed_over.append(read_checkpoint(over.note, current))
            current = over.new
    return current


def _replaced(overs: Sequence[HandOver]) -> str:
    broken = [over for over in overs if not over.rotation]
    if not broken:
        return ""
    return (
        f"; entry {broken[-1].index} says that a key was given up and {broken[-1].new.vkey} follows: "
        "compare that over another channel and pin it"
    )


def _former(current: LedgerKey, overs: Sequence[HandOver]) -> list[LedgerKey]:
    """The keys before this one, as far as each handed over to the next."""
    found = [current]
    for over in reversed(overs):
        if over.new == found[-1] and over.rotation:
            found.append(over.former)
    return found[1:]


def read_checkpoint(note: str, key: LedgerKey) -> Checkpoint:
    """The checkpoint in a note, once the key's signature over it has been verified."""
    text, separator, signatures = note.rpartition("\n\n")
    lines = [*text.split("\n")]
    if (
        not separator
        or not signatures.endswith("\n")
        or len(lines) != 3
        or any(ord(c) < 32 and c != "\n" for c in note)
    ):
        raise Failed("the checkpoint is not a note of three lines with signatures")
    _check_note(f"{text}\n".encode(), signatures.removesuffix("\n").split("\n"), key)
    origin, size, root = lines[0], decimal(lines[1]), strict_base64(lines[2])
    if origin != key.name or len(root) != 32:
        raise Failed(f"the checkpoint is of {origin!r}, not of {key.name!r}")
    return Checkpoint(note, size, root)


def _check_note(text: bytes, lines: Sequence[str], key: LedgerKey) -> None:
    found = False
    for line in lines:
        match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
        if match is None:
            raise Failed("the checkpoint has a line that is no signature")
        data = strict_base64(match[2])
        if match[1] == key.name and data[:4] == key.key_id:
            Ed25519PublicKey.from_public_bytes(key.public).verify(data[4:], text)
            found = True
    if not found:
        raise Failed(f"the checkpoint is not signed by {key.name}")


def checkpoint(bundle: Bundle) -> str:
    if bundle.ledger_key is None:
        raise Failed("there is no key to verify it with")
    found = read_checkpoint(bundle.text(f"{LEDGER}checkpoint"), bundle.ledger_key)
    for earlier in bundle.handed_over:
        continues(bundle, earlier, found)
    bundle.checkpoint = found
    return f"{found.size} entries, signed by {bundle.ledger_key.name}"


# 9 entries: canonical JSON (RFC 8785, narrowed to ASCII keys and integers)

FIELDS = {"action", "actor", "at", "checkpoint", "entity", "id", "payload", "role", "v"}


def read_json(data: bytes) -> object:
    """JSON without duplicate keys, floats and other numbers that programs read differently."""

    def refuse(text: str) -> object:
        raise Failed(f"a number that is not an integer: {text[:40]}")

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len({key for key, _ in pairs}) != len(pairs) or not all(key.isascii() for key, _ in pairs):
            raise Failed("a key that occurs twice or is not ASCII")
        return dict(pairs)

    return cast(object, json.loads(data.decode(), object_pairs_hook=once, parse_float=refuse, parse_constant=refuse))


def read_canonical(data: bytes) -> dict[str, object]:
    value = read_json(data)
    again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if not isinstance(value, dict) or again != data or b"\\u0000" in data or len(data) > 65_535:
        raise Failed("not the canonical form of an object")
    return value


def entries(bundle: Bundle) -> str:
    lines = bundle.file(f"{LEDGER}entries.jsonl").split(b"\n")
    if len(lines) < 2 or lines[-1]:
        raise Failed("entries.jsonl holds no entries, or its last line is cut short")
    last, ids = (-1, -1), set()
    for number, line in enumerate(lines[:-1], 1):
        try:
            entry = _entry(line)
        except (Failed, ValueError) as error:
            raise Failed(f"line {number}: {error}") from error
        order = (entry.index, cast(int, entry.record["at"]))
        if entry.index <= last[0] or order[1] < last[1] or entry.record["id"] in ids:
            raise Failed(f"entry {entry.index} is out of order, or occurs twice")
        last = order
        ids.add(entry.record["id"])
        bundle.entries.append(entry)
    return f"{len(bundle.entries)} entries"


def _entry(line: bytes) -> Entry:
    value = read_json(line)
    if not isinstance(value, dict) or set(value) != {"index", "body", "payload", "salt"}:
        raise Failed("not exactly index, body, payload and salt")
    index, body, payload, salt = (value[name] for name in ("index", "body", "payload", "salt"))
    if type(index) is not int or index < 0 or not all(isinstance(text, str) for text in (body, payload, salt)):
        raise Failed("a value of the wrong kind")
    record = read_canonical(body.encode())
    if set(record) != FIELDS or record["v"] != 1 or type(record["at"]) is not int:
        raise Failed(f"entry {index} has other fields than version 1 of an entry")
    if not re.fullmatch(r"([0-9a-f]{2})*", salt):
        raise Failed(f"entry {index} has a salt that is not hexadecimal in small letters")
    return Entry(index, body.encode(), payload.encode() or None, bytes.fromhex(salt), record)


# 10 proofs: RFC 9162 section 2.1.3.2, in the form of C2SP tlog-proof


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def included(leaf: bytes, index: int, proof: Sequence[bytes], size: int, root: bytes) -> bool:
    try:
        return _root(leaf, index, proof, size) == root
    except Failed:
        return False


def _root(leaf: bytes, index: int, proof: Sequence[bytes], size: int) -> bytes:
    """The root of a tree of this size that the proof leads to; raises `Failed` for one of another length."""
    node, last, result = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise Failed("a proof is longer than its tree is high")
        if node % 2 or node == last:
            result = node_hash(step, result)
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            result = node_hash(result, step)
        node, last = node // 2, last // 2
    if index >= size or last:
        raise Failed("a proof is shorter than its tree is high")
    return result


def proofs(bundle: Bundle) -> str:
    if bundle.checkpoint is None or not bundle.entries:
        raise Failed("there is no checkpoint, or there are no entries")
    expected = {f"{LEDGER}proofs/{entry.index}.tlog-proof" for entry in bundle.entries}
    present = {name for name in bundle.files if name.startswith(f"{LEDGER}proofs/")}
    if expected != present:
        raise Failed("not one proof for each entry: " + ", ".join(sorted(expected ^ present)))
    for entry in bundle.entries:
        try:
            _proof(bundle, entry, bundle.checkpoint)
        except (Failed, ValueError) as error:
            raise Failed(f"entry {entry.index}: {error}") from error
    return f"{len(bundle.entries)} proofs lead to the checkpoint's root"


def _proof(bundle: Bundle, entry: Entry, signed: Checkpoint) -> None:
    steps, note = read_proof(bundle.text(f"{LEDGER}proofs/{entry.index}.tlog-proof"), entry.index)
    if note != signed.note:
        raise Failed("its proof is under another checkpoint")
    leaf = hashlib.sha256(b"\0" + entry.body).digest()
    if not included(leaf, entry.index, steps, signed.size, signed.root):
        raise Failed("it is not in the ledger that the checkpoint describes")


def read_proof(text: str, index: int) -> tuple[list[bytes], str]:
    """The hashes and the note of a proof of this entry."""
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if lines[:2] != ["c2sp.org/tlog-proof@v1", f"index {index}"]:
        raise Failed("its proof is of another entry")
    steps = [strict_base64(line) for line in lines[2:]]
    if len(steps) > 63 or any(len(step) != 32 for step in steps):
        raise Failed("its proof is not a list of hashes")
    return steps, note


# 11 payloads


def payloads(bundle: Bundle) -> str:
    if not bundle.entries:
        raise Failed("there are no entries")
    told = 0
    for entry in bundle.entries:
        promised = cast(str, entry.record["payload"])
        if entry.payload is None:
            if entry.salt:
                raise Failed(f"entry {entry.index} has a salt without a payload")
            continue
        told += 1
        signed = cast(str, entry.record["id"]).encode() + entry.payload
        if not hmac.compare_digest(hmac.new(entry.salt, signed, hashlib.sha256).hexdigest(), promised):
            raise Failed(f"entry {entry.index}: its payload is not the one that it commits to")
    kept_back = sum(1 for entry in bundle.entries if entry.payload is None and entry.record["payload"])
    return f"{told} payloads fit their entries" + (f"; {kept_back} erased or kept back" if kept_back else "")


# 12 state: RFC 9162 section 2.1.4.2


def extends(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> bool:
    path = [old.root, *proof] if old.size & (old.size - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = old.size - 1, new.size - 1
    while node % 2:
        node, last = node // 2, last // 2
    old_result = result = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            old_result, result = node_hash(step, old_result), node_hash(step, result)
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            result = node_hash(result, step)
        node, last = node // 2, last // 2
    return last == 0 and old_result == old.root and result == new.root


def state(bundle: Bundle) -> str:
    if bundle.state is None:
        return "not asked for"
    if bundle.checkpoint is None or bundle.ledger_key is None:
        raise Failed("there is no checkpoint to compare with")
    if not bundle.state.exists():
        return "the first checkpoint that was seen"
    seen = read_under(bundle, kept(bundle.state.read_text(encoding="utf-8")))
    continues(bundle, seen, bundle.checkpoint)
    if bundle.checkpoint.size == seen.size:
        return "the checkpoint that was seen before"
    return f"continues the ledger of {seen.size} entries that was seen before"


def kept(note: str) -> str:
    """A note as somebody kept it: copying and mail programs change the ends of its lines, and drop the last one."""
    return note.replace("\r\n", "\n").strip("\ufeff \t\n") + "\n"


def read_under(bundle: Bundle, note: str) -> Checkpoint:
    """The checkpoint in a note that the ledger's key signed, or one that handed over to it."""
    keys = [key for key in (bundle.ledger_key, *bundle.former) if key is not None]
    return read_checkpoint(note, next((key for key in keys if names(note, key)), keys[0]))


def names(note: str, key: LedgerKey) -> bool:
    """Whether a line of the note says that it is of this key; nothing is verified."""
    lines = note.rpartition("\n\n")[2].split("\n")
    start = f"— {key.name} "
    return any(strict_base64(line[len(start) :])[:4] == key.key_id for line in lines if line.startswith(start))


def continues(bundle: Bundle, seen: Checkpoint, now: Checkpoint) -> None:
    """Fails unless the tree of `now` begins with that of `seen`, by a proof in the bundle."""
    if now.size < seen.size:
        raise Failed(f"the ledger went back from {seen.size} to {now.size} entries")
    if now.size == seen.size:
        if now.root != seen.root:
            raise Failed(f"two different ledgers of {now.size} entries were signed")
        return
    proof = _consistency(bundle, seen.size)
    if proof is None:
        raise Failed(
            f"not checked: the bundle has no consistency proof from {seen.size} entries. It has them from checkpoints "
            "of earlier exports, and from those that were sent outside: take one of these, or have the installation "
            "compare yours on its page Ledger"
        )
    if not extends(seen, now, proof):
        raise Failed(f"the first {seen.size} entries are not those that were signed before")


def _consistency(bundle: Bundle, size: int) -> list[bytes] | None:
    """The proof from `size` in data/ledger/consistency: blocks of `old N` and hashes, an empty line between."""
    if f"{LEDGER}consistency" not in bundle.files:
        return None
    for block in bundle.text(f"{LEDGER}consistency").removesuffix("\n").split("\n\n"):
        first, *lines = block.split("\n")
        if first == f"old {size}":
            return [strict_base64(line) for line in lines]
    return None


# 15 events: rows of recorded files, each under the root that its entry carries

EVENTS = "data/events/"
EVENT_FILE = re.compile(r"data/events/(0|[1-9][0-9]{0,17})\.(rows|chosen)\.jsonl")
ERASED = re.compile(rb'{"leaf":"([0-9a-f]{64})"}')
EVENT_FIELDS = {
    "actor", "at", "duration", "form", "id", "input", "kind", "model", "output", "role", "source", "v", "version",
}  # fmt: skip


@dataclass(frozen=True)
class EventFile:
    """What an entry says of the file of events that it records."""

    root: bytes
    rows: int


def events(bundle: Bundle) -> str:
    names = sorted(name for name in bundle.files if name.startswith(EVENTS))
    if not names:
        return "none in this bundle"
    known = {entry.index: entry for entry in bundle.entries}
    count = 0
    for name in names:
        match = EVENT_FILE.fullmatch(name)
        entry = known.get(int(match[1])) if match else None
        if match is None or entry is None:
            raise Failed(f"{name} belongs to no entry of this bundle")
        try:
            told = _event_file(entry.record, entry.payload or b"")
            count += (_whole_file if match[2] == "rows" else _chosen_events)(_lines(bundle.file(name)), told)
        except (Failed, ValueError) as error:
            raise Failed(f"{name}: {error}") from error
    return f"{count} events of {len(names)} files"


def _lines(content: bytes) -> list[bytes]:
    *lines, last = content.split(b"\n")
    if last or not lines:
        raise Failed("it is empty, or its last line is cut short")
    return lines


def _event_file(record: Mapping[str, object], payload: bytes) -> EventFile:
    if record["action"] != "events.recorded":
        raise Failed("its entry does not record events")
    told = read_canonical(payload)
    root, rows = told.get("root"), told.get("rows")
    if not isinstance(root, str) or not re.fullmatch(r"[0-9a-f]{64}", root) or type(rows) is not int:
        raise Failed("the particulars of its entry name no root and rows")
    return EventFile(bytes.fromhex(root), rows)


def read_event(data: bytes) -> dict[str, object]:
    """One event, in its only form."""
    event = read_canonical(data)
    if set(event) != EVENT_FIELDS or event["v"] != 1:
        raise Failed("an event has other fields than version 1 of an event")
    return event


def _whole_file(lines: Sequence[bytes], told: EventFile) -> int:
    """Every line an event, or the leaf hash that stands for one whose particulars were erased."""
    leaves, ids = list[bytes](), list[object]()
    for line in lines:
        erased = ERASED.fullmatch(line)
        if erased is None:
            ids.append(read_event(line)["id"])
        leaves.append(bytes.fromhex(erased[1].decode()) if erased else _leaf(line))
    if len(lines) != told.rows or len(set(ids)) != len(ids):
        raise Failed(f"it has {len(set(ids))} events on {len(lines)} lines, and its entry says {told.rows}")
    if _tree_root(leaves) != told.root:
        raise Failed("its events are not those that were recorded, or not in their order")
    return len(ids)


def _chosen_events(lines: Sequence[bytes], told: EventFile) -> int:
    seen: set[int] = set()
    for line in lines:
        one = read_canonical(line)
        if set(one) != {"event", "input_key", "line", "path"}:
            raise Failed("not exactly event, input_key, line and path")
        seen.add(_place(one, told))
    if len(seen) != len(lines):
        raise Failed("an event occurs twice")
    return len(lines)


def _place(one: Mapping[str, object], told: EventFile) -> int:
    """The line of the file on which the event was recorded."""
    body, place, path = str(one["event"]).encode(), one["line"], one["path"]
    if type(place) is not int or not isinstance(path, list):
        raise Failed("a value of the wrong kind")
    steps = [strict_base64(str(step)) for step in path]
    read_event(body)
    if any(len(step) != 32 for step in steps) or not included(_leaf(body), place, steps, told.rows, told.root):
        raise Failed(f"the event does not stand on line {place} of the file that was recorded")
    return place


def _leaf(body: bytes) -> bytes:
    return hashlib.sha256(b"\0" + body).digest()


def _tree_root(level: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, level by level: a node without a neighbour rises as it is."""
    while len(level) > 1:
        level = [b"".join(level[n : n + 2]) for n in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\1" + pair).digest() if len(pair) == 64 else pair for pair in level]
    return level[0]


# The proof of one event, in a file of its own


@dataclass
class EventProof:
    """What the steps have established so far of one event's proof."""

    data: bytes
    key: str | None = None
    given: bytes | None = None
    witnesses: tuple[str, ...] = ()
    value: dict[str, object] = field(default_factory=dict)
    ledger_key: LedgerKey | None = None
    event: dict[str, object] = field(default_factory=dict)

    def text(self, name: str) -> bytes:
        value = self.value.get(name)
        if not isinstance(value, str):
            raise Failed(f"there is no {name}")
        return value.encode()


PROOF_FORM, SHORT_FORM = "countersign-event-proof/1", "countersign-event-proof/2"
PROOF_FIELDS = {"entry", "event", "form", "input_key", "line", "path", "payload", "receipt", "rows", "salt"}


def proof_form(proof: EventProof) -> str:
    if proof.data.startswith(SHORT_BEGINS):
        proof.value = read_short(proof.data[len(SHORT_BEGINS) :])
        return f"{SHORT_FORM}, {len(proof.data)} bytes"
    proof.value = read_canonical(proof.data.removesuffix(b"\n"))
    if set(proof.value) != PROOF_FIELDS or proof.value["form"] != PROOF_FORM:
        proof.value = {}
        raise Failed(f"not a proof of the form {PROOF_FORM}")
    if not all(re.fullmatch(rb"([0-9a-f]{2})*", proof.text(name)) for name in ("salt", "input_key")):
        proof.value = {}
        raise Failed("salt or key of the input is not hexadecimal in small letters")
    return PROOF_FORM


def proof_key(proof: EventProof) -> str:
    if proof.key is None:
        raise Failed("no key was given: take the ledger's verifier key from its operator, and give it with --key")
    proof.ledger_key = read_key(proof.key)
    return f"the pinned key of {proof.ledger_key.name}"


def proof_event(proof: EventProof) -> str:
    proof.event = read_event(proof.text("event"))
    return f"event {proof.event['id']}"


def proof_place(proof: EventProof) -> str:
    told = _event_file(read_canonical(proof.text("entry")), proof.text("payload"))
    if proof.value["rows"] != told.rows:
        raise Failed(f"the file has {told.rows} rows, not {proof.value['rows']}")
    return f"line {_place(proof.value, told)} of {told.rows}, counted from 0"


def proof_particulars(proof: EventProof) -> str:
    record = read_canonical(proof.text("entry"))
    signed = str(record["id"]).encode() + proof.text("payload")
    mac = hmac.new(bytes.fromhex(proof.text("salt").decode()), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(mac, str(record["payload"])):
        raise Failed("the entry commits to other particulars")
    return "those that the entry commits to"


def proof_entry(proof: EventProof) -> str:
    record = read_canonical(proof.text("entry"))
    if set(record) != FIELDS or record["v"] != 1 or type(record["at"]) is not int:
        raise Failed("it has other fields than version 1 of an entry")
    if record["action"] != "events.recorded":
        raise Failed("it does not record events")
    return f"recorded {(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=record['at'])).isoformat()}"


def proof_checkpoint(proof: EventProof) -> str:
    if proof.ledger_key is None:
        raise Failed("there is no key to verify it with")
    head, _, note = proof.text("receipt").decode().partition("\n\n")
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or len(lines) < 2 or not lines[1].startswith("index "):
        raise Failed("the receipt is not of the form c2sp.org/tlog-proof@v1")
    index, steps = decimal(lines[1].removeprefix("index ")), [strict_base64(line) for line in lines[2:]]
    signed = read_checkpoint(note, proof.ledger_key)
    leaf = _leaf(proof.text("entry"))
    if any(len(step) != 32 for step in steps) or not included(leaf, index, steps, signed.size, signed.root):
        raise Failed("the entry is not in the ledger that the checkpoint describes")
    return f"entry {index} of {signed.size}"


def proof_input(proof: EventProof) -> str:
    if proof.given is None:
        return "not asked for"
    if not proof.event or proof.event["form"] != "commitment":
        raise Failed("the event carries no commitment to its input")
    if not proof.text("input_key"):
        raise Failed("the key of the input is not in the proof, or was destroyed")
    message = str(proof.event["id"]).encode() + canonical_input(proof.given)
    mac = hmac.new(bytes.fromhex(proof.text("input_key").decode()), message, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(mac, str(proof.event["input"])):
        raise Failed("the event had another input than the one that was given")
    return "the one that the event commits to"


def proof_witnesses(proof: EventProof) -> str:
    """The times at which the witnesses say that they saw the receipt's checkpoint."""
    if not proof.witnesses:
        return "not asked for"
    _, _, note = proof.text("receipt").decode().partition("\n\n")
    told = []
    for witness in (read_key(pinned, kind=4) for pinned in proof.witnesses):
        seen = datetime.fromtimestamp(cosigned_at(note, witness), UTC)
        told.append(f"{witness.name} at {seen.isoformat()}")
    return f"cosigned by {', '.join(told)}"


def canonical_input(data: bytes) -> bytes:
    """The input as it was committed to: canonical JSON, with numbers that have a fraction as their shortest text."""
    value = json.loads(data, parse_float=lambda text: _shortest(float(text)))
    if not isinstance(value, dict):
        raise Failed("an input is a JSON object")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _shortest(number: float) -> str:
    """As ECMAScript writes it, which RFC 8785 asks for: digits and the place of the point, then one of four forms."""
    written = Decimal(repr(number)).normalize().as_tuple()  # repr: the fewest digits, of these the nearest
    digits = "".join(str(digit) for digit in written.digits)
    place = len(digits) + int(written.exponent)
    minus = "-" if number < 0 else ""
    if number == 0:
        return "0"
    if len(digits) <= place <= 21:
        return minus + digits + "0" * (place - len(digits))
    if 0 < place <= 21:
        return minus + digits[:place] + "." + digits[place:]
    if -6 < place <= 0:
        return minus + "0." + "0" * -place + digits
    tail = "." + digits[1:] if digits[1:] else ""
    return minus + digits[0] + tail + ("e+" if place > 0 else "e-") + str(abs(place - 1))


# The short form of a proof, CSP2: texts in tokens, hashes as bytes, and without what follows from the rest

SHORT_BEGINS = b"CSP2"
PHRASES = (
    '{"action":"events.recorded","actor":"',
    '","at":',
    ',"checkpoint":"',
    '","entity":{"id":"',
    '","kind":"batch"},"id":"',
    '","payload":"',
    '","role":"pipeline","v":1}',
    '","role":"',
    '","v":1}',
    '{"actor":"',
    ',"duration":',
    ',"form":"commitment","id":"',
    ',"form":"masked","id":"',
    ',"form":"none","id":"',
    '","input":"',
    '","kind":"inference","model":"',
    '","kind":"pipeline","model":"',
    '","kind":"activity","model":"',
    '","output":"',
    '","role":"pipeline","source":"',
    '","source":"',
    '","v":1,"version":"',
    '"}',
    '{"file":"',
    '","first_at":',
    ',"last_at":',
    ',"root":"',
    '","rows":',
    ',"schema":"156e293547e80476e0a15b58358f12dcd2b4bb47a2fbedde36ecf1519b64ddd3"}',
    "c2sp.org/tlog-proof@v1\nindex ",
    "\n\n— ",
    "\n\n",
    "\n— ",
)
TOKENS = re.compile(
    rb"[\x01-\x7f]+|[\xc2-\xdf].|[\xe0-\xef]..|[\xf0-\xf4]...|[\x80-\xbf]"
    rb"|\xff.{32}|\xfe.{16}|\xfd.{32}|\xfc.{68}|\xfb.{7}|\xfa|\xf9.{76}",
    re.DOTALL,
)


def read_short(data: bytes) -> dict[str, object]:
    """The proof in its long form; raises `Failed`."""
    event, data = _field(data)
    line, data = _number(data)
    rows, data = _number(data)
    path, data = _field(data)
    key, data = _field(data)
    payload, data = _field(data)
    salt, data = _field(data)
    entry, data = _field(data)
    receipt, data = _field(data)
    if data or len(path) % 32:
        raise Failed("the short proof is longer than it says, or its path is not a list of hashes")
    steps = [path[at : at + 32] for at in range(0, len(path), 32)]
    body = unpacked(event)
    root = _root(_leaf(body.encode()), line, steps, rows)
    told = unpacked(payload).replace("\0", root.hex())
    value = _entry_filled(unpacked(entry), salt, told)
    return {
        "entry": value,
        "event": body,
        "form": SHORT_FORM,
        "input_key": key.hex(),
        "line": line,
        "path": [base64.b64encode(step).decode() for step in steps],
        "payload": told,
        "receipt": _receipt_filled(unpacked(receipt), value),
        "rows": rows,
        "salt": salt.hex(),
    }


def _entry_filled(entry: str, salt: bytes, payload: str) -> str:
    """The entry with its commitment to these particulars."""
    event_id = str(read_canonical(entry.replace("\0", "").encode())["id"])
    return entry.replace("\0", hmac.new(salt, event_id.encode() + payload.encode(), hashlib.sha256).hexdigest())


def _receipt_filled(receipt: str, entry: str) -> str:
    """The receipt with the root that the entry and its proof lead to: what the signature has to be over."""
    head, _, note = receipt.partition("\n\n")
    index, *steps = head.split("\n")[1:]
    size = decimal(note.split("\n")[1])
    path = [strict_base64(step) for step in steps]
    root = _root(_leaf(entry.encode()), decimal(index.removeprefix("index ")), path, size)
    return receipt.replace("\0", base64.b64encode(root).decode())


def unpacked(data: bytes) -> str:
    """The text of tokens."""
    tokens = TOKENS.findall(data)
    if sum(map(len, tokens)) != len(data):
        raise Failed("a text of the short proof holds something else than tokens")
    return "".join(map(_token, tokens))


def _token(token: bytes) -> str:
    lead, rest = token[0], token[1:]
    if lead < 0x80 or 0xC2 <= lead <= 0xF4:
        return token.decode()
    if lead < 0xC0:
        if lead - 0x80 >= len(PHRASES):
            raise Failed("the short proof names a phrase that there is not")
        return PHRASES[lead - 0x80]
    if lead in (0xFF, 0xFE):
        return rest.hex()
    if lead == 0xFB:
        return str(int.from_bytes(rest, "big"))
    return base64.b64encode(rest).decode() if rest else "\0"


def _number(data: bytes) -> tuple[int, bytes]:
    """A number in seven bits a byte, the lowest first, and what follows it."""
    value = 0
    for at, byte in enumerate(data[:8]):
        value |= (byte & 127) << 7 * at
        if byte < 128:
            if at and not byte:
                break
            return value, data[at + 1 :]
    raise Failed("the short proof is cut short, or a number in it is not as short as it could be")


def _field(data: bytes) -> tuple[bytes, bytes]:
    size, rest = _number(data)
    if size > len(rest):
        raise Failed("the short proof is cut short")
    return rest[:size], rest[size:]


PROOF_STEPS: tuple[tuple[str, Callable[[EventProof], str]], ...] = (
    ("form", proof_form),
    ("ledger key", proof_key),
    ("event", proof_event),
    ("place", proof_place),
    ("particulars", proof_particulars),
    ("entry", proof_entry),
    ("checkpoint", proof_checkpoint),
    ("input", proof_input),
    ("witnesses", proof_witnesses),
)


def verify_event(
    data: bytes, *, key: str | None = None, given: bytes | None = None, witnesses: Sequence[str] = ()
) -> list[Step]:
    """All steps for the proof of one event; `given` is the input that it is said to have had, as JSON."""
    proof = EventProof(data, key, given, tuple(witnesses))
    return [_run(number, name, check, proof) for number, (name, check) in enumerate(PROOF_STEPS, 1)]


# The receipt of one act: a tlog-proof, and the entry in a file of its own

RECEIPT_BEGINS = b"c2sp.org/tlog-proof@v1\n"


def receipt_form(proof: EventProof) -> str:
    if proof.given is None:
        raise Failed("the entry is missing: name the file with its exact bytes after the receipt, such as FILE.entry")
    proof.value = {"receipt": proof.data.decode(), "entry": proof.given.removesuffix(b"\n").decode()}
    return f"c2sp.org/tlog-proof@v1, {len(proof.data)} bytes, and an entry"


def receipt_entry(proof: EventProof) -> str:
    record = read_canonical(proof.text("entry"))
    if set(record) != FIELDS or record["v"] != 1 or type(record["at"]) is not int:
        raise Failed("it has other fields than version 1 of an entry")
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=record["at"])
    entity = cast(dict[str, object], record["entity"])
    return f"{record['action']} of {entity['kind']} {entity['id']} by {record['actor']} at {at.isoformat()}"


RECEIPT_STEPS: tuple[tuple[str, Callable[[EventProof], str]], ...] = (
    ("form", receipt_form),
    ("ledger key", proof_key),
    ("entry", receipt_entry),
    ("checkpoint", proof_checkpoint),
    ("witnesses", proof_witnesses),
)


def verify_receipt(
    data: bytes, entry: bytes | None, *, key: str | None = None, witnesses: Sequence[str] = ()
) -> list[Step]:
    """All steps for the receipt of one act, whose entry has these bytes."""
    proof = EventProof(data, key, entry, tuple(witnesses))
    return [_run(number, name, check, proof) for number, (name, check) in enumerate(RECEIPT_STEPS, 1)]


def keep_state(bundle: Bundle) -> None:
    """Remember the checkpoint, whole or not at all."""
    if bundle.state is not None and bundle.checkpoint is not None:
        draft = bundle.state.with_name(f".{bundle.state.name}.new")
        draft.write_text(bundle.checkpoint.note, encoding="utf-8", newline="\n")
        os.replace(draft, bundle.state)


# 13 witnesses: C2SP tlog-cosignature


TOLERANCE = 900  # seconds by which clocks may differ, and which an act may take between its beginning and its commit


def witnesses(bundle: Bundle) -> str:
    if f"{LEDGER}cosigned" not in bundle.files:
        if bundle.witnesses:
            raise Failed("the bundle holds no cosigned checkpoint")
        return "none has cosigned a checkpoint"
    if bundle.checkpoint is None:
        raise Failed("there is no checkpoint that could have been cosigned")
    note = bundle.text(f"{LEDGER}cosigned")
    seen = read_under(bundle, note)
    continues(bundle, seen, bundle.checkpoint)
    under = f"{seen.size} of {bundle.checkpoint.size} entries"
    if not bundle.witnesses:
        return f"NOT PINNED: a checkpoint of {under} carries cosignatures; name a witness' key with --witness"
    told = []
    for pinned in bundle.witnesses:
        witness = read_key(pinned, kind=4)
        at = cosigned_at(note, witness)
        in_time(bundle, seen.size, at, witness.name)
        told.append(f"{witness.name} at {datetime.fromtimestamp(at, UTC).isoformat()}")
    return f"{under} cosigned by {', '.join(told)}"


def cosigned_at(note: str, witness: LedgerKey) -> int:
    """When this witness cosigned the note, in seconds since 1970, once its signature has been verified."""
    text, _, signatures = note.rpartition("\n\n")
    times = []
    for line in signatures.removesuffix("\n").split("\n"):
        match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
        data = strict_base64(match[2]) if match else b""
        if match is None or match[1] != witness.name or data[:4] != witness.key_id:
            continue
        seconds = int.from_bytes(data[4:12], "big")
        message = f"cosignature/v1\ntime {seconds}\n{text}\n".encode()
        Ed25519PublicKey.from_public_bytes(witness.public).verify(data[12:], message)
        times.append(seconds)
    if not times:
        raise Failed(f"the checkpoint is not cosigned by {witness.name}")
    return max(times)


def in_time(bundle: Bundle, size: int, at: int, who: str) -> None:
    """Entries that an outside clock saw are not dated after it; entries that came later are not dated before it."""
    for entry in bundle.entries:
        dated = cast(int, entry.record["at"]) / 1e6
        if entry.index < size and dated > at + TOLERANCE:
            raise Failed(f"entry {entry.index} is dated after {who} saw it")
        if entry.index >= size and dated < at - TOLERANCE:
            raise Failed(f"entry {entry.index} is dated before {who} saw a ledger without it")


# 14 time stamps: RFC 3161; who signed the token is for openssl to say


TST_INFO = bytes.fromhex("2a864886f70d0109100104")


def time_stamps(bundle: Bundle) -> str:
    names = [f"{LEDGER}{name}" for name in ("stamped", "stamped.tst") if f"{LEDGER}{name}" in bundle.files]
    if not names:
        return "none was taken"
    if bundle.checkpoint is None or len(names) != 2:
        raise Failed("there is no checkpoint, or a time stamp without its note")
    note = bundle.text(f"{LEDGER}stamped")
    seen = read_under(bundle, note)
    continues(bundle, seen, bundle.checkpoint)
    at = stamped_at(bundle.file(f"{LEDGER}stamped.tst"), note.encode())
    in_time(bundle, seen.size, int(at.timestamp()), "the authority")
    return (
        f"{seen.size} of {bundle.checkpoint.size} entries stamped at {at.isoformat()}; NOT VERIFIED here: "
        "openssl ts -verify -token_in -in stamped.tst -data stamped -CAfile the authority's"
    )


def stamped_at(token: bytes, note: bytes) -> datetime:
    """The time in an RFC 3161 token over this note; nothing says yet who signed it."""
    outer = read_der(token)
    kind, wrapped = outer.parts()
    _version, _digests, content, *_ = read_der(wrapped.content).parts()
    inner, octets = content.parts()
    if outer.raw != token or kind.content != OIDS["signed data"] or inner.content != TST_INFO:
        raise Failed("the time stamp is not a token of RFC 3161")
    info = read_der(read_der(octets.content).content)
    _version, _policy, imprint, _serial, time, *_ = info.parts()
    algorithm, digest = imprint.parts()
    if algorithm.parts()[0].content != OIDS["SHA-256"] or digest.content != hashlib.sha256(note).digest():
        raise Failed("the time stamp is over something else than the note")
    text = time.content.decode("ascii").partition(".")[0].removesuffix("Z")
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


STEPS: tuple[tuple[str, Callable[[Bundle], str]], ...] = (
    ("container", container),
    ("layout", layout),
    ("tag files", tag_files),
    ("data files", data_files),
    ("signature", signature),
    ("certificate", certificate),
    ("ledger key", ledger_key),
    ("checkpoint", checkpoint),
    ("entries", entries),
    ("proofs", proofs),
    ("payloads", payloads),
    ("state", state),
    ("witnesses", witnesses),
    ("time stamps", time_stamps),
    ("events", events),
)


def verify(
    data: bytes,
    *,
    key: str | None = None,
    state: Path | None = None,
    ca: str | None = None,
    witnesses: Sequence[str] = (),
) -> list[Step]:
    """All steps, in order; the state is kept when all of them hold. Raises `NotABundle`."""
    bundle = Bundle(data, key, state, ca, tuple(witnesses))
    steps = list(run_steps(bundle))
    if all(step.passed for step in steps):
        keep_state(bundle)
    return steps


def run_steps(bundle: Bundle) -> Iterator[Step]:
    """Each step when it is asked for, so that who only wants a yes can stop at the first no."""
    for number, (name, check) in enumerate(STEPS, 1):
        yield _run(number, name, check, bundle)


def _run(number: int, name: str, check: Callable[[Subject], str], subject: Subject) -> Step:
    try:
        return Step(number, name, True, check(subject))
    except NotABundle:
        raise
    except (Failed, OSError) as error:
        return Step(number, name, False, str(error))
    except InvalidSignature:
        return Step(number, name, False, "a signature does not fit")
    except Exception as error:  # noqa: BLE001  whatever a hostile file provokes is a step that does not hold
        return Step(number, name, False, f"cannot be read ({type(error).__name__}: {error})")


def read_bundle(path: Path) -> bytes:
    """The file's bytes; raises `NotABundle`."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise NotABundle(f"{path} is larger than {MAX_BYTES} bytes.")
        return path.read_bytes()
    except OSError as error:
        raise NotABundle(f"{path} cannot be read: {error.strerror}.") from error


def pinned_key(given: str | None) -> str | None:
    """A verifier key as given, or from the file of that name."""
    if given is None or "+" in given:
        return given
    try:
        return Path(given).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise NotABundle(f"{given} is neither a verifier key nor a file that holds one.") from error


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="[receipt] FILE", nargs="+", type=Path,
        help="the bundle, a ZIP file; after the word receipt, the proof of one event, or the two parts of a short one, "
        "or the receipt of an act and its entry",
    )  # fmt: skip
    parser.add_argument("--key", metavar="K", help="the ledger's verifier key, or a file that holds it, to pin")
    parser.add_argument("--state", metavar="S", type=Path, help="a file that remembers the last checkpoint seen")
    parser.add_argument("--ca", metavar="F", help="the SHA-256 fingerprint of ca.crt, to pin")
    parser.add_argument(
        "--witness", metavar="W", action="append", default=[], help="a witness' key, or its file; may be repeated"
    )
    parser.add_argument("--input", metavar="F", type=Path, help="of an event: what its input is said to be, as JSON")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Verify and print; the exit code."""
    try:
        steps = _asked_for(args)
    except NotABundle as error:
        _print(json.dumps({"passed": False, "error": str(error)}) if args.format == "json" else str(error))
        return 2
    passed = all(step.passed for step in steps)
    if args.format == "json":
        _print(json.dumps({"passed": passed, "steps": [asdict(step) for step in steps]}, indent=2))
        return 0 if passed else 1
    for step in steps:
        _print(f"{'ok  ' if step.passed else 'FAIL'} {step.number:>2} {step.name}: {step.detail}")
    failed = ", ".join(step.name for step in steps if not step.passed)
    _print("Everything holds." if passed else f"Do not rely on this {_what(args)}; failed: {failed}.")
    return 0 if passed else 1


def _asked_for(args: argparse.Namespace) -> list[Step]:
    key = pinned_key(args.key)
    pinned = [one for one in map(pinned_key, args.witness) if one is not None]
    if _what(args) == "bundle":
        return verify(read_bundle(args.file[0]), key=key, state=args.state, ca=args.ca, witnesses=pinned)
    if args.state is not None or args.ca is not None:
        raise NotABundle("--state and --ca say something of a bundle, and nothing of a receipt.")
    first, *more = map(read_bundle, args.file[1:])
    given = read_bundle(args.input) if args.input else None
    if first.startswith(RECEIPT_BEGINS):
        return verify_receipt(first, more[0] if more else None, key=key, witnesses=pinned)
    return verify_event(b"".join([first, *more]), key=key, given=given, witnesses=pinned)


def _what(args: argparse.Namespace) -> str:
    if len(args.file) == 1:
        return "bundle"
    if len(args.file) in (2, 3) and str(args.file[0]) == "receipt":
        return "receipt"
    raise NotABundle(
        "Name one file, or the word receipt and a proof, a short proof in two parts, or a receipt and its entry."
    )


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify an exported bundle.")
    add_arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
