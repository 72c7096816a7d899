"""Every table that a report may read, with how it goes back to a moment."""

from collections.abc import Mapping
from types import MappingProxyType

from core.access.personal_data.tables import ColumnDecision
from core.access.redactions.tables import FileRedaction
from core.access.tables import Delegation, Person, RoleGrant, SignInSession, Token
from core.approval.rules import ChangeStatus
from core.approval.tables import (
    ChangeRequest,
    ChecklistAnswer,
    ChecklistItem,
    Condition,
    Dissent,
    FunctionGrant,
    ReviewNotice,
    Vote,
)
from core.audits.tables import (
    Audit,
    AuditCriterion,
    AuditFinding,
    AuditItem,
    AuditMember,
    AuditSample,
    AuditTest,
)
from core.coverage.tables import CoverageAnswer
from core.documents.tables import Document, DocumentVersion
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.tables import (
    ClockRule,
    Incident,
    IncidentAffected,
    IncidentCause,
    IncidentClock,
    IncidentInformed,
    IncidentNote,
    IncidentNotification,
    IncidentReview,
)
from core.inventory.classes.tables import DataColumn
from core.inventory.deployments.tables import Deployment, Drill, Environment, Restriction
from core.inventory.profile.rules import OverrideStatus
from core.inventory.tables import (
    Contribution,
    Dataset,
    FieldChange,
    Link,
    Model,
    ModelVersion,
    PackDecision,
    PeriodicReview,
    ProductionPointer,
    RiskFactor,
    TierOverride,
)
from core.ledger.batches.tables import EventBatch
from core.links.tables import RecordLink
from core.policy.exceptions.tables import PolicyException
from core.policy.keeping.rules import DataClass
from core.policy.packs.tables import RegulationPack
from core.policy.tables import PolicyVersion
from core.reports.history.rewinding import Parent, Rewound, Turn
from core.store.base import Row
from core.validation.rules import RunStatus
from core.validation.tables import BiasAuditStatement, CheckResult, Conclusion, Evidence, Finding, Question, Run

RETIRED = Turn("retired_at", {"retired_at": None, "retired_by": "", "retired_reason": ""})
WITHDRAWN = Turn("withdrawn_at", {"withdrawn_at": None, "withdrawn_by": None})
VOIDED = Turn("voided_at", {"voided_at": None})
KEPT_THEN = Turn("removed_at", {"removed_at": None, "removed_reason": "", "removed_entry": None})
OF_MODEL, OF_VERSION = Parent("model_id", Model), Parent("version_id", ModelVersion)
OF_CHANGE = Parent("change_id", ChangeRequest)
OF_AUDIT = Parent("audit_id", Audit)
PENDING = {"status": RunStatus.QUEUED, "finished_at": None, "result_digest": "", "error": ""}
UNDECIDED = {"decided_at": None, "approved_digest": None, "status": ChangeStatus.REQUESTED}
STAYS = {"until": None, "ended_as": None, "ended_by": "", "ended_because": ""}

