"""Two policies are compared clause by clause, in words."""

import pytest

from core.policy.diffing import Change, differences, text_difference
from core.policy.parse import parse_policy
from core.policy.service import default_policy_text
from core.policy.words import figure

DEFAULT = default_policy_text()
RATIO = 'title = "Impact ratio, lowest judged group"\ndirection = "at least"\nvalue = 0.80\nrequired = true\n'
PATH = (
    '\n[[path]]\nclause = "10.1"\nchange = "first use"\ntiers = [1]\nquorum = 2\nfunctions = ["legal", "compliance"]\n'
)
EVIDENCE = '\n[[required_evidence]]\nclause = "9.1"\nevidence = "attributions"\ntiers = [1, 2]\n'
DATASET = '\n[[required_dataset]]\nclause = "9.2"\ndataset = "training"\nstates = ["licence", "digest"]\n'
ROLLBACK = (
    '\n[[rollback]]\nclause = "11.1"\nmetric = "balanced_accuracy"\ndirection = "at least"\nvalue = 0.55\nchunks = 2\n'
)


def said(old: str, new: str, *, before: str = DEFAULT) -> list[str]:
    assert old in before
    return [str(one) for one in differences(parse_policy(before), parse_policy(before.replace(old, new, 1)))]


def test_a_policy_does_not_differ_from_itself() -> None:
    assert differences(parse_policy(DEFAULT), parse_policy(DEFAULT)) == ()
    assert text_difference(DEFAULT, DEFAULT, names=("a", "b")) == ""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            RATIO,
            RATIO.replace("0.80", "0.85") + "tiers = [1, 2]\n",
            "clause 4.2 Impact ratio, lowest judged group: at least 0.80 → 0.85; applies now to tiers 1, 2",
        ),
        (RATIO, RATIO.replace("true", "false"), "clause 4.2 Impact ratio, lowest judged group: now advisory"),
        (
            RATIO,
            RATIO.replace("at least", "at most"),
            "clause 4.2 Impact ratio, lowest judged group: at least 0.80 → at most 0.80",
        ),
        (
            'metric = "impact_ratio"',
            'metric = "demographic_parity_ratio"',
            "clause 4.2 Impact ratio, lowest judged group: measured by demographic_parity_ratio, "
            "before by impact_ratio",
        ),
        (
            'title = "Precision"',
            'title = "Precision of flags"',
            "clause 3.2 Precision of flags: called “Precision” before",
        ),
        (
            'value = 0.50\nrequired = false\ntasks = ["binary"]',
            "value = 0.50\nrequired = false",
            "clause 3.2 Precision: applies now to models for every task",
        ),
        ("1 = 2\n2 = 1", "1 = 3\n2 = 2", "Votes to approve: tier 1: 2 → 3 votes; tier 2: 1 → 2 votes"),
        ("minimum_group = 100", "minimum_group = 50", "Rows that a verdict needs: a group: 100 → 50 rows"),
        ("longest_days = 180", "longest_days = 1", "Exceptions: longest: 180 → 1 day"),
        (
            'code = "fallback"',
            'code = "way-back"',
            "clause way-back There is a way back: required, tiers 1, 2",
        ),
    ],
)
def test_a_clause_that_differs_is_said_in_one_line(old: str, new: str, expected: str) -> None:
    assert expected in said(old, new)


@pytest.mark.parametrize(
    ("clause", "line"),
    [
        (PATH, "clause 10.1 A first use: 2 votes, among them compliance and legal; all cases; tier 1"),
        (EVIDENCE, "clause 9.1 attributions: attributions, tiers 1, 2"),
        (DATASET, "clause 9.2 The training dataset: training dataset states digest and licence, all tiers"),
        (ROLLBACK, "clause 11.1 balanced_accuracy: balanced_accuracy below 0.55 in 2 chunks in a row, all tiers"),
    ],
)
def test_a_clause_that_is_new_or_gone_is_said_whole(clause: str, line: str) -> None:
    short, whole = parse_policy(DEFAULT), parse_policy(DEFAULT + clause)

    (added,), (removed,) = differences(short, whole), differences(whole, short)

    assert (str(added), added.change, removed.change) == (line, Change.ADDED, Change.REMOVED)
    assert "no longer asked for" in removed.said


def test_a_changed_path_says_both() -> None:
    (one,) = said("quorum = 2\nfunctions", "quorum = 3\nfunctions", before=DEFAULT + PATH)

    assert one == (
        "clause 10.1 A first use: 2 votes, among them compliance and legal; all cases; tier 1 → "
        "3 votes, among them compliance and legal; all cases; tier 1"
    )


def test_a_removed_threshold_says_what_is_no_longer_asked() -> None:
    after = parse_policy(DEFAULT)
    before = parse_policy(DEFAULT.replace('clause = "4.2"', 'clause = "4.1"'))

    assert [(one.clause, one.change) for one in differences(before, after)] == [("4.2", "added"), ("4.1", "removed")]


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.8, "0.80"), (0.85, "0.85"), (0.005, "0.005"), (3.0, "3"), (0.0, "0"), (-0.02, "−0.02"), (1e-9, "0.000000001")],
)
def test_figures_have_two_decimals_or_as_many_as_they_need(value: float, words: str) -> None:
    assert figure(value) == words


def test_the_text_diff_is_unified() -> None:
    found = text_difference(DEFAULT, DEFAULT.replace("0.80", "0.85", 1), names=("2026.1", "2026.2"))

    assert found.split("\n")[:2] == ["--- 2026.1", "+++ 2026.2"]
    assert "-value = 0.80" in found
