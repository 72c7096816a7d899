"""States that follow from times: findings, overrides of tiers, runs, documents and pointers."""

from datetime import datetime

from sqlalchemy import func, select

from core.documents.tables import Document, DocumentVersion
from core.inventory.deployments.tables import Deployment
from core.inventory.profile.rules import OverrideStatus
from core.inventory.tables import Model, ModelVersion, ProductionPointer, TierOverride
from core.ledger.events import Event
from core.ledger.tables import table_of
from core.policy.rules import Phase
from core.reports.history.ledger import Entry, of
from core.reports.history.loading import version_names
from core.reports.history.rewinding import Lost, Values, Work
from core.validation.rules import FindingChange, FindingStatus, RunStatus
from core.validation.tables import Finding, FindingAct, Run


def settle_runs(work: Work) -> None:
    """How far a run was is kept nowhere: until it ends it was asked for, and no more is said."""
    for one in work.of(Run):
        if one["finished_at"] is None:
            one["status"] = RunStatus.QUEUED


def settle_overrides(work: Work) -> None:
    """Proposed until decided, in force until ended."""
    for one in work.of(TierOverride):
        if one["ended_at"] is not None:
            continue
        if one["decided_at"] is None:
            one["status"] = OverrideStatus.PROPOSED
        elif one["status"] is not OverrideStatus.DECLINED:
            one["status"] = OverrideStatus.CONFIRMED


def settle_findings(work: Work, before: dict[object, object]) -> None:
    """Open until remediated, and remediated until verified closed; a remediation may have been written anew since.

    `before` holds, by row number, when each was remediated according to today's row.
    """
    again = [one for one in work.of(Finding) if work.past(before.get(one["id"]))]
    names = version_names(work)
    entries = work.ledger.about({names[one["version_id"]] for one in again}, of(Event.FINDING_REMEDIATED))
    for one in again:
        about = names[one["version_id"]]
        own = [entry for entry in entries if entry.entity == about and entry.text("finding") in ("", one["number"])]
        if own and own[-1].erased:  # an erased entry does not say of which finding it was
            why = "particulars of a remediation of this version in the ledger were erased"
            work.lost.append(Lost(f"Remediation of {one['number']}", why))
        elif own:
            entry = own[-1]
            one.update(remediation=entry.text("text"), remediated_by=person_of(entry), remediated_at=entry.at)
    returned = _moved_back(work)
    for one in work.of(Finding):
        if one["closed_at"] is None:
            done, back = one["remediated_at"], returned.get(one["id"])
            stands = isinstance(done, datetime) and (not isinstance(back, datetime) or back < done)
            one["status"] = FindingStatus.REMEDIATED if stands else FindingStatus.OPEN


def _moved_back(work: Work) -> dict[object, object]:
    """Owner and due date as they were; answers with when each finding was last returned for more work."""
    if not work.of(Finding):
        return {}
    act, by_number = table_of(FindingAct).c, {one["id"]: one for one in work.of(Finding)}
    query = select(act.finding_id, act.what, act.before).where(act.at > work.as_of).order_by(act.id.desc())
    for key, what, before in work.source.execute(query):  # the first of what came after says how it was
        one = by_number.get(key)
        if one is not None and what == FindingChange.REASSIGNED:
            one["owner"] = before
        elif one is not None and what == FindingChange.EXTENDED:
            one["due_at"] = datetime.fromisoformat(before)
    last = select(act.finding_id, func.max(act.at)).where(
        act.at <= work.as_of, act.what == FindingChange.RETURNED.value
    )
    return dict(work.source.execute(last.group_by(act.finding_id)).all())


def person_of(entry: Entry) -> str:
    """Who acted: an entry by a pipeline says for whom in its role."""
    words = entry.role.split()
    return words[2] if words[:2] == ["pipeline", "of"] else entry.actor


def settle_documents(work: Work) -> None:
    """A document is as its newest version by then; without one it was not there."""
    newest: dict[object, Values] = {}
    for one in sorted(work.of(DocumentVersion), key=lambda row: int(str(row["revision"]))):
        newest[one["document_id"]] = one
    kept = []
    for document in work.of(Document):
        version = newest.get(document["id"])
        if version is not None:
            document.update({name: version[name] for name in ("revision", "open_places", "kept_by", "kept_at")})
            kept.append(document)
    if Document in work.rows:
        work.rows[Document] = kept


def settle_pointers(work: Work) -> None:
    """Which version served each environment: by the stays, where the pointer moved or went since."""
    if ProductionPointer not in work.rows:
        return
    stands = [one for one in work.of(ProductionPointer) if not work.past(one["since"])]
    known = {(one["model_id"], one["environment"]) for one in stands}
    stay = table_of(Deployment).c
    query = select(*stay).where(stay.phase == Phase.FULL, stay.since <= work.as_of, stay.until > work.as_of)
    models = {one["id"] for one in work.of(Model)}
    versions = {one["id"] for one in work.of(ModelVersion)}
    for one in work.source.execute(query.order_by(stay.id)).mappings():
        place = (one["model_id"], one["environment"])
        if place not in known and one["model_id"] in models and one["version_id"] in versions:
            known.add(place)
            columns = ("model_id", "environment", "version_id", "since", "moved_by")
            stands.append({"id": -one["id"], **{name: one[name] for name in columns}})
    work.rows[ProductionPointer] = stands
