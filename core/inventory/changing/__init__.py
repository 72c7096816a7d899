"""Changes of records: by compare-and-set, with the history of every field."""

from core.inventory.changing.service import Changed, change_model, change_refusals
from core.inventory.history import FieldHistory, HistoryRow, field_history, write_history

__all__ = [
    "Changed",
    "FieldHistory",
    "HistoryRow",
    "change_model",
    "change_refusals",
    "field_history",
    "write_history",
]
