"""A change goes into production along the plan of its policy, and can be stopped at every step."""

from datetime import datetime, timedelta

import pytest

from core.approval.code.rules import ReviewState
from core.approval.code.service import report_code
from core.approval.code.values import CodeReport, SaidChange, SaidReview
from core.approval.queries import ChangeFilter, changes
from core.approval.queries import change as change_page
from core.approval.rollout import placing, returning, stepping
from core.approval.rollout.queries import way_back_page
from core.approval.rollout.rules import RolloutStatus, Strategy
from core.approval.rules import ChangeStatus
from core.errors import NotFound, Refused, Unreadable
from core.inventory.deployments.rules import Ending
from core.inventory.rules import Action, Stage
from core.ledger.events import Event
from core.policy.service import default_policy_text
from tests.builders import NOON, REASON, a_finding, a_policy
from tests.rollout.conftest import DAY, PLAN, Line


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in error.value.refusals]


def test_a_plan_leads_from_shadow_through_a_canary_into_production(line: Line) -> None:
    change = line.approved(plan=PLAN)

    begun = line.begin(change)
    assert (begun.rollout, begun.status, line.stage("1.0.0")) == (
        RolloutStatus.UNDER_WAY, ChangeStatus.APPROVED, Stage.APPROVED,
    )  # fmt: skip
    assert line.standing() == ["shadow 1.0.0"]
    line.advance(change, at=NOON + DAY)
    assert line.standing(NOON + DAY) == ["canary 1.0.0 10 %"]
    done = line.advance(change, at=NOON + 2 * DAY)

    assert (done.rollout, done.status, line.stage("1.0.0")) == (
        RolloutStatus.COMPLETED, ChangeStatus.EXECUTED, Stage.IN_PRODUCTION,
    )  # fmt: skip
    assert line.standing(NOON + 2 * DAY) == ["1.0.0"]
    assert [row.ended_as for row in line.history()] == [None, Ending.ADVANCED, Ending.ADVANCED]


def test_a_step_is_not_taken_before_its_hold_ends(line: Line) -> None:
    change = line.approved(plan=PLAN)
    line.begin(change)

    with pytest.raises(Refused) as early:
        line.advance(change, at=NOON + DAY - timedelta(microseconds=1))

    assert codes(early) == ["hold"]
    assert line.standing() == ["shadow 1.0.0"]
    assert line.recorded(Event.ACT_REFUSED) == 1


def test_a_finding_stops_the_next_step_but_not_the_way_out(line: Line) -> None:
    change = line.approved(plan=PLAN)
    line.begin(change)
    a_finding(line.store, line.model, "1.0.0")

    with pytest.raises(Refused) as stopped:
        line.advance(change, at=NOON + DAY)
    stepping.abort(line.store, line.ledger, change=change, reason=REASON, actor=line.cast.owner, at=NOON + DAY)

    assert codes(stopped) == ["blocking-finding"]
    assert line.standing(NOON + DAY) == []
    assert line.history()[0].ended_as is Ending.ABORTED


def test_an_aborted_change_stays_approved_and_can_begin_again(line: Line) -> None:
    line.in_production("1.0.0")
    change = line.approved("1.1.0", plan=PLAN.replace("code_reviews = 1\n", ""))
    line.begin(change)
    assert line.standing() == ["1.0.0", "canary 1.1.0 10 %"]

    aborted = stepping.abort(line.store, line.ledger, change=change, reason=REASON, actor=line.cast.owner, at=NOON)
    assert (aborted.status, line.stage("1.1.0"), line.standing()) == (ChangeStatus.APPROVED, Stage.APPROVED, ["1.0.0"])
    line.begin(change, at=NOON + DAY)

    assert line.standing(NOON + DAY) == ["1.0.0", "canary 1.1.0 10 %"]


def test_a_halted_rollout_goes_on_only_when_it_is_resumed_and_holds_anew(line: Line) -> None:
    change = line.approved(plan=PLAN)
    line.begin(change)
    stepping.halt(line.store, line.ledger, change=change, reason=REASON, actor=line.cast.owner, at=NOON + DAY)

    with pytest.raises(Refused) as halted:
        line.advance(change, at=NOON + DAY)
    stepping.resume(line.store, line.ledger, change=change, actor=line.cast.owner, at=NOON + DAY)
    with pytest.raises(Refused) as early:
        line.advance(change, at=NOON + DAY)
    line.advance(change, at=NOON + 2 * DAY)

    assert (codes(halted), codes(early)) == (["rollout-status"], ["hold"])
    assert line.standing(NOON + 2 * DAY) == ["canary 1.0.0 10 %"]


def test_a_policy_demands_code_reviews_before_the_approval_and_the_page_says_what_is_lacking(line: Line) -> None:
    line.in_production("1.0.0")
    plan = PLAN.replace("code_reviews = 1", 'code_reviews = 1\ncode_reviews_from = "approval"')
    with pytest.raises(Refused) as bare:
        line.approved("1.1.0", plan=plan)
    with line.store.reading() as session:
        (waiting,) = changes(session, ChangeFilter(open_only=True), limit=5, offset=0).rows
        page = change_page(session, waiting.number, line.cast.approver, at=NOON)
    assert codes(bare) == ["no-code"]
    assert [one.code for one in page.code] == ["no-code"]

    commit = "ab" * 20
    report = CodeReport(
        "bank/score", commit, SaidChange(7, "ada", head=commit, merged_as=commit),
        (SaidReview("grace", ReviewState.APPROVED, NOON),),
    )  # fmt: skip
    report_code(
        line.store, line.ledger, model=line.model, version="1.1.0", report=report, actor=line.cast.developer, at=NOON
    )
    with line.store.reading() as session:
        page = change_page(session, waiting.number, line.cast.approver, at=NOON)
    assert (page.code, [one.code for one in page.refusals[Action.VOTE_APPROVE]]) == ((), [])


