"""Monitors of a policy: read strictly, said in words, told apart, and edited in place."""

import pytest

from core.errors import Unreadable
from core.policy import words
from core.policy.diffing import differences
from core.policy.monitors.editing import with_monitor, without_monitor
from core.policy.monitors.rules import Against, ChunkSize, ChunkUnit, MonitorKind, MonitorThreshold
from core.policy.parse import parse_policy
from core.policy.scope.rules import Direction, Task
from core.policy.service import default_policy_text

DEFAULT = default_policy_text()
MONITOR = """
[[monitor]]
clause = "99.1"
kind = "drift"
metric = "psi"
title = "Drift of a column"
chunk = "5000 rows"
threshold = "reference"
deviations = 3
severity = "high"
"""


def monitor(text: str = MONITOR):  # type: ignore[no-untyped-def]
    return parse_policy(DEFAULT + text).monitors[-1]


def test_the_policy_that_ships_says_what_is_checked_in_production() -> None:
    policy = parse_policy(DEFAULT)

    first = policy.monitors[0]
    assert (first.metric, first.threshold.value, first.threshold.direction) == ("failed_share", 0.05, Direction.AT_MOST)
    assert {one.kind for one in policy.monitors} == set(MonitorKind) - {MonitorKind.METRIC}


def test_a_monitor_says_its_chunk_its_threshold_and_its_models() -> None:
    found = monitor()

    assert found.chunk == ChunkSize(5000, ChunkUnit.ROWS)
    assert found.threshold == MonitorThreshold(Against.REFERENCE, None, deviations=3)
    assert words.monitor(found) == "psi of each 5000 rows within 3 deviations of the reference, high, all tiers"
    assert found.applies(tier=4, task=Task.REGRESSION, environment="staging")


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("5000 rows", "5 parsecs", 7, "“chunk” is not known"),
        ("5000 rows", "10 rows", 7, "a chunk has at least 30 rows"),
        ("5000 rows", "5 hours", 7, "hours of a chunk divide a day"),
        ('"psi"', '"pis"', 5, "“pis” is no metric of drift"),
        ('"reference"', '"yesterday"', 8, "“threshold” is not known"),
        ('"reference"', '"last approved"\ntolerance = 0.1', 8, "drift is not measured in a validation"),
        ("deviations = 3", "deviations = -1", 9, "“deviations” is out of range"),
        ("deviations = 3", 'season = "hour"', 9, "“season” stands without a comparable threshold"),
        ('"reference"', '"comparable"', 8, "chunks of rows have no comparable periods"),
        ('"high"', '"loud"', 10, "“severity” is not known"),
        ('severity = "high"', "", 2, "“severity” is missing or empty"),
    ],
)
def test_a_wrong_monitor_is_refused_at_its_line(old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_policy(DEFAULT + MONITOR.replace(old, new))

    problems = refused.value.problems
    assert (DEFAULT.count("\n") + line, True) in [(one.line, said in one.reason) for one in problems]


def test_what_is_measured_over_time_has_no_chunks_of_rows_and_freshness_no_reference() -> None:
    text = MONITOR.replace('"drift"', '"freshness"').replace('"psi"', '"data_age_hours"')

    with pytest.raises(Unreadable) as refused:
        parse_policy(DEFAULT + text)

    said = " ".join(problem.reason for problem in refused.value.problems)
    assert "over time, not over rows" in said
    assert "cannot be measured on reference data" in said


def test_a_series_has_any_name_and_an_aggregate() -> None:
    found = monitor(
        MONITOR.replace('"drift"', '"metric"')
        .replace('"psi"', '"queue.depth"\naggregate = "most"')
        .replace("5000 rows", "1 hour")
        .replace('"reference"\ndeviations = 3', '"comparable"\nseason = "weekday and hour"')
    )

    assert (found.metric, found.aggregate, found.threshold.deviations) == ("queue.depth", "most", 3.0)


def test_a_changed_monitor_is_told_and_edited_in_place() -> None:
    before = parse_policy(DEFAULT + MONITOR)
    text = with_monitor(DEFAULT + MONITOR, monitor(MONITOR.replace("deviations = 3", "deviations = 2")))

    (difference,) = differences(before, parse_policy(text))
    assert (difference.section, difference.clause) == ("Monitors", "99.1")
    assert "within 2 deviations of the reference" in difference.said
    assert text == DEFAULT + MONITOR.replace("deviations = 3", "deviations = 2")
    assert parse_policy(without_monitor(text, "99.1")).monitors == parse_policy(DEFAULT).monitors


def test_a_monitor_written_by_the_form_is_read_as_it_was_meant() -> None:
    wanted = monitor(
        MONITOR.replace('"reference"\ndeviations = 3', '"fixed"\ndirection = "at most"\nvalue = 0.2')
        + 'tiers = [1, 2]\ntasks = ["binary"]\nenvironments = ["production"]\nminimum_rows = 40\n'
    )

    assert parse_policy(with_monitor(DEFAULT, wanted)).monitors[-1] == wanted
