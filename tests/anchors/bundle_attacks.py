# ruff: noqa: E501  one attack a line: the table is read from top to bottom
"""Attacks on a bundle, each with a name and the step that catches it; the subject holds what every attack needs.

An attacker holds nothing (edits the ZIP), or the key that signs manifests (digests and signature fit again), or the
ledger's key as well.
"""

import base64
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.ledger.checkpoints import parse_checkpoint
from core.ledger.notes import Signer, Verifier, split_note
from tests.ledger.ledger_bundles import Authority, a_bag, an_authority, cms, digests, zipped

Files = dict[str, bytes]
L = "data/ledger/"
NOTHING, MANIFEST, LEDGER = "nothing", "the key of manifests", "the ledger's key as well"


@dataclass(frozen=True)
class Subject:
    """A bundle that verifies, its maker's keys, what is pinned, and other bundles of the same ledger."""

    files: Files
    authority: Authority
    signer: Signer
    pinned: Mapping[str, str]
    others: Mapping[str, Files] = field(default_factory=dict)

    @property
    def whole(self) -> bytes:
        return zipped(self.files)

    def signed_anew(self, changed: Mapping[str, bytes | None]) -> bytes:
        """The bundle of somebody who holds the key of manifests."""
        payload = {name: content for name, content in self.files.items() if name.startswith("data/")}
        kept = {name: content for name, content in (payload | dict(changed)).items() if content is not None}
        return zipped(a_bag(kept, self.authority))

    def text(self, name: str) -> str:
        return self.files[L + name].decode()

    @property
    def note(self) -> str:
        return self.text("checkpoint")

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.files[f"{L}entries.jsonl"].splitlines()]

    def with_lines(self, lines: list[dict[str, object]]) -> bytes:
        text = "".join(json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n" for line in lines)
        return self.signed_anew({f"{L}entries.jsonl": text.encode()})

    def line_changed(self, number: int, **changes: object) -> bytes:
        lines = self.lines()
        lines[number] |= changes
        return self.with_lines(lines)

    def noted(self, note: str, name: str = "checkpoint") -> bytes:
        """Another checkpoint, in its file and under every proof."""
        changed: dict[str, bytes | None] = {L + name: note.encode()}
        if name == "checkpoint":
            for path, content in self.files.items():
                if path.startswith(f"{L}proofs/"):
                    changed[path] = content.replace(self.note.encode(), note.encode())
        return self.signed_anew(changed)


@dataclass(frozen=True)
class Attack:
    """What is done, by whom who holds what, which step is to name it, and how."""

    name: str
    holds: str
    step: str
    make: Callable[[Subject], bytes]


def _raw(subject: Subject, change: Callable[[bytes], bytes]) -> bytes:
    return change(subject.whole)


def _body(subject: Subject, number: int, old: str, new: str) -> bytes:
    body = str(subject.lines()[number]["body"])
    assert old in body
    return subject.line_changed(number, body=body.replace(old, new, 1))


def _compressed(subject: Subject) -> bytes:
    return zipped(subject.files, compression=zipfile.ZIP_DEFLATED)


def _two_folders(subject: Subject) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for number, (name, content) in enumerate(subject.files.items()):
            folder = "other" if number == 0 else "dossier"
            archive.writestr(zipfile.ZipInfo(f"{folder}/{name}", (2026, 11, 20, 12, 0, 0)), content)
    return sink.getvalue()


def _listed_anew(subject: Subject) -> bytes:
    """Digests made anew around a changed file, without a key: the signature is over the former list."""
    files = subject.files | {f"{L}vkey": b"changed\n"}
    files["manifest-sha256.txt"] = digests({name: files[name] for name in files if name.startswith("data/")})
    tags = [name for name in files if not name.startswith("data/") and name != "tagmanifest-sha256.txt"]
    return zipped(files | {"tagmanifest-sha256.txt": digests({name: files[name] for name in tags})})


def _tagged_anew(subject: Subject, **changed: bytes) -> bytes:
    """Tag files changed, and their digests with them; those are not signed."""
    files = subject.files | {name.replace("_", "."): content for name, content in changed.items()}
    tags = [name for name in files if not name.startswith("data/") and name != "tagmanifest-sha256.txt"]
    return zipped(files | {"tagmanifest-sha256.txt": digests({name: files[name] for name in tags})})


def _by_another_authority(subject: Subject) -> bytes:
    return replace(subject, authority=an_authority()).signed_anew({})


def _not_an_authority(subject: Subject) -> bytes:
    return replace(subject, authority=an_authority(ca=False)).signed_anew({})


def _signature_of_another(subject: Subject) -> bytes:
    files = subject.files | {"manifest-sha256.txt.p7s": cms(b"another list", subject.authority)}
    return _tagged_anew(replace(subject, files=files))


def _substituted(subject: Subject) -> bytes:
    """Key and checkpoint of another log over the same entries."""
    other = Signer(subject.signer.name, Ed25519PrivateKey.generate())
    note = parse_checkpoint(split_note(subject.note)[0]).note(other)
    made = replace(subject, files=subject.files | {f"{L}vkey": f"{other.vkey}\n".encode()})
    return made.noted(note)


def _signed_by_nobody(subject: Subject) -> bytes:
    other = Signer(subject.signer.name, Ed25519PrivateKey.generate())
    return subject.noted(parse_checkpoint(split_note(subject.note)[0]).note(other))


def _wrong_hash(subject: Subject) -> bytes:
    verifier = Verifier.parse(subject.text("vkey").strip())
    return subject.signed_anew({f"{L}vkey": verifier.vkey.replace(verifier.vkey.split("+")[1], "00000000").encode()})


def _renamed_log(subject: Subject) -> bytes:
    return subject.noted(subject.note.replace(subject.signer.name, "other.test/ledger"))


def _loose_base64(subject: Subject) -> bytes:
    """The same signature in another spelling: bits that base64 leaves unused."""
    head, _, last = subject.note.rstrip("\n").rpartition(" ")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = -1 - len(last) + len(last.rstrip("="))
    return subject.noted(f"{head} {last[:at]}{alphabet[alphabet.index(last[at]) ^ 1]}{last[at + 1 :]}\n")


def _proof(subject: Subject, change: Callable[[str], str]) -> bytes:
    name = next(path for path in subject.files if path.startswith(f"{L}proofs/"))
    return subject.signed_anew({name: change(subject.files[name].decode()).encode()})


def _another_proof(subject: Subject) -> bytes:
    first, second = [path for path in subject.files if path.startswith(f"{L}proofs/")][:2]
    return subject.signed_anew({first: subject.files[second]})


def _step_flipped(proof: str) -> str:
    head, _, note = proof.partition("\n\n")
    lines = head.split("\n")
    lines[2] = ("B" if lines[2][0] != "B" else "C") + lines[2][1:]
    return "\n".join(lines) + "\n\n" + note


def _step_added(proof: str) -> str:
    return proof.replace("\n\n", "\n" + base64.b64encode(bytes(32)).decode() + "\n\n", 1)


def _payloads_swapped(subject: Subject) -> bytes:
    lines = subject.lines()
    lines[0]["payload"], lines[1]["payload"] = lines[1]["payload"], lines[0]["payload"]
    return subject.with_lines(lines)


def _order(subject: Subject, *numbers: int) -> bytes:
    lines = subject.lines()
    return subject.with_lines([lines[number] for number in numbers] + lines[len(numbers) :])


def _key_file(subject: Subject, kind: str) -> str:
    return next(path for path in subject.files if path.startswith(f"{L}keys/") and path.endswith(kind))


def _over_edited(subject: Subject) -> bytes:
    name = _key_file(subject, ".entry")
    return subject.signed_anew({name: subject.files[name].replace(b'"administrator"', b'"developer"')})


def _over_signed_by_another(subject: Subject) -> bytes:
    name = _key_file(subject, ".tlog-proof")
    head, _, note = subject.files[name].decode().partition("\n\n")
    other = Signer(subject.signer.name, Ed25519PrivateKey.generate())
    return subject.signed_anew({name: f"{head}\n\n{other.sign(split_note(note)[0])}".encode()})


def _chain_dropped(subject: Subject) -> bytes:
    return subject.signed_anew({path: None for path in subject.files if path.startswith(f"{L}keys/")})


def _consistency(subject: Subject, change: Callable[[str], str]) -> bytes:
    return subject.signed_anew({f"{L}consistency": change(subject.text("consistency")).encode()})


def _consistency_flipped(text: str) -> str:
    return "\n".join(
        line if line.startswith("old ") or not line else ("B" if line[0] != "B" else "C") + line[1:]
        for line in text.split("\n")
    )


def _cosigned(subject: Subject, change: Callable[[str], str]) -> bytes:
    return subject.noted(change(subject.text("cosigned")), "cosigned")


def _cosignature(subject: Subject, change: Callable[[bytearray], None]) -> bytes:
    head, _, last = subject.text("cosigned").rstrip("\n").rpartition(" ")
    data = bytearray(base64.b64decode(last))
    change(data)
    return subject.noted(f"{head} {base64.b64encode(bytes(data)).decode()}\n", "cosigned")


def _time(data: bytearray) -> None:
    data[11] ^= 1


def _bits(data: bytearray) -> None:
    data[20] ^= 1


def _instead(name: str) -> Callable[[Subject], bytes]:
    def make(subject: Subject) -> bytes:
        files = {path: content for path, content in subject.others[name].items() if path.startswith("data/")}
        return zipped(a_bag(files, subject.authority))

    return make


def _note(change: Callable[[str], str]) -> Callable[[Subject], bytes]:
    return lambda subject: subject.noted(change(subject.note))


def _zip(**changed: bytes) -> Callable[[Subject], bytes]:
    names = {"README": "README.txt", "verify": "verify.py", "extra": "extra.txt", "data": "data/extra.txt"}
    return lambda subject: zipped(subject.files | {names[name]: content for name, content in changed.items()})


def _without(name: str) -> Callable[[Subject], bytes]:
    return lambda subject: zipped({path: content for path, content in subject.files.items() if path != name})


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _size_of(note: str) -> str:
    return note.split("\n")[1]


ATTACKS: tuple[Attack, ...] = (
    Attack("one bit of a file in the ZIP is flipped", NOTHING, "container", lambda s: _raw(s, lambda d: _flip(d, 900))),
    Attack("one bit of the ZIP's directory is flipped", NOTHING, "container", lambda s: _raw(s, lambda d: _flip(d, len(d) - 60))),
    Attack("something is added behind the ZIP", NOTHING, "container", lambda s: _raw(s, lambda d: d + b"\0")),
    Attack("something is put in front of the ZIP", NOTHING, "unreadable", lambda s: _raw(s, lambda d: b"\0" + d)),
    Attack("the ZIP is cut short", NOTHING, "container", lambda s: _raw(s, lambda d: d[:-1])),
    Attack("the files are compressed, so that bytes could change unseen", NOTHING, "container", _compressed),
    Attack("two files differ in capitals only", NOTHING, "container", lambda s: zipped(s.files | {"readme.TXT": b"x"})),
    Attack("a name leads out of the folder", NOTHING, "layout", lambda s: zipped(s.files | {"data/../../x": b"x"})),
    Attack("files lie in a second folder", NOTHING, "layout", _two_folders),
    Attack("the authority's certificate is left out", NOTHING, "layout", _without("ca.crt")),
    Attack("the signature is left out", NOTHING, "layout", _without("manifest-sha256.txt.p7s")),
    Attack("the README is changed", NOTHING, "tag files", _zip(README=b"Trust me.\n")),
    Attack("verify.py is replaced by one that says yes", NOTHING, "tag files", _zip(verify=b"print('Everything holds.')\n")),
    Attack("a file is added beside data/", NOTHING, "tag files", _zip(extra=b"x")),
    Attack("a file is added under data/", NOTHING, "data files", _zip(data=b"x")),
    Attack("a file under data/ is left out", NOTHING, "data files", _without(f"{L}entries.jsonl")),
    Attack("a file under data/ is changed", NOTHING, "data files", lambda s: zipped(s.files | {f"{L}vkey": b"x\n"})),
    Attack("bagit.txt declares something else", NOTHING, "layout", lambda s: _tagged_anew(s, bagit_txt=b"BagIt-Version: 9\n")),
    Attack("digests are made anew around a change", NOTHING, "signature", _listed_anew),
    Attack("the signature is over another manifest", NOTHING, "signature", _signature_of_another),
    Attack("the bundle is signed under another authority, sent along", NOTHING, "certificate", _by_another_authority),
    Attack("the signer's issuer is no authority", NOTHING, "certificate", _not_an_authority),
    Attack("an entry's actor is edited", MANIFEST, "proofs", lambda s: _body(s, 0, '"role":"administrator"', '"role":"auditor"')),
    Attack("an entry's action is edited", MANIFEST, "proofs", lambda s: _body(s, 0, "model.registered", "model.retired")),
    Attack("an entry's entity is edited", MANIFEST, "proofs", lambda s: _body(s, 0, "M0000", "M0009")),
    Attack("white space is put into an entry", MANIFEST, "entries", lambda s: _body(s, 0, ",", ", ")),
    Attack("a key occurs twice in an entry", MANIFEST, "entries", lambda s: _body(s, 0, "{", '{"v":1,')),
    Attack("a number of an entry is written with a fraction", MANIFEST, "entries", lambda s: _body(s, 0, '"v":1', '"v":1.0')),
    Attack("an entry holds the character zero", MANIFEST, "entries", lambda s: _body(s, 0, "M0000", "M\\u0000")),
    Attack("an entry gets one more field", MANIFEST, "entries", lambda s: _body(s, 0, '"v":1', '"v":1,"w":1')),
    Attack("entries stand in another order", MANIFEST, "entries", lambda s: _order(s, 1, 0)),
    Attack("an entry is replayed", MANIFEST, "entries", lambda s: _order(s, 0, 0)),
    Attack("an entry is left out, its proof is not", MANIFEST, "proofs", lambda s: s.with_lines(s.lines()[1:])),
    Attack("an entry is renumbered", MANIFEST, "proofs", lambda s: s.line_changed(-1, index=10**6)),
    Attack("a payload is edited", MANIFEST, "payloads", lambda s: s.line_changed(0, payload='{"n":7}')),
    Attack("payloads are swapped", MANIFEST, "payloads", _payloads_swapped),
    Attack("a salt is changed", MANIFEST, "payloads", lambda s: s.line_changed(0, salt="00" * 32)),
    Attack("a salt is spelt in capitals", MANIFEST, "entries", lambda s: s.line_changed(0, salt=str(s.lines()[0]["salt"]).upper())),
    Attack("a payload is left out, its salt is not", MANIFEST, "payloads", lambda s: s.line_changed(0, payload="")),
    Attack("a proof is of another entry", MANIFEST, "proofs", _another_proof),
    Attack("a hash of a proof is changed", MANIFEST, "proofs", lambda s: _proof(s, _step_flipped)),
    Attack("a hash is added to a proof", MANIFEST, "proofs", lambda s: _proof(s, _step_added)),
    Attack("a proof is under another checkpoint", MANIFEST, "proofs", lambda s: _proof(s, lambda p: p[:-1] + "x\n")),
    Attack("the checkpoint's lines end as on Windows", MANIFEST, "checkpoint", _note(lambda n: n.replace("\n", "\r\n"))),
    Attack("the checkpoint's size has a leading zero", MANIFEST, "checkpoint", _note(lambda n: n.replace("\n", "\n0", 1))),
    Attack("the checkpoint's size is another", MANIFEST, "checkpoint", _note(lambda n: n.replace(f"\n{_size_of(n)}\n", "\n9\n"))),
    Attack("the checkpoint gets one more line", MANIFEST, "checkpoint", _note(lambda n: n.replace("\n\n", "\nmore\n\n"))),
    Attack("a line that is no signature follows", MANIFEST, "checkpoint", _note(lambda n: n + "and more\n")),
    Attack("a signature is spelt in another base64", MANIFEST, "checkpoint", _loose_base64),
    Attack("the checkpoint is signed by another key of this name", MANIFEST, "checkpoint", _signed_by_nobody),
    Attack("the checkpoint is of a log of another name", MANIFEST, "checkpoint", _renamed_log),
    Attack("another log's key and checkpoint are put in", MANIFEST, "ledger key", _substituted),
    Attack("the verifier key's own hash does not fit", MANIFEST, "ledger key", _wrong_hash),
    Attack("the entry that names the new key is edited", MANIFEST, "ledger key", _over_edited),
    Attack("the former key did not sign the hand-over", MANIFEST, "ledger key", _over_signed_by_another),
    Attack("the hand-overs are left out", MANIFEST, "ledger key", _chain_dropped),
    Attack("a hand-over's proof is left out", MANIFEST, "ledger key", lambda s: s.signed_anew({_key_file(s, ".tlog-proof"): None})),
    Attack("no proof leads from the hand-over to the checkpoint", MANIFEST, "checkpoint", lambda s: s.signed_anew({f"{L}consistency": None})),
    Attack("the proofs from earlier checkpoints are changed", MANIFEST, "checkpoint", lambda s: _consistency(s, _consistency_flipped)),
    Attack("the cosigned checkpoint is changed", MANIFEST, "witnesses", lambda s: _cosigned(s, lambda n: n.replace(f"\n{_size_of(n)}\n", "\n8\n"))),
    Attack("the witness' time is changed", MANIFEST, "witnesses", lambda s: _cosignature(s, _time)),
    Attack("the witness' signature is changed", MANIFEST, "witnesses", lambda s: _cosignature(s, _bits)),
    Attack("the cosigned checkpoint is left out", MANIFEST, "witnesses", lambda s: s.signed_anew({f"{L}cosigned": None})),
    Attack("the time stamp is over another note", MANIFEST, "time stamps", lambda s: s.signed_anew({f"{L}stamped": s.files[f"{L}cosigned"]})),
    Attack("the time stamp is cut short", MANIFEST, "time stamps", lambda s: s.signed_anew({f"{L}stamped.tst": s.files[f"{L}stamped.tst"][:-1]})),
    Attack("a time stamp comes without its note", MANIFEST, "time stamps", lambda s: s.signed_anew({f"{L}stamped": None})),
    Attack("the log is rewritten under the real key", LEDGER, "state", _instead("rewritten")),
    Attack("the log is put back to an earlier state", LEDGER, "state", _instead("earlier")),
    Attack("the rewritten log is as long as the one that was seen", LEDGER, "state", _instead("as long")),
    Attack("an entry is dated back to before the witness looked", LEDGER, "witnesses", _instead("backdated")),
    Attack("an entry that the witness saw is dated after that", LEDGER, "witnesses", _instead("postdated")),
)  # fmt: skip