ACCESS = (
    Rewound(
        Person,
        "created_at",
        turns=(Turn("disabled_at", {"disabled_at": None}),),
        always={"password_hash": None, "email": "", "subject": None},
    ),
    Rewound(RoleGrant, "granted_at", turns=(WITHDRAWN,)),
    Rewound(FunctionGrant, "granted_at", turns=(WITHDRAWN,)),
    Rewound(Delegation, "given_at", turns=(Turn("withdrawn_at", {"withdrawn_at": None}),)),
    Rewound(
        ColumnDecision,
        "decided_at",
        turns=(Turn("withdrawn_at", {"withdrawn_at": None, "withdrawn_by": "", "withdrawn_reason": ""}),),
    ),
    Rewound(SignInSession, "opened_at", turns=(Turn("ended_at", {"ended_at": None}),)),
    Rewound(
        Token,
        "created_at",
        turns=(Turn("revoked_at", {"revoked_at": None}),),
        always={"last_used_at": None},
    ),
)
INVENTORY = (
    Rewound(Model, "registered_at", turns=(RETIRED,)),
    Rewound(Dataset, "registered_at", turns=(RETIRED,)),
    Rewound(ModelVersion, "created_at", (OF_MODEL,), always={"evidence_parts": ""}),
    Rewound(Contribution, "at", (OF_VERSION,)),
    Rewound(ProductionPointer, "", (OF_MODEL,)),
    Rewound(Deployment, "since", (OF_MODEL,), (Turn("until", STAYS),)),
    Rewound(Restriction, "since", (OF_MODEL,), (Turn("until", {"until": None, "lifted_by": "", "lifted_change": ""}),)),
    Rewound(Drill, "at", (OF_MODEL,)),
    Rewound(Environment, "added_at"),
    Rewound(FieldChange, "changed_at"),
    Rewound(
        TierOverride,
        "proposed_at",
        (OF_MODEL,),
        (
            Turn(
                "ended_at", {"ended_at": None, "ended_by": "", "ended_reason": "", "status": OverrideStatus.CONFIRMED}
            ),
            Turn("decided_at", {"decided_at": None, "decided_by": None, "decision": ""}),
        ),
    ),
    Rewound(RiskFactor, "", (OF_MODEL,)),
    Rewound(PackDecision, "confirmed_at", (OF_MODEL,)),
    Rewound(PeriodicReview, "reviewed_at", (OF_MODEL,)),
    Rewound(DataColumn, "noted_at", always={"met": "", "proposed": DataClass.INTERNAL, "proposed_because": ""}),
    Rewound(Link, "made_at", turns=(Turn("ended_at", {"ended_at": None, "ended_by": "", "ended_reason": ""}),)),
)
VALIDATION = (
    Rewound(FileRedaction, "redacted_at"),
    Rewound(Evidence, "uploaded_at", (OF_VERSION,), (Turn("replaced_at", {"replaced_at": None}), KEPT_THEN)),
    Rewound(
        Run,
        "requested_at",
        (OF_VERSION,),
        (Turn("finished_at", PENDING),),
        always={"step": "", "steps_done": 0, "steps_total": 0, "result": ""},
    ),
    Rewound(CheckResult, "", (Parent("run_id", Run, since="finished_at"),)),
    Rewound(
        Finding,
        "raised_at",
        (OF_VERSION,),
        (
            Turn("closed_at", {"closed_at": None, "closed_by": None, "closing_note": ""}),
            Turn("remediated_at", {"remediated_at": None, "remediated_by": None, "remediation": ""}),
        ),
    ),
    Rewound(
        Question,
        "asked_at",
        (OF_VERSION,),
        (Turn("answered_at", {"answered_at": None, "answered_by": None, "answer": ""}),),
    ),
    Rewound(Conclusion, "concluded_at", (OF_VERSION,)),
    Rewound(BiasAuditStatement, "stated_at", (OF_VERSION,)),
    Rewound(Document, "", (OF_VERSION,)),
    Rewound(DocumentVersion, "kept_at", (Parent("document_id", Document),), always={"body": ""}),
)
APPROVAL = (
    Rewound(
        ChangeRequest,
        "requested_at",
        (OF_VERSION,),
        (
            Turn("executed_at", {"executed_at": None, "executed_by": None, "replaced_version_id": None}),
            Turn("decided_at", UNDECIDED),
        ),
        always={"revision": 1},
    ),
    Rewound(ChecklistItem, "", (OF_CHANGE,)),
    Rewound(ChecklistAnswer, "", (Parent("item_id", ChecklistItem),)),
    Rewound(Vote, "cast_at", (OF_CHANGE,), (VOIDED,)),
    Rewound(Dissent, "written_at", (OF_CHANGE,), (VOIDED,)),
    Rewound(Condition, "", (OF_CHANGE, Parent("vote_id", Vote))),
    Rewound(ReviewNotice, "noticed_at", (OF_CHANGE,)),
    Rewound(
        PolicyException,
        "",
        (OF_MODEL, Parent("change", ChangeRequest, "number")),
        (
            Turn("starts_at", {"starts_at": None}),
            Turn("ended_at", {"ended_at": None, "ended_by": None, "end_reason": ""}),
        ),
    ),
    Rewound(
        PolicyVersion,
        "published_at",
        turns=(Turn("withdrawn_at", {"withdrawn_at": None, "withdrawn_by": None, "withdrawn_reason": ""}),),
    ),
    Rewound(RegulationPack, "published_at"),
    Rewound(
        CoverageAnswer,
        "given_at",
        turns=(Turn("withdrawn_at", {"withdrawn_at": None, "withdrawn_by": None, "withdrawal_reason": ""}),),
    ),
    Rewound(EventBatch, "recorded_at", turns=(Turn("removed_at", {"removed_at": None}),)),
)
AUDITS = (
    Rewound(
        Audit,
        "planned_at",
        turns=(
            Turn("begun_at", {"begun_at": None}),
            Turn("issued_at", {"issued_at": None}),
            Turn("ended_at", {"ended_at": None, "ended_by": None, "conclusion": ""}),
        ),
        always={"revision": 1},
    ),
    Rewound(AuditMember, "", (OF_AUDIT,)),
    Rewound(AuditCriterion, "", (OF_AUDIT,)),
    Rewound(AuditSample, "drawn_at", (OF_AUDIT,)),
    Rewound(AuditItem, "", (OF_AUDIT, Parent("sample_id", AuditSample))),
    Rewound(AuditTest, "", (OF_AUDIT, Parent("item_id", AuditItem)), always={"revision": 1}),
    Rewound(AuditFinding, "raised_at", (OF_AUDIT,), always={"revision": 1}),
)
OF_INCIDENT = Parent("incident_id", Incident)
INCIDENTS = (
    Rewound(Incident, "declared_at", always={"revision": 1}),
    Rewound(IncidentAffected, "added_at", (OF_INCIDENT,)),
    Rewound(IncidentNote, "written_at", (OF_INCIDENT,)),
    Rewound(IncidentInformed, "written_at", (OF_INCIDENT,)),
    Rewound(IncidentCause, "written_at", (OF_INCIDENT,)),
    Rewound(IncidentReview, "written_at", (OF_INCIDENT,)),
    Rewound(IncidentClock, "decided_at", (OF_INCIDENT,)),
    Rewound(IncidentNotification, "written_at", (OF_INCIDENT,)),
    Rewound(ClockRule, "added_at"),
    Rewound(CorrectiveAction, "opened_at", always={"revision": 1}),
    Rewound(RecordLink, "made_at"),
)
REWOUND: Mapping[type[Row], Rewound] = MappingProxyType(
    {one.row: one for one in (*ACCESS, *INVENTORY, *VALIDATION, *APPROVAL, *AUDITS, *INCIDENTS)}
)


def with_parents(tables: tuple[type[Row], ...]) -> tuple[type[Row], ...]:
    """These tables and all that their rows belong to, parents first."""
    found: dict[type[Row], None] = {}

    def add(row: type[Row]) -> None:
        for parent in REWOUND[row].parents:
            add(parent.row)
        found.setdefault(row)

    for one in tables:
        add(one)
    return tuple(found)
