"""What may wait for those who build and those who validate, with the facts of all of it read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.work.tasks import AT_FIRST, LOOKED_AT, MOST
from core.access.rules import Actor, Permission
from core.inventory.moves import versions_by_id
from core.inventory.tables import Model, ModelVersion
from core.inventory.versions.queries import unfinished_versions
from core.validation.evidence import validation_facts_of
from core.validation.queries import FindingFilter, FindingRow, findings, versions_in_validation
from core.validation.rules import FindingStatus, ValidationFacts

Versions = Sequence[tuple[Model, ModelVersion]]


@dataclass(frozen=True)
class Candidates:
    """Findings and versions before the rules are asked, and what the rules ask about the first of them.

    `facts` are by the version's row number; a list of versions that is longer than `AT_FIRST` has more to it.
    """

    to_remediate: Sequence[FindingRow]
    to_verify: Sequence[FindingRow]
    unfinished: Versions
    in_validation: Versions
    models: Mapping[int, Model]  # of the findings, by the version's row number
    facts: Mapping[int, ValidationFacts]


def candidates(session: Session, actor: Actor) -> Candidates:
    """Everything that may be on this person's desk, as far as their permissions go."""
    may = actor.permissions.__contains__
    mine = FindingFilter(status=FindingStatus.OPEN, owner=actor.id)
    remediated = FindingFilter(status=FindingStatus.REMEDIATED)
    to_remediate = _found(session, mine) if may(Permission.FINDING_REMEDIATE) else ()
    to_verify = _found(session, remediated) if may(Permission.FINDING_CLOSE) else ()
    about = {row.finding.version_id for row in (*to_remediate, *to_verify)}
    versions = versions_by_id(session, about) if about else {}
    unfinished: Versions = ()
    if may(Permission.VERSION_REGISTER):
        unfinished = unfinished_versions(session, actor.id, limit=LOOKED_AT)
    in_validation: Versions = ()
    if may(Permission.VALIDATION_CONCLUDE):
        in_validation = versions_in_validation(session, but_of=actor.id, limit=LOOKED_AT)
    asked = (*versions.values(), *unfinished[:AT_FIRST], *in_validation[:AT_FIRST])
    distinct = list({version.id: version for _, version in asked}.values())
    return Candidates(
        to_remediate,
        to_verify,
        unfinished,
        in_validation,
        {key: model for key, (model, _) in versions.items()},
        validation_facts_of(session, distinct) if distinct else {},
    )


def _found(session: Session, narrowed: FindingFilter) -> Sequence[FindingRow]:
    return findings(session, narrowed, limit=MOST, offset=0).rows
