"""Facts about stored files: whether each that a row names is there and has the bytes of its digest."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from core.compliance.gathering.values import Read, Reading
from core.compliance.rules import KeptFile
from core.store import EvidenceFiles
from core.store.named import Folder, named_files, naming_rows

MEGABYTE = 1_000_000
GONE, DAMAGED = "is not there", "has other bytes than its digest says"


@dataclass(frozen=True)
class _Place:
    folder: Folder
    digest: str

    @property
    def subject(self) -> str:
        return f"{self.folder} {self.digest}"


def kept_files(session: Session, reading: Reading) -> Read[KeptFile]:
    """Every file that is named: that it is there, and of as many bytes as a run may read, that they are its own.

    Runs take turns: each reads on where the last one stopped. A file that was found damaged is read in each.
    """
    if reading.data_dir is None:
        return Read((), said="The files are not at hand here", judged=False)
    named = named_files(session.connection())
    places = [_Place(folder, digest) for folder, found in named.needed.items() for digest in found]
    places.sort(key=lambda one: one.subject)
    folders = {folder: EvidenceFiles(reading.data_dir / folder) for folder in Folder}
    wrong = {one: GONE for one in places if _path(folders[one.folder], one) is None
             and not _erased(folders[one.folder], one)}  # fmt: skip
    budget, read, last = reading.parameters["most_megabytes"] * MEGABYTE, 0, ""
    for one in _in_turn(places, reading):
        files = folders[one.folder]
        path = _path(files, one)
        if path is None:
            continue
        if budget <= 0 and one.subject not in reading.open_subjects:
            break
        budget, read, last = budget - path.stat().st_size, read + 1, one.subject
        if not files.is_sound(files.stands_for(one.digest)):
            wrong[one] = DAMAGED
    facts = tuple(_fact(session, one, why) for one, why in wrong.items())
    said = f"{len(places)} files are there but for {len(wrong)}, {read} of them read" if wrong else (
        f"{len(places)} files, {read} of them read"
    )  # fmt: skip
    return Read(facts, examined=len(places), figures={"next": last}, said=said)


def _in_turn(places: list[_Place], reading: Reading) -> Iterator[_Place]:
    """Those that are open deviations, then the others from where the last run stopped."""
    after = str(reading.earlier.get("next", ""))
    yield from (one for one in places if one.subject in reading.open_subjects)
    others = [one for one in places if one.subject not in reading.open_subjects]
    yield from (one for one in others if one.subject > after)
    yield from (one for one in others if one.subject <= after)


def _path(files: EvidenceFiles, one: _Place) -> Path | None:
    """Where the file lies, or the one that stands for it since a person's rows were erased."""
    path = files.lies_at(files.stands_for(one.digest))
    return path if path.is_file() else None


def _erased(files: EvidenceFiles, one: _Place) -> bool:
    """Whether it was destroyed as a whole, on record."""
    note = files.redaction(one.digest)
    return note is not None and not note.replacement


def _fact(session: Session, one: _Place, why: str) -> KeptFile:
    rows = naming_rows(session.connection(), one.folder, [one.digest])
    return KeptFile(one.subject, rows.get(one.digest, ""), why)
