"""Roles, kinds of act, which role carries which, and which roles may not meet: a table, and nothing else."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a person answers for."""

    OWNER = "owner"
    DEVELOPER = "developer"
    VALIDATOR = "validator"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One kind of act; a token's scopes are permissions too."""

    RECORD_READ = "record:read"
    MODEL_REGISTER = "model:register"
    MODEL_EDIT = "model:edit"
    MODEL_RETIRE = "model:retire"
    MODEL_REVIEW = "model:review"
    TIER_CONFIRM = "tier:confirm"
    VERSION_REGISTER = "version:register"
    EVIDENCE_UPLOAD = "evidence:upload"
    EVENT_RECORD = "event:record"
    EVENT_ERASE = "event:erase"
    VALIDATION_START = "validation:start"
    CHALLENGE_ASK = "challenge:ask"
    CHALLENGE_ANSWER = "challenge:answer"
    FINDING_RAISE = "finding:raise"
    FINDING_REMEDIATE = "finding:remediate"
    FINDING_CLOSE = "finding:close"
    VALIDATION_CONCLUDE = "validation:conclude"
    CHANGE_REQUEST = "change:request"
    CHANGE_VOTE = "change:vote"
    CHANGE_EXECUTE = "change:execute"
    POLICY_DRAFT = "policy:draft"
    POLICY_PUBLISH = "policy:publish"
    DOCUMENT_WRITE = "document:write"
    DOCUMENT_REVIEW = "document:review"
    COVERAGE_ANSWER = "coverage:answer"
    COVERAGE_ANSWER_FOR_ALL = "coverage:answer_for_all"
    PACK_PUBLISH = "pack:publish"
    TEMPLATE_PUBLISH = "template:publish"
    EXPORT_MAKE = "export:make"
    LEDGER_READ = "ledger:read"
    PRODUCTION_RETURN = "production:return"
    CODE_REPORT = "code:report"
    AUDIT_RUN = "audit:run"
    AUDIT_RESPOND = "audit:respond"
    COMPLIANCE_RUN = "compliance:run"
    COMPLIANCE_MANAGE = "compliance:manage"
    PRODUCTION_REPORT = "production:report"
    MONITOR_RUN = "monitor:run"
    ALERT_HANDLE = "alert:handle"
    OUTPUT_REVIEW = "output:review"
    STRESS_RUN = "stress:run"
    COMPARISON_RUN = "comparison:run"
    INCIDENT_DECLARE = "incident:declare"
    INCIDENT_HANDLE = "incident:handle"
    INCIDENT_REVIEW = "incident:review"
    REVIEW_HOLD = "review:hold"
    PERSON_MANAGE = "person:manage"
    GRANT_CONFIRM = "grant:confirm"
    ACCESS_REVIEW = "access:review"
    BREAK_GLASS_OPEN = "break_glass:open"
    BREAK_GLASS_REVIEW = "break_glass:review"
    ACCESS_DRILL = "access:drill"
    DATA_CLASSIFY = "data:classify"
    PERSONAL_DATA_DECIDE = "personal_data:decide"
    SENSITIVE_READ = "sensitive:read"
    SUBJECT_REQUEST_HANDLE = "subject_request:handle"
    SUBJECT_REQUEST_CONFIRM = "subject_request:confirm"
    HOOK_MANAGE = "hook:manage"
    ANCHOR_MANAGE = "anchor:manage"
    JOB_RUN = "job:run"
    TOKEN_OWN = "token:own"  # noqa: S105  a permission's name, not a secret


