"""The strict reading of an upload: what it is, whether it holds what was declared, and its table as Parquet."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from core.access.personal_data import mask
from core.errors import Problem, Unreadable
from core.validation.uploads.confined import check_declared_confined, profile_confined, write_confined
from core.validation.uploads.csv_reading import Dialect, csv_blocks, dialect_of
from core.validation.uploads.declared import check_declared
from core.validation.uploads.encoding import text_facts
from core.validation.uploads.filenames import safe_label
from core.validation.uploads.limits import Limits
from core.validation.uploads.mapping import ColumnMapping
from core.validation.uploads.profile import ColumnPreview, profile, without_decimal_commas
from core.validation.uploads.sniff import Kind, kind_of
from core.validation.uploads.table import number_types, write_table

T = TypeVar("T")
DEFAULT = Limits()


@dataclass(frozen=True)
class Preflight:
    """What a file is, found without storing anything of it.

    `label` is the file's name as it may be shown; `sha256` in lower-case hexadecimal; `size` in bytes; `delimiter`,
    `bom` and `line_end` ("\\n", "\\r\\n" or "mixed") are facts of CSV and empty for Parquet.
    """

    kind: Kind
    label: str
    rows: int
    columns: tuple[ColumnPreview, ...]
    sha256: str
    size: int
    delimiter: str = ""
    bom: bool = False
    line_end: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)


def preflight(path: Path, *, filename: str, limits: Limits = DEFAULT) -> Preflight:
    """Read the file strictly, whatever its name says; raises `Unreadable` with up to fifty problems, header on line 1.

    Values in problems and examples are masked where they look like personal data.
    """
    found = _masked(lambda: _preflight(path, filename, limits))
    columns = (replace(column, examples=tuple(mask(text) for text in column.examples)) for column in found.columns)
    return replace(found, columns=tuple(columns))


def declare(
    path: Path, found: Preflight, mapping: ColumnMapping, *, outcome: bool = True, limits: Limits = DEFAULT
) -> None:
    """Hold the file's content against its mapping; raises `Unreadable` with every contradiction, up to fifty.

    `outcome`: the file holds predictions, so a column of them has to be named.
    """
    problems = mapping.problems(found.names, outcome=outcome)
    if problems:
        raise Unreadable(problems)
    if found.kind is Kind.PARQUET:
        _masked(lambda: check_declared_confined(path, mapping, limits))
    else:
        _masked(lambda: check_declared(lambda: csv_blocks(path, _dialect(found), limits), mapping, limits))


def to_parquet(
    source: Path, destination: Path, found: Preflight, mapping: ColumnMapping, *, limits: Limits = DEFAULT
) -> None:
    """Write the table as Parquet: text to the byte, missing cells as null, mapped numbers as numbers.

    The file appears at `destination` whole or not at all. Raises `Unreadable` for a mapped number that is none.
    """
    types = number_types(found.columns, mapping)
    if found.kind is Kind.PARQUET:
        _masked(lambda: write_confined(source, destination, types, limits))
    else:
        _masked(lambda: write_table(csv_blocks(source, _dialect(found), limits), destination, types))


def _preflight(path: Path, filename: str, limits: Limits) -> Preflight:
    kind = kind_of(path, filename, limits)
    if kind is Kind.PARQUET:
        rows, columns = profile_confined(path, limits)
        return Preflight(kind, safe_label(filename), rows, columns, _sha256(path), path.stat().st_size)
    facts = text_facts(path, limits)
    dialect = dialect_of(path, limits)
    blocks = csv_blocks(path, dialect, limits)
    rows, columns = profile(blocks if dialect.delimiter == "," else without_decimal_commas(blocks, limits), limits)
    return Preflight(
        kind,
        safe_label(filename),
        rows,
        columns,
        facts.sha256,
        facts.size,
        delimiter=dialect.delimiter,
        bom=facts.bom,
        line_end=facts.line_end,
    )


def _dialect(found: Preflight) -> Dialect:
    return Dialect(found.delimiter, found.names)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _masked(work: Callable[[], T]) -> T:
    """Do the work; a problem's words never carry personal data out of the file."""
    try:
        return work()
    except Unreadable as error:
        problems = error.problems
    raise Unreadable([_without_personal_data(problem) for problem in problems])


def _without_personal_data(problem: Problem) -> Problem:
    column = mask(problem.column) if problem.column is not None else None
    return replace(problem, column=column, found=mask(problem.found), expected=mask(problem.expected))
