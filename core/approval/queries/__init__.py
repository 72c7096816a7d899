"""Reads of change control for pages: the list, one change with all that a decision needs, and what waits for whom."""

from core.approval.queries.evidence import Comparison, EvidenceLine
from core.approval.queries.lists import ChangeFilter, ChangeRow, changes, my_changes, to_execute, waiting_for
from core.approval.queries.page import ChangePage, ConditionRow, ItemRow, VoteRow, change
from core.approval.service.requesting import standing_against_request

__all__ = [
    "ChangeFilter",
    "ChangePage",
    "ChangeRow",
    "Comparison",
    "ConditionRow",
    "EvidenceLine",
    "ItemRow",
    "VoteRow",
    "change",
    "changes",
    "my_changes",
    "standing_against_request",
    "to_execute",
    "waiting_for",
]
