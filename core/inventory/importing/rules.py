"""Closed vocabularies of getting things in, and what stands against an import."""

from enum import StrEnum


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
