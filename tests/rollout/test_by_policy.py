"""Rollback where policy says so: when chunks fail in a row, at most once, and held back where it would flap."""

from datetime import datetime

import pytest
from sqlmodel import select

from core.approval.rollout.returning import return_to_former
from core.errors import Refused
from core.improvement.incidents.tables import Incident
from core.improvement.rollback.deciding import Decided, consider_rollback
from core.improvement.rollback.rules import Outcome
from core.improvement.rollback.tables import RollbackDecision
from core.inventory.rules import Stage
from core.ledger.events import Event
from core.links import RecordKind, Ref, linked
from core.monitoring.alerts.tables import Alert
from core.policy.rules import ChangeKind
from core.policy.service import default_policy_text
from core.store import Store
from tests.approval.test_races import together
from tests.builders import NOON, REASON, a_policy
from tests.rollout.chunks import FAIL, OPEN, PASS, a_chunk
from tests.rollout.conftest import DAY, Line, Starter

BY_SEVERITY = '\n[[rollback]]\nclause = "12.1"\nseverity = "high"\nchunks = 3\ntiers = [2]\n'
BY_METRIC = '\n[[rollback]]\nclause = "12.2"\nmetric = "roc_auc"\ndirection = "at least"\nvalue = 0.8\nchunks = 2\n'
LATER = NOON + 20 * DAY


def considered(line: Line, at: datetime = LATER) -> tuple[Decided, ...]:
    return consider_rollback(line.store, line.ledger, model=line.model, environment="production", at=at)


def decisions(line: Line) -> list[RollbackDecision]:
    with line.store.reading() as session:
        return list(session.exec(select(RollbackDecision).order_by(RollbackDecision.id)).all())  # type: ignore[arg-type]


def alerts(line: Line) -> list[Alert]:
    with line.store.reading() as session:
        return list(session.exec(select(Alert)).all())


def two_versions(line: Line, policy: str = BY_SEVERITY) -> None:
    """1.0.0 stood, then 1.1.0 took its place at noon."""
    line.in_production("1.0.0", at=NOON - DAY)
    line.in_production("1.1.0")
    a_policy(line.store, default_policy_text() + policy)


def chunks(line: Line, *verdicts: object, version: str = "1.1.0", first: int = 0, **given: object) -> list[str]:
    return [
        a_chunk(line.store, line.model, version, verdict, position=first + place, **given)  # type: ignore[arg-type]
        for place, verdict in enumerate(verdicts)
    ]


def test_three_severe_breaches_in_a_row_send_the_version_back_and_everybody_is_told(line: Line) -> None:
    two_versions(line)
    failed = chunks(line, PASS, FAIL, OPEN, FAIL, FAIL)  # what cannot be judged neither counts nor breaks the row

    (decided,) = considered(line)

    assert (decided.outcome, line.standing(LATER)) == (Outcome.DONE, ["1.0.0"])
    assert (line.stage("1.0.0"), line.stage("1.1.0")) == (Stage.IN_PRODUCTION, Stage.SUPERSEDED)
    (row,), (alert,) = decisions(line), alerts(line)
    assert row.chunks.splitlines() == [failed[1], failed[3], failed[4]]
    with line.store.reading() as session:
        incident = session.exec(select(Incident)).one()
        about = {one.ref for one in linked(session, Ref(RecordKind.ROLLBACK, row.number))}
    assert (row.incident, row.alert, alert.kind) == (incident.number, alert.number, "rollback")
    assert about >= {
        Ref(RecordKind.CHUNK, failed[4]),
        Ref(RecordKind.INCIDENT, incident.number),
        Ref(RecordKind.ALERT, alert.number),
    }
    assert line.history()[0].moved_by == "system"
    assert (line.recorded(Event.PRODUCTION_RETURNED), line.recorded(Event.ROLLBACK_DECIDED)) == (1, 1)
    assert considered(line) == ()


def test_two_of_three_are_considered_once_and_move_nothing(line: Line) -> None:
    two_versions(line)
    chunks(line, FAIL, FAIL)

    first, again = considered(line), considered(line)

    assert ([one.outcome for one in first], again, line.standing(LATER)) == ([Outcome.CONSIDERED], (), ["1.1.0"])
    assert alerts(line) == []
    chunks(line, PASS, first=2)
    assert (considered(line), len(decisions(line))) == ((), 1)


def test_without_a_clause_in_the_policy_in_force_nothing_goes_back_by_itself(line: Line) -> None:
    two_versions(line, policy="")
    chunks(line, FAIL, FAIL, FAIL, severity="critical")

    assert (considered(line), line.standing(LATER), decisions(line)) == ((), ["1.1.0"], [])


