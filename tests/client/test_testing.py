"""`assert_policy`: a policy as an assertion in a user's own suite."""

from pathlib import Path

import pytest

from core.errors import Unreadable
from core.metrics.verdicts import Verdict
from core.policy.service import default_policy_text
from countersign_client import Columns
from countersign_client.testing import assert_policy
from tests.client.conftest import Table
from tests.metrics.published import COMPAS

COLUMNS = Columns(label="label", prediction="prediction", positive="1", sensitive=["group"], row_id="row_id")


def test_predictions_that_meet_the_policy_give_everything_that_was_computed(table: Table) -> None:
    found = assert_policy("default", table(), **COLUMNS)

    assert found.result.quality.rows == 1200
    assert {one.verdict for one in found.judged if one.required} == {Verdict.PASS}
    assert "Not handed in: training data" in {one.reason for one in found.not_judged}


def test_a_required_check_that_fails_is_an_assertion_with_the_table_of_verdicts() -> None:
    """Impact ratio by race 0.521: cleared are 41.2 % of African-American and 79.1 % of other people in the file."""
    with pytest.raises(AssertionError) as caught:
        assert_policy(
            "default", COMPAS, label="label_value", prediction="score", positive="1", favourable="0", sensitive="race"
        )

    told = str(caught.value)
    assert "impact_ratio (race): 0.521 (African-American against Other) is below 0.8" in told
    assert told.endswith("compas_for_aequitas.csv under Model governance 2026.1: fail")
    assert "\nfail          4.2     impact_ratio, race" in told


def test_evidence_that_does_not_suffice_fails_unless_it_is_allowed(table: Table) -> None:
    few = table(60)

    with pytest.raises(AssertionError, match="insufficient evidence"):
        assert_policy("default", few, **COLUMNS)

    assert len(assert_policy("default", few, allow_insufficient=True, **COLUMNS).judged) > 0


def test_what_is_allowed_to_lack_evidence_is_not_allowed_to_fail(table: Table) -> None:
    with pytest.raises(AssertionError, match="impact_ratio"):
        assert_policy("default", table(refused="b"), allow_insufficient=True, **COLUMNS)


def test_further_files_and_a_policy_of_the_users_own_are_used(table: Table, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(default_policy_text().replace("required = false", "required = true"))

    with pytest.raises(AssertionError, match=r"target_leakage \(p_no\): 1\.000 is above 0\.98"):
        assert_policy(policy, table(), training=table(name="training.csv"), **COLUMNS)


def test_a_file_that_cannot_be_read_is_no_verdict(tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_text("label,prediction\n1,1\n1\n")

    with pytest.raises(Unreadable, match="line 3"):
        assert_policy("default", path, label="label", prediction="prediction", positive="1")


def test_a_policy_that_cannot_be_read_is_no_verdict(table: Table) -> None:
    with pytest.raises(Unreadable, match="no such file"):
        assert_policy("missing.toml", table(), **COLUMNS)
