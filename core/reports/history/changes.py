"""Change requests as they stood: status, due date, returns, answers and conditions, which are changed in place."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from core.approval.rules import Answer, ChangeStatus
from core.approval.tables import ChangeRequest, ChecklistAnswer, ChecklistItem, Condition
from core.ledger.events import Event
from core.reports.history.deadlines import Deadlines
from core.reports.history.ledger import ENTRY, Entry, of
from core.reports.history.rewinding import Lost, Values, Work
from core.reports.history.states import person_of

STATUS: Mapping[str, ChangeStatus] = MappingProxyType(
    {
        Event.CHANGE_REQUESTED: ChangeStatus.REQUESTED,
        Event.CHECKLIST_ANSWERED: ChangeStatus.IN_REVIEW,
        Event.VOTE_CAST: ChangeStatus.IN_REVIEW,
        Event.DISSENT_WRITTEN: ChangeStatus.IN_REVIEW,
        Event.CHANGE_SENT_BACK: ChangeStatus.REQUESTED,
        Event.CHANGE_RETURNED: ChangeStatus.REQUESTED,
        Event.CHANGE_APPROVED: ChangeStatus.APPROVED,
        Event.CHANGE_REJECTED: ChangeStatus.REJECTED,
        Event.CHANGE_WITHDRAWN: ChangeStatus.WITHDRAWN,
        Event.CHANGE_EXECUTED: ChangeStatus.EXECUTED,
    }
)
OF_CONDITIONS = (Event.CONDITION_REPORTED, Event.CONDITION_VERIFIED, Event.CONDITION_SENT_BACK)
READ = (*(Event(one) for one in STATUS), *OF_CONDITIONS, Event.CHECKLIST_FROZEN)
BY_CHECK = " (by its check)"
ERASED = "particulars of ledger entries about it were erased"


def take_back_changes(work: Work) -> None:
    """Every change request that something happened to since, with its answers and conditions."""
    changes = {str(one["number"]): one for one in work.of(ChangeRequest)}
    if not changes:
        return
    scope = (ENTRY.entity_id.in_(list(changes)),) if work.model else (ENTRY.entity_kind == "change",)
    moved = {entry.entity for entry in work.ledger.after(of(*READ), *scope)} & changes.keys()
    acts: dict[str, list[Entry]] = {number: [] for number in moved}
    for entry in work.ledger.about(moved, of(*READ)):
        acts[entry.entity].append(entry)
    deadlines = Deadlines(work, [changes[number] for number in acts])
    for number, entries in acts.items():
        _change(work, changes[number], entries, deadlines)
    by_id = {changes[number]["id"]: number for number in moved}
    _answers(work, by_id, acts)
    _conditions(work, by_id, acts)


def _change(work: Work, change: Values, entries: list[Entry], deadlines: Deadlines) -> None:
    settled = [entry for entry in entries if entry.action in STATUS]
    change["status"] = STATUS[settled[-1].action] if settled else ChangeStatus.REQUESTED
    turns = [entry for entry in entries if entry.action in (Event.CHANGE_SENT_BACK, Event.CHANGE_RETURNED)]
    sent_back = next((entry for entry in reversed(turns) if entry.action == Event.CHANGE_SENT_BACK), None)
    returned = sent_back if turns and turns[-1] is sent_back else None
    change.update(
        returned_by=person_of(returned) if returned else None,
        returned_at=returned.at if returned else None,
        return_reason=sent_back.text("reason") if sent_back else "",
    )
    if sent_back is not None and sent_back.erased:
        work.lost.append(Lost(f"Return of {change['number']}", ERASED))
    resumed = next((entry for entry in reversed(turns) if entry.action == Event.CHANGE_RETURNED), None)
    change["due_at"] = deadlines.due(change, resumed.at if resumed else change["requested_at"])


def _answers(work: Work, moved: Mapping[object, str], acts: Mapping[str, list[Entry]]) -> None:
    """What each person had answered, and whether it was frozen: answers are overwritten and freezes lifted."""
    items = {one["id"]: one for one in work.of(ChecklistItem)}
    kept = []
    for row in work.of(ChecklistAnswer):
        item = items[row["item_id"]]
        number = moved.get(item["change_id"])
        if number is None or _as_answered(work, row, str(item["code"]), number, acts[number]):
            kept.append(row)
    if ChecklistAnswer in work.rows:
        work.rows[ChecklistAnswer] = kept


def _as_answered(work: Work, row: Values, code: str, number: str, entries: list[Entry]) -> bool:
    """Set the answer back; False where it had not been given."""
    own = [entry for entry in entries if person_of(entry) == row["person"]]
    frozen = [entry for entry in own if entry.action == Event.CHECKLIST_FROZEN]
    resumed = [entry.index for entry in entries if entry.action == Event.CHANGE_RETURNED]
    holds = bool(frozen) and (not resumed or resumed[-1] < frozen[-1].index)
    if work.past(row["answered_at"]) and not _restored(work, row, code, number, own):
        return False
    row["frozen_at"] = frozen[-1].at if holds else None
    return True


def _restored(work: Work, row: Values, code: str, number: str, own: list[Entry]) -> bool:
    """The person's last answer by then: their own, or the one that a check gave when they voted."""
    for entry in reversed(own):
        if entry.action == Event.CHECKLIST_ANSWERED and entry.text("item") == code:
            answer, reason, shown_by = Answer(entry.text("answer")), entry.text("reason"), entry.text("shown by")
            row.update(answer=answer, reason=reason, evidence=shown_by, filled=False, answered_at=entry.at)
            return True
        by_check = _by_check(entry, code)
        if by_check is not None:
            row.update(answer=by_check, reason="", evidence="", filled=True, answered_at=entry.at)
            why = "its check gave it, and the answer was written anew since; the ledger keeps the answer alone"
            work.lost.append(Lost(f"Reason of the answer to {code} on {number}", why))
            return True
        if entry.erased:
            work.lost.append(Lost(f"Answer to {code} on {number}", ERASED))
            return False
    return False


