"""Changes that take no rollout: a restricted use, a retirement, and a rollback that approvers voted for."""

import pytest

from core.approval.queries import ChangeFilter, changes
from core.approval.queries import change as change_page
from core.approval.rollout.timeline import Happening, timeline
from core.approval.rules import ChangeStatus
from core.errors import Refused
from core.inventory.deployments.queries import lifted_restrictions, restrictions
from core.inventory.deployments.rules import Ending
from core.inventory.rules import Stage
from core.ledger.events import Event
from core.policy.rules import ChangeKind
from tests.builders import NOON
from tests.rollout.conftest import DAY, Line


def test_a_restriction_is_in_force_from_its_execution_and_shown_with_the_model(line: Line) -> None:
    line.in_production("1.0.0")
    change = line.voted("1.0.0", kind=ChangeKind.RESTRICTED_USE, restriction="Not for applicants under 21.")

    done = line.begin(change, at=NOON + DAY)

    assert (done.status, done.rollout, line.stage("1.0.0")) == (ChangeStatus.EXECUTED, None, Stage.IN_PRODUCTION)
    with line.store.reading() as session:
        before = restrictions(session, line.model, at=NOON)
        (row,) = restrictions(session, line.model, at=NOON + DAY)
    assert (before, row.text, row.version, row.change) == ((), "Not for applicants under 21.", "1.0.0", change)
    assert line.standing(NOON + DAY) == ["1.0.0"]
    assert line.recorded(Event.USE_RESTRICTED) == 1


def restricted(line: Line, text: str = "Not for applicants under 21.") -> str:
    change = line.voted("1.0.0", kind=ChangeKind.RESTRICTED_USE, restriction=text)
    line.begin(change)
    return change


def test_a_restriction_is_lifted_by_a_change_of_its_own_and_stays_on_record(line: Line) -> None:
    line.in_production("1.0.0")
    first, second = restricted(line), restricted(line, "Only for loans below 10,000.")
    line.in_production("1.1.0", at=NOON + DAY)  # the version that was restricted is superseded by now

    lifting = line.voted("1.0.0", kind=ChangeKind.RESTRICTED_USE, lifts=first)
    line.begin(lifting, at=NOON + 2 * DAY)

    with line.store.reading() as session:
        still = restrictions(session, line.model, at=NOON + 2 * DAY)
        before = restrictions(session, line.model, at=NOON + DAY)
        (row,) = lifted_restrictions(session, line.model)
        page = change_page(session, lifting, line.cast.auditor, at=NOON)
        listed = {one.number: one.lifts for one in changes(session, ChangeFilter(), limit=9, offset=0).rows}
        lines = timeline(session, line.model, kinds=[Happening.CHANGE]).rows
        (asked,) = [one for one in lines if (one.subject, one.act) == (lifting, "requested")]
        told = [(one.act, one.subject) for one in timeline(session, line.model, kinds=[Happening.RESTRICTION]).rows]
    assert ([one.change for one in still], [one.change for one in before]) == ([second], [first, second])
    assert (row.change, row.lifted_change, row.lifted_by) == (first, lifting, line.cast.owner.id)
    assert (page.lifts, page.restriction, listed[lifting], listed[first]) == (first, row.text, first, "")
    assert "that the restriction of " + first + " on v1.0.0" in page.meaning
    assert told[0] == ("lifted", lifting)
    assert (asked.subject, asked.says) == (lifting, f"lift the restriction of {first}")
    assert line.recorded(Event.RESTRICTION_LIFTED) == 1


def test_what_does_not_stand_is_not_lifted_and_nothing_twice(line: Line) -> None:
    into_use = line.in_production("1.0.0")
    first = restricted(line)
    ask = {"kind": ChangeKind.RESTRICTED_USE}
    for wrong in (into_use, "CR9999"):
        with pytest.raises(Refused) as refused:
            line.voted("1.0.0", lifts=wrong, **ask)
        assert [one.code for one in refused.value.refusals] == ["not-restricted"]
    with pytest.raises(Refused) as other_kind:
        line.voted("1.0.0", kind=ChangeKind.RETIREMENT, lifts=first)
    assert [one.code for one in other_kind.value.refusals] == ["not-restricted"]

    line.voted("1.0.0", lifts=first, **ask)
    with pytest.raises(Refused) as twice:
        line.voted("1.0.0", lifts=first, **ask)
    line.voted("1.0.0", restriction="Only for loans below 10,000.", **ask)  # a further one is asked for meanwhile

    assert [one.code for one in twice.value.refusals] == ["change-open"]


def test_a_retired_version_serves_nowhere_and_nothing_leads_out_of_it(line: Line) -> None:
    line.in_production("1.0.0")
    change = line.voted("1.0.0", kind=ChangeKind.RETIREMENT)

    line.begin(change, at=NOON + DAY)

    assert (line.stage("1.0.0"), line.standing(NOON + DAY)) == (Stage.RETIRED, [])
    assert line.history()[0].ended_as is Ending.RETIRED
    assert line.recorded(Event.VERSION_RETIRED) == 1
    with pytest.raises(Refused):
        line.begin(change, at=NOON + DAY)


def test_the_first_version_after_a_retirement_comes_in_as_any_other(line: Line) -> None:
    line.in_production("1.0.0")
    line.begin(line.voted("1.0.0", kind=ChangeKind.RETIREMENT))
    line.in_production("1.1.0", at=NOON + DAY)

    assert line.standing(NOON + DAY) == ["1.1.0"]
    assert line.stage("1.0.0") is Stage.RETIRED


def test_approvers_can_vote_a_superseded_version_back(line: Line) -> None:
    for number, version in enumerate(("1.0.0", "1.1.0", "1.2.0")):
        line.in_production(version, at=NOON + number * DAY)
    change = line.voted("1.0.0", kind=ChangeKind.ROLLBACK)

    done = line.begin(change, at=NOON + 5 * DAY)

    assert (done.status, line.standing(NOON + 5 * DAY)) == (ChangeStatus.EXECUTED, ["1.0.0"])
    assert (line.stage("1.0.0"), line.stage("1.2.0")) == (Stage.IN_PRODUCTION, Stage.SUPERSEDED)
    ended = next(row for row in line.history() if row.version == "1.2.0")
    assert (ended.ended_as, line.history()[0].change) == (Ending.ROLLED_BACK, change)


def test_only_who_may_execute_carries_these_out(line: Line) -> None:
    line.in_production("1.0.0")
    change = line.voted("1.0.0", kind=ChangeKind.RETIREMENT)

    with pytest.raises(Refused) as refused:
        line.begin(change, actor=line.cast.validator)

    assert [one.code for one in refused.value.refusals] == ["permission"]
    assert line.standing() == ["1.0.0"]
