"""Where evidence may be fetched from: folders and parts of buckets that an administrator allowed, and nothing else."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import Problem, Refusal, Unreadable

SCHEME = "s3://"
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
TABLES = (".parquet", ".parq", ".pq", ".csv", ".tsv", ".tab", ".txt", ".json")
SETTING = "COUNTERSIGN_EVIDENCE_SOURCES"


@dataclass(frozen=True)
class InBucket:
    """A key, or the beginning of keys, in a bucket of S3."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}"


Place = Path | InBucket


@dataclass(frozen=True)
class Address:
    """One file as it was named, and where that leads: a path without links, or a key in a bucket."""

    written: str
    place: Place

    @property
    def name(self) -> str:
        """The last part as written, under which the evidence is shown."""
        return PurePosixPath(self.written).name


def parse_sources(written: str) -> tuple[Place, ...]:
    """Folders (absolute, never the root) and `s3://bucket/beginning/`, separated by commas; raises `ValueError`."""
    return tuple(_source(part.strip()) for part in written.split(",") if part.strip())


def _source(written: str) -> Place:
    if written.startswith(SCHEME):
        place = _in_bucket(written)
        if place is None or not (place.key == "" or place.key.endswith("/")):
            raise ValueError(written)
        return place
    if not _is_absolute(written) or len(real(Path(written)).parts) < 2:
        raise ValueError(written)
    return Path(written)


def parse_address(written: str) -> Address:
    """The file that an address names; raises `Unreadable` for anything but a path or an S3 key of a table.

    Links and `..` are followed here and once, so that what is allowed is what is read. What was written is not
    repeated: a mistaken address may hold a password.
    """
    place: Place | None = _in_bucket(written) if written.startswith(SCHEME) else None
    if _is_absolute(written):
        place = real(Path(written))
    if place is None:
        expected = "an absolute path, or s3://bucket/key"
        raise Unreadable([Problem("not an address of a file", column="address", expected=expected)])
    if not written.casefold().endswith(TABLES):
        expected = "a name that ends in " + ", ".join(TABLES)
        raise Unreadable([Problem("the name is not that of a table", column="address", expected=expected)])
    return Address(written, place)


def source_refusals(address: Address, sources: Sequence[Place], *, own: Path) -> tuple[Refusal, ...]:
    """Why nothing is fetched from there; empty means allowed. `own` is the folder of this installation's own data.

    The same words whether there is such a file or not, so that nobody learns what lies elsewhere on the server.
    """
    if not sources:
        message = "Evidence by reference is switched off: no folder and no bucket is allowed as a source"
    elif not any(_within(address.place, source) for source in sources) or _within(address.place, own):
        message = "The address lies outside the folders and buckets that are allowed as sources"
    else:
        return ()
    way_out = f"An administrator allows one with the setting {SETTING}; or upload the file itself."
    return (Refusal("source-not-allowed", message, "evidence by reference", way_out),)


def real(path: Path) -> Path:
    """Where a path leads once every link and `..` is followed, whether or not anything is there."""
    return Path(os.path.realpath(path))


def _within(place: Place, source: Place) -> bool:
    if isinstance(place, Path):
        return isinstance(source, Path) and place.is_relative_to(real(source))
    return isinstance(source, InBucket) and place.bucket == source.bucket and place.key.startswith(source.key)


def _is_absolute(written: str) -> bool:
    return written.startswith("/") and written.isprintable()


def _in_bucket(written: str) -> InBucket | None:
    """None for a bucket's name or a key that a client could read as another one, such as `a/../b`."""
    bucket, _, key = written.removeprefix(SCHEME).partition("/")
    parts = key.removesuffix("/").split("/") if key else []
    plain = key.isprintable() and "\\" not in key and all(part not in ("", ".", "..") for part in parts)
    return InBucket(bucket, key) if BUCKET.fullmatch(bucket) and plain else None
