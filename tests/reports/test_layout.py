"""What a dossier says and in which order, and its data in full precision."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from core.reports.data import to_json
from core.reports.formats.laying import laid
from core.reports.formats.moving import MOST_ROWS, SHOWN_ROWS, with_tables_moved
from core.reports.layout.blocks import Table
from core.reports.layout.document import dossier_document
from core.reports.layout.fairness import worst_first
from core.validation.rules import FindingStatus, Severity
from tests.reports.dossiers import a_dossier, a_finding, a_report, fairness_table


def test_a_table_longer_than_anybody_reads_is_cut_and_says_so() -> None:
    many = tuple(replace(a_finding(), number=f"F{place:04d}", detail="") for place in range(MOST_ROWS + 1))

    shown, moved = with_tables_moved(laid(a_report(a_dossier(findings=many))), lambda name: f"all are in {name}")

    table = next(one for section in shown.document.sections for one in section.blocks if section.title == "Findings")
    assert isinstance(table, Table)
    assert len(table.rows) == SHOWN_ROWS
    assert table.note.startswith("501 rows, of which the first 25 stand here; all are in table-01.csv.")
    assert [(one.name, one.rows, one.content.count(b"\r\n")) for one in moved] == [("table-01.csv", 501, 502)]


def test_findings_that_still_stand_come_first_the_severest_on_top() -> None:
    closed = replace(a_finding(), number="F0001", severity=Severity.CRITICAL, status=FindingStatus.VERIFIED_CLOSED)
    low = replace(a_finding(), number="F0002", severity=Severity.LOW)
    critical = replace(a_finding(), number="F0003", severity=Severity.CRITICAL)

    document = dossier_document(a_dossier(findings=(closed, low, critical)))

    table = next(section for section in document.sections if section.title == "Findings").blocks[0]
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["F0003", "F0002", "F0001"]


def test_groups_come_worst_first_and_those_too_small_last() -> None:
    order = [group.group for group in worst_first(fairness_table()).groups]

    assert order == ["African-American", "Caucasian", "Hispanic", "Other", "Asian", "Native American"]


def test_data_is_the_same_for_the_same_value_and_keeps_full_precision() -> None:
    dossier = a_dossier()
    ratio = json.loads(to_json(a_report(dossier)))["data"]["fairness"][0]["groups"][0]["impact_ratio"]["value"]

    assert to_json(a_report(dossier)) == to_json(a_report())
    assert ratio == fairness_table().groups[0].impact_ratio.value


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        to_json(a_report(a_dossier(as_of=datetime(2026, 11, 23, 9, 38))))  # noqa: DTZ001  the point of the test


def test_a_figure_that_is_not_finite_is_refused() -> None:
    group = replace(fairness_table().groups[0], p_value=float("nan"))

    with pytest.raises(ValueError, match="finite"):
        to_json(a_report(a_dossier(fairness=(replace(fairness_table(), groups=(group,)),))))


def test_a_lone_surrogate_stays_readable_as_json() -> None:
    data = to_json(a_report(a_dossier(scope="a\ud800b")))

    assert json.loads(data)["data"]["scope"] == "a\ud800b"
