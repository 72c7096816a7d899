"""Loads a version with the facts the rules ask for, and moves it along the table of moves by compare-and-set."""

from collections.abc import Mapping
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
    found = session.exec(
        select(Model, ModelVersion)
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .where(ModelVersion.id == version_id)
    ).first()
    if found is None:
        raise NotFound("version", version_id)
    return found[0], found[1]


def facts_of(session: Session, version: ModelVersion) -> VersionFacts:
    """Stage, and who took which part."""
    parts = session.exec(select(Contribution).where(Contribution.version_id == version.id)).all()
    people = {duty: frozenset(part.person for part in parts if part.duty is duty) for duty in Duty}
    return VersionFacts(
        stage=version.stage,
        contributors=people[Duty.DEVELOPMENT],
        validators=people[Duty.VALIDATION],
        approvers=people[Duty.APPROVAL],
        line=version.line,
    )


def record_part(tx: Transaction, version: ModelVersion, actor: Actor, duty: Duty, at: datetime) -> None:
    """Remember, once, that the person behind this actor took this part."""
    known = select(Contribution).where(
        Contribution.version_id == version.id, Contribution.person == actor.id, Contribution.duty == duty
    )
    if version.id is not None and tx.session.exec(known).first() is None:
        tx.session.add(Contribution(version_id=version.id, person=actor.id, duty=duty, at=at))
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
