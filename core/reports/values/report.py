"""A report as one frozen value: what is typeset, the same as data, and where its proofs lead. Renderers ask no more."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.reports.layout.blocks import Document
from core.reports.screening import Screening
from core.reports.values.dossier import Attachment, CheckpointRecord


class SubjectKind(StrEnum):
    """What a report is about."""

    ORGANISATION = "organisation"
    MODEL = "model"
    VERSION = "version"
    AUDIT = "audit"
    INCIDENT = "incident"


@dataclass(frozen=True)
class Subject:
    """What a report is about: the organisation has no number, a version has that of its model."""

    kind: SubjectKind
    number: str = ""
    version: str = ""


@dataclass(frozen=True)
class Asked:
    """What somebody asked a report for: the record as of `as_of`, and what happened from `since` until then."""

    template: str
    subject: Subject
    as_of: datetime
    since: datetime | None = None


@dataclass(frozen=True)
class Gap:
    """A part that could not be built from the record as it was then, and why; a report with a gap is not complete."""

    section: str
    reason: str


@dataclass(frozen=True)
class Report:
    """Everything that a renderer needs: the same value gives the same unsigned bytes in every format."""

    reference: str  # number of the export, empty in a preview
    asked: Asked
    template_version: str  # such as "inventory statement 1"
    generated_at: datetime
    generated_by: str
    origin: str  # address of the installation
    document: Document
    data: object  # a frozen dataclass of frozen dataclasses, tuples and plain values: the JSON, nothing rounded
    checkpoint: CheckpointRecord
    entries: tuple[int, ...]  # the ledger entries whose proofs a bundle carries, ascending
    attachments: tuple[Attachment, ...] = ()
    gaps: tuple[Gap, ...] = ()
    screening: Screening = field(default_factory=Screening)  # what the last look for personal data came to

    @property
    def complete(self) -> bool:
        """Whether every part could be built."""
        return not self.gaps
