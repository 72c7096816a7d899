"""A witness: cosigns a log's checkpoint only when it continues the last one that it saw (C2SP tlog-witness)."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import NotFound
from core.ledger.anchors.cosignatures import Cosigner
from core.ledger.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from core.ledger.merkle import extends
from core.ledger.notes import NoteRefused, Verifier, decode_base64, parse_decimal, split_note

KEY, TRUSTED, LOGS = "witness.key", "logs.txt", "logs"
MOST_STEPS = 63
SIZE = "text/x.tlog.size"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """What the witness answers over HTTP."""

    status: int
    body: str
    media: str = TEXT


@dataclass(frozen=True)
class Submission:
    """A checkpoint that is submitted: the size that its sender believes to be the last one, the proof, the note."""

    old: int
    proof: tuple[bytes, ...]
    note: str


class WitnessState:
    """Everything that a witness keeps, in one folder: its key, the keys of logs that it knows, their last notes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.cosigner = Cosigner.load(folder / KEY)

    @classmethod
    def open(cls, folder: Path, *, name: str) -> "WitnessState":
        """The witness in `folder`; its key is made, under this name, on first use."""
        (folder / LOGS).mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (folder / KEY).exists():
            Cosigner.make(folder / KEY, name)
        return cls(folder)

    @staticmethod
    def look_for(folder: Path) -> None:
        """Raises `NotFound` where no witness keeps anything, so that a mistyped folder does not become one."""
        if not (folder / KEY).exists():
            raise NotFound("witness in", f"{folder}: name the folder that `countersign witness serve` was given")

    def trust(self, vkey: str) -> Verifier:
        """Witness this log from now on; a log may have several keys. Raises `NoteRefused`."""
        verifier = Verifier.parse(vkey)
        if verifier not in self.trusted():
            with (self._folder / TRUSTED).open("a", encoding="utf-8") as sink:
                sink.write(f"{verifier.vkey}\n")
        return verifier

    def trusted(self) -> tuple[Verifier, ...]:
        """The keys of the logs that this witness knows."""
        path = self._folder / TRUSTED
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return tuple(Verifier.parse(line) for line in lines if line)

    def add_checkpoint(self, body: bytes, *, at: datetime) -> Answer:
        """Answer one submission; a cosignature leaves only after the checkpoint is kept for good."""
        try:
            submission = parse_submission(body)
            origin = parse_checkpoint(split_note(submission.note)[0]).origin
        except (NoteRefused, UnicodeDecodeError) as error:
            return Answer(400, f"{error}\n")
        keys = [key for key in self.trusted() if key.name == origin]
        if not keys:
            return Answer(404, "This witness does not know the log.\n")
        checkpoint = _signed(submission.note, keys)
        if checkpoint is None:
            return Answer(403, "No key that this witness knows signed the checkpoint.\n")
        if submission.old > checkpoint.size:
            return Answer(400, "The old size is larger than the checkpoint's.\n")
        with self._locked(origin):
            return self._answer(submission, checkpoint, at)

    def latest(self, digest: str) -> str | None:
        """The last note that was cosigned of the log whose origin has this SHA-256, in hexadecimal."""
        path = self._folder / LOGS / digest
        return path.read_text(encoding="utf-8") if len(digest) == 64 and digest.isalnum() and path.exists() else None

    def _answer(self, submission: Submission, checkpoint: Checkpoint, at: datetime) -> Answer:
        kept = self.latest(place_of(checkpoint.origin))
        seen = Checkpoint(checkpoint.origin, 0, b"") if kept is None else parse_checkpoint(split_note(kept)[0])
        if submission.old != seen.size:
            return Answer(409, f"{seen.size}\n", SIZE)
        if seen.size == checkpoint.size and kept is not None and seen.root != checkpoint.root:
            return Answer(409, f"{seen.size}\n", SIZE)
        continued = not submission.proof if seen.size in (0, checkpoint.size) else self._extends(seen, submission)
        if not continued:
            return Answer(422, "The proof does not show that the checkpoint continues the last one seen.\n")
        text = split_note(submission.note)[0]
        line = self.cosigner.cosign(text, at=at)
        self._keep(checkpoint.origin, _own(submission.note, checkpoint.origin) + line)
        return Answer(200, line)

    def _extends(self, seen: Checkpoint, submission: Submission) -> bool:
        now = parse_checkpoint(split_note(submission.note)[0])
        return extends(seen.root, seen.size, now.root, now.size, submission.proof)

    def _keep(self, origin: str, note: str) -> None:
        path = self._folder / LOGS / place_of(origin)
        draft = path.with_suffix(".new")
        with draft.open("w", encoding="utf-8", newline="\n") as sink:
            sink.write(note)
            sink.flush()
            os.fsync(sink.fileno())
        os.replace(draft, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _locked(self, origin: str) -> Iterator[None]:
        """One submission of a log at a time, whichever process or thread has it."""
        with (self._folder / LOGS / f"{place_of(origin)}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def place_of(origin: str) -> str:
    """Where a witness keeps and shows what it saw of a log: the SHA-256 of its origin."""
    return hashlib.sha256(origin.encode()).hexdigest()


def parse_submission(body: bytes) -> Submission:
    """`old SIZE`, proof lines, an empty line, the checkpoint; raises `NoteRefused`."""
    head, separator, note = body.decode("utf-8").partition("\n\n")
    first, *lines = head.split("\n")
    if not separator or not first.startswith("old ") or len(lines) > MOST_STEPS:
        raise NoteRefused("A submission is an old size, at most 63 hashes, an empty line, and a checkpoint.")
    proof = tuple(decode_base64(line) for line in lines)
    if any(len(step) != 32 for step in proof):
        raise NoteRefused("A proof consists of hashes of 32 bytes.")
    return Submission(parse_decimal(first.removeprefix("old ")), proof, note)


def _signed(note: str, keys: list[Verifier]) -> Checkpoint | None:
    for key in keys:
        try:
            return open_checkpoint(note, key)
        except NoteRefused:
            continue
    return None


def _own(note: str, origin: str) -> str:
    """The note with the signatures of its log alone, so that no other line piles up."""
    text, _, lines = note.rpartition("\n\n")
    return f"{text}\n\n" + "".join(f"{line}\n" for line in lines.splitlines() if line.startswith(f"— {origin} "))
