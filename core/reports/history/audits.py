"""An audit as it stood: its state by its own times, conclusions and findings by what the ledger says of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.audits.rules.life import AuditStatus, FindingStatus, Response, Result
from core.audits.tables import Audit, AuditCriterion, AuditFinding, AuditItem, AuditTest
from core.ledger.events import Event
from core.reports.history.ledger import ENTRY, Entry, of
from core.reports.history.rewinding import Lost, Values, Work
from core.reports.history.states import person_of

ERASED = "particulars of ledger entries about it were erased"
REPLACED = "the plan was changed since, and the record keeps team, criteria and samples of the newest plan alone"
UNANSWERED: Values = {
    "status": FindingStatus.OPEN, "response": None, "response_text": "", "responded_by": None, "responded_at": None,
    "due_at": None, "done": "", "done_by": None, "done_at": None, "sent_back": "", "verification": "",
    "verified_by": None, "verified_at": None,
}  # fmt: skip
OF_FINDINGS = (
    Event.AUDIT_FINDING_ANSWERED, Event.AUDIT_FINDING_DONE, Event.AUDIT_FINDING_SENT_BACK, Event.AUDIT_FINDING_VERIFIED,
)  # fmt: skip


def settle_audits(work: Work) -> None:
    """Every audit that is read, with its conclusions and findings."""
    for audit in work.of(Audit):
        audit["status"] = _status(audit)
        number = str(audit["number"])
        if any(work.ledger.after(of(Event.AUDIT_CHANGED), ENTRY.entity_id == number)):
            work.lost.append(Lost(f"Plan of {number}", REPLACED))
    _tests(work)
    _findings(work)


def _status(audit: Values) -> object:
    """Closed and cancelled are final; before that the last step that was taken by then says it."""
    if audit["ended_at"] is not None:
        return audit["status"]
    if audit["issued_at"] is not None:
        return AuditStatus.FOLLOW_UP
    return AuditStatus.FIELDWORK if audit["begun_at"] is not None else AuditStatus.PLANNED


def _tests(work: Work) -> None:
    """What had been concluded by then: a later conclusion takes the place of the former in the row."""
    if AuditTest not in work.rows:
        return
    audits = {one["id"]: str(one["number"]) for one in work.of(Audit)}
    items = {one["id"]: str(one["key"]) for one in work.of(AuditItem)}
    criteria = {one["id"]: f"{one['pack']} {one['item']}" for one in work.of(AuditCriterion)}
    anew = {audits[one["audit_id"]] for one in work.of(AuditTest) if work.past(one["tested_at"])}
    told = work.ledger.about(anew, of(Event.AUDIT_TESTED))
    kept = []
    for row in work.of(AuditTest):
        about = (audits[row["audit_id"]], items[row["item_id"]], criteria[row["criterion_id"]])
        if not work.past(row["tested_at"]) or _as_concluded(work, row, about, told):
            kept.append(row)
    work.rows[AuditTest] = kept


def _as_concluded(work: Work, row: Values, about: tuple[str, str, str], told: Sequence[Entry]) -> bool:
    """Set the conclusion back to the last one by then; False where there was none."""
    for entry in reversed(told):
        if entry.entity == about[0] and entry.erased:  # it does not say of which item it was
            work.lost.append(Lost(f"Conclusion on {about[1]} by {about[2]}", ERASED))
            return False
        if (entry.entity, entry.text("item"), entry.text("criterion")) == about:
            row.update({name: entry.text(name) for name in ("notes", "reason", "evidence")})
            row.update(result=Result(entry.text("result")), tested_by=person_of(entry), tested_at=entry.at)
            return True
    return False


def _findings(work: Work) -> None:
    """What had become of each finding, where something happened to it since."""
    audits = {one["id"]: str(one["number"]) for one in work.of(Audit)}
    named = {f"{audits[one['audit_id']]} {one['number']}": one for one in work.of(AuditFinding)}
    if not named:
        return
    later = work.ledger.after(of(*OF_FINDINGS), ENTRY.entity_kind == "audit finding")
    moved = {entry.entity for entry in later} & named.keys()
    for name in moved:
        named[name].update(UNANSWERED)
    for entry in work.ledger.about(moved, of(*OF_FINDINGS)):
        if entry.erased:
            work.lost.append(Lost(f"What became of {entry.entity}", ERASED))
        else:
            named[entry.entity].update(_became(entry))


def _became(entry: Entry) -> Mapping[str, object]:
    """What one entry made of the finding."""
    by, text = person_of(entry), entry.text("text")
    if entry.action == Event.AUDIT_FINDING_ANSWERED:
        due = entry.text("due")
        return {
            "status": FindingStatus.ANSWERED, "response": Response(entry.text("response")), "response_text": text,
            "responded_by": by, "responded_at": entry.at, "sent_back": "",
            "due_at": datetime.fromisoformat(due) if due else None,
        }  # fmt: skip
    if entry.action == Event.AUDIT_FINDING_DONE:
        return {"status": FindingStatus.DONE, "done": text, "done_by": by, "done_at": entry.at, "sent_back": ""}
    if entry.action == Event.AUDIT_FINDING_SENT_BACK:
        return {"status": FindingStatus(entry.text("to")), "sent_back": entry.text("reason")}
    verified = {"verification": text, "verified_by": by, "verified_at": entry.at}
    return {"status": FindingStatus.VERIFIED, **verified}
