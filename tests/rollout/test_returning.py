"""Back to the version that stood before, at once and with one reason; and the rehearsal of it."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from core.access.rules import Actor
from core.approval.rollout import returning
from core.approval.rollout.returning import Rehearsed, Returned
from core.errors import NotFound, Refused
from core.inventory.deployments.queries import in_production_at, last_drills
from core.inventory.deployments.rules import DrillOutcome, Ending
from core.inventory.rules import Stage
from core.ledger.events import Event
from core.store import Store
from tests.builders import NOON, REASON, a_finding
from tests.rollout.conftest import DAY, PLAN, Line, Starter


def back(line: Line, *, actor: Actor | None = None, reason: str = REASON) -> Returned:
    return returning.return_to_former(
        line.store, line.ledger, model=line.model, reason=reason, actor=actor or line.cast.owner, at=NOON + 5 * DAY
    )


def rehearsed(line: Line, **given: object) -> Rehearsed:
    wish = {"model": line.model, "actor": line.cast.owner, "at": NOON + DAY} | given
    return returning.rehearse(line.store, line.ledger, **wish)  # type: ignore[arg-type]


def two_versions(line: Line) -> None:
    line.in_production("1.0.0")
    line.in_production("1.1.0", at=NOON + DAY)


def test_the_version_that_stood_before_comes_back_and_the_other_is_marked(line: Line) -> None:
    two_versions(line)

    done = back(line)

    assert (done.former, done.now) == ("1.1.0", "1.0.0")
    assert (line.stage("1.0.0"), line.stage("1.1.0")) == (Stage.IN_PRODUCTION, Stage.SUPERSEDED)
    assert line.standing(NOON + 5 * DAY) == ["1.0.0"]
    ended = next(row for row in line.history() if row.version == "1.1.0")
    assert (ended.ended_as, ended.ended_because) == (Ending.ROLLED_BACK, REASON)
    assert line.recorded(Event.PRODUCTION_RETURNED) == 1


def test_a_version_that_was_rolled_back_is_not_gone_back_to(line: Line) -> None:
    two_versions(line)
    back(line)

    with pytest.raises(Refused) as nothing:
        back(line)

    assert [reason.code for reason in nothing.value.refusals] == ["no-way-back"]


def test_every_reason_against_going_back_is_given_at_once(line: Line) -> None:
    two_versions(line)
    a_finding(line.store, line.model, "1.0.0")

    with pytest.raises(Refused) as refused:
        back(line, actor=line.cast.validator, reason="no")
    with pytest.raises(NotFound):
        returning.return_to_former(
            line.store, line.ledger, model="M9999", reason=REASON, actor=line.cast.owner, at=NOON
        )

    assert [one.code for one in refused.value.refusals] == ["blocking-finding", "permission", "reason"]
    assert line.standing(NOON + DAY) == ["1.1.0"]


def test_going_back_ends_a_canary_that_is_under_way(line: Line) -> None:
    two_versions(line)
    third = line.approved("1.2.0", plan=PLAN.replace("code_reviews = 1\n", ""))
    line.begin(third, at=NOON + 2 * DAY)
    assert line.standing(NOON + 2 * DAY) == ["1.1.0", "canary 1.2.0 10 %"]

    back(line)

    assert line.standing(NOON + 5 * DAY) == ["1.0.0"]
    assert line.stage("1.2.0") is Stage.APPROVED


def test_a_rehearsal_moves_nothing_and_says_what_it_found(line: Line) -> None:
    line.in_production("1.0.0")
    failed = rehearsed(line)
    line.in_production("1.1.0", at=NOON + DAY)
    before = line.history()

    passed = rehearsed(line, at=NOON + 2 * DAY)
    silent = rehearsed(line, at=NOON + 3 * DAY, registry=lambda _model: "no answer within 20 s")

    assert (failed.outcome, "No approved version stood there before 1.0.0" in failed.found[0]) == (
        DrillOutcome.FAILED, True,
    )  # fmt: skip
    assert (passed.outcome, passed.found, passed.former) == (DrillOutcome.PASSED, (), "1.0.0")
    assert (silent.outcome, silent.found) == (
        DrillOutcome.FAILED, ("The model registry: no answer within 20 s",),
    )  # fmt: skip
    assert passed.microseconds > 0
    assert line.history() == before
    with line.store.reading() as session:
        kept = last_drills(session, line.model)
    assert [one.outcome for one in kept] == [DrillOutcome.FAILED, DrillOutcome.PASSED, DrillOutcome.FAILED]


def test_who_may_not_roll_back_may_not_rehearse_it(line: Line) -> None:
    two_versions(line)

    with pytest.raises(Refused):
        rehearsed(line, actor=line.cast.auditor)


@pytest.mark.parametrize("database", ["sqlite_store", "postgresql_store"])
def test_who_and_what_was_in_production_is_answered_for_every_moment_in_one_statement(
    database: str, request: pytest.FixtureRequest, started: Starter
) -> None:
    store: Store = request.getfixturevalue(database)
    line = started(store)
    first = line.in_production("1.0.0")
    second = line.in_production("1.1.0", at=NOON + DAY)
    back(line)
    statements: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

    def at(moment: timedelta) -> list[tuple[str, str, str]]:
        with store.reading() as session:
            found = in_production_at(session, line.model, at=NOON + moment)
        return [(row.version, row.change, row.moved_by) for row in found]

    answers = [
        at(moment)
        for moment in (timedelta(microseconds=-1), timedelta(), DAY - timedelta(microseconds=1), DAY, 5 * DAY)
    ]

    owner = line.cast.owner.id
    assert answers == [
        [],
        [("1.0.0", first, owner)],
        [("1.0.0", first, owner)],
        [("1.1.0", second, owner)],
        [("1.0.0", "", owner)],
    ]
    assert len([one for one in statements if one.lstrip().upper().startswith("SELECT")]) == len(answers)
