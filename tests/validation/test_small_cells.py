"""Groups too small to be shown: withheld on pages and in reports, judged and kept as they were computed."""

from dataclasses import replace

import pytest

from core.policy.parse import parse_policy
from core.policy.service import default_policy_text
from core.reports.assembling.validation import fairness_tables
from core.validation.results import from_json
from core.validation.small_cells import shown
from tests.bias_audit.test_summary import an_audit
from tests.builders import a_policy
from tests.validation.conftest import MAPPING, Bench


def test_a_policy_names_the_smallest_group_that_is_shown() -> None:
    assert parse_policy(default_policy_text()).smallest_cell == 0
    assert parse_policy(default_policy_text() + "\n[cells]\nsmallest = 5\n").smallest_cell == 5


@pytest.fixture
def run_of_small_groups(small_bench: Bench) -> Bench:
    """200 women, 160 men and three others, under a policy that shows groups from five people on."""
    a_policy(small_bench.store, default_policy_text() + "\n[cells]\nsmallest = 5\n")
    groups = ["F"] * 200 + ["M"] * 160 + ["X"] * 3
    rows = [f"{n % 2},{(n // 2) % 2},{group},{n}" for n, group in enumerate(groups)]
    small_bench.hand_in("\n".join(["label,prediction,sex,case", *rows]) + "\n", MAPPING)
    small_bench.perform(small_bench.start())
    return small_bench


def test_small_groups_are_in_no_table_and_stay_in_the_result(run_of_small_groups: Bench) -> None:
    bench = run_of_small_groups
    (evidence,), run = bench.evidence(), bench.run("R0001")
    with bench.store.reading() as session:
        (table,) = fairness_tables(session, run, evidence)

    kept = from_json(run.result)
    assert kept.fairness is not None
    assert {group.name for group in kept.fairness.groups} == {"F", "M", "X"}
    assert [group.group for group in table.groups] == ["F"]  # M would follow from the total, and X with it
    assert "2 groups are withheld: fewer than 5 people" in table.notes[-1]
    assert table.verdict == next(one.verdict for one in bench.checks() if one.metric == "impact_ratio")


def test_a_bias_audit_withholds_small_categories_and_says_how_many(run_of_small_groups: Bench) -> None:
    result = replace(from_json(run_of_small_groups.run("R0001").result), bias_audit=an_audit())

    seen = shown(result, 50).bias_audit

    assert seen is not None
    assert result.bias_audit is not None
    assert sum(len(table.rows) for table in seen.tables) < sum(len(table.rows) for table in result.bias_audit.tables)
    assert "are withheld: fewer than 50 people" in seen.warnings[-1]
    assert shown(result, 0) is result
