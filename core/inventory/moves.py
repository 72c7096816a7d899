"""Loads a version with the facts the rules ask for, and moves it along the table of moves by compare-and-set."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.errors import Conflict, NotFound
from core.inventory.rules import BY_ACTION, Action, Duty, Stage, VersionFacts
from core.inventory.tables import Contribution, Model, ModelVersion
from core.store import Transaction


def load_model(session: Session, number: str) -> Model:
    """The model with this number; raises `NotFound`."""
    model = session.exec(select(Model).where(Model.number == number)).first()
    if model is None:
        raise NotFound("model", number)
    return model


def load_version(session: Session, number: str, version: str) -> tuple[Model, ModelVersion]:
    """The model with this number and its version; raises `NotFound`."""
    model = load_model(session, number)
    found = session.exec(
        select(ModelVersion).where(ModelVersion.model_id == model.id, ModelVersion.version == version)
    ).first()
    if found is None:
        raise NotFound(f"version of {number}", version)
    return model, found


def version_by_id(session: Session, version_id: int) -> tuple[Model, ModelVersion]:
    """The version of this row with its model; raises `NotFound`."""
    found = versions_by_id(session, [version_id]).get(version_id)
    if found is None:
        raise NotFound("version", version_id)
    return found


def versions_by_id(session: Session, ids: Collection[int]) -> Mapping[int, tuple[Model, ModelVersion]]:
    """The versions of these rows with their models, by row number, in one statement."""
    rows = session.exec(
        select(Model, ModelVersion)
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .where(col(ModelVersion.id).in_(ids))
    )
    return {version.id or 0: (model, version) for model, version in rows}


def keys_of(versions: Sequence[ModelVersion]) -> list[int]:
    """The row numbers of these versions."""
    return [version.id or 0 for version in versions]


def facts_of(session: Session, version: ModelVersion) -> VersionFacts:
    """Stage, and who took which part."""
    return facts_of_versions(session, [version])[version.id or 0]


def facts_of_versions(session: Session, versions: Sequence[ModelVersion]) -> Mapping[int, VersionFacts]:
    """Stage, and who took which part, by the version's row number; one statement for all of them."""
    rows = session.exec(select(Contribution).where(col(Contribution.version_id).in_(keys_of(versions)))).all()
    people = defaultdict[tuple[int, Duty], set[str]](set)
    for row in rows:
        people[row.version_id, row.duty].add(row.person)
    return {
        key: VersionFacts(
            stage=version.stage,
            contributors=frozenset(people[key, Duty.DEVELOPMENT]),
            validators=frozenset(people[key, Duty.VALIDATION]),
            approvers=frozenset(people[key, Duty.APPROVAL]),
            line=version.line,
        )
        for key, version in zip(keys_of(versions), versions, strict=True)
    }


def record_part(tx: Transaction, version: ModelVersion, actor: Actor, duty: Duty, at: datetime) -> None:
    """Remember, once, that the person behind this actor took this part, and who answers for a service account."""
    if version.id is None:
        return
    known = select(Contribution.person).where(Contribution.version_id == version.id, Contribution.duty == duty)
    for person in sorted(actor.people - set(tx.session.exec(known).all())):
        tx.session.add(Contribution(version_id=version.id, person=person, duty=duty, at=at))
        tx.session.flush()


def move(tx: Transaction, version: ModelVersion, action: Action, *, evidence_digest: str | None = None) -> Stage:
    """Move the version as the table says and return its new stage.

    Nothing is written when stage, evidence or revision differ from what `version` was loaded with:
    raises `Conflict`. A new `evidence_digest` is stored in the same statement.
    """
    target = BY_ACTION[version.stage, action].target
    change(tx, version, {"stage": target, "evidence_digest": evidence_digest or version.evidence_digest})
    return target


def change(tx: Transaction, version: ModelVersion, values: Mapping[str, object]) -> None:
    """Compare-and-set of a version on stage, evidence digest and revision; raises `Conflict`."""
    session = tx.session
    session.flush()
    done = session.execute(
        update(ModelVersion)
        .where(
            col(ModelVersion.id) == version.id,
            col(ModelVersion.stage) == version.stage,
            col(ModelVersion.evidence_digest) == version.evidence_digest,
            col(ModelVersion.revision) == version.revision,
        )
        .values(**values, revision=version.revision + 1)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
        expected = f"revision {version.revision}"
        session.expire(version)
        raise Conflict(expected, f"revision {version.revision}", "The version")
    session.refresh(version)
