"""What people have to do with models, as the record says: owned, developed, validated or approved them, now or ever."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, Select, literal, or_, select
from sqlmodel import Session, col

from core.approval.tables import ChangeRequest, Vote
from core.audits.population import AuditScope, in_scope
from core.audits.rules import Tie
from core.audits.tables import AuditFinding, AuditItem
from core.inventory.people.rules import Part
from core.inventory.rules import Duty
from core.inventory.tables import Assignment, Contribution, FieldChange, Model, ModelVersion, PeriodicReview

OWNED, DEVELOPED, VALIDATED, APPROVED = "owned", "developed", "validated", "approved"
# a user of a model, and who carried out a change, judged nothing of it
WORD_OF: dict[str, str] = {
    Duty.DEVELOPMENT: DEVELOPED,
    Duty.VALIDATION: VALIDATED,
    Duty.APPROVAL: APPROVED,
    Part.OWNER: OWNED,
    Part.DEVELOPER: DEVELOPED,
    Part.VALIDATOR: VALIDATED,
}


def ties_to_scope(session: Session, person: str, scope: AuditScope) -> tuple[Tie, ...]:
    """Of one person to every model of the scope."""
    return _ties(session, person, in_scope(scope))


def ties_to_models(session: Session, person: str, models: Iterable[str]) -> tuple[Tie, ...]:
    """Of one person to these models."""
    return _ties(session, person, [col(Model.number).in_(tuple(models))])


def ties_of_findings(session: Session, person: str, rows: Sequence[AuditFinding]) -> Mapping[str, tuple[Tie, ...]]:
    """By finding what this person has to do with its model, as the rules are asked about it; in a few statements.

    A finding about no item is about the scope, which its lead and team were chosen for.
    """
    wanted = [row.item_id for row in rows if row.item_id is not None]
    query = select(col(AuditItem.id), col(AuditItem.model)).where(col(AuditItem.id).in_(wanted))
    models: dict[int | None, str] = dict(session.execute(query).all())
    found = ties_to_models(session, person, set(models.values())) if models else ()
    return {
        row.number: tuple(tie for tie in found if tie.model == models[row.item_id])
        for row in rows
        if row.item_id in models
    }


def _ties(session: Session, person: str, conditions: Sequence[ColumnElement[bool]]) -> tuple[Tie, ...]:
    found: set[Tie] = set()
    for query in _queries(person):
        found |= {Tie(model, WORD_OF.get(what, what)) for model, what in session.execute(query.where(*conditions))}
    return tuple(sorted(found))


def _queries(person: str) -> Iterator[Select[str, str]]:
    """One statement for each way in which a person can be tied to a model."""
    number, developer = col(Model.number), col(Model.developer)
    yield select(number, literal(OWNED)).where(col(Model.owner) == person)
    yield select(number, literal(DEVELOPED)).where(or_(developer == person, col(Model.registered_by) == person))
    yield (
        select(number, col(FieldChange.field))
        .join(FieldChange, col(FieldChange.entity) == number)
        .where(
            col(FieldChange.entity_kind) == "model",
            col(FieldChange.field).in_((Part.OWNER.value, Part.DEVELOPER.value)),
            col(FieldChange.old) == person,
        )
    )
    yield (
        select(number, col(Assignment.part))
        .join(Assignment, col(Assignment.model_id) == col(Model.id))
        .where(col(Assignment.person) == person, col(Assignment.part) != Part.USER)
    )
    yield (
        select(number, col(Contribution.duty))
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .join(Contribution, col(Contribution.version_id) == col(ModelVersion.id))
        .where(
            col(Contribution.person) == person,
            col(Contribution.duty).in_((Duty.DEVELOPMENT, Duty.VALIDATION, Duty.APPROVAL)),
        )
    )
    yield (
        select(number, literal(APPROVED))
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .join(ChangeRequest, col(ChangeRequest.version_id) == col(ModelVersion.id))
        .join(Vote, col(Vote.change_id) == col(ChangeRequest.id))
        .where(or_(col(Vote.person) == person, col(Vote.on_behalf_of) == person))
    )
    yield (
        select(number, literal(VALIDATED))
        .join(PeriodicReview, col(PeriodicReview.model_id) == col(Model.id))
        .where(col(PeriodicReview.reviewed_by) == person)
    )
