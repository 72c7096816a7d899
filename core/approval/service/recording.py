"""Stores a change request as it was asked: its path, its checklist, and what the ledger keeps of it."""

from datetime import datetime, timedelta

from core.access.rules import Actor
from core.approval.facts import functions_text, key_of
from core.approval.tables import ChangeRequest, ChecklistItem
from core.inventory.tables import Model, ModelVersion
from core.ledger.canonical import JsonValue
from core.policy.exceptions.tables import PolicyException
from core.policy.rules import ChangeKind, ChecklistTemplate
from core.policy.service import policy_in_force
from core.store import Transaction
from core.store.numbers import next_number


def change_row(
    tx: Transaction,
    model: Model,
    version: ModelVersion,
    kind: ChangeKind,
    rationale: str,
    restriction: str,
    lifts: str,
    *,
    actor: Actor,
    at: datetime,
) -> ChangeRequest:
    """Store the request with its path and checklist, as the policy in force says for its kind and the model's tier.

    `restriction` is what a restricted use puts in force or, with `lifts`, what it ends.
    """
    published = policy_in_force(tx.session, at=at)
    path = published.policy.path(kind, model.tier)
    row = ChangeRequest(
        number=next_number(tx.session, "CR"),
        kind=kind,
        version_id=key_of(version),
        policy_version_id=published.id,
        rationale=rationale,
        restriction=restriction if kind is ChangeKind.RESTRICTED_USE else "",
        lifts=lifts,
        quorum=path.quorum,
        functions=functions_text(path.functions),
        tier=model.tier,
        requested_by=actor.id,
        requested_at=at,
        due_at=at + timedelta(days=published.policy.decision_days(model.tier)),
    )
    tx.session.add(row)
    tx.session.flush()
    templates = published.policy.checklist(model.tier, model.packs.split(), kind)
    tx.session.add_all(_item_row(row, position, item) for position, item in enumerate(templates, start=1))
    return row


def _item_row(change: ChangeRequest, position: int, item: ChecklistTemplate) -> ChecklistItem:
    return ChecklistItem(
        change_id=key_of(change),
        position=position,
        code=item.code,
        title=item.title,
        guidance=item.guidance,
        source=item.source,
        required=item.required,
        check_name=item.check.value if item.check else "",
    )


def particulars(
    change: ChangeRequest, version: str, row: ModelVersion, exception: PolicyException | None
) -> dict[str, JsonValue]:
    """What the ledger keeps of a request: the subject, the path that was taken, and why."""
    said: dict[str, JsonValue] = {
        "kind": change.kind.value,
        "version": version,
        "evidence": row.evidence_digest,
        "quorum": change.quorum,
        "functions": change.functions,
        "rationale": change.rationale,
    }
    if change.restriction:
        said["restriction"] = change.restriction
    if change.lifts:
        said["lifts"] = change.lifts
    if exception:
        said |= {
            "exception": exception.number,
            "clause": exception.clause,
            "controls": exception.controls,
            "until": exception.ends_at.isoformat(),
        }
    return said
