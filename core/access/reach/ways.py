"""How the rows of each table lead to the models that they belong to: read by who acts and by who reads.

Tables are named, not imported, because they lie in packages above this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Up:
    """The row belongs to what the row `parent` belongs to whose `key` is this row's `column`."""

    column: str
    parent: str
    key: str = "id"
    free: bool = False  # a row whose column is empty belongs to the whole organisation and is open to everybody


@dataclass(frozen=True)
class Down:
    """The row belongs to what the rows of `child` belong to whose `column` is this row's `key`."""

    child: str
    column: str
    key: str = "id"
    where: tuple[str, str] = ("", "")  # a column of the child, and what it says


Way = Up | Down
MODEL, VERSION = (Up("model_id", "model"),), (Up("version_id", "model_version"),)
MODEL_OR_NONE = (Up("model_id", "model", free=True),)
NAMED = (Up("model", "model", "number"),)
NAMED_OR_NONE = (Up("model", "model", "number", free=True),)


def _parts(parent: str, column: str, *names: str) -> dict[str, tuple[Way, ...]]:
    return dict.fromkeys(names, (Up(column, parent),))


WAYS: Mapping[str, tuple[Way, ...]] = MappingProxyType(
    {
        "model_version": MODEL,
        **dict.fromkeys(
            (
                "assignment", "comparison", "control_result", "deployment", "drill", "metric_series", "monitor_chunk",
                "monitor_result", "monitor_slot", "monitored_model", "output_review", "own_control", "pack_decision",
                "periodic_review", "policy_exception", "production_batch", "production_day", "production_pointer",
                "production_stream", "restriction", "risk_factor", "rollback_decision", "rollout", "stress_schedule",
                "tier_override", "model_group_member", "registry_model",
            ),
            MODEL,
        ),
        **dict.fromkeys(
            (
                "change_request", "conclusion", "contribution", "document", "evidence", "finding", "question", "run",
                "simulated_version", "stress_test", "version_code",
            ),
            VERSION,
        ),
        "coverage_answer": MODEL_OR_NONE,
        **dict.fromkeys(("alert_route", "audit_item", "event_count"), NAMED_OR_NONE),
        **dict.fromkeys(("bulk_edit_row", "incident_affected"), NAMED),
        **dict.fromkeys(("alert", "compliance_finding", "discovery"), NAMED),
        "quarantine": MODEL,
        "bulk_edit": (Down("bulk_edit_row", "bulk_edit_id"),),
        "incident": (*NAMED, Down("incident_affected", "incident_id")),
        "field_change": (Up("entity", "model", "number"), Up("entity", "asset", "number")),
        "dataset": (Down("model_version", "training_dataset_id"), Down("model_version", "test_dataset_id")),
        **_parts("alert", "alert_id", "alert_act", "alert_notice", "alert_person"),
        **_parts(
            "change_request", "change_id", "checklist_item", "condition", "dissent", "review_notice", "vote",
        ),
        "checklist_answer": (Up("item_id", "checklist_item"),),
        **_parts("document", "document_id", "document_version"),
        **_parts("finding", "finding_id", "finding_act", "finding_evidence"),
        **_parts(
            "incident", "incident_id", "incident_cause", "incident_clock", "incident_clock_warning",
            "incident_informed", "incident_note", "incident_notification", "incident_review",
        ),
        "metric_point": (Up("series_id", "metric_series"),),
        "output_opinion": (Up("review_id", "output_review"),),
        **_parts("registry_model", "registry_model_id", "registry_difference", "registry_version"),
        **_parts("rollout", "rollout_id", "rollout_hold"),
        **_parts("run", "run_id", "check_result", "run_figures"),
        **_parts("stress_test", "test_id", "stress_figure"),
    }
)  # fmt: skip
