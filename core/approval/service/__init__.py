"""The use cases of change control: request, review, approval, execution, and what follows them."""

from core.approval.service.answering import answer_item
from core.approval.service.conditions import NewCondition, report_condition, verify_condition
from core.approval.service.delegating import delegate_votes, withdraw_delegation
from core.approval.service.exceptions import NewException, end_exception
from core.approval.service.executing import execute_change
from core.approval.service.functions import grant_function, withdraw_function
from core.approval.service.noticing import notify_waiting
from core.approval.service.requesting import request_change, resume_change, withdraw_change
from core.approval.service.steps import Changed
from core.approval.service.voting import dissent, return_change, vote

__all__ = [
    "Changed",
    "NewCondition",
    "NewException",
    "answer_item",
    "delegate_votes",
    "dissent",
    "end_exception",
    "execute_change",
    "grant_function",
    "notify_waiting",
    "report_condition",
    "request_change",
    "resume_change",
    "return_change",
    "verify_condition",
    "vote",
    "withdraw_change",
    "withdraw_delegation",
    "withdraw_function",
]
