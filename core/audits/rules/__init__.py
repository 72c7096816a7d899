"""The life of audits and their findings (`life`), and who may do what when (`judging`)."""

from core.audits.rules.judging import (
    AuditFacts,
    FindingFacts,
    Tie,
    finding_refusals,
    owner_refusals,
    plan_refusals,
    refusals,
    result_refusals,
    text_refusals,
    tie_refusals,
)

__all__ = [
    "AuditFacts",
    "FindingFacts",
    "Tie",
    "finding_refusals",
    "owner_refusals",
    "plan_refusals",
    "refusals",
    "result_refusals",
    "text_refusals",
    "tie_refusals",
]