P = Permission
_DEVELOPMENT = {
    P.MODEL_REGISTER,
    P.MODEL_EDIT,
    P.VERSION_REGISTER,
    P.EVIDENCE_UPLOAD,
    P.EVENT_RECORD,
    P.VALIDATION_START,
    P.CHALLENGE_ANSWER,
    P.FINDING_REMEDIATE,
    P.CHANGE_REQUEST,
    P.CODE_REPORT,
    P.COMPLIANCE_RUN,
    P.PRODUCTION_REPORT,
    P.MONITOR_RUN,
    P.ALERT_HANDLE,
    P.STRESS_RUN,
    P.COMPARISON_RUN,
    P.INCIDENT_DECLARE,
    P.INCIDENT_HANDLE,
    P.TOKEN_OWN,
}
PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.OWNER: frozenset(
            {
                P.RECORD_READ,
                P.BREAK_GLASS_OPEN,
                P.DATA_CLASSIFY,
                P.PERSONAL_DATA_DECIDE,
                P.LEDGER_READ,
                P.MODEL_REGISTER,
                P.MODEL_EDIT,
                P.MODEL_RETIRE,
                P.MODEL_REVIEW,
                P.VERSION_REGISTER,
                P.CHANGE_REQUEST,
                P.CHANGE_EXECUTE,
                P.PRODUCTION_RETURN,
                P.CHALLENGE_ANSWER,
                P.FINDING_REMEDIATE,
                P.POLICY_DRAFT,
                P.DOCUMENT_WRITE,
                P.COVERAGE_ANSWER,
                P.AUDIT_RESPOND,
                P.COMPLIANCE_RUN,
                P.MONITOR_RUN,
                P.ALERT_HANDLE,
                P.OUTPUT_REVIEW,
                P.INCIDENT_DECLARE,
                P.INCIDENT_HANDLE,
                P.REVIEW_HOLD,
                P.JOB_RUN,
                P.EXPORT_MAKE,
                P.TOKEN_OWN,
            }
        ),
        Role.DEVELOPER: frozenset(
            {
                P.RECORD_READ,
                P.BREAK_GLASS_OPEN,
                P.DATA_CLASSIFY,
                P.LEDGER_READ,
                P.EXPORT_MAKE,
                P.DOCUMENT_WRITE,
                P.COVERAGE_ANSWER,
                P.AUDIT_RESPOND,
            }
            | {P.JOB_RUN}
            | _DEVELOPMENT
        ),
        Role.VALIDATOR: frozenset(
            {
                P.RECORD_READ,
                P.BREAK_GLASS_OPEN,
                P.PERSONAL_DATA_DECIDE,
                P.SENSITIVE_READ,
                P.LEDGER_READ,
                P.CHALLENGE_ASK,
                P.FINDING_RAISE,
                P.FINDING_CLOSE,
                P.VALIDATION_CONCLUDE,
                P.MODEL_REVIEW,
                P.POLICY_DRAFT,
                P.DOCUMENT_REVIEW,
                P.COVERAGE_ANSWER,
                P.AUDIT_RESPOND,
                P.COMPLIANCE_RUN,
                P.MONITOR_RUN,
                P.ALERT_HANDLE,
                P.OUTPUT_REVIEW,
                P.STRESS_RUN,
                P.COMPARISON_RUN,
                P.INCIDENT_DECLARE,
                P.INCIDENT_HANDLE,
                P.INCIDENT_REVIEW,
                P.REVIEW_HOLD,
                P.JOB_RUN,
                P.EXPORT_MAKE,
            }
        ),
        Role.APPROVER: frozenset(
            {
                P.RECORD_READ,
                P.ACCESS_REVIEW,
                P.BREAK_GLASS_REVIEW,
                P.ACCESS_DRILL,
                P.PERSONAL_DATA_DECIDE,
                P.SUBJECT_REQUEST_HANDLE,
                P.LEDGER_READ,
                P.CHANGE_VOTE,
                P.CHANGE_EXECUTE,
                P.PRODUCTION_RETURN,
                P.TIER_CONFIRM,
                P.POLICY_DRAFT,
                P.POLICY_PUBLISH,
                P.DOCUMENT_REVIEW,
                P.COVERAGE_ANSWER,
                P.COVERAGE_ANSWER_FOR_ALL,
                P.PACK_PUBLISH,
                P.TEMPLATE_PUBLISH,
                P.AUDIT_RESPOND,
                P.COMPLIANCE_RUN,
                P.COMPLIANCE_MANAGE,
                P.ALERT_HANDLE,
                P.OUTPUT_REVIEW,
                P.INCIDENT_DECLARE,
                P.INCIDENT_HANDLE,
                P.INCIDENT_REVIEW,
                P.REVIEW_HOLD,
                P.EXPORT_MAKE,
            }
        ),
        Role.AUDITOR: frozenset({P.RECORD_READ, P.LEDGER_READ, P.AUDIT_RUN, P.EXPORT_MAKE}),
        Role.ADMINISTRATOR: frozenset(
            {
                P.RECORD_READ,
                P.GRANT_CONFIRM,
                P.BREAK_GLASS_OPEN,
                P.ACCESS_DRILL,
                P.SUBJECT_REQUEST_CONFIRM,
                P.LEDGER_READ,
                P.PERSON_MANAGE,
                P.HOOK_MANAGE,
                P.ANCHOR_MANAGE,
                P.EVENT_ERASE,
                P.JOB_RUN,
            }
        ),
    }
)
# a deployment pipeline may halt and take back what people brought into production; bringing it there stays theirs
TOKEN_SCOPES = frozenset(
    {
        P.RECORD_READ,
        P.POLICY_DRAFT,
        P.PRODUCTION_RETURN,
        P.DOCUMENT_WRITE,
        P.COVERAGE_ANSWER,
        P.DATA_CLASSIFY,
        P.EXPORT_MAKE,
    }
    | _DEVELOPMENT - {P.TOKEN_OWN, P.CHALLENGE_ANSWER, P.INCIDENT_HANDLE}
)

SENSITIVE_ROLES = frozenset({Role.ADMINISTRATOR, Role.APPROVER, Role.VALIDATOR, Role.AUDITOR})

TOXIC_PAIRS: tuple[tuple[Role, Role], ...] = (
    (Role.ADMINISTRATOR, Role.APPROVER),
    (Role.ADMINISTRATOR, Role.VALIDATOR),
    (Role.ADMINISTRATOR, Role.DEVELOPER),
    (Role.ADMINISTRATOR, Role.OWNER),
    (Role.AUDITOR, Role.ADMINISTRATOR),
    (Role.AUDITOR, Role.DEVELOPER),
    (Role.AUDITOR, Role.VALIDATOR),
    (Role.AUDITOR, Role.APPROVER),
    (Role.AUDITOR, Role.OWNER),
)
