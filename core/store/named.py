"""Which files the rows name: every column that holds the digest of a file, and the folder in which that file lies."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, String, column, inspect, select, table, text

PARAMETER_LIMIT = 500


class Folder(StrEnum):
    """A folder of files by digest, as it is called in the data folder."""

    EVIDENCE = "evidence"
    EVENTS = "events"
    EXPORTS = "exports"
    IMPORTS = "imports"


@dataclass(frozen=True)
class Naming:
    """One column that names files; `where` leaves out rows whose file was removed on record.

    What can be `remade` from other files is copied where it is there, and missed by nobody.
    """

    folder: Folder
    table: str
    column: str
    where: str = ""
    remade: bool = False


REMOVED = "removed_at IS NULL"
NAMINGS: tuple[Naming, ...] = (
    Naming(Folder.EVIDENCE, "evidence", "file_digest", REMOVED),
    Naming(Folder.EVIDENCE, "evidence", "table_digest", REMOVED),
    Naming(Folder.EVIDENCE, "finding_evidence", "key", "kind = 'file'"),
    Naming(Folder.EVIDENCE, "production_batch", "digest", REMOVED),
    Naming(Folder.EVIDENCE, "production_batch", "ids", REMOVED, remade=True),
    Naming(Folder.EVIDENCE, "quarantine", "digest", "status = 'held'"),
    Naming(Folder.EVIDENCE, "stress_test", "outcome_digest"),
    Naming(Folder.EVIDENCE, "stress_test", "requests_digest"),
    Naming(Folder.EVENTS, "event_batch", "digest", REMOVED),
    Naming(Folder.EVENTS, "event_batch", "ids", REMOVED, remade=True),
    Naming(Folder.EXPORTS, "report_export", "digest", f"{REMOVED} AND status = 'ready'"),
    Naming(Folder.IMPORTS, "import_job", "digest", "status IN ('queued', 'running')"),
)
REDACTED = "file_redaction"
# digests of what was read, decided or answered: they name no file
NO_FILES = frozenset({"log_head", "idempotency_key", "setup_link", "sign_in_code", "token", "compliance_result"})


@dataclass(frozen=True)
class NamedFiles:
    """By folder, the digests that must be there, and those that are worth keeping where they are."""

    needed: Mapping[Folder, Collection[str]]
    welcome: Mapping[Folder, Collection[str]]


def named_files(connection: Connection) -> NamedFiles:
    """What the rows of this moment name; a table that an older schema has not got names nothing."""
    there = set(inspect(connection).get_table_names())
    needed, welcome = defaultdict[Folder, set[str]](set), defaultdict[Folder, set[str]](set)
    for one in NAMINGS:
        if one.table in there:
            (welcome if one.remade else needed)[one.folder] |= _digests(connection, one)
    for name, columns in _other_digests(connection, there).items():
        for each in columns:
            welcome[Folder.EVIDENCE] |= _digests(connection, Naming(Folder.EVIDENCE, name, each))
    if REDACTED in there:
        _follow_redactions(connection, needed, welcome)
    return NamedFiles(needed, {folder: found - needed[folder] for folder, found in welcome.items()})


def _follow_redactions(connection: Connection, needed: dict[Folder, set[str]], welcome: dict[Folder, set[str]]) -> None:
    """A file from which a person was erased is gone on record: in its place the one without their rows is needed."""
    for folder, former, replacement in _redactions(connection):
        if former in needed[folder]:
            needed[folder].discard(former)
            welcome[folder].add(former)  # handed in again since, perhaps
            needed[folder] |= {replacement} - {""}


def _redactions(connection: Connection) -> Iterator[tuple[Folder, str, str]]:
    """Folder, former file and the one that stands for it, if any; the oldest first."""
    folder_of: ColumnElement[str] = column("folder")
    query = select(folder_of, column("former", String), column("replacement", String)).select_from(table(REDACTED))
    for name, former, replacement in connection.execute(query.order_by(text("id"))):
        yield Folder(name), former, replacement


def standing_names(connection: Connection, folder: Folder) -> Collection[str]:
    """What rows of this moment name in one folder, also what could be remade, and what stands for any of it.

    A file that is none of them may go. It asks nothing but the columns that name files of this folder.
    """
    found = set[str]().union(*(_digests(connection, one) for one in NAMINGS if one.folder is folder))
    for where, former, replacement in _redactions(connection):
        if where is folder and former in found:
            found |= {replacement} - {""}
    return found


def naming_rows(connection: Connection, folder: Folder, digests: Collection[str]) -> Mapping[str, str]:
    """Which rows name these files, in words such as `evidence E0007`: what a person looks up."""
    found: dict[str, str] = {}
    wanted = sorted(digests)[:PARAMETER_LIMIT]
    for one in NAMINGS:
        if one.folder is not folder or not inspect(connection).has_table(one.table):
            continue
        known = {each["name"] for each in inspect(connection).get_columns(one.table)}
        shown = "number" if "number" in known else "id"
        names: ColumnElement[str] = column(one.column)
        number: ColumnElement[str] = column(shown)
        query = select(names, number).select_from(table(one.table)).where(names.in_(wanted))
        for digest, row in connection.execute(query):
            found.setdefault(digest, f"{one.table.replace('_', ' ')} {row}")
    return found


def _digests(connection: Connection, one: Naming) -> set[str]:
    names: ColumnElement[str] = column(one.column)
    query = select(names).select_from(table(one.table)).distinct()
    if one.where and not (REMOVED in one.where and not _has(connection, one.table, "removed_at")):
        query = query.where(text(one.where))
    return {digest for digest in connection.execute(query).scalars() if digest and len(digest) == 64}


def _has(connection: Connection, name: str, wanted: str) -> bool:
    """Whether the table has this column, which one of an older schema may lack."""
    return any(each["name"] == wanted for each in inspect(connection).get_columns(name))


def _other_digests(connection: Connection, there: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Columns that may name files, of tables that came after this list: what lies there is kept too."""
    listed = {(one.table, one.column) for one in NAMINGS}
    return {
        name: tuple(
            each["name"]
            for each in inspect(connection).get_columns(name)
            if each["name"].endswith("digest") and (name, each["name"]) not in listed
        )
        for name in there
        if name not in NO_FILES
    }
