"""The kinds of records that acts are decided about, and where the rows of each stand."""

from collections.abc import Mapping
from types import MappingProxyType

# acts for oneself, or whose effect is itself kept within one's reach: no record of a model stands behind them
ANYWHERE = frozenset({"view", "token", "ledger", "register", "inventory", "session"})
OWN = frozenset({"export", "export schedule"})  # of no model: what stands in them was within reach of who asked
BY_ROW = frozenset({"condition", "difference", "route"})  # named by row number
TABLES_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "model": ("model",),
        "version": ("model",),
        "action": ("corrective_action",),
        "alert": ("alert",),
        "answer": ("coverage_answer",),
        "audit": ("audit",),
        "audit finding": ("audit_finding",),
        "bulk edit": ("bulk_edit",),
        "change": ("change_request",),
        "chunk": ("monitor_chunk",),
        "comparison": ("comparison",),
        "condition": ("condition",),
        "control": ("own_control",),
        "dataset": ("dataset",),
        "decision point": ("asset",),
        "deviation": ("compliance_finding",),
        "difference": ("registry_difference",),
        "discovery": ("discovery",),
        "document": ("document",),
        "exception": ("policy_exception",),
        "export": ("report_export",),
        "export schedule": ("export_schedule",),
        "finding": ("finding",),
        "incident": ("incident",),
        "output": ("output_review",),
        "part": ("asset", "dataset"),
        "prompt": ("asset",),
        "quarantine": ("quarantine",),
        "question": ("question",),
        "review": ("review",),
        "rollback": ("rollback_decision",),
        "route": ("alert_route",),
        "run": ("run",),
        "stress schedule": ("stress_schedule",),
        "stress test": ("stress_test",),
        "vendor": ("asset",),
        "workflow": ("asset",),
    }
)
