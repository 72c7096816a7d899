"""Builders with valid defaults: people, a policy, models and versions at any stage, as the use cases store them."""

import hashlib
import itertools
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from core.access.rules import Actor, Role
from core.access.tables import Person, RoleGrant, SignInSession
from core.inventory.evidence import evidence_digest
from core.inventory.moves import load_version, move, record_part
from core.inventory.rules import Action, Duty, Exposure, Purpose, Stage
from core.inventory.tables import Dataset, Model, ModelVersion
from core.metrics.verdicts import Verdict
from core.policy.service import PublishedPolicy, default_policy_text, policy_by_id
from core.policy.tables import PolicyVersion
from core.store import Store, Transaction
from core.store.numbers import next_number
from core.validation.evidence import digest_now
from core.validation.rules import FindingStatus, Outcome, RunStatus, Severity
from core.validation.tables import CheckResult, Conclusion, Evidence, Finding, Run

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
REASON = "Read in full and convincing."
GRID = {
    1: (Exposure.HIGH, Purpose.RIGHTS),
    2: (Exposure.LOW, Purpose.RIGHTS),
    3: (Exposure.LOW, Purpose.FINANCIAL),
    4: (Exposure.LOW, Purpose.OPERATIONAL),
}
SERIES = itertools.count(1)


def an_actor(number: str, *roles: Role) -> Actor:
    """Somebody with these roles who need not be in the store."""
    return Actor(number, frozenset(roles))


def a_person(store: Store, *roles: Role, name: str = "", at: datetime = NOON) -> Actor:
    """A person in the store with these roles."""
    with store.transaction() as tx:
        number = next_number(tx.session, "P")
        label = name or f"Person {number}"
        tx.session.add(Person(number=number, username=f"{number.lower()}@example.test", name=label, created_at=at))
        tx.session.flush()
        for role in roles:
            tx.session.add(
                RoleGrant(person=number, role=role, reason="needed for the work", granted_by="system", granted_at=at)
            )
    return Actor(number, frozenset(roles))


def signed_in(store: Store, actor: Actor, *, at: datetime = NOON) -> str:
    """A session in which this person, added where there is no record of them, has just proved who they are."""
    session_id = f"signing-{next(SERIES)}"
    with store.transaction() as tx:
        if tx.session.exec(select(Person).where(Person.number == actor.id)).first() is None:
            tx.session.add(Person(number=actor.id, username=actor.id.lower(), name=actor.id, created_at=at))
            tx.session.flush()
        ends = at + timedelta(hours=8)
        row = SignInSession(id=session_id, person=actor.id, opened_at=at, authenticated_at=at, expires_at=ends)
        tx.session.add(row)
    return session_id


@dataclass(frozen=True)
class Cast:
    """One person a role, and a second validator and approver."""

    owner: Actor
    developer: Actor
    validator: Actor
    second_validator: Actor
    approver: Actor
    second_approver: Actor
    auditor: Actor
    administrator: Actor


def a_cast(store: Store) -> Cast:
    """Everybody that a story needs."""
    return Cast(
        owner=a_person(store, Role.OWNER),
        developer=a_person(store, Role.DEVELOPER),
        validator=a_person(store, Role.VALIDATOR),
        second_validator=a_person(store, Role.VALIDATOR),
        approver=a_person(store, Role.APPROVER),
        second_approver=a_person(store, Role.APPROVER),
        auditor=a_person(store, Role.AUDITOR),
        administrator=a_person(store, Role.ADMINISTRATOR),
    )


def a_policy(store: Store, text: str | None = None, *, at: datetime = NOON) -> PublishedPolicy:
    """This policy, or the one that ships, in force since `at`; published once for one text."""
    body = text or default_policy_text()
    digest = hashlib.sha256(body.encode()).hexdigest()
    with store.transaction() as tx:
        row = tx.session.exec(select(PolicyVersion).where(PolicyVersion.digest == digest)).first()
        if row is None:
            row = PolicyVersion(
                name="Model governance",
                version=f"2026.{next(SERIES)}",
                body=body,
                digest=digest,
                published_by="system",
                published_at=at,
                effective_from=at,
            )
            tx.session.add(row)
            tx.session.flush()
        return policy_by_id(tx.session, row.id or 0)


