"""The schema's history, applied by Alembic; also used by the tests, so that they run on what ships."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from core.errors import GovernanceError

HERE = Path(__file__).resolve().parent
LOCK = 7_260_126  # of PostgreSQL's advisory locks, the one that who migrates holds


class SchemaNewer(GovernanceError):
    """The database was written by a newer Countersign than this one; nothing was changed."""

    def __init__(self, found: str, newest: str) -> None:
        self.found, self.newest = found, newest
        super().__init__(
            f"The database has the schema {found}, which this version of Countersign does not know; its own newest "
            f"schema is {newest}. Nothing was changed. Start the version that wrote it, or restore a backup from "
            "before the upgrade: there is no way back within one database."
        )


def configuration(engine: Engine) -> Config:
    """Alembic's settings for this engine, without a file of their own."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    settings.attributes["engine"] = engine
    return settings


def upgrade(engine: Engine, to: str = "head") -> None:
    """Apply what is missing, in one transaction a migration, one process at a time; raises `SchemaNewer`."""
    with _alone(engine):
        found = revision_of(engine)
        refuse_newer(found)
        if to != "head" or found != newest_revision():  # Alembic reads every migration, also to do nothing
            command.upgrade(configuration(engine), to)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Of several servers that start at once on one PostgreSQL, the first migrates and the others find it done."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})


def revision_of(engine: Engine) -> str | None:
    """The schema that the database has; none when it has not got any."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The schema that this code expects."""
    return revisions()[-1]


@cache
def revisions() -> tuple[str, ...]:
    """Every schema there was, the first one first; the files' names begin with them."""
    return tuple(sorted(file.name.partition("_")[0] for file in (HERE / "versions").glob("[0-9]*.py")))


def refuse_newer(revision: str | None) -> None:
    """Raise `SchemaNewer` for a schema that this code does not know."""
    if revision is not None and revision not in revisions():
        raise SchemaNewer(revision, newest_revision())
