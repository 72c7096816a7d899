"""What a template is: a name, what it is about, and a builder that turns the record as it was into a document."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.reports.history import Then
from core.reports.layout.blocks import Document
from core.reports.values.dossier import Attachment
from core.reports.values.report import Asked, Gap, SubjectKind
from core.store.base import Row


@dataclass(frozen=True)
class Frame:
    """What every builder is given beside the record: for whom, where and when, and the ledger as it was."""

    then: Then
    reference: str
    origin: str
    generated_by: str
    at: datetime


@dataclass(frozen=True)
class Built:
    """What a builder answers with: the document, the same as data, the entries behind it, and what is missing."""

    document: Document
    data: object
    entries: tuple[int, ...]
    attachments: tuple[Attachment, ...] = ()
    gaps: tuple[Gap, ...] = ()


Builder = Callable[[Session, Asked, Frame], Built]


@dataclass(frozen=True)
class Template:
    """A report that can be asked for; `build` reads a session that holds the record as it was, and only `tables`."""

    key: str
    title: str
    version: str  # such as “inventory statement 1”: a new number whenever the same record would be told otherwise
    subjects: tuple[SubjectKind, ...]
    has_period: bool
    what: str  # one sentence for whoever chooses
    tables: tuple[type[Row], ...]
    build: Builder
