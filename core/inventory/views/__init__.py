"""Saved views of the inventory: a filter with its order and columns under a name, for oneself or for everybody."""

from core.inventory.views.rules import delete_view_refusals, keep_view_refusals, share_view_refusals
from core.inventory.views.service import (
    ViewRow,
    default_view,
    delete_view,
    open_with,
    rename_view,
    save_view,
    views_for,
)

__all__ = [
    "ViewRow",
    "default_view",
    "delete_view",
    "delete_view_refusals",
    "keep_view_refusals",
    "open_with",
    "rename_view",
    "save_view",
    "share_view_refusals",
    "views_for",
]