def test_a_rehearsal_counts_for_as_many_days_as_the_policy_in_force_says(line: Line) -> None:
    for version in ("1.0.0", "1.1.0"):
        line.in_production(version)
    returning.rehearse(line.store, line.ledger, model=line.model, actor=line.cast.owner, at=NOON)

    def due() -> datetime | None:
        with line.store.reading() as session:
            return way_back_page(session, line.model, line.cast.owner, at=NOON).due

    assert due() == NOON + 180 * DAY
    a_policy(line.store, default_policy_text() + "\n[rehearsal_days]\n1 = 9\n2 = 30\n3 = 9\n4 = 9\n")
    assert due() == NOON + 30 * DAY


def test_two_changes_of_a_model_are_rolled_out_one_after_the_other(line: Line) -> None:
    first = line.approved("1.0.0", plan=PLAN)
    second = line.approved("1.1.0")
    line.begin(first)

    with pytest.raises(Refused) as second_one:
        line.begin(second)

    assert codes(second_one) == ["rollout-open"]
    assert first in second_one.value.refusals[0].message


def test_policy_demands_a_review_of_the_code_before_a_new_version_is_executed(line: Line) -> None:
    line.in_production("1.0.0")
    change = line.approved("1.1.0", plan=PLAN)

    with pytest.raises(Refused) as bare:
        line.begin(change)
    commit = "ab" * 20
    for author, reviewer in (("grace", "Grace"), ("ada", "grace")):
        report = CodeReport(
            "bank/score",
            commit,
            SaidChange(7, author, head=commit, merged_as=commit),
            (SaidReview(reviewer, ReviewState.APPROVED, NOON),),
        )
        report_code(
            line.store,
            line.ledger,
            model=line.model,
            version="1.1.0",
            report=report,
            actor=line.cast.developer,
            at=NOON,
        )
        if author == "grace":
            with pytest.raises(Refused) as own:
                line.begin(change)
    line.begin(change)

    assert (codes(bare), codes(own)) == (["no-code"], ["code-reviews"])
    assert line.standing() == ["1.0.0", "canary 1.1.0 10 %"]


def test_a_reason_is_read_before_anything_is_done(line: Line) -> None:
    change = line.approved(plan=PLAN)
    line.begin(change)

    with pytest.raises(Unreadable):
        stepping.halt(line.store, line.ledger, change=change, reason="a\x00b", actor=line.cast.owner, at=NOON)
    with pytest.raises(Refused) as short:
        stepping.halt(line.store, line.ledger, change=change, reason="no", actor=line.cast.owner, at=NOON)
    with pytest.raises(NotFound):
        line.begin("CR9999")

    assert codes(short) == ["reason"]


def test_blue_green_stands_ready_in_the_other_place_and_switches(line: Line) -> None:
    add = {"actor": line.cast.administrator, "at": NOON}
    change = line.approved(plan=PLAN.replace("code_reviews = 1\n", ""))
    with pytest.raises(Refused) as nowhere:
        stepping.begin(
            line.store, line.ledger, change=change, strategy=Strategy.BLUE_GREEN, actor=line.cast.owner, at=NOON
        )
    for name in ("blue", "green"):
        placing.add_environment(line.store, line.ledger, name=name, slot_of="production", **add)  # type: ignore[arg-type]
    stepping.begin(line.store, line.ledger, change=change, strategy=Strategy.BLUE_GREEN, actor=line.cast.owner, at=NOON)

    assert codes(nowhere) == ["slots"]
    assert (line.standing(environment="blue"), line.standing()) == (["1.0.0"], ["shadow 1.0.0"])
    with pytest.raises(Refused):  # as long as both steps of the plan together
        line.advance(change, at=NOON + 2 * DAY - timedelta(seconds=1))
    line.advance(change, at=NOON + 2 * DAY)
    assert [(row.version, row.slot) for row in line.history() if row.until is None and row.slot] == [("1.0.0", "blue")]

    second = line.approved("1.1.0")
    stepping.begin(
        line.store, line.ledger, change=second, strategy=Strategy.BLUE_GREEN, actor=line.cast.owner, at=NOON + 3 * DAY
    )
    assert line.standing(NOON + 3 * DAY, environment="green") == ["1.1.0"]


def test_environments_beside_production_take_versions_without_a_change(line: Line) -> None:
    line.approved(plan=PLAN)
    placing.add_environment(line.store, line.ledger, name="staging", actor=line.cast.administrator, at=NOON)
    placing.add_environment(
        line.store, line.ledger, name="production-eu", serves=True, actor=line.cast.administrator, at=NOON
    )
    place = {"model": line.model, "version": "1.0.0", "actor": line.cast.owner, "at": NOON}

    placing.place_version(line.store, line.ledger, environment="staging", **place)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        placing.place_version(line.store, line.ledger, environment="production", **place)  # type: ignore[arg-type]
    with pytest.raises(Refused) as twice:
        placing.add_environment(line.store, line.ledger, name="staging", actor=line.cast.administrator, at=NOON)
    with pytest.raises(Refused):
        placing.add_environment(line.store, line.ledger, name="other", actor=line.cast.owner, at=NOON)
    with pytest.raises(Unreadable):
        placing.add_environment(line.store, line.ledger, name="No Name", actor=line.cast.administrator, at=NOON)

    with pytest.raises(Refused) as again:
        placing.place_version(line.store, line.ledger, environment="staging", **place)  # type: ignore[arg-type]

    assert (codes(twice), codes(again)) == (["environment-known"], ["place-same"])
    assert (line.standing(environment="staging"), line.standing()) == (["1.0.0"], [])
