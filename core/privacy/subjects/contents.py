"""Reads files for a person by what they hold (Parquet, JSON, lines of text, ZIP, PDF) and writes them without them."""

import io
import json
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.privacy.subjects.matching import Matcher
from core.privacy.subjects.plain_text import json_of, objects_in, records, value_without
from core.privacy.subjects.values import hits_in
from core.store import EvidenceFiles

AT_A_TIME, MOST_BYTES, DEEPEST = 65536, 1 << 29, 3
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


class Form(StrEnum):
    """What a file is, by its first bytes."""

    PARQUET = "Parquet"
    JSON = "JSON"
    TEXT = "text"
    ZIP = "ZIP"
    PDF = "PDF"
    BINARY = "binary"


REWRITTEN = frozenset({Form.PARQUET, Form.JSON, Form.TEXT})


@dataclass(frozen=True)
class Linked:
    """Ids of rows that belong to the person because other rows of the same id name them, looked for in one column."""

    holds: Callable[[str], bool]
    column: str = "id"


@dataclass(frozen=True)
class InFile:
    """What a file is, in how many rows or places it names the person, and the ids of these rows."""

    form: Form
    rows: int
    ids: frozenset[str] = field(default_factory=frozenset)


def form_of(path: Path) -> Form:
    """What the file is."""
    with path.open("rb") as stream:
        begin = stream.read(4096)
    if begin[:4] == b"PAR1":
        return Form.PARQUET
    if begin[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return Form.ZIP
    if begin[:5] == b"%PDF-":
        return Form.PDF
    if b"\0" in begin:
        return Form.BINARY
    return Form.JSON if begin.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else Form.TEXT


def look_into(path: Path, matcher: Matcher, linked: Linked | None = None) -> InFile:
    """In how many rows or places the file names the person."""
    form = form_of(path)
    if form is Form.PARQUET:
        rows, ids = 0, set[str]()
        for batch in _batches(path):
            hit = naming(batch, matcher, linked)
            rows += pc.sum(hit).as_py() or 0
            if "id" in batch.schema.names:
                ids.update(map(str, batch.column("id").filter(hit).to_pylist()))
        return InFile(form, rows, frozenset(ids))
    return InFile(form, _places(path.read_bytes(), form, matcher))


def rows_of(path: Path, matcher: Matcher, linked: Linked | None = None) -> Iterator[dict[str, object]]:
    """The rows of a Parquet file that name the person; of text the lines, of JSON the innermost objects."""
    form = form_of(path)
    if form is Form.PARQUET:
        for batch in _batches(path):
            yield from batch.filter(naming(batch, matcher, linked)).to_pylist()
    elif form in (Form.JSON, Form.TEXT):
        text = path.read_bytes().decode("utf-8", "replace")
        value = json_of(text) if form is Form.JSON else None
        if value is None:
            yield from ({"line": number, "text": said} for number, said, hit in records(text, matcher) if hit)
        else:
            yield from objects_in(value, matcher)


def write_without(files: EvidenceFiles, digest: str, matcher: Matcher, linked: Linked | None = None) -> str | None:
    """Add the file without the rows that name the person; its digest, or None for one that cannot be written anew.

    A sealed file stays sealed, under a key of its own.
    """
    with files.opened() as path:
        return _written(files, path(digest), files.sealed.holds(files.stands_for(digest)), matcher, linked)


def _written(files: EvidenceFiles, path: Path, sealing: bool, matcher: Matcher, linked: Linked | None) -> str | None:
    form = form_of(path)
    if form is Form.PARQUET and sealing:
        made = pa.BufferOutputStream()
        _write_rows(path, made, matcher, linked)
        return files.add([made.getvalue().to_pybytes()], sealing=True).digest
    if form is Form.PARQUET:
        with tempfile.NamedTemporaryFile(dir=files.folder, prefix=".incoming-") as made:
            _write_rows(path, made.name, matcher, linked)
            return files.add_path(Path(made.name)).digest
    if form not in REWRITTEN:
        return None
    text = path.read_bytes().decode("utf-8", "replace")
    value = json_of(text) if form is Form.JSON else None
    if value is None:
        kept = "".join(said for _, said, hit in records(text, matcher) if not hit)
    else:
        kept = json.dumps(value_without(value, matcher), ensure_ascii=False, separators=(",", ":"))
    return files.add([kept.encode()], sealing=sealing).digest


def _write_rows(path: Path, made: object, matcher: Matcher, linked: Linked | None) -> None:
    with pq.ParquetWriter(made, pq.read_schema(path)) as sink:
        for batch in _batches(path):
            sink.write_batch(batch.filter(pc.invert(naming(batch, matcher, linked))))


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as stored:
        yield from stored.iter_batches(AT_A_TIME, use_threads=False)


def naming(batch: pa.RecordBatch, matcher: Matcher, linked: Linked | None = None) -> pa.Array:
    """Of each row whether one of its cells names the person, or its id is linked to them; each text is read once."""
    hit = pa.array([False] * len(batch))
    for name, values in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        whole = pa.types.is_integer(values.type)
        if not (whole or _is_text(values.type)):
            continue
        texts = values.cast(pa.string()) if whole else values
        distinct = pc.unique(texts)
        mine = [one for one in distinct.to_pylist() if one and hits_in(matcher, one)]
        if linked and name == linked.column:
            mine += [one for one in distinct.to_pylist() if one and linked.holds(one)]
        if mine:
            hit = pc.or_(hit, pc.fill_null(pc.is_in(texts, pa.array(mine, texts.type)), False))
    return hit


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _places(content: bytes, form: Form, matcher: Matcher, depth: int = 0) -> int:
    if form is Form.ZIP and depth < DEEPEST:
        return sum(_places(one, _form(one), matcher, depth + 1) for one in _members(content))
    if form is Form.PDF:
        return sum(_text_hits(one.decode("utf-8", "replace"), matcher) for one in _streams(content))
    if form is Form.PARQUET:
        with tempfile.NamedTemporaryFile() as made:
            made.write(content)
            made.flush()
            return look_into(Path(made.name), matcher).rows
    if form is Form.BINARY:
        return 0
    return _text_hits(content.decode("utf-8", "replace"), matcher)


def _text_hits(text: str, matcher: Matcher) -> int:
    value = json_of(text)
    if value is not None:
        return sum(1 for _ in objects_in(value, matcher))
    return sum(hit for _, _, hit in records(text, matcher))


def _form(content: bytes) -> Form:
    with tempfile.NamedTemporaryFile() as made:
        made.write(content[:4096])
        made.flush()
        return form_of(Path(made.name))


def _members(content: bytes) -> Iterator[bytes]:
    """What is in a ZIP file, up to a limit in all; one that cannot be read says nothing."""
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for one in packed.infolist():
                left -= one.file_size
                if left < 0:
                    return
                yield packed.read(one)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error):
        return


def _streams(content: bytes) -> Iterator[bytes]:
    """What a PDF file holds unpacked: its own text is glyphs, what is attached to it is text."""
    for found in STREAM.finditer(content):
        try:
            yield zlib.decompressobj().decompress(found[1], MOST_BYTES)
        except zlib.error:
            continue
