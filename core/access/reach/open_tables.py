"""Tables that belong to no model: which everybody may read who opens their pages, and which take everywhere.

A table that stands neither here nor among the ways shows nothing to somebody whose grants are limited.
"""

OPEN = frozenset(
    {
        "access_review", "access_review_item", "alert_channel", "anchor_destination", "asked_grant",
        "break_glass", "break_glass_page", "code_change", "code_check", "code_hook", "code_review",
        "compliance_setting", "default_view", "delegation", "digest_wish", "directory_group",
        "directory_member", "directory_user", "document_template", "dormancy", "draft", "environment",
        "erasure_order", "event_erasure", "event_input_key", "file_redaction", "former_name", "function_grant",
        "idempotency_key", "incident_clock_rule", "job_worker", "log_anchor", "log_checkpoint", "log_head",
        "log_key", "log_tile", "model_group", "number_series", "person", "personal_data_decision",
        "policy_draft", "policy_version", "recovery_code", "registry_rules", "registry_sync", "regulation_pack",
        "role_grant", "saved_view", "second_factor", "service_account", "setup_link", "sign_in_code",
        "sign_in_failure", "sign_in_session", "token", "webhook_endpoint",
    }
)  # fmt: skip
# what stands in them is about every model at once
CLOSED = frozenset(
    {
        "access_drill", "access_drill_difference", "asked_members", "compliance_result", "compliance_run",
        "event_batch", "held_text", "held_text_opinion", "job", "outbox_attempt", "outbox_message", "overdue_notice",
        "permission_difference", "permission_look", "personal_data_finding", "personal_data_seen",
        "policy_simulation", "subject_found", "subject_request",
    }
)  # fmt: skip
# entries of the ledger about these are everybody's to read
OPEN_KINDS = frozenset(
    {
        "anchor", "checkpoint", "clock rule", "compliance check", "environment", "key", "ledger", "pack",
        "policy", "registry", "template", "witness",
    }
)  # fmt: skip
