"""Closed vocabularies of getting things in, and what stands against an import."""

from enum import StrEnum

from core.access.rules import Actor
from core.errors import Refusal


class ImportKind(StrEnum):
    """What was imported."""

    CSV = "csv"
    XLSX = "xlsx"
    MLFLOW = "mlflow"
    ML_BOM = "ml-bom"
    MODEL_CARD = "model card"


class DifferenceKind(StrEnum):
    """What a registry shows that the record does not hold."""

    NEW_VERSION = "new version"
    CHANGED = "changed"
    GONE = "gone"


class DifferenceStatus(StrEnum):
    """What became of a difference."""

    OPEN = "open"
    TAKEN = "taken"
    KEPT = "kept"


class DiscoveryStatus(StrEnum):
    """What became of a model that was seen and not known."""

    OPEN = "open"
    IGNORED = "ignored"
    REGISTERED = "registered"


class ImportStatus(StrEnum):
    """How far an import in the background is."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


PENDING = frozenset({ImportStatus.QUEUED, ImportStatus.RUNNING})


def cancel_import_refusals(status: ImportStatus, requested_by: str, actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot stop an import: it belongs to whoever asked for it, and has not ended."""
    reasons = []
    if actor.id != requested_by:
        reasons.append(Refusal("not-yours", f"The import belongs to {requested_by}", "imports", "Ask them."))
    if status not in PENDING:
        reasons.append(Refusal("ended", f"The import is {status}", "imports"))
    return tuple(reasons)
