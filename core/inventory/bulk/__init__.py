"""Many models changed in one act: previewed row by row, stored whole or not at all, and taken back as one."""

from core.inventory.bulk.plan import MOST, BulkWish, PlannedRow, plan_digest
from core.inventory.bulk.queries import BulkEditLine, bulk_edit, newest_bulk_edit
from core.inventory.bulk.service import agreed, agreed_undo, change_models, preview, preview_undo, undo_bulk_edit

__all__ = [
    "MOST",
    "BulkEditLine",
    "BulkWish",
    "PlannedRow",
    "agreed",
    "agreed_undo",
    "bulk_edit",
    "change_models",
    "newest_bulk_edit",
    "plan_digest",
    "preview",
    "preview_undo",
    "undo_bulk_edit",
]
