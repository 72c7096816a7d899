"""Reads of the inventory for pages: the list, what a search finds, one model, and what can be chosen in forms."""

from core.inventory.queries.choices import business_lines, datasets, developers, model_count, owners, vendors
from core.inventory.queries.finding import Found, FoundKind, find, how_many
from core.inventory.queries.listing import (
    InventoryRow,
    Sort,
    inventory,
    inventory_ids,
    inventory_rows,
)
from core.inventory.queries.narrowing import InventoryFilter
from core.inventory.queries.page import DatasetFacts, ModelPage, VersionRow, model_page, production_version

__all__ = [
    "DatasetFacts",
    "Found",
    "FoundKind",
    "InventoryFilter",
    "InventoryRow",
    "ModelPage",
    "Sort",
    "VersionRow",
    "business_lines",
    "datasets",
    "developers",
    "find",
    "how_many",
    "inventory",
    "inventory_ids",
    "inventory_rows",
    "model_count",
    "model_page",
    "owners",
    "production_version",
    "vendors",
]
