"""The use cases of change control: request, review, approval, execution."""

from core.approval.service.executing import execute_change
from core.approval.service.requesting import Changed, request_change, resume_change, withdraw_change
from core.approval.service.voting import NewCondition, answer_item, vote

__all__ = [
    "Changed",
    "NewCondition",
    "answer_item",
    "execute_change",
    "request_change",
    "resume_change",
    "vote",
    "withdraw_change",
]