def test_a_clause_of_other_tiers_or_a_lower_severity_asks_nothing(line: Line) -> None:
    two_versions(line, policy=BY_SEVERITY.replace("[2]", "[1]") + BY_SEVERITY.replace("12.1", "12.3"))
    chunks(line, FAIL, FAIL, FAIL, severity="medium")

    assert (considered(line), line.standing(LATER)) == ((), ["1.1.0"])


def test_a_metric_counts_by_its_own_value_whatever_the_monitor_asks(line: Line) -> None:
    two_versions(line, policy=BY_METRIC)
    chunks(line, PASS, PASS, value=0.79, severity="low")

    (decided,) = considered(line)

    assert (decided.outcome, decided.clause) == (Outcome.DONE, "12.2")
    assert "ROC AUC was 0.79, below 0.8" in decisions(line)[0].said


def test_chunks_of_another_version_or_from_before_it_stood_say_nothing_against_it(line: Line) -> None:
    two_versions(line)
    chunks(line, FAIL, FAIL, FAIL, version="1.0.0")
    chunks(line, FAIL, FAIL, FAIL, since=NOON - 9 * DAY, clause="M-2")
    chunks(line, FAIL, FAIL, FAIL, others=1000, clause="M-3", first=3)  # half of its rows are of another version

    assert (considered(line), line.standing(LATER)) == ((), ["1.1.0"])


def test_a_version_is_not_sent_back_twice_within_the_guards_time_and_a_person_hears_why(line: Line) -> None:
    line.in_production("0.9.0", at=NOON - 2 * DAY)
    two_versions(line)
    chunks(line, FAIL, FAIL, FAIL)
    considered(line)
    chunks(line, FAIL, FAIL, FAIL, version="1.0.0", since=LATER)

    (held,) = considered(line, LATER + DAY / 2)

    assert (held.outcome, line.standing(LATER + DAY)) == (Outcome.HELD_BACK, ["1.0.0"])
    assert decisions(line)[1].against.startswith("There was 1 automatic rollback within 24 h")
    (alert,) = alerts(line)
    assert (alert.severity.value, alert.count) == ("critical", 2)
    assert considered(line, LATER + 2 * DAY) == ()  # decided on these chunks; the next one asks anew
    chunks(line, FAIL, version="1.0.0", since=LATER, first=3)
    assert [one.outcome for one in considered(line, LATER + 5 * DAY)] == [Outcome.DONE]
    assert line.standing(LATER + 5 * DAY) == ["0.9.0"]


def test_without_a_former_version_or_one_that_is_free_to_serve_it_is_held_back(line: Line) -> None:
    line.in_production("1.0.0")
    a_policy(line.store, default_policy_text() + BY_SEVERITY)
    chunks(line, FAIL, FAIL, FAIL, version="1.0.0")

    (nowhere,) = considered(line)

    assert nowhere.outcome is Outcome.HELD_BACK
    assert decisions(line)[0].against.startswith("No approved version stood there before 1.0.0")


def test_a_restriction_that_binds_the_former_version_holds_it_back(line: Line) -> None:
    line.in_production("1.0.0", at=NOON - DAY)
    line.begin(line.voted("1.0.0", kind=ChangeKind.RESTRICTED_USE, restriction="Only for loans below 10,000."))
    line.in_production("1.1.0")
    a_policy(line.store, default_policy_text() + BY_SEVERITY)
    chunks(line, FAIL, FAIL, FAIL)

    (held,) = considered(line)

    assert held.outcome is Outcome.HELD_BACK
    assert "binds 1.0.0" in decisions(line)[0].against


def test_a_person_and_the_policy_at_the_same_moment_go_back_one_version_not_two(store: Store, started: Starter) -> None:
    line = started(store)
    line.in_production("0.8.0", at=NOON - 3 * DAY)
    line.in_production("0.9.0", at=NOON - 2 * DAY)
    two_versions(line)
    chunks(line, FAIL, FAIL, FAIL)

    def by_hand() -> object:
        return return_to_former(
            line.store, line.ledger, model=line.model, reason=REASON, seen="1.1.0", actor=line.cast.owner, at=LATER
        )

    results = together(*[lambda: considered(line)] * 3, by_hand)

    assert [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)] == []
    assert (line.standing(LATER), line.recorded(Event.PRODUCTION_RETURNED)) == (["1.0.0"], 1)


def test_a_return_by_hand_that_was_decided_on_another_version_does_not_happen(line: Line) -> None:
    two_versions(line)

    with pytest.raises(Refused) as refused:
        return_to_former(
            line.store, line.ledger, model=line.model, reason=REASON, seen="1.2.0", actor=line.cast.owner, at=LATER
        )

    assert [one.code for one in refused.value.refusals] == ["pointer-moved"]
    assert line.standing(LATER) == ["1.1.0"]
