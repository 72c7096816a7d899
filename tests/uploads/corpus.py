"""The bad-input corpus: files that must be refused, each with its place, and files that must be taken as they are."""

import io
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from gzip import compress

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from core.validation.uploads import ColumnMapping

MAPPING = ColumnMapping(
    label="y", prediction="p", score="s", positive_label="1", row_id="id", score_is_probability=True
)
HEADER = "id,y,p,s,note\n"
GOOD = "1,0,1,0.25,fine\n"


@dataclass(frozen=True)
class Bad:
    """A file, and where and why it is refused; `line` and `column` as a spreadsheet shows them, header on line 1."""

    name: str
    content: bytes | Callable[[], bytes]
    reason: str
    line: int | None = None
    column: str | None = None
    found: str = ""
    filename: str = "predictions.csv"

    def bytes(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content()


def _rows(*rows: str, header: str = HEADER) -> bytes:
    return (header + "".join(row + "\n" for row in rows)).encode()


def _number(text: str) -> bytes:
    """A file whose third line holds `text` where the score must be."""
    return _rows(GOOD.strip(), f'2,1,1,"{text}",x')


def _parquet(table: pa.Table, **settings: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **settings)
    return sink.getvalue()


def good_table() -> pa.Table:
    return pa.table({"id": [1, 2, 3], "y": [0, 1, 1], "p": [0, 1, 0], "s": [0.1, 0.9, 0.4], "note": ["a", "b", "c"]})


def _with(name: str, values: list[object], kind: pa.DataType | None = None) -> Callable[[], bytes]:
    return lambda: _parquet(good_table().append_column(name, pa.array(values, kind)))


def _instead(name: str, values: list[object]) -> Callable[[], bytes]:
    place = good_table().schema.names.index(name)
    return lambda: _parquet(good_table().set_column(place, name, pa.array(values)))


def _archive(member: str, *, link: bool = False) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        info = zipfile.ZipInfo(member)
        info.external_attr = (0o120777 << 16) if link else 0
        archive.writestr(info, "/etc/passwd" if link else "a,b\n1,2\n")
    return sink.getvalue()


def dictionary_bomb() -> bytes:
    """Under 1 MB that unfolds into 20 GB of text: one long value, named 50,000 times by a dictionary."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 50_000, pa.int32()), pa.array(["x" * 400_000]))
    return _parquet(pa.table({"a": column}), compression="zstd")


def cells_bomb() -> bytes:
    """Some 100 kB that claim 30 million cells: run lengths of one value."""
    column = pa.array([0], pa.int8()).take(pa.array(bytearray(300_000), pa.uint8()))
    return _parquet(pa.table({f"c{place}": column for place in range(100)}), compression="zstd")


def plain_bomb() -> bytes:
    """Text without a dictionary, squeezed by the codec: the metadata itself says how much it is."""
    column = pa.array(["y" * 900_000] * 60)
    return _parquet(pa.table({"a": column}), compression="zstd", use_dictionary=False)


def _invalid_text() -> bytes:
    raw = pa.array([b"ok", b"caf\xe9"], pa.binary())
    return _parquet(pa.table({"a": raw.view(pa.string())}))


def delta_bomb() -> bytes:
    """A few kB that unfold into 60 MB: every value repeats the whole of the value before it."""
    table = pa.table({"a": pa.array(["z" * 20_000] * 3_000)})
    encoding = {"a": "DELTA_BYTE_ARRAY"}
    return _parquet(table, compression="zstd", use_dictionary=False, column_encoding=encoding)


class _Keys(pe.KmsClient):  # type: ignore[misc]  # pyarrow ships no types
    """A key service that keeps nothing secret."""

    def wrap_key(self, key: bytes, master: str) -> bytes:
        return key

    def unwrap_key(self, wrapped: bytes, master: str) -> bytes:
        return wrapped


def encrypted(*, plaintext_footer: bool) -> bytes:
    """A Parquet file with an encrypted column, and a footer that is encrypted or open."""
    settings = pe.EncryptionConfiguration(
        footer_key="footer", column_keys={"column": ["s"]}, plaintext_footer=plaintext_footer, double_wrapping=False
    )
    factory = pe.CryptoFactory(lambda _: _Keys())
    sink = io.BytesIO()
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), settings)
    with pq.ParquetWriter(sink, good_table().schema, encryption_properties=properties) as writer:
        writer.write_table(good_table())
    return sink.getvalue()


LATE = 9_000
MARKS = {"name": "na\u200bme", "bidi": "na\u202eme", "control": "na\x07me", "filler": "na\u3164me"}
PARQUET = "predictions.parquet"

BAD: tuple[Bad, ...] = (
    # names
    Bad("duplicate names", b"a,b,a\n1,2,3\n", "two columns share a name", 1, "a"),
    Bad("duplicate after case folding", "Straße,b,STRASSE\n1,2,3\n".encode(), "two columns share a name", 1, "STRASSE"),
    Bad(
        "duplicate after normalisation", "\u00e9,b,e\u0301\n1,2,3\n".encode(), "two columns share a name", 1, "e\u0301"
    ),
    Bad("empty name", b"a,,c\n1,2,3\n", "the column has no name", 1, "field 2"),
    Bad("blank name", b"a, ,c\n1,2,3\n", "the column has no name", 1, "field 2"),
    *(Bad(f"hidden: {what}", f"a,{name}\n1,2\n".encode(), "hidden characters", 1) for what, name in MARKS.items()),
    Bad("name over 200 characters", b"a," + b"n" * 201 + b"\n1,2\n", "the column name is too long", 1),
    Bad("no header row", b"1,0.5,Other\n2,0.7,Other\n", "no header row", 1),
    Bad("header only", b"a,b,c\n", "the file has no rows", 2),
    Bad("empty first line", b"\na,b\n1,2\n", "the first line is empty", 1),
    # shape
    Bad("row too long", _rows(GOOD.strip(), "2,1,1,0.5,x,y"), "longer than the header", 3, "field 6"),
    Bad("row too short", _rows(GOOD.strip(), "2,1,1"), "shorter than the header", 3, "s"),
    Bad("empty line within", _rows(GOOD.strip(), "", GOOD.strip()), "an empty line", 3, "id"),
    Bad("unclosed quote", _rows(GOOD.strip(), '2,1,1,0.5,"never', GOOD.strip()), "never closed", 3, "note"),
    Bad("text after a quote", _rows('2,1,"1"x,0.5,a'), "text after a closing quotation mark", 2, "p"),
    Bad("unclosed quote in header", b'a,"b\n1,2\n', "quotation marks", 1),
    Bad("CR-only line ends", b"a,b\r1,2\r3,4\r", "the lines end in CR alone", 1),
    Bad("CR within a row", b"a,b\n1,x\ry\n", "a CR that does not end the line", 2, "b"),
    Bad("mixed delimiters", b"a,b,c\n1,2,3\n1;2;3\n", "shorter than the header", 3, "b", "semicolons"),
    Bad("two delimiters in the header", b"a,b;c\n1,2;3\n", "the delimiter is in doubt", 1),
    Bad("decimal commas", b"s;y\n0.5;1\n0,91;0\n", "a decimal comma", 3, "s"),
    Bad("field over 1 MB", _rows(GOOD.strip(), "2,1,1,0.5," + "x" * 1_000_001), "a field is too long", 3, "note"),
    Bad("line over 16 MB", lambda: HEADER.encode() + b"1," * 9_000_000 + b"\n", "a line is too long", 2),
    Bad("over 2,000 columns", ",".join(f"c{n}" for n in range(2_001)).encode() + b"\n", "too many columns", 1, "c2000"),
    # encoding
    Bad("Latin-1", "a,b\ncafé,1\n".encode("latin-1"), "not UTF-8", 2, None, "0xE9 at byte offset 7"),
    Bad("UTF-16 with a mark", "a,b\n1,2\n".encode("utf-16"), "not UTF-8", 1, None, "byte offset 0"),
    Bad("UTF-16 without a mark", "a,b\n1,2\n".encode("utf-16-le"), "NUL", 1, None, "byte offset 1"),
    Bad("mixed encodings", "a,b\né,1\n".encode() + "é,2\n".encode("cp1252"), "not UTF-8", 3, None, "byte offset 9"),
    Bad("NUL", b"a,b\n1,2\n3,\x004\n", "NUL", 3, None, "byte offset 10"),
    Bad("late invalid byte", lambda: b"a,b\n" + b"1,2\n" * LATE + b"\xff,1\n", "not UTF-8", LATE + 2, None, "36004"),
    # numbers, in the score column
    Bad("NaN", _number("NaN"), "not a number", 3, "s"),
    Bad("infinity", _number("-inf"), "an infinite number", 3, "s"),
    Bad("1e400", _number("1e400"), "too large", 3, "s"),
    Bad("thousands separator", _number("1,234.5"), "a thousands separator", 3, "s"),
    Bad("decimal comma", _number("0,91"), "a decimal comma", 3, "s"),
    Bad("Unicode minus", _number("\u22120.5"), "a minus sign", 3, "s"),
    Bad("2^64", _number("18446744073709551616"), "beyond 2^53", 3, "s"),
    Bad("2^53 + 1", _number("9007199254740993"), "beyond 2^53", 3, "s"),
    Bad("Arabic digits", _number("\u0660.\u0665"), "digits that are not ASCII", 3, "s"),
    Bad("percent", _number("91%"), "a percent sign", 3, "s"),
    Bad("currency", _number("€0.91"), "a currency sign", 3, "s"),
    Bad("spaces", _number(" 0.91"), "spaces around a number", 3, "s"),
    Bad("hexadecimal", _number("0x1F"), "not a number", 3, "s"),
    Bad("empty", _number(""), "the value is missing", 3, "s"),
    # content that is something else
    Bad("HTML", b"<!DOCTYPE html><html><body>a,b</body></html>", "not a table", found="HTML"),
    Bad("JSON", b'{"a": [1, 2]}', "not a table", found="JSON"),
    Bad("JSON array", b'[{"a": 1}]', "not a table", found="JSON"),
    Bad("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "not a table", found="PDF"),
    Bad("pickle", pickle.dumps({"a": 1}), "not a table", found="pickle"),
    Bad("pickle, protocol 0", pickle.dumps({"a": [1, 2]}, protocol=0), "not a table", found="pickle"),
    Bad("executable", b"\x7fELF\x02\x01\x01" + b"\x00" * 57, "not a table", found="executable"),
    Bad("ZIP", _archive("a.csv"), "not a table", found="ZIP"),
    Bad("ZIP with a link", _archive("a", link=True), "not a table", found="ZIP"),
    Bad("ZIP that climbs", _archive("../../etc/cron.d/x"), "not a table", found="ZIP", filename="predictions.zip"),
    Bad("ZIP with an absolute name", _archive("/etc/cron.d/x"), "not a table", found="ZIP"),
    Bad("gzip bomb", lambda: compress(b"0," * 25_000_000), "not a table", found="gzip", filename="predictions.csv.gz"),
    Bad("CSV named Parquet", b"a,b\n1,2\n", "the name and the content disagree", filename=PARQUET),
    Bad("CSV named as a pickle", b"a,b\n1,2\n", "the name and the content disagree", filename="model.pkl"),
    Bad("Parquet named CSV", lambda: _parquet(good_table()), "the name and the content disagree"),
    Bad("empty file", b"", "the file is empty", 1),
    Bad("white space only", b" \r\n\t\n", "the file is empty", 1),
    # Parquet
    Bad("cut short", lambda: _parquet(good_table())[:-9], "cut short", filename=PARQUET),
    Bad("damaged footer", lambda: _parquet(good_table())[:-60] + b"\0" * 56 + b"PAR1", "damaged", filename=PARQUET),
    Bad("nested", _with("n", [[1], [2], []]), "a type we do not read", 1, "n", filename=PARQUET),
    Bad("struct", _with("n", [{"a": 1}, {"a": 2}, None]), "a type we do not read", 1, "n", filename=PARQUET),
    Bad("binary", _with("n", [b"1", b"2", b"3"]), "a type we do not read", 1, "n", filename=PARQUET),
    Bad("encrypted", lambda: encrypted(plaintext_footer=False), "not a table", found="encrypted", filename=PARQUET),
    Bad("encrypted column", lambda: encrypted(plaintext_footer=True), "an encrypted Parquet file", filename=PARQUET),
    Bad("no rows", lambda: _parquet(good_table().slice(0, 0)), "the file has no rows", 2, filename=PARQUET),
    Bad("duplicate names in Parquet", _with("Y", [1, 2, 3]), "two columns share a name", 1, "Y", filename=PARQUET),
    Bad("hidden name in Parquet", _with("a\u200b", [1, 2, 3]), "hidden characters", 1, "a", filename=PARQUET),
    Bad("invalid text in Parquet", _invalid_text, "not UTF-8", 3, "a", filename=PARQUET),
    Bad("NUL in Parquet", lambda: _parquet(pa.table({"a": ["ok", "x\0y"]})), "NUL", 3, "a", filename=PARQUET),
    # what was declared
    Bad("positive label absent", _rows("1,0,0,0.1,a", "2,0,0,0.2,b"), "the positive label does not occur", None, "y"),
    Bad("other labels", _rows("1,yes,1,0.1,a", "2,no,0,0.2,b"), "the positive label does not occur", None, "y"),
    Bad("prediction outside the labels", _rows(GOOD.strip(), "2,1,2,0.9,x"), "not among the labels", 3, "p", "“2”"),
    Bad("probability above 1", _rows(GOOD.strip(), "2,1,1,1.01,x"), "outside [0, 1]", 3, "s"),
    Bad("prediction missing", _rows(GOOD.strip(), "2,1,,0.5,x"), "the value is missing", 3, "p"),
    Bad("label missing", _rows("1,1,1,0.25,fine", "2,,1,0.5,x"), "the value is missing", 3, "y"),
    Bad(
        "row id twice", _rows("7,0,1,0.25,a", "8,1,1,0.5,b", "7,1,1,0.5,c"), "a row id stands twice", 4, "id", "line 2"
    ),
    Bad("NaN in Parquet", _instead("s", [0.1, float("nan"), 0.2]), "not a number", 3, "s", filename=PARQUET),
    Bad("infinity in Parquet", _instead("s", [0.1, float("inf"), 0.2]), "an infinite number", 3, "s", filename=PARQUET),
    Bad("large integer in Parquet", _instead("s", [0, 2**60, 1]), "beyond 2^53", 3, "s", filename=PARQUET),
    Bad("null prediction in Parquet", _instead("p", [0, None, 1]), "the value is missing", 3, "p", filename=PARQUET),
    Bad("text score in Parquet", _instead("s", ["0.1", "0,2", "0.3"]), "a decimal comma", 3, "s", filename=PARQUET),
)

BOMBS: tuple[Bad, ...] = (
    Bad("Parquet bomb by delta encoding", delta_bomb, "unfolds into far more", filename=PARQUET),
    Bad("Parquet bomb by dictionary", dictionary_bomb, "unfolds into far more", filename=PARQUET),
    Bad("Parquet bomb by run length", cells_bomb, "unfolds into far more", filename=PARQUET),
    Bad("Parquet bomb by codec", plain_bomb, "unfolds into far more", filename=PARQUET),
)


@dataclass(frozen=True)
class Good:
    """A file that is taken as it is, and the cells that its table must hold to the byte."""

    name: str
    content: bytes
    cells: dict[str, list[str | None]]


GOOD_FILES: tuple[Good, ...] = (
    Good("byte order mark", b"\xef\xbb\xbfa,b\nx,1\n", {"a": ["x"], "b": ["1"]}),
    Good("quoted line end", b'a,b\n"one\ntwo",1\n"one\r\ntwo",2\n', {"a": ["one\ntwo", "one\r\ntwo"]}),
    Good("leading zeros", b"plz,b\n01067,1\n00501,2\n", {"plz": ["01067", "00501"]}),
    Good("the text NA", b"a,b\nNA,1\nnull,2\nNone,3\nnan,4\n#N/A,5\n", {"a": ["NA", "null", "None", "nan", "#N/A"]}),
    Good("spellings of true", b"a,b\nTRUE,1\ntrue,2\nTrue,3\nyes,4\n", {"a": ["TRUE", "true", "True", "yes"]}),
    Good("late change of type", b"a,b\n" + b"1,2\n" * LATE + b"x1,2\n", {"a": ["1"] * LATE + ["x1"]}),
    Good("formula text", b"a,b\n=1+1,1\n@SUM(A1),2\n+cmd,3\n-x,4\n", {"a": ["=1+1", "@SUM(A1)", "+cmd", "-x"]}),
    Good("any script", "имя,名前,اسم\nИван,山田,علي\n".encode(), {"имя": ["Иван"], "名前": ["山田"], "اسم": ["علي"]}),
    Good("CR LF", b"a,b\r\nx,1\r\n", {"a": ["x"], "b": ["1"]}),
    Good("no last line end", b"a,b\nx,1", {"a": ["x"], "b": ["1"]}),
    Good("semicolons", b"a;b\nx,y;1\n", {"a": ["x,y"], "b": ["1"]}),
    Good("tabs", b"a\tb\nx, y\t1\n", {"a": ["x, y"], "b": ["1"]}),
    Good("quotes within", b'a,b\n"say ""hi""",1\n5" pipe,2\n', {"a": ['say "hi"', '5" pipe']}),
    Good("outer spaces", b"a,b\n x ,1\n", {"a": [" x "]}),
    Good("nothing written", b"a,b\n,1\nx,2\n", {"a": [None, "x"]}),
    Good("large integers as text", b"a,b\n18446744073709551616,1\n", {"a": ["18446744073709551616"]}),
    Good("trailing zeros", b"a,b\n1.50,1\n1e3,2\n", {"a": ["1.50", "1e3"]}),
    Good("a single column", b"a\nx\ny\n", {"a": ["x", "y"]}),
    Good("markup as text", b"<b>a</b>,b\n<script>alert(1)</script>,1\n", {"<b>a</b>": ["<script>alert(1)</script>"]}),
    Good("years as names", b"id,2019,2020\nx,1,2\n", {"2019": ["1"]}),
    Good("a field of nearly 1 MB", b"a,b\n" + b"x" * 999_999 + b",1\n", {"a": ["x" * 999_999]}),
)