def a_model(store: Store, cast: Cast, *, tier: int = 1, packs: str = "", name: str = "", at: datetime = NOON) -> str:
    """The number of a registered model of this tier."""
    exposure, purpose_class = GRID[tier]
    with store.transaction() as tx:
        number = next_number(tx.session, "M")
        tx.session.add(
            Model(
                number=number,
                name=name or f"Model {number}",
                purpose="Ranks applications for review.",
                business_line="Lending",
                owner=cast.owner.id,
                developer=cast.developer.id,
                exposure=exposure,
                purpose_class=purpose_class,
                tier=tier,
                packs=packs,
                registered_by=cast.developer.id,
                registered_at=at,
            )
        )
    return number


def a_version(
    store: Store,
    cast: Cast,
    *,
    model: str | None = None,
    version: str = "1.0.0",
    tier: int = 1,
    packs: str = "",
    stage: Stage = Stage.DRAFT,
    at: datetime = NOON,
) -> tuple[str, str]:
    """Model number and version; registered by the cast's developer, validated by its validator where `stage` says so.

    Stages up to *validated* and *not validated* come with evidence, a finished run and a conclusion.
    """
    a_policy(store, at=at)
    number = model or a_model(store, cast, tier=tier, packs=packs, at=at)
    with store.transaction() as tx:
        row = _version_row(tx, number, version, cast, at)
        record_part(tx, row, cast.developer, Duty.DEVELOPMENT, at)
    if stage is Stage.DRAFT:
        return number, version
    new_evidence(store, number, version, by=cast.developer, at=at)
    finish_run(store, number, version, by=cast.developer, at=at)
    if stage is not Stage.IN_VALIDATION:
        outcome = Outcome.NOT_VALIDATED if stage is Stage.NOT_VALIDATED else Outcome.VALIDATED
        conclude(store, number, version, outcome, by=cast.validator, at=at)
    if stage not in (Stage.IN_VALIDATION, Stage.VALIDATED, Stage.NOT_VALIDATED):
        set_stage(store, number, version, stage)
    return number, version


def new_evidence(
    store: Store, model: str, version: str, *, by: Actor, digest: str | None = None, at: datetime = NOON
) -> str:
    """Hand in predictions, others unless `digest` is given, as an upload does; returns the new evidence digest."""
    with store.transaction() as tx:
        model_row, row = load_version(tx.session, model, version)
        for former in tx.session.exec(select(Evidence).where(Evidence.version_id == row.id)).all():
            former.replaced_at = former.replaced_at or at
        tx.session.add(_evidence_row(tx.session, row, by, digest or _digest(), at))
        tx.session.flush()
        record_part(tx, row, by, Duty.DEVELOPMENT, at)
        move(tx, row, Action.UPLOAD_EVIDENCE, evidence_digest=digest_now(tx.session, model_row, row))
        return row.evidence_digest


def finish_run(
    store: Store,
    model: str,
    version: str,
    *,
    by: Actor,
    checks: Sequence[CheckResult] | None = None,
    digest: str | None = None,
    at: datetime = NOON,
) -> str:
    """A finished validation of the evidence at hand; returns its number."""
    policy = a_policy(store, at=at)
    with store.transaction() as tx:
        model_row, row = load_version(tx.session, model, version)
        evidence = tx.session.exec(
            select(Evidence).where(Evidence.version_id == row.id, Evidence.replaced_at == None)  # noqa: E711
        ).one()
        run = Run(
            number=next_number(tx.session, "R"),
            version_id=row.id or 0,
            evidence_id=evidence.id or 0,
            policy_version_id=policy.id,
            status=RunStatus.FINISHED,
            result_digest=digest or _digest(),
            requested_by=by.id,
            requested_at=at,
            finished_at=at,
        )
        tx.session.add(run)
        tx.session.flush()
        for check in a_set_of_checks() if checks is None else checks:
            check.run_id = run.id or 0
            tx.session.add(check)
        record_part(tx, row, by, Duty.DEVELOPMENT, at)
        digest = digest_now(tx.session, model_row, row)
        move(tx, row, Action.START_VALIDATION, evidence_digest=digest)
        return run.number


