"""CSV that is not CSV: names, shape, encoding, numbers, and content that is something else."""

import io
import pickle
import zipfile
from gzip import compress

from tests.uploads.corpus.cases import GOOD, HEADER, Bad, number, rows
from tests.uploads.corpus.parquet import PARQUET, good_table, written

LATE = 9_000
MARKS = {"name": "na\u200bme", "bidi": "na\u202eme", "control": "na\x07me", "filler": "na\u3164me"}


def _archive(member: str, *, link: bool = False) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        info = zipfile.ZipInfo(member)
        info.external_attr = (0o120777 << 16) if link else 0
        archive.writestr(info, "/etc/passwd" if link else "a,b\n1,2\n")
    return sink.getvalue()


NAMES: tuple[Bad, ...] = (
    Bad("duplicate names", b"a,b,a\n1,2,3\n", "two columns share a name", 1, "a"),
    Bad("duplicate after case folding", "Straße,b,STRASSE\n1,2,3\n".encode(), "two columns share a name", 1, "STRASSE"),
    Bad(
        "duplicate after normalisation", "\u00e9,b,e\u0301\n1,2,3\n".encode(), "two columns share a name", 1, "e\u0301"
    ),
    Bad("empty name", b"a,,c\n1,2,3\n", "the column has no name", 1, "field 2"),
    Bad("blank name", b"a, ,c\n1,2,3\n", "the column has no name", 1, "field 2"),
    *(
        Bad(f"hidden: {what}", f"a,{name}\n1,2\n".encode(), "hidden characters", 1, "name")
        for what, name in MARKS.items()
    ),
    Bad("name over 200 characters", b"a," + b"n" * 201 + b"\n1,2\n", "the column name is too long", 1, "n" * 60),
    Bad("no header row", b"1,0.5,Other\n2,0.7,Other\n", "no header row", 1),
    Bad("header only", b"a,b,c\n", "the file has no rows", 2),
    Bad("empty first line", b"\na,b\n1,2\n", "the first line is empty", 1),
)
SHAPE: tuple[Bad, ...] = (
    Bad("row too long", rows(GOOD.strip(), "2,1,1,0.5,x,y"), "longer than the header", 3, "field 6"),
    Bad("row too short", rows(GOOD.strip(), "2,1,1"), "shorter than the header", 3, "score"),
    Bad("empty line within", rows(GOOD.strip(), "", GOOD.strip()), "an empty line", 3, "id"),
    Bad("unclosed quote", rows(GOOD.strip(), '2,1,1,0.5,"never', GOOD.strip()), "never closed", 3, "note"),
    Bad("text after a quote", rows('2,1,"1"x,0.5,a'), "text after a closing quotation mark", 2, "prediction"),
    Bad("unclosed quote in header", b'a,"b\n1,2\n', "quotation marks", 1),
    Bad("CR-only line ends", b"a,b\r1,2\r3,4\r", "the lines end in CR alone", 1),
    Bad("CR within a row", b"a,b\n1,x\ry\n", "a CR that does not end the line", 2, "b"),
    Bad("mixed delimiters", b"a,b,c\n1,2,3\n1;2;3\n", "shorter than the header", 3, "b", "semicolons"),
    Bad("two delimiters in the header", b"a,b;c\n1,2;3\n", "the delimiter is in doubt", 1),
    Bad("decimal commas", b"s;y\n0.5;1\n0,91;0\n", "a decimal comma", 3, "s"),
    Bad("field over 1 MB", rows(GOOD.strip(), "2,1,1,0.5," + "x" * 1_000_001), "a field is too long", 3, "note"),
    Bad("line over 16 MB", lambda: HEADER.encode() + b"1," * 9_000_000 + b"\n", "a line is too long", 2),
    Bad("over 2,000 columns", ",".join(f"c{n}" for n in range(2_001)).encode() + b"\n", "too many columns", 1, "c2000"),
)
ENCODING: tuple[Bad, ...] = (
    Bad("Latin-1", "a,b\ncafé,1\n".encode("latin-1"), "not UTF-8", 2, None, "0xE9 at byte offset 7"),
    Bad("UTF-16 with a mark", "a,b\n1,2\n".encode("utf-16"), "not UTF-8", 1, None, "byte offset 0"),
    Bad("UTF-16 without a mark", "a,b\n1,2\n".encode("utf-16-le"), "NUL", 1, None, "byte offset 1"),
    Bad("mixed encodings", "a,b\né,1\n".encode() + "é,2\n".encode("cp1252"), "not UTF-8", 3, None, "byte offset 9"),
    Bad("NUL", b"a,b\n1,2\n3,\x004\n", "NUL", 3, None, "byte offset 10"),
    Bad("late invalid byte", lambda: b"a,b\n" + b"1,2\n" * LATE + b"\xff,1\n", "not UTF-8", LATE + 2, None, "36004"),
)
NUMBERS: tuple[Bad, ...] = (
    Bad("NaN", number("NaN"), "not a number", 3, "score"),
    Bad("infinity", number("-inf"), "an infinite number", 3, "score"),
    Bad("1e400", number("1e400"), "too large", 3, "score"),
    Bad("thousands separator", number("1,234.5"), "a thousands separator", 3, "score"),
    Bad("decimal comma", number("0,91"), "a decimal comma", 3, "score"),
    Bad("Unicode minus", number("\u22120.5"), "a minus sign", 3, "score"),
    Bad("2^64", number("18446744073709551616"), "beyond 2^53", 3, "score"),
    Bad("2^53 + 1", number("9007199254740993"), "beyond 2^53", 3, "score"),
    Bad("Arabic digits", number("\u0660.\u0665"), "digits that are not ASCII", 3, "score"),
    Bad("percent", number("91%"), "a percent sign", 3, "score"),
    Bad("currency", number("€0.91"), "a currency sign", 3, "score"),
    Bad("spaces", number(" 0.91"), "spaces around a number", 3, "score"),
    Bad("hexadecimal", number("0x1F"), "not a number", 3, "score"),
    Bad("empty", number(""), "the value is missing", 3, "score"),
)
OTHER: tuple[Bad, ...] = (
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
    Bad("Parquet named CSV", lambda: written(good_table()), "the name and the content disagree"),
    Bad("empty file", b"", "the file is empty", 1),
    Bad("white space only", b" \r\n\t\n", "the file is empty", 1),
)
