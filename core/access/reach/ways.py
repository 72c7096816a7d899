"""How the rows of each table lead to the models that they belong to: read by who acts and by who reads.

Tables are named, not imported, because they lie in packages above this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Up:
    """The row belongs to what that row of `parent` belongs to whose `key` is this row's `column`."""

    column: str
    parent: str
    key: str = "id"


@dataclass(frozen=True)
class Down:
    """The row belongs to what those rows of `child` belong to whose `column` is this row's `key`."""

    child: str
    column: str
    key: str = "id"


@dataclass(frozen=True)
class Words:
    """The row belongs to the models whose numbers stand in its `column`, a space between."""

    column: str


@dataclass(frozen=True)
class Line:
    """The row belongs to the models of the business line that its `column` names."""

    column: str


@dataclass(frozen=True)
class Linked:
    """The row belongs to what the records belong to that it is linked with; it is a record of this `kind`."""

    kind: str


@dataclass(frozen=True)
class Tied:
    """The row belongs to the models that it is linked with in the inventory, directly or over one other part."""


Way = Up | Down | Words | Line | Linked | Tied
MODEL, VERSION, NAMED = Up("model_id", "model"), Up("version_id", "model_version"), Up("model", "model", "number")


def _parts(way: Way, names: str) -> dict[str, tuple[Way, ...]]:
    return dict.fromkeys(names.split(), (way,))


WAYS: Mapping[str, tuple[Way, ...]] = MappingProxyType(
    {
        **_parts(
            MODEL,
            "model_version assignment comparison control_result coverage_answer deployment drill metric_series "
            "model_group_member monitor_chunk monitor_result monitor_slot monitored_model output_review own_control "
            "pack_decision periodic_review policy_exception processing_paper production_batch production_day "
            "production_pointer production_stream quarantine registry_model restriction risk_factor rollback_decision "
            "rollout stress_schedule tier_override report_export export_schedule",
        ),
        **_parts(
            VERSION,
            "bias_audit_statement change_request conclusion contribution document evidence finding question run "
            "simulated_version stress_test version_code",
        ),
        **_parts(
            NAMED,
            "alert alert_route audit_item bulk_edit_row compliance_finding discovery event_count incident_affected "
            "sensitive_reading",
        ),
        "audit": (Down("audit_item", "audit_id"),),
        **_parts(Up("audit_id", "audit"), "audit_criterion audit_member audit_sample"),
        **_parts(Up("item_id", "audit_item"), "audit_finding audit_test"),
        "bulk_edit": (Down("bulk_edit_row", "bulk_edit_id"),),
        "corrective_action": (Linked("action"),),
        "asset": (Tied(),),
        "asset_version": (Up("asset_id", "asset"),),
        "dataset": (Down("model_version", "training_dataset_id"), Down("model_version", "test_dataset_id")),
        "bias_purpose": (Up("dataset_id", "dataset"),),
        "incident": (NAMED, Down("incident_affected", "incident_id")),
        "review": (VERSION, Words("models"), Line("business_line")),
        **_parts(Up("action_id", "corrective_action"), "action_reminder"),
        **_parts(Up("alert_id", "alert"), "alert_act alert_notice alert_person"),
        **_parts(Up("change_id", "change_request"), "checklist_item condition dissent review_notice vote"),
        **_parts(Up("item_id", "checklist_item"), "checklist_answer"),
        **_parts(Up("document_id", "document"), "document_version"),
        **_parts(Up("export_id", "report_export"), "report_download"),
        **_parts(Up("finding_id", "finding"), "finding_act finding_evidence"),
        **_parts(
            Up("incident_id", "incident"),
            "incident_cause incident_clock incident_clock_warning incident_informed incident_note "
            "incident_notification incident_review",
        ),
        **_parts(Up("series_id", "metric_series"), "metric_point"),
        **_parts(Up("review_id", "output_review"), "output_opinion"),
        **_parts(Up("registry_model_id", "registry_model"), "registry_difference registry_version"),
        **_parts(Up("review_id", "review"), "review_decision"),
        **_parts(Up("rollout_id", "rollout"), "rollout_hold"),
        **_parts(Up("run_id", "run"), "check_result run_figures"),
        **_parts(Up("schedule_id", "export_schedule"), "export_recipient"),
        **_parts(Up("test_id", "stress_test"), "stress_figure"),
    }
)