def conclude(
    store: Store, model: str, version: str, outcome: Outcome = Outcome.VALIDATED, *, by: Actor, at: datetime = NOON
) -> None:
    """A validator's conclusion on the evidence at hand."""
    action = Action.CONCLUDE_VALIDATED if outcome is Outcome.VALIDATED else Action.CONCLUDE_NOT_VALIDATED
    with store.transaction() as tx:
        _, row = load_version(tx.session, model, version)
        run = tx.session.exec(select(Run).where(Run.version_id == row.id)).all()[-1]
        tx.session.add(
            Conclusion(
                version_id=row.id or 0,
                run_id=run.id or 0,
                outcome=outcome,
                summary=REASON,
                evidence_digest=row.evidence_digest,
                concluded_by=by.id,
                concluded_at=at,
            )
        )
        record_part(tx, row, by, Duty.VALIDATION, at)
        move(tx, row, action)


def a_finding(
    store: Store,
    model: str,
    version: str,
    *,
    severity: Severity = Severity.HIGH,
    status: FindingStatus = FindingStatus.OPEN,
    by: str = "P0099",
    at: datetime = NOON,
) -> str:
    """The number of a finding on this version."""
    with store.transaction() as tx:
        model_row, row = load_version(tx.session, model, version)
        number = next_number(tx.session, "F")
        tx.session.add(
            Finding(
                number=number,
                version_id=row.id or 0,
                title="Groups are selected at different rates",
                detail="The impact ratio lies below its threshold.",
                severity=severity,
                status=status,
                owner=model_row.developer,
                raised_by=by,
                raised_at=at,
                due_at=at,
            )
        )
    return number


def a_check(
    metric: str = "balanced_accuracy",
    *,
    kind: str = "performance",
    subject: str = "",
    value: float | None = 0.66,
    threshold: float = 0.60,
    direction: str = "at least",
    required: bool = True,
    verdict: Verdict = Verdict.PASS,
    clause: str = "3.1",
    position: int = 1,
) -> CheckResult:
    """One figure of a run, not yet stored."""
    return CheckResult(
        run_id=0,
        position=position,
        kind=kind,
        metric=metric,
        subject=subject,
        value=value,
        low=None if value is None else value - 0.01,
        high=None if value is None else value + 0.01,
        threshold=threshold,
        direction=direction,
        required=required,
        verdict=verdict,
        clause=clause,
    )


def a_set_of_checks() -> tuple[CheckResult, ...]:
    """One passed figure of each kind."""
    return (
        a_check("missing_share", kind="quality", value=0.002, threshold=0.05, direction="at most", clause="2.1"),
        a_check(position=2),
        a_check(
            "impact_ratio", kind="fairness", subject="race: B", value=0.91, threshold=0.8, clause="4.2", position=3
        ),
    )


def set_stage(store: Store, model: str, version: str, stage: Stage) -> None:
    """Put a version at a stage without the moves that lead there."""
    with store.transaction() as tx:
        _, row = load_version(tx.session, model, version)
        row.stage = stage
        row.revision += 1
        tx.session.add(row)


def _version_row(tx: Transaction, model: str, version: str, cast: Cast, at: datetime) -> ModelVersion:
    session = tx.session
    model_row = session.exec(select(Model).where(Model.number == model)).one()
    keys = [_dataset(session, f"{model} {version} {part}", cast.developer, at) for part in ("training", "test")]
    major, minor, patch = (int(part) for part in version.split("."))
    row = ModelVersion(
        model_id=model_row.id or 0,
        version=version,
        major=major,
        minor=minor,
        patch=patch,
        intended_use="Support for a person's decision.",
        limitations="Not shown to work outside the population of the test data.",
        rationale="Retrained on the newest year.",
        training_dataset_id=keys[0],
        test_dataset_id=keys[1],
        evidence_digest="",
        created_by=cast.developer.id,
        created_at=at,
    )
    row.evidence_digest = evidence_digest(session, model_row, row)
    session.add(row)
    session.flush()
    return row


def _dataset(session: Session, name: str, by: Actor, at: datetime) -> int:
    row = Dataset(
        number=next_number(session, "D"),
        name=name,
        version="1",
        source="example",
        registered_by=by.id,
        registered_at=at,
    )
    session.add(row)
    session.flush()
    return row.id or 0


def _evidence_row(session: Session, version: ModelVersion, by: Actor, digest: str, at: datetime) -> Evidence:
    return Evidence(
        number=next_number(session, "E"),
        version_id=version.id or 0,
        filename="predictions.csv",
        file_digest=digest,
        table_digest=digest,
        size=1,
        rows=1000,
        mapping="{}",
        scan="{}",
        uploaded_by=by.id,
        uploaded_at=at,
    )


def _digest() -> str:
    return hashlib.sha256(str(next(SERIES)).encode()).hexdigest()


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
