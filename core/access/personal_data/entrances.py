"""Where text comes in and goes out, and what happens at each place to the personal data in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Handling(StrEnum):
    """What a place does with a text in which a pattern is found."""

    BLOCK = "block"
    MASK = "mask"
    PERSON = "to a person"


class Entrance(StrEnum):
    """Kinds of places, in the words of a reviewer."""

    RECORD = "records"
    NOTE = "notes and answers"
    MACHINE = "what programs say"
    STREAM = "monitoring streams"
    LEDGER = "ledger particulars"
    MESSAGE = "messages"
    EXPORT = "exports"
    LOG = "application log"


HANDLING: Mapping[Entrance, Handling] = {
    Entrance.RECORD: Handling.BLOCK,  # a record is never changed behind its author's back: they write it again
    Entrance.NOTE: Handling.PERSON,  # written in haste and about people: kept masked until a person has decided
    Entrance.MACHINE: Handling.MASK,  # nobody is there to write it again
    Entrance.STREAM: Handling.MASK,
    Entrance.LEDGER: Handling.MASK,
    Entrance.MESSAGE: Handling.MASK,
    Entrance.EXPORT: Handling.MASK,
    Entrance.LOG: Handling.MASK,
}


@dataclass(frozen=True)
class Exempt:
    """A column that is not looked at, and why."""

    reason: str


ACCOUNT = Exempt("account data of the people who work here")
ADDRESSES = Exempt("where messages go: an address is what it holds")
DERIVED = Exempt("made of what was looked at when it was stored")
CONTACTS = Exempt("the controller and its officers, whom the record has to name (GDPR 30)")
SIGNED = Exempt("digests, keys and signatures")
SEALED = Exempt("encrypted")

# Whole tables first; a column named with its table counts before its table. All else is a record.
PLACES: Mapping[str, Entrance | Exempt] = {
    "person": ACCOUNT,
    "former_name": ACCOUNT,
    "setup_link": ACCOUNT,
    "sign_in_failure": ACCOUNT,
    "sign_in_code": ACCOUNT,
    "sign_in_session": ACCOUNT,
    "directory_user": ACCOUNT,
    "directory_group": ACCOUNT,
    "second_factor": ACCOUNT,
    "recovery_code": ACCOUNT,
    "alert_channel": ADDRESSES,
    "alert_channel.name": Entrance.RECORD,
    "alert_notice": ADDRESSES,
    "anchor_destination.address": ADDRESSES,
    "webhook_endpoint.address": ADDRESSES,
    "outbox_message.receiver": ADDRESSES,
    "outbox_message.body": Entrance.MESSAGE,
    "outbox_message.said": Entrance.MACHINE,
    "idempotency_key": DERIVED,
    "personal_data_seen": DERIVED,
    "personal_data_finding": Entrance.MACHINE,
    "held_text": DERIVED,
    "regulation_pack": DERIVED,
    "log_anchor": SIGNED,
    "log_checkpoint": SIGNED,
    "log_entry": SIGNED,
    "log_head": SIGNED,
    "log_key": SIGNED,
    "log_payload": DERIVED,
    "number_series": SIGNED,
    "alert": Entrance.MACHINE,
    "alert_act": Entrance.NOTE,
    "checklist_answer.reason": Entrance.NOTE,
    "code_change": Entrance.MACHINE,
    "code_check": Entrance.MACHINE,
    "comparison.error": Entrance.MACHINE,
    "compliance_finding": Entrance.MACHINE,
    "compliance_result": Entrance.MACHINE,
    "condition.note": Entrance.NOTE,
    "control_result": Entrance.MACHINE,
    "discovery": Entrance.MACHINE,
    "document_version.comment": Entrance.NOTE,  # its body stands under a digest, so it is a record
    "draft": Entrance.MACHINE,
    "event_count": Entrance.STREAM,
    "field_change": Entrance.MACHINE,
    "bulk_edit_row": Entrance.MACHINE,
    "erasure_order": SIGNED,
    "export_schedule.problem": Entrance.MACHINE,
    "file_redaction": SIGNED,
    "finding_act.before": Entrance.MACHINE,
    "finding_act.after": Entrance.MACHINE,
    "import_job.error": Entrance.MACHINE,
    "import_job.problems": Entrance.MACHINE,
    "incident_note": Entrance.NOTE,
    "job": Entrance.MACHINE,
    "job.slot": DERIVED,
    "job_worker": Entrance.MACHINE,
    "monitor_chunk": Entrance.STREAM,
    "monitor_result": Entrance.STREAM,
    "monitor_slot": Entrance.MACHINE,
    "outbox_attempt": Entrance.MACHINE,
    "output_review": Entrance.STREAM,
    "overdue_notice": Entrance.MACHINE,
    "policy_simulation.error": Entrance.MACHINE,
    "processing_paper": CONTACTS,
    "question.answer": Entrance.NOTE,
    "question.text": Entrance.NOTE,
    "registry_difference": Entrance.MACHINE,
    "registry_model": Entrance.MACHINE,
    "registry_sync": Entrance.MACHINE,
    "registry_version": Entrance.MACHINE,
    "report_export.error": Entrance.MACHINE,
    "rollback_decision": Entrance.MACHINE,
    "rollout_hold": Entrance.MACHINE,
    "run.error": Entrance.MACHINE,
    "sensitive_reading.columns": DERIVED,
    "sensitive_reading.digest": SIGNED,
    "stress_schedule.said": Entrance.MACHINE,
    "subject_found": DERIVED,
    "subject_request.error": Entrance.MACHINE,
    "subject_request.package": SIGNED,
    "subject_request.reference": SIGNED,
    "subject_request.sealed": SEALED,
    "stress_test.error": Entrance.MACHINE,
}


def place_of(table: str, column: str) -> Entrance | Exempt:
    """What a column of the store is; whatever is not named is a record."""
    return PLACES.get(f"{table}.{column}", PLACES.get(table, Entrance.RECORD))


def in_words(table: str, column: str) -> str:
    """A column as a person would name it: `closing note of a finding`."""
    thing = table.replace("_", " ")
    article = "an" if thing[0] in "aeio" else "a"
    return f"{column.replace('_', ' ')} of {article} {thing}"
