"""The dossier as one frozen value: everything that a renderer needs, and nothing that it could ask further."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from core.reports.values.decisions import (
    ChallengeRecord,
    ConclusionRecord,
    DecisionRecord,
    ExceptionRecord,
    FindingRecord,
)
from core.reports.values.evidence import FairnessTable, RunRecord
from core.reports.values.record import DatasetRecord, ModelRecord, PersonLine, PolicyRecord, VersionRecord, WhatChanged
from core.reports.values.source import SourceLine

TEMPLATE = "dossier 3"  # named in every dossier; a new number whenever the same value would be typeset otherwise
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
RESERVED_NAMES = frozenset({"dossier.json", "dossier.pdf", "digests.json"})


@dataclass(frozen=True)
class HistoryLine:
    """One ledger entry that concerns the version; `leaf` is its hash in the tree, hexadecimal."""

    index: int
    at: datetime
    actor: str
    role: str
    action: str
    entity: str
    detail: str
    leaf: str


@dataclass(frozen=True)
class CheckpointRecord:
    """The signed state of the ledger that the dossier leads to; `root` is hexadecimal, `note` the text as signed."""

    origin: str
    size: int
    root: str
    note: str
    key: str  # the verifier key, name+hash+base64


@dataclass(frozen=True)
class Attachment:
    """A file that travels with the dossier."""

    name: str
    mime: str
    description: str
    content: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not SAFE_NAME.fullmatch(self.name) or self.name in RESERVED_NAMES:
            raise ValueError(f"An attachment cannot be named {self.name!r}.")


@dataclass(frozen=True)
class Dossier:
    """Everything on record about one model version as of one moment."""

    reference: str  # number of the export
    scope: str
    as_of: datetime
    generated_at: datetime
    generated_by: str
    origin: str  # address of the installation
    model: ModelRecord
    version: VersionRecord
    datasets: tuple[DatasetRecord, ...]
    changed: WhatChanged
    policy: PolicyRecord
    runs: tuple[RunRecord, ...]  # newest first
    fairness: tuple[FairnessTable, ...]
    findings: tuple[FindingRecord, ...]
    challenge: tuple[ChallengeRecord, ...]
    conclusions: tuple[ConclusionRecord, ...]  # newest first
    decisions: tuple[DecisionRecord, ...]  # newest first
    history: tuple[HistoryLine, ...]
    people: tuple[PersonLine, ...]
    checkpoint: CheckpointRecord
    attachments: tuple[Attachment, ...] = ()
    exceptions: tuple[ExceptionRecord, ...] = ()  # of this version, whatever became of them
    sources: tuple[SourceLine, ...] = ()  # the entries behind what it says, in the ledger's order
    template: str = TEMPLATE

    def __post_init__(self) -> None:
        names = [attachment.name for attachment in self.attachments]
        if len(names) != len(set(names)):
            raise ValueError("Two attachments have the same name.")

    @property
    def current_run(self) -> RunRecord | None:
        """The run that judged the evidence that stands now."""
        return next((run for run in self.runs if run.current), None)