def _by_check(entry: Entry, code: str) -> Answer | None:
    """The answer that a check gave to this item when the person voted: `code: met (by its check)`."""
    if entry.action != Event.CHECKLIST_FROZEN:
        return None
    for part in entry.text("answers").split("; "):
        if part.startswith(f"{code}: ") and part.endswith(BY_CHECK):
            return Answer(part.removeprefix(f"{code}: ").removesuffix(BY_CHECK))
    return None


def _conditions(work: Work, moved: Mapping[object, str], acts: Mapping[str, list[Entry]]) -> None:
    """What had become of each condition; the ledger names it by its words."""
    worded = Counter((one["change_id"], one["text"]) for one in work.of(Condition))
    for row in work.of(Condition):
        number = moved.get(row["change_id"])
        if number is None:
            continue
        alone = worded[row["change_id"], row["text"]] == 1
        told = [entry for entry in acts[number] if entry.action in OF_CONDITIONS]
        if any(entry.erased for entry in told) or (not alone and told):
            why = ERASED if alone else "another condition of the change has the same words"
            work.lost.append(Lost(f"What became of a condition of {number}", why))
        row.update(evidence="", done_by=None, done_at=None, verified_by=None, verified_at=None, note="")
        for entry in told:
            if entry.text("condition") == row["text"]:
                row.update(_became(entry))


def _became(entry: Entry) -> Values:
    person, said = person_of(entry), entry.text("said")
    if entry.action == Event.CONDITION_REPORTED:
        return {"evidence": said, "done_by": person, "done_at": entry.at}
    if entry.action == Event.CONDITION_VERIFIED:
        return {"note": said, "verified_by": person, "verified_at": entry.at}
    return {"note": said, "done_by": None, "done_at": None}
