"""How far the execution of a change is and what stands against each act, and the way back of a model, for pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.approval.code.facts import change_of, checks_on, newest_code, reviews_of
from core.approval.code.rules import CheckState, ReviewState, Source
from core.approval.facts import key_of, load_change
from core.approval.rollout.facts import execution, rollout_facts, way_back
from core.approval.rollout.kinds import is_rolled_out
from core.approval.rollout.rules import (
    Act,
    RolloutStatus,
    Strategy,
    drill_due,
    plan_from,
    plan_of,
    return_refusals,
    rollout_refusals,
    slot_refusals,
)
from core.approval.rollout.tables import Rollout
from core.errors import Refusal
from core.inventory.deployments.queries import DrillRow, last_drills
from core.inventory.deployments.rules import PRODUCTION, DrillOutcome
from core.inventory.moves import load_model, load_version
from core.policy.rules import RolloutStep
from core.policy.service import policy_in_force
from core.store.types import microseconds


@dataclass(frozen=True)
class RolloutPage:
    """The plan of a change and how far it is; `rollout` is None before it begins and for kinds that take none."""

    change: str
    steps: tuple[RolloutStep, ...]
    clause: str
    takes_rollout: bool
    status: RolloutStatus | None
    strategy: Strategy
    slot: str
    step: int
    step_since: datetime | None
    hold_until: datetime | None
    said: str
    begun_by: str
    refusals: Mapping[Act, tuple[Refusal, ...]]
    against_blue_green: tuple[Refusal, ...]

    @property
    def is_open(self) -> bool:
        """Whether a rollout is under way or halted."""
        return self.status in (RolloutStatus.UNDER_WAY, RolloutStatus.HALTED)


@dataclass(frozen=True)
class WayBackPage:
    """Where a rollback leads, what stands against it, and the rehearsals; `due` is until when the last one counts."""

    current: str | None
    former: str | None
    refusals: tuple[Refusal, ...]
    drills: tuple[DrillRow, ...]
    due: datetime | None


@dataclass(frozen=True)
class ReviewLine:
    """What a reviewer said last, and who told us."""

    reviewer: str
    state: ReviewState
    at: datetime
    source: Source
    is_author: bool


@dataclass(frozen=True)
class CommitRow:
    """The commit behind a version in one repository."""

    repository: str
    revision: str
    told_by: str
    told_at: datetime
    number: int | None
    title: str
    author: str
    merged: bool
    reviews: tuple[ReviewLine, ...]
    checks: tuple[tuple[str, CheckState], ...]


def rollout_page(session: Session, number: str, viewer: Actor, *, at: datetime) -> RolloutPage:
    """The execution of this change as `viewer` sees it; raises `NotFound`."""
    found = execution(session, load_change(session, number))
    facts = rollout_facts(session, found, viewer.id, at)
    shown = found.rollout or _last(session, key_of(found.record.change))
    strategy = shown.strategy if shown else Strategy.STEPWISE
    return RolloutPage(
        change=number,
        steps=plan_from(shown.plan) if shown else plan_of(found.path.rollout, strategy),
        clause=found.path.clause,
        takes_rollout=is_rolled_out(found.record),
        status=shown.status if shown else None,
        strategy=strategy,
        slot=shown.slot if shown else "",
        step=shown.step if shown else -1,
        step_since=shown.step_since if shown else None,
        hold_until=shown.hold_until if shown else None,
        said=shown.said if shown else "",
        begun_by=shown.begun_by if shown else "",
        refusals={act: rollout_refusals(facts, act, viewer) for act in Act},
        against_blue_green=slot_refusals(facts.slots),
    )


def way_back_page(
    session: Session, model: str, viewer: Actor, *, environment: str = PRODUCTION, at: datetime
) -> WayBackPage:
    """The way back of a model as `viewer` sees it; raises `NotFound`."""
    row = load_model(session, model)
    back = way_back(session, row, environment, at=at)
    drills = last_drills(session, model, environment)
    passed = next((one.at for one in drills if one.outcome is DrillOutcome.PASSED), None)
    return WayBackPage(
        current=back.facts.current,
        former=back.facts.former,
        refusals=return_refusals(back.facts, viewer),
        drills=drills,
        due=drill_due(policy_in_force(session, at=at).policy.rehearsal_days(row.tier), passed),
    )


def code_of(session: Session, model: str, version: str) -> tuple[CommitRow, ...]:
    """The code behind a version, by repository; raises `NotFound`."""
    _, row = load_version(session, model, version)
    rows = []
    for code in newest_code(session, key_of(row)):
        change = change_of(session, code)
        reviews = reviews_of(session, change) if change else ()
        author = change.author if change else ""
        rows.append(
            CommitRow(
                repository=code.repository,
                revision=code.revision,
                told_by=code.told_by,
                told_at=code.told_at,
                number=change.number if change else None,
                title=change.title if change else "",
                author=author,
                merged=bool(change and change.merged_as),
                reviews=tuple(
                    ReviewLine(one.reviewer, one.state, one.at, one.source, _is_author(one.reviewer, author))
                    for one in sorted(reviews, key=lambda one: microseconds(one.at))
                ),
                checks=tuple((one.name, one.state) for one in checks_on(session, code)),
            )
        )
    return tuple(rows)


def _is_author(reviewer: str, author: str) -> bool:
    return reviewer.casefold() == author.casefold()


def _last(session: Session, change_id: int) -> Rollout | None:
    """The rollout of this change that was begun last, over or not."""
    query = select(Rollout).where(Rollout.change_id == change_id).order_by(col(Rollout.id).desc())
    return session.exec(query.limit(1)).first()
