"""The inventory as rows: models with versions and datasets, what stands around them, and what became of each field."""

from core.inventory.tables.finding import BulkEdit, BulkEditRow, DefaultView, SavedView
from core.inventory.tables.models import Contribution, Dataset, Model, ModelVersion, ProductionPointer
from core.inventory.tables.parts import Asset, AssetVersion, Link
from core.inventory.tables.records import (
    Assignment,
    Draft,
    FieldChange,
    PackDecision,
    PeriodicReview,
    RiskFactor,
    TierOverride,
)

__all__ = [
    "Asset",
    "AssetVersion",
    "Assignment",
    "BulkEdit",
    "BulkEditRow",
    "Contribution",
    "Dataset",
    "DefaultView",
    "Draft",
    "FieldChange",
    "Link",
    "Model",
    "ModelVersion",
    "PackDecision",
    "PeriodicReview",
    "ProductionPointer",
    "RiskFactor",
    "SavedView",
    "TierOverride",
]
