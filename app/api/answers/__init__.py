"""What the API answers, as typed values."""

from app.api.answers.acts import (
    Changed,
    ColumnScan,
    HandedIn,
    LedgerProof,
    MappingView,
    Recorded,
    Registered,
    Started,
)
from app.api.answers.records import (
    ChangeView,
    CheckpointView,
    CheckView,
    EvidenceLine,
    ModelLine,
    ModelList,
    ModelView,
    RunView,
    VerdictCount,
    VersionLine,
    VersionView,
    VoteLine,
)

__all__ = [
    "ChangeView",
    "Changed",
    "CheckView",
    "CheckpointView",
    "ColumnScan",
    "EvidenceLine",
    "HandedIn",
    "LedgerProof",
    "MappingView",
    "ModelLine",
    "ModelList",
    "ModelView",
    "Recorded",
    "Registered",
    "RunView",
    "Started",
    "VerdictCount",
    "VersionLine",
    "VersionView",
    "VoteLine",
]
