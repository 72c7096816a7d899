"""What every assessment shares: files read as strictly as an upload, problems on standard error, and the exit code."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.metrics.verdicts import Verdict
    from core.validation.uploads import ColumnMapping

PASSED, FAILED, UNREADABLE, INSUFFICIENT = range(4)
EXIT_CODES = "Exit code: 0 every verdict is a pass, 1 one fails, 2 a file is unreadable, 3 evidence is insufficient."


@contextmanager
def table_of(path: Path, mapping: "ColumnMapping | None" = None) -> Iterator[Path]:
    """The file as Parquet, read as strictly as an upload: text is the text it is, mapped numbers are numbers.

    Raises Unreadable with every problem; problems then begin with the file's name.
    """
    from core.errors import Problem, Unreadable
    from core.validation.uploads import ColumnMapping, Kind, preflight, to_parquet

    if not path.is_file():
        raise Unreadable([Problem("there is no such file", found=path.name)])
    found = preflight(path, filename=path.name)
    with tempfile.TemporaryDirectory(prefix="countersign-") as folder:
        table = path if found.kind is Kind.PARQUET else Path(folder) / "table.parquet"
        if table != path:
            to_parquet(path, table, found, mapping or ColumnMapping())
        yield table


def attachment(stack: ExitStack, path: Path | None) -> Path | None:
    """A further file: JSON as it is, a table read as strictly as an upload; its problems begin with its name."""
    from core.frames.json_text import looks_like_json
    from core.frames.places import named

    if path is None or (path.is_file() and looks_like_json(path)):
        return path
    with named(path.name):
        return stack.enter_context(table_of(path))


def answered(path: Path, work: Callable[[], int]) -> int:
    """Do the work and return its exit code; what cannot be read goes to standard error, a line for each problem."""
    from core.errors import Unreadable

    try:
        return work()
    except Unreadable as error:
        for problem in error.problems:
            print(plain(f"{path.name}: {problem}"), file=sys.stderr)
        return UNREADABLE


def exit_code(verdicts: "Iterable[Verdict]") -> int:
    """0, 1 or 3: the worst verdict; none at all is insufficient evidence."""
    from core.metrics.verdicts import Verdict, worst

    return {Verdict.PASS: PASSED, Verdict.FAIL: FAILED, Verdict.INSUFFICIENT: INSUFFICIENT}[worst(tuple(verdicts))]


def plain(text: str) -> str:
    """Text from files, safe to print: what a terminal would obey is shown as a replacement character."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)


def ratio(text: str) -> float:
    """An argument above 0 and at most 1."""
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError("a ratio above 0 and at most 1 is needed")
    return value


def rows(text: str) -> int:
    """An argument that counts rows."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1 row is needed")
    return value
