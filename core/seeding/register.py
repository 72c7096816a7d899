"""Deviations and corrective actions of the generated organisation, so that its register has every kind at size."""

from core.access.rules import Role
from core.compliance.tables import ComplianceFinding
from core.compliance.vocabulary import FindingStatus
from core.improvement.actions.rules import ActionKind, ActionStatus
from core.improvement.actions.tables import CorrectiveAction
from core.seeding.bulk import Bulk
from core.seeding.evidence import Rows
from core.seeding.organisation import DAY, Organisation
from core.store.numbers import NumberSeries
from core.validation.rules import Severity

CHECKS = ("reviews-in-time", "findings-in-time", "production-approved")
WITH_DEVIATION, WITH_ACTION, CLOSED = 0.5, 0.3, 0.6  # of the models, and of what they have


def write_register(bulk: Bulk, made: Organisation) -> None:
    """Half of the models deviated from a check at some time, a third have an action; most of it is closed."""
    deviations, actions = list(_deviations(made)), list(_actions(made))
    bulk.add(
        ComplianceFinding,
        (
            "id", "number", "check_key", "subject", "model", "said", "cause_kind", "cause", "severity", "status",
            "role", "due_at", "opened_in", "opened_at", "closed_in", "closed_at",
        ),
        deviations,
    )  # fmt: skip
    bulk.add(
        CorrectiveAction,
        (
            "id", "number", "kind", "status", "severity", "title", "owner", "due_at", "opened_by", "opened_at",
            "verified_by", "verified_at",
        ),
        actions,
    )  # fmt: skip
    for kind in (ComplianceFinding, CorrectiveAction):
        bulk.number_on(kind)
    counts = {"CD": len(deviations), "CA": len(actions)}
    bulk.add(NumberSeries, ("prefix", "last"), [(name, count) for name, count in counts.items() if count])


def _deviations(made: Organisation) -> Rows:
    draw, key = made.random, 0
    for model in range(1, made.models + 1):
        if draw.random() > WITH_DEVIATION:
            continue
        key += 1
        number, check, opened = f"M{model:04d}", draw.choice(CHECKS), made.until - draw.randint(1, 400) * DAY
        closed = draw.random() < CLOSED
        status = FindingStatus.CLOSED if closed else FindingStatus.OPEN
        yield (
            key, f"CD{key:04d}", check, f"{number} {check}", number, "The periodic review is overdue.", "model", number,
            draw.choice(tuple(Severity)).value, status.value, Role.OWNER.value, opened + 60 * DAY, "CK0001", opened,
            "CK0002" if closed else None, opened + 30 * DAY if closed else None,
        )  # fmt: skip


def _actions(made: Organisation) -> Rows:
    draw = made.random
    for key in range(1, int(made.models * WITH_ACTION) + 1):
        opened, owner = made.until - draw.randint(1, 400) * DAY, made.person(Role.OWNER)
        closed = draw.random() < CLOSED
        status = ActionStatus.VERIFIED if closed else draw.choice((ActionStatus.OPEN, ActionStatus.DONE))
        verifier = made.person(Role.VALIDATOR) if closed else None
        yield (
            key, f"CA{key:04d}", draw.choice(tuple(ActionKind)).value, status.value,
            draw.choice(tuple(Severity)).value, "Teach the team to look at the groups first", owner,
            opened + 60 * DAY, owner, opened, verifier, opened + 50 * DAY if closed else None,
        )  # fmt: skip