FILE_NAMES: tuple[tuple[str, str], ...] = (
    ("../../etc/passwd", "passwd"),
    ("..\\x", "x"),
    ("/etc/passwd", "passwd"),
    ("a\0b.csv", "ab.csv"),
    (".htaccess", "htaccess"),
    ("con.csv", "_con.csv"),
    ("LPT1", "_LPT1"),
    ("C:x", "C_x"),
    ("invoice\u202efdp.csv", "invoicefdp.csv"),
    ("x" * 300, "x" * 99 + "…"),
    ("a\uff0fb.csv", "b.csv"),
    ("..", "unnamed"),
    ("", "unnamed"),
    ("<img src=x onerror=alert(1)>.csv", "_img src=x onerror=alert(1)_.csv"),
    ("tab\tand\nline.csv", "tab and line.csv"),
    ("預測.csv", "預測.csv"),
    ("cafe\u0301.csv", "café.csv"),
    ("y" * 300 + ".csv", "y" * 95 + "….csv"),
)

JSON: tuple[tuple[str, bytes, str, int, str | None], ...] = (
    ("duplicate key", b'{"a": 1,\n "a": 2}', "a repeated key", 2, "2"),
    ("duplicate key by escape", b'{"a": 1, "\\u0061": 2}', "a repeated key", 1, "10"),
    ("NaN", b'{"a": NaN}', "not a JSON value", 1, "7"),
    ("negative infinity", b"[-Infinity]", "not a JSON value", 1, "2"),
    ("1e999", b"[1, 1e999]", "too large", 1, "5"),
    ("21-digit integer", b"[123456789012345678901]", "beyond 2^53", 1, "2"),
    ("5,000 levels", b"[" * 5_000 + b"]" * 5_000, "too many levels", 1, "65"),
    ("trailing text", b'{"a": 1} {"b": 2}', "text after the value", 1, "10"),
    ("byte order mark", b"\xef\xbb\xbf{}", "a byte order mark", 1, "1"),
    ("lone surrogate", b'{"a": "x\\ud800y"}', "a lone surrogate", 1, "9"),
    ("low surrogate first", b'["\\udc00\\ud800"]', "a lone surrogate", 1, "3"),
    ("not UTF-8", b'{"a":\n"caf\xe9"}', "not UTF-8", 2, None),
    ("comment", b"// x\n{}", "not a JSON value", 1, "1"),
    ("trailing comma", b"[1,]", "not a JSON value", 1, "4"),
    ("single quotes", b"{'a': 1}", "a key is missing", 1, "2"),
    ("control character", b'["a\tb"]', "a control character", 1, "4"),
    ("string without an end", b'["abc', "a string without an end", 1, "2"),
    ("leading zero", b"[012]", "the wrong sign", 1, "3"),
    ("empty", b"", "not a JSON value", 1, "1"),
)
