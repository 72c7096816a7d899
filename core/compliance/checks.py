"""Ties every check of the catalogue to its read and its rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from core.compliance import rules
from core.compliance.gathering import access, bias_data, data_classes, decisions, files, ledger, operation, terms, texts
from core.compliance.gathering.values import Reader
from core.compliance.rules import Deviation, Settings

Judge = Callable[[Any, Settings], Deviation | None]


@dataclass(frozen=True)
class Check:
    """How a check reads, and how it judges one fact."""

    read: Reader
    judge: Judge


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "production-approved": Check(decisions.approvals, rules.production_is_approved),
        "approvers-independent": Check(decisions.approvers, rules.approver_is_independent),
        "reviews-in-time": Check(terms.reviews, rules.review_is_in_time),
        "exceptions-not-relied-on": Check(decisions.relied_on, rules.reliance_is_lifted),
        "evidence-fresh": Check(terms.evidence, rules.evidence_is_fresh),
        "blocking-findings-in-time": Check(terms.blocking_findings, rules.finding_is_in_time),
        "conditions-met": Check(decisions.conditions, rules.condition_is_met),
        "reviews-decided": Check(decisions.open_decisions, rules.decision_is_made),
        "documents-current": Check(terms.kept_documents, rules.document_is_current),
        "answers-in-force": Check(terms.answers, rules.answer_stands),
        "audit-actions-in-time": Check(terms.audit_actions, rules.action_is_in_time),
        "roles-apart": Check(operation.roles, rules.roles_are_apart),
        "access-drill": Check(operation.drilled, rules.drill_finds_nothing),
        "access-reviewed": Check(access.access_reviews, rules.access_was_reviewed),
        "break-glass-reviewed": Check(access.ended_accesses, rules.break_glass_was_reviewed),
        "personal-data-masked": Check(texts.texts, rules.text_is_clean),
        "bias-data-purpose": Check(bias_data.compared_groups, rules.bias_data_have_a_purpose),
        "bias-data-deleted": Check(bias_data.purposes_held, rules.bias_data_are_deleted),
        "data-described": Check(data_classes.data_of_holders, rules.data_are_described),
        "events-kept": Check(operation.removed_events, rules.events_were_kept),
        "files-whole": Check(files.kept_files, rules.file_is_whole),
        "ledger-verifies": Check(ledger.verified, rules.ledger_verifies),
        "checkpoint-outside": Check(operation.outside, rules.checkpoint_is_outside),
        "ledger-not-shortened": Check(operation.length, rules.ledger_grew),
        "messages-leave": Check(operation.outgoing, rules.message_leaves),
    }
)
