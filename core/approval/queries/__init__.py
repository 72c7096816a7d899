"""Reads of change control for pages: the list, one change with all that a decision needs, and what waits for whom."""

from core.approval.people import (
    DelegationRow,
    FunctionRow,
    delegations,
    function_rows,
    functions_by_person,
    functions_of,
    represented_by,
)
from core.approval.queries.evidence import Comparison, EvidenceLine
from core.approval.queries.exceptions import (
    ClauseRow,
    ExceptionRow,
    ExceptionState,
    exception_counts,
    exceptions,
    expiring_for,
    failed_clause_rows,
    standing_for,
)
from core.approval.queries.following import ConditionTask, NoticeRow, condition_tasks, notices
from core.approval.queries.lists import ChangeFilter, ChangeRow, changes, my_changes
from core.approval.queries.page import ChangePage, change
from core.approval.queries.rows import ConditionRow, DissentRow, ItemRow, VoteRow
from core.approval.queries.waiting import MOST_WAITING, to_execute, waiting_for
from core.approval.service.against import against_kinds, standing_against_request, standing_against_requests

__all__ = [
    "MOST_WAITING",
    "ChangeFilter",
    "ChangePage",
    "ChangeRow",
    "ClauseRow",
    "Comparison",
    "ConditionRow",
    "ConditionTask",
    "DelegationRow",
    "DissentRow",
    "EvidenceLine",
    "ExceptionRow",
    "ExceptionState",
    "FunctionRow",
    "ItemRow",
    "NoticeRow",
    "VoteRow",
    "against_kinds",
    "change",
    "changes",
    "condition_tasks",
    "delegations",
    "exception_counts",
    "exceptions",
    "expiring_for",
    "failed_clause_rows",
    "function_rows",
    "functions_by_person",
    "functions_of",
    "my_changes",
    "notices",
    "represented_by",
    "standing_against_request",
    "standing_against_requests",
    "standing_for",
    "to_execute",
    "waiting_for",
]
