"""Imports on record, what registries show of our models, where the two differ, and models nobody registered."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.inventory.importing.rules import DifferenceKind, DifferenceStatus, DiscoveryStatus, ImportKind, ImportStatus
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class ImportRecord(Row, table=True):
    """One import that was made whole: from what, by whom, and how much came of it."""

    __tablename__ = "import_record"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    kind: ImportKind = Field(sa_type=choice(ImportKind))
    source: str = Field(max_length=200)  # the file's name, or our name of the server
    digest: str = Field(max_length=64, index=True)  # SHA-256 of the file, or of what the server showed
    imported_by: str = Field(max_length=16)
    imported_at: datetime = Field(sa_type=Instant)
    models: int = 0  # newly registered, as versions and datasets are
    versions: int = 0
    datasets: int = 0
    changed: int = 0
    same: int = 0


class ImportJob(Row, table=True):
    """A table that is imported in the background: how it is read, how far it is, and what came of it."""

    __tablename__ = "import_job"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    filename: str = Field(max_length=200)
    digest: str = Field(max_length=64, index=True)  # SHA-256 of the file, under which it waits
    columns: str = ""  # JSON: the file's column for each field; empty has them guessed
    constants: str = ""  # JSON: what stands where a row says nothing
    encoding: str = Field(default="", max_length=30)
    expected: str = Field(max_length=64)  # digest of the plan that was shown
    status: ImportStatus = Field(default=ImportStatus.QUEUED, sa_type=choice(ImportStatus))
    step: str = Field(default="", max_length=200)
    steps_done: int = 0
    steps_total: int = 0
    import_number: str = Field(default="", max_length=16)
    models: int = 0
    versions: int = 0
    datasets: int = 0
    changed: int = 0
    problems: str = ""  # JSON: what was wrong with the file, up to fifty places
    error: str = Field(default="", max_length=1000)
    requested_by: str = Field(max_length=16, index=True)
    requested_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)


class RegistryModel(Row, table=True):
    """A model of ours and its name on an MLflow server; `description` and `owner` are what was last agreed on."""

    __tablename__ = "registry_model"
    __table_args__ = (UniqueConstraint("server", "name"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    server: str = Field(max_length=31)
    name: str = Field(max_length=500)
    model_id: int = Field(foreign_key="model.id", index=True)
    agreed: str = ""  # JSON: the values of record fields as the server showed them when last agreed on
    facts: str = ""  # JSON: description, tags and aliases as the server shows them
    seen_at: datetime = Field(sa_type=Instant)
    gone_at: datetime | None = Field(default=None, sa_type=Instant)
    linked_by: str = Field(max_length=16)
    linked_at: datetime = Field(sa_type=Instant)


class RegistryVersion(Row, table=True):
    """A version of ours and its number on the server, with what the server says of it."""

    __tablename__ = "registry_version"
    __table_args__ = (UniqueConstraint("registry_model_id", "external"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    registry_model_id: int = Field(foreign_key="registry_model.id")
    external: str = Field(max_length=32)
    version_id: int = Field(foreign_key="model_version.id", index=True)
    facts: str = ""  # JSON: tags, aliases, figures, parameters, signature, inputs and code
    facts_digest: str = Field(default="", max_length=64)
    seen_at: datetime = Field(sa_type=Instant)
    gone_at: datetime | None = Field(default=None, sa_type=Instant)


class RegistryRules(Row, table=True):
    """How what a server shows becomes fields of the record."""

    __tablename__ = "registry_rules"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    server: str = Field(unique=True, max_length=31)
    body: str
    changed_by: str = Field(max_length=16)
    changed_at: datetime = Field(sa_type=Instant)
    revision: int = 1


class RegistrySync(Row, table=True):
    """The last look at a server, and the last that succeeded."""

    __tablename__ = "registry_sync"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    server: str = Field(unique=True, max_length=31)
    tried_at: datetime = Field(sa_type=Instant)
    read_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str = ""
    models: int = 0
    versions: int = 0


class Difference(Row, table=True):
    """Something a server shows that our record does not hold; a person takes it over or keeps what we have."""

    __tablename__ = "registry_difference"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    registry_model_id: int = Field(foreign_key="registry_model.id", index=True)
    kind: DifferenceKind = Field(sa_type=choice(DifferenceKind))
    external: str = Field(default="", max_length=32)  # the server's number of the version it is about, if of one
    field: str = Field(default="", max_length=50)
    agreed: str = ""
    ours: str = ""
    theirs: str = ""
    status: DifferenceStatus = Field(default=DifferenceStatus.OPEN, sa_type=choice(DifferenceStatus), index=True)
    found_at: datetime = Field(sa_type=Instant)
    decided_by: str = Field(default="", max_length=16)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    reason: str = Field(default="", max_length=1000)


class Discovery(Row, table=True):
    """A model, or a version of one, that was seen at work or in a registry and is not in the inventory."""

    __table_args__ = (UniqueConstraint("source", "name", "version"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    source: str = Field(max_length=200)
    name: str = Field(max_length=500)
    version: str = Field(default="", max_length=100)
    first_seen: datetime = Field(sa_type=Instant)
    last_seen: datetime = Field(sa_type=Instant, index=True)
    sightings: int = 1
    status: DiscoveryStatus = Field(default=DiscoveryStatus.OPEN, sa_type=choice(DiscoveryStatus), index=True)
    decided_by: str = Field(default="", max_length=16)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    reason: str = Field(default="", max_length=1000)
    model: str = Field(default="", max_length=16)
