"""Formats as LOOK names them."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.components import formats
from app.components.status import SHAPES, label, status
from core.approval.rules import Answer, ChangeStatus, Choice
from core.inventory.rules import Stage
from core.reports.tables import ExportStatus
from core.validation.rules import FindingStatus, Outcome, RunStatus, Severity

AT = datetime(2026, 11, 23, 9, 38, tzinfo=UTC)


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (formats.count(7214), "7,214"),
        (formats.count(0), "0"),
        (formats.count(None), "–"),
        (formats.percent(0.412), "41.2 %"),
        (formats.percent(None), "–"),
        (formats.number(0.63), "0.63"),
        (formats.number(-0.17), "−0.17"),
        (formats.number(-0.001), "0.00"),
        (formats.number(math.nan), "–"),
        (formats.number(math.inf), "–"),
        (formats.number(12345.678, 1), "12,345.7"),
        (formats.signed(0.28), "+0.28"),
        (formats.signed(-0.17), "−0.17"),
        (formats.points(-0.013), "−1.3 pp"),
        (formats.points(0.041), "+4.1 pp"),
        (formats.with_interval(0.63, 0.6, 0.66), "0.63 (0.60 to 0.66)"),
        (formats.with_interval(0.63, None, None), "0.63"),
        (formats.with_interval(None, 0.1, 0.2), "–"),
        (formats.percent_with_interval(0.412, 0.396, 0.428), "41.2 % (39.6 to 42.8)"),
        (formats.p_value(0.0009), "p < 0.001"),
        (formats.p_value(0.018), "p = 0.018"),
        (formats.p_value(None), "–"),
        (formats.day(AT), "23 Nov 2026"),
        (formats.day(AT, today=AT), "23 Nov"),
        (formats.day(AT, today=AT.replace(year=2027)), "23 Nov 2026"),
        (formats.moment(AT), "23 Nov 2026, 09:38 UTC"),
        (formats.moment(AT.astimezone(timezone(timedelta(hours=14)))), "23 Nov 2026, 09:38 UTC"),
        (formats.weekday_moment(AT), "Mon 23 Nov 2026, 09:38 UTC"),
        (formats.days(timedelta(days=3, hours=23)), "3 d"),
        (formats.days(timedelta(days=-3)), "3 d"),
        (formats.digest("9f2c41d7" + "0" * 56), "9f2c41d7"),
        (formats.size(2_100_000), "2.1 MB"),
        (formats.size(17), "17 bytes"),
        (formats.counted(1, "review"), "1 review"),
        (formats.counted(7, "review"), "7 reviews"),
        (formats.counted(2, "entry", "entries"), "2 entries"),
    ],
)
def test_a_value_is_written_in_its_one_format(made: str, expected: str) -> None:
    assert spaced(made) == expected


def test_no_value_breaks_over_two_lines() -> None:
    for made in (formats.percent(0.4), formats.moment(AT), formats.with_interval(0.6, 0.5, 0.7), formats.p_value(0.5)):
        assert " " not in made


@pytest.mark.parametrize(
    "value",
    [*Stage, *RunStatus, *FindingStatus, *Severity, *Outcome, *ChangeStatus, *Answer, *Choice, *ExportStatus],
    ids=lambda value: f"{type(value).__name__}.{value.name}",
)
def test_every_stored_status_has_a_word_a_shape_and_a_colour(value: str) -> None:
    assert status(value).count(":material/") == 1


@pytest.mark.parametrize("verdict", ["pass", "fail", "insufficient evidence"])
def test_every_verdict_has_a_badge(verdict: str) -> None:
    assert "badge[" in status(verdict)


def test_an_unknown_word_is_not_drawn() -> None:
    with pytest.raises(KeyError):
        status("splendid")


def test_a_badge_holds_its_number_on_one_line() -> None:
    assert status("Overdue", "3 d") == ":red-badge[:material/alarm: Overdue\u00a03\u00a0d]"
    assert label("Tier 1") == ":gray-badge[Tier\u00a01]"


def test_only_what_stops_something_is_red() -> None:
    red = {said for said, (_, colour) in SHAPES.items() if colour == "red"}

    assert red == {
        "Failed", "Breach", "Rejected", "Not met", "Not validated", "Not verified", "Overdue", "Refused",
        "Critical", "High", "Given up", "Deviates", "Does not conform", "Check failed",
        "Escalate", "Held back", "Harmful", "Above bound", "Escalated", "Not sound", "Differs", "Declined",
    }  # fmt: skip
