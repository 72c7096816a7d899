"""What stands against a decision: kind, checklist, findings, evidence, quorum and duties as facts, all reasons at once.

`vocabulary` names things, `review` judges each act on a change, `asking` a request, `ballots` votes and delegation,
`following` what is left to do after an approval.
"""

from core.approval.rules.asking import (
    Exemption,
    ending_refusals,
    exemption_refusals,
    lifting_refusals,
    request_refusals,
    restriction_refusals,
    told_kind,
)
from core.approval.rules.ballots import (
    Represented,
    delegation_refusals,
    function_grant_refusals,
    function_withdrawal_refusals,
    missing_functions,
    quorum_reached,
    vote_refusals,
)
from core.approval.rules.following import ConditionAct, ConditionFacts, NoticeKind, condition_refusals, notice_due
from core.approval.rules.review import answer_refusals, dissent_refusals, refusals, return_refusals
from core.approval.rules.vocabulary import (
    ACTION_OF,
    ASIDE,
    BRINGS,
    LIFTABLE,
    OPEN,
    STAGES_OF,
    Answer,
    ChangeFacts,
    ChangeStatus,
    Choice,
    stages_for,
)

__all__ = [
    "ACTION_OF",
    "ASIDE",
    "BRINGS",
    "LIFTABLE",
    "OPEN",
    "STAGES_OF",
    "Answer",
    "ChangeFacts",
    "ChangeStatus",
    "Choice",
    "ConditionAct",
    "ConditionFacts",
    "Exemption",
    "NoticeKind",
    "Represented",
    "answer_refusals",
    "condition_refusals",
    "delegation_refusals",
    "dissent_refusals",
    "ending_refusals",
    "exemption_refusals",
    "function_grant_refusals",
    "function_withdrawal_refusals",
    "lifting_refusals",
    "missing_functions",
    "notice_due",
    "quorum_reached",
    "refusals",
    "request_refusals",
    "restriction_refusals",
    "return_refusals",
    "stages_for",
    "told_kind",
    "vote_refusals",
]
