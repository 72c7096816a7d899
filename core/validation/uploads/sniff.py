"""What a file is, by its content; its name is only compared, never believed."""

import io
import pickletools
import re
from enum import StrEnum
from pathlib import Path

from core.errors import Unreadable
from core.validation.uploads.filenames import safe_label
from core.validation.uploads.limits import Limits
from core.validation.uploads.problems import one

HEAD = 1 << 16
LARGEST_TEXT_PICKLE = 1 << 24
EXPECTED = "CSV or Parquet"


class Kind(StrEnum):
    """The two kinds of table that are read."""

    CSV = "csv"
    PARQUET = "parquet"


SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PARE", "an encrypted Parquet file"),
    (b"PK\x03\x04", "a ZIP archive (or a spreadsheet)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"PK\x07\x08", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip file"),
    *((b"BZh%d1AY&SY" % level, "a bzip2 file") for level in range(1, 10)),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"\x04\x22\x4d\x18", "an LZ4 file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"%PDF-", "a PDF"),
    (b"\x7fELF", "an executable"),
    (b"MZ\x90\x00", "an executable"),
    (b"\xcf\xfa\xed\xfe", "an executable"),
    (b"\xca\xfe\xba\xbe", "an executable"),
    (b"#!/", "a script"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"ARROW1", "an Arrow file"),
    (b"FEA1", "a Feather file"),
    (b"Obj\x01", "an Avro file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"{\\rtf", "an RTF document"),
)
UTF16 = (
    (b"\xff\xfe", "UTF-16 or UTF-32 (little-endian)"),
    (b"\xfe\xff", "UTF-16 (big-endian)"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
)
MARKUP = re.compile(rb"<(?:!doctype|\?xml|html|head|body|table|svg|!--)", re.IGNORECASE)
JSON = re.compile(rb'(?:\[\s*(?:[\[{"\]0-9-]|true|false|null)|\{\s*["}])')
BINARY_PICKLE = re.compile(rb"\x80[\x02-\x05](?:\x95|[\]}(cX\x8c]).*", re.DOTALL)
TEXT_PICKLE = re.compile(rb"(?:\(|c|I|V|S|L|F)[^\n]*\n")
EXTENSIONS = {
    "csv": Kind.CSV,
    "tsv": Kind.CSV,
    "tab": Kind.CSV,
    "txt": Kind.CSV,
    "parquet": Kind.PARQUET,
    "parq": Kind.PARQUET,
    "pq": Kind.PARQUET,
}


def kind_of(path: Path, filename: str, limits: Limits) -> Kind:
    """CSV or Parquet by content; raises `Unreadable` for anything else and for a name that says otherwise."""
    size = path.stat().st_size
    if size > limits.size:
        raise one("the file is too large", found=f"{size} bytes", expected=f"at most {limits.size} bytes")
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        stream.seek(max(0, size - 4))
        tail = stream.read(4)
    if not head.strip(b" \t\r\n\x0b\x0c\xef\xbb\xbf"):
        raise one("the file is empty", line=1, found="white space only" if head else "no bytes", expected=EXPECTED)
    kind = _parquet(head, tail, size) or _csv(path, head, size)
    _compare(kind, filename)
    return kind


def _parquet(head: bytes, tail: bytes, size: int) -> Kind | None:
    if not head.startswith(b"PAR1"):
        return None
    if tail == b"PARE":
        raise _refused("an encrypted Parquet file")
    if tail != b"PAR1" or size < 12:
        raise one("the Parquet file is cut short", found="no footer at its end", expected="a whole file")
    return Kind.PARQUET


def _csv(path: Path, head: bytes, size: int) -> Kind:
    for signature, what in SIGNATURES:
        if head.startswith(signature):
            raise _refused(what)
    for mark, encoding in UTF16:
        if head.startswith(mark):
            raise one("the file is not UTF-8", line=1, found=f"{encoding}, byte offset 0", expected="UTF-8")
    if head[257:262] == b"ustar":
        raise _refused("a tar archive")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if MARKUP.match(text):
        raise _refused("an HTML or XML document")
    if JSON.match(text):
        raise _refused("JSON")
    if _is_pickle(path, head, size):
        raise _refused("a Python pickle")
    return Kind.CSV


def _is_pickle(path: Path, head: bytes, size: int) -> bool:
    """Binary pickles by their opcode; text pickles by walking their opcodes, which runs nothing."""
    if BINARY_PICKLE.match(head):
        return True
    if not TEXT_PICKLE.match(head) or size > LARGEST_TEXT_PICKLE:
        return False
    content = path.read_bytes()
    if not content.rstrip().endswith(b"."):
        return False
    try:
        for _ in pickletools.genops(io.BytesIO(content)):
            pass
    except (ValueError, IndexError):
        return False
    return True


def _compare(kind: Kind, filename: str) -> None:
    extension = safe_label(filename).rpartition(".")[2].casefold() if "." in safe_label(filename) else ""
    if extension and EXTENSIONS.get(extension) is not kind:
        found = f"{'Parquet' if kind is Kind.PARQUET else 'text'} in a file named .{extension[:12]}"
        raise one("the name and the content disagree", found=found, expected=f"the name ends in .{kind}")


def _refused(what: str) -> Unreadable:
    return one("the file is not a table we read", line=None, found=what, expected=EXPECTED)
