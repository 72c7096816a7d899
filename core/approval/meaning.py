"""What a signature on a decision means, in words that are shown before it is given and kept with it."""

from core.approval.facts import ChangeRecord
from core.policy.rules import ChangeKind

APPROVE, REJECT, DISSENT = "I approve", "I reject", "I dissent from, and do not stop,"


def meaning(record: ChangeRecord, act: str, *, on_behalf_of: str = "") -> str:
    """For example: I approve v1.2.0 of M0001 for production, on evidence 0fa1b2c3 (CR0007)."""
    subject = f"v{record.version.version} of {record.model.number}"
    what = {
        ChangeKind.FIRST_USE: f"{subject} for first use in production",
        ChangeKind.NEW_VERSION: f"{subject} for production",
        ChangeKind.RESTRICTED_USE: _restriction(record, subject),
        ChangeKind.POLICY_EXCEPTION: f"{_exception(record)} for {subject}",
        ChangeKind.ROLLBACK: f"the return to {subject} in production",
        ChangeKind.RETIREMENT: f"the retirement of {subject}",
    }[record.change.kind]
    for_whom = f"; for {on_behalf_of}, who delegated their vote to me" if on_behalf_of else ""
    return f"{act} {what}, on evidence {record.version.evidence_digest[:8]} ({record.change.number}){for_whom}"


def _restriction(record: ChangeRecord, subject: str) -> str:
    if record.change.lifts:
        return f"that the restriction of {record.change.lifts} on {subject} be lifted"
    return f"that {subject} be used only within the restriction stated"


def _exception(record: ChangeRecord) -> str:
    asked = record.exception
    if asked is None:
        return "an exception"
    return f"exception {asked.number} from clause {asked.clause} until {asked.ends_at:%Y-%m-%d}"
