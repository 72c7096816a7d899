"""The use case that changes a model: whole or not at all, by compare-and-set, with the history of each field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor, Permission, line_refusals, permission_refusals
from core.errors import Conflict, Refusal, Refused, Unreadable
from core.inventory.changing.fields import CHANGEABLE, as_entered, differences, with_changes
from core.inventory.checking import model_problems, retired_refusals
from core.inventory.evidence import can_rebind, rebound
from core.inventory.history import Difference, write_history
from core.inventory.intake import NewModel, problems_of
from core.inventory.moves import change, load_model
from core.inventory.people.following import follow
from core.inventory.profile.overrides import tier_after
from core.inventory.rules import Stage, materiality
from core.inventory.tables import Model, ModelVersion
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction

BINDING = frozenset({Stage.VALIDATED, Stage.IN_APPROVAL, Stage.APPROVED})  # somebody decided on the record as it is
FOLLOWING = frozenset({Stage.DRAFT, Stage.IN_VALIDATION, Stage.NOT_VALIDATED})  # their digest follows the record


@dataclass(frozen=True)
class Changed:
    """What changed of a record: its number and revision, the fields by name, and the ledger entry.

    Without any difference nothing was stored: `fields` is empty and `entry` is None.
    """

    number: str
    fields: tuple[str, ...]
    revision: int
    entry: int | None


def change_refusals(actor: Actor, model: Model | None = None) -> tuple[Refusal, ...]:
    """Why this actor cannot change a model, or this one."""
    return (*permission_refusals(actor, Permission.MODEL_EDIT), *(retired_refusals(model) if model else ()))


def change_model(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    changes: Mapping[str, object],
    reason: str,
    expected_revision: int | None,
    actor: Actor,
    at: datetime,
) -> Changed:
    """Change these fields of a model and keep the history of each; the tier follows exposure and purpose.

    `changes` names fields of `CHANGEABLE`. With an `expected_revision` nothing is stored once somebody else changed
    the model: raises `Conflict`. Raises `Unreadable` with every wrong field, `Refused` with every reason.
    """
    with deciding(store, ledger, "change a model", entity=Entity("model", model), actor=actor, at=at) as tx:
        return change_within(
            tx, ledger, model=model, changes=changes, reason=reason, expected_revision=expected_revision, actor=actor,
            at=at,
        )  # fmt: skip


def change_within(
    tx: Transaction,
    ledger: Ledger,
    *,
    model: str,
    changes: Mapping[str, object],
    reason: str,
    expected_revision: int | None,
    actor: Actor,
    at: datetime,
) -> Changed:
    """As `change_model`, as a part of a larger act: its transaction commits all or nothing."""
    row = load_model(tx.session, model)
    tx.session.refresh(row, with_for_update={"key_share": True})  # no version is registered meanwhile
    _refuse((*change_refusals(actor, row), *reason_refusals(reason)))
    if expected_revision is not None and expected_revision != row.revision:
        raise Conflict(f"revision {expected_revision}", f"revision {row.revision}", "The model")
    before = as_entered(row)
    after = with_changes(before, changes)
    found = differences(before, after)
    if not found:
        return Changed(model, (), row.revision, None)
    _accept(tx.session, row, after, {one.field for one in found})
    if after.business_line != before.business_line:
        _refuse(line_refusals(actor, Permission.MODEL_EDIT, after.business_line))
    found = (*found, *_tier_difference(tx, row, after, found, actor, at))
    return apply(tx, ledger, row, _values(after, found), found, reason=reason, actor=actor, at=at)


def apply(
    tx: Transaction,
    ledger: Ledger,
    row: Model,
    values: Mapping[str, object],
    found: Sequence[Difference],
    *,
    reason: str,
    actor: Actor,
    at: datetime,
    event: Event = Event.MODEL_CHANGED,
) -> Changed:
    """Store the differences of a model with history and ledger entry; digests of versions not decided on follow."""
    following = _versions_that_follow(tx.session, row, {one.field for one in found})
    compare_and_set(tx, row, values)
    for version in following:
        change(tx, version, {"evidence_digest": rebound(tx.session, row, version)})
    entity = Entity("model", row.number)
    write_history(tx, entity, found, reason=reason, revision=row.revision, actor=actor, at=at)
    follow(tx, row, found, reason=reason, actor=actor, at=at)
    payload: dict[str, JsonValue] = {
        "reason": reason.strip(),
        "revision": row.revision,
        "fields": {one.field: [one.old, one.new] for one in found},
    }
    recorded = ledger.record(tx, event, entity=entity, actor=actor, at=at, payload=payload)
    return Changed(row.number, tuple(one.field for one in found), row.revision, recorded.index)


def compare_and_set(tx: Transaction, row: Model, values: Mapping[str, object]) -> None:
    """Store these values unless the model changed since it was read: raises `Conflict`."""
    session = tx.session
    session.flush()
    done = session.execute(
        update(Model)
        .where(col(Model.id) == row.id, col(Model.revision) == row.revision)
        .values(**values, revision=row.revision + 1)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
        raise Conflict(f"revision {row.revision}", "a later one", "The model")
    session.refresh(row)


def _accept(session: Session, row: Model, after: NewModel, fields: set[str]) -> None:
    """Only what changes is judged: a person who left since stays in a field that nobody touched."""
    said = (*problems_of(after), *model_problems(session, after, but=row.id))
    problems = [problem for problem in said if problem.column in fields]
    if problems:
        raise Unreadable(problems)


def _tier_difference(
    tx: Transaction, row: Model, after: NewModel, found: Sequence[Difference], actor: Actor, at: datetime
) -> tuple[Difference, ...]:
    """The tier follows exposure and purpose; an override that is not the stricter one ends by it."""
    if not {one.field for one in found} & {"exposure", "purpose_class"}:
        return ()
    tier = tier_after(tx, row, materiality(after.exposure, after.purpose_class), actor=actor, at=at)
    return () if tier == row.tier else (Difference("tier", str(row.tier), str(tier)),)


def _values(after: NewModel, found: Sequence[Difference]) -> dict[str, object]:
    values: dict[str, object] = {
        one.field: getattr(after, one.field) for one in found if one.field in CHANGEABLE and one.field != "packs"
    }
    if any(one.field == "packs" for one in found):
        values["packs"] = " ".join(after.packs)
    for one in found:
        if one.field == "tier":
            values["tier"] = int(one.new)
    return values


def _versions_that_follow(session: Session, row: Model, fields: set[str]) -> list[ModelVersion]:
    """The versions whose digest the change moves; refused while somebody decides or decided on the record as it is."""
    if not fields & {"purpose", "tier", "packs"}:
        return []
    versions = session.exec(
        select(ModelVersion).where(ModelVersion.model_id == row.id, col(ModelVersion.stage).in_(BINDING | FOLLOWING))
    ).all()
    reasons = [reason for version in versions for reason in _binding_refusals(session, row, version)]
    _refuse(reasons)
    return list(versions)


def _binding_refusals(session: Session, row: Model, version: ModelVersion) -> tuple[Refusal, ...]:
    if version.stage in BINDING:
        return (
            Refusal(
                "decided-on",
                f"v{version.version} is {version.stage}, on the purpose, tier and packs as they are",
                "evidence binding",
                WAYS_OUT[version.stage],
            ),
        )
    if can_rebind(session, row, version):
        return ()
    return (
        Refusal(
            "evidence-parts",
            f"v{version.version} carries evidence of an earlier release",
            "evidence binding",
            "Start its validation again first.",
        ),
    )


WAYS_OUT = {
    Stage.VALIDATED: "Hand in its evidence again, which takes it back to validation, then change the record.",
    Stage.IN_APPROVAL: "Decide or withdraw the request first.",
    Stage.APPROVED: "Execute the change first.",
}


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
