"""A policy is read strictly: whatever is missing, unknown or out of range is named with its place, all at once."""

import re

import pytest

from core.errors import Unreadable
from core.policy.packs import packs
from core.policy.parse import REQUIRABLE, parse_policy
from core.policy.rules import ChangeKind, CheckKind, DemandedFrom, Direction, Escalation, Function, Phase, Task
from core.policy.service import default_policy_text
from core.policy.vocabulary import metrics
from core.validation.rules import EvidenceKind

DEFAULT = default_policy_text()


def problems(text: str) -> list[str]:
    with pytest.raises(Unreadable) as caught:
        parse_policy(text)
    return [str(problem) for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    assert old in DEFAULT
    return DEFAULT.replace(old, new, 1)


def test_the_policy_that_ships_says_what_its_text_says() -> None:
    policy = parse_policy(DEFAULT)

    ratio = next(one for one in policy.thresholds if one.metric == "impact_ratio")
    # 29 CFR 1607.4(D): four-fifths
    assert (ratio.kind, ratio.direction, ratio.value, ratio.required) == (
        CheckKind.FAIRNESS,
        Direction.AT_LEAST,
        0.8,
        True,
    )
    assert len(policy.thresholds) == DEFAULT.count("[[threshold]]")
    assert len(policy.items) == DEFAULT.count("[[item]]") + DEFAULT.count("[[pack_item]]")
    assert [policy.quorum(tier) for tier in (1, 2, 3, 4)] == [2, 1, 1, 1]
    assert [policy.decision_days(tier) for tier in (1, 2, 3, 4)] == [10, 10, 20, 20]
    assert [policy.review_months(tier) for tier in (1, 2, 3, 4)] == [6, 12, 18, 24]
    assert [policy.remediation_days(word) for word in ("critical", "high", "medium", "low")] == [5, 20, 60, 120]
    assert (policy.minimum_rows, policy.minimum_group) == (500, 100)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "Model governance"', 'name = ""', "“name” is missing or empty"),
        ('name = "Model governance"', "name = 5", "“name” is missing or empty"),
        ('version = "2026.1"\n', "", "“version” is missing or empty"),
        ('name = "Model governance"', f'name = "{"n" * 201}"', "“name” is too long, found 201 characters"),
        (
            'version = "2026.1"',
            f'version = "{"1" * 33}"',
            "“version” is too long, found 33 characters, expected at most 32",
        ),
        ('clause = "2.1"', f'clause = "{"2" * 21}"', "[threshold 1] “clause” is too long, found 21 characters"),
        ('clause = "2.1"', 'clause = "2\\n1"', "[threshold 1] “clause” has line ends or other control characters"),
        ("minimum_rows = 500", "minimum_rows = 0", "[scope] “minimum_rows” is missing or out of range, found 0"),
        ("minimum_group = 100", "minimum_group = 1.5", "[scope] “minimum_group” is missing or out of range, found 1.5"),
        ("minimum_group = 100", "minimum_group = true", "[scope] “minimum_group” is missing or out of range"),
        ("[scope]", "[scape]", "table [scope] is missing"),
        ("[quorum] ", "[quorums] ", "table [quorum] is missing"),
        ("1 = 2\n2 = 1", "1 = 0\n2 = 1", "[quorum] “1” is missing or out of range, found 0"),
        ("1 = 2\n2 = 1", "2 = 1", "[quorum] “1” is missing or out of range"),
        ("1 = 2\n2 = 1", "0 = 2\n1 = 2\n2 = 1", "[quorum] “0” is not known here"),
        ("1 = 10", '1 = "10"', "[decision_days] “1” is missing or out of range, found '10'"),
        ("critical = 5", "critical = -5", "[remediation_days] “critical” is missing or out of range, found -5"),
        ("critical = 5", "severe = 5", "[remediation_days] “severe” is not known here"),
        ('kind = "quality"', 'kind = "speed"', "[threshold 1] “kind” is not known, found 'speed'"),
        ('metric = "missing_share"', 'metric = "missing"', "[threshold 1] “missing” is not a quality metric"),
        (
            'metric = "precision"',
            'metric = "impact_ratio"',
            "[threshold 11] “impact_ratio” is not a performance metric",
        ),
        ('direction = "at most"', 'direction = "below"', "[threshold 1] “direction” is not known, found 'below'"),
        ("value = 0.05", 'value = "0.05"', "[threshold 1] “value” is missing or not a number, found '0.05'"),
        ("value = 0.05", "value = nan", "[threshold 1] “value” is missing or not a number, found nan"),
        ("value = 0.05", "value = -inf", "[threshold 1] “value” is missing or not a number, found -inf"),
        ("value = 0.05", "value = true", "[threshold 1] “value” is missing or not a number, found True"),
        ("required = true", 'required = "yes"', "[threshold 1] “required” is missing, found 'yes'"),
        ("required = true", "required = 1", "[threshold 1] “required” is missing, found 1"),
        ("required = true", "required = true\nseverity = 3", "[threshold 1] “severity” is not known here"),
        ('clause = "2.2"', 'clause = "2.1"', "clause 2.1 stands twice"),
        ('code = "fallback"', 'code = "limitations"', "item limitations stands twice"),
        ("tiers = [1, 2, 3, 4]", "tiers = []", "[item 1] “tiers” is missing or out of range, found []"),
        ("tiers = [1, 2, 3, 4]", "tiers = [5]", "[item 1] “tiers” is missing or out of range, found [5]"),
        ("tiers = [1, 2, 3, 4]", "tiers = [true]", "[item 1] “tiers” is missing or out of range, found [True]"),
        ("tiers = [1, 2, 3, 4]", "tiers = 1", "[item 1] “tiers” is missing or out of range, found 1"),
        ('item = "MRM-10"', 'item = "MRM-99"', "[pack_item 1] there is no item MRM-99 in a pack sr-26-2"),
        ('pack = "sr-26-2"', 'pack = "sr-99"', "[pack_item 1] there is no item MRM-10 in a pack sr-99"),
        ('version = "2026.1"', 'version = "2026.1"\nowner = "me"', "“owner” is not known here"),
    ],
)
def test_one_wrong_word_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    assert any(said in problem for problem in problems(changed(old, new)))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    text = changed("value = 0.05", "value = nan").replace("minimum_rows = 500", "rows = 500").replace("[quorum]", "[q]")

    found = " ".join(problems(text))

    for word in ("“value”", "“minimum_rows”", "“rows” is not known", "[quorum] is missing", "“q” is not known"):
        assert word in found


@pytest.mark.parametrize("text", ["", "thresholds = 3", "[scope]\nminimum_rows = 1"])
def test_a_text_that_is_no_policy_is_refused(text: str) -> None:
    assert "“name” is missing or empty, expected text" in problems(text)


def test_what_is_not_toml_is_refused_with_its_line() -> None:
    with pytest.raises(Unreadable) as caught:
        parse_policy('name = "x"\nversion = \n')

    assert [problem.line for problem in caught.value.problems] == [2]


@pytest.mark.parametrize("kind", ["threshold", "item"])
def test_a_policy_that_demands_nothing_is_refused(kind: str) -> None:
    without = re.sub(rf"\[\[{kind}\]\]\n(?:\w+ = [^\n]+\n)+", "", DEFAULT)
    assert f"[[{kind}]]" not in without

    assert any(f"no [[{kind}]] is given" in problem for problem in problems(without))
    assert any(f"no [[{kind}]] is given" in problem for problem in problems(f"{kind} = 5\n" + without))


def test_a_policy_needs_no_items_of_regulation_packs() -> None:
    without = DEFAULT[: DEFAULT.index("[[pack_item]]")]

    assert all(not item.pack for item in parse_policy(without).items)


# ---- checklists


@pytest.mark.parametrize(
    ("tier", "applying", "codes"),
    [
        (4, (), {"intended-use", "failed-checks", "limitations"}),
        (2, (), {"intended-use", "failed-checks", "limitations", "fallback"}),
        (3, ("sr-26-2",), {"intended-use", "failed-checks", "limitations", "MRM-13"}),
        (
            1,
            ("sr-26-2", "gdpr"),
            {"intended-use", "failed-checks", "limitations", "fallback", "MRM-10", "MRM-13", "MRM-22", "MRM-12",
             "GDPR-22a", "GDPR-9"},
        ),
        (4, ("nyc-ll144", "a pack nobody knows"), {"intended-use", "failed-checks", "limitations", "LL144-10",
                                                   "LL144-18"}),
    ],
)  # fmt: skip
def test_a_checklist_follows_from_tier_and_packs(tier: int, applying: tuple[str, ...], codes: set[str]) -> None:
    checklist = parse_policy(DEFAULT).checklist(tier, applying)

    assert {item.code for item in checklist} == codes
    assert [item.code for item in checklist] == sorted(
        (item.code for item in checklist), key=[item.code for item in parse_policy(DEFAULT).items].index
    )


def test_an_item_of_a_pack_carries_the_words_and_the_clause_of_the_pack() -> None:
    item = next(item for item in parse_policy(DEFAULT).items if item.code == "GDPR-22a")
    source = packs()["gdpr"].item("GDPR-22a")

    assert source is not None
    assert (item.title, item.guidance) == (source.title, source.text)
    assert item.source == f"gdpr GDPR-22a, {source.clause}"


# ---- regulation packs


def test_all_302_items_of_the_packs_are_there_with_clause_and_status() -> None:
    known = packs()

    # the counts of reference/packs.json as delivered
    assert sum(len(pack.items) for pack in known.values()) == 302
    assert all(pack.title and pack.jurisdiction and pack.version and pack.source_status for pack in known.values())
    for pack in known.values():
        assert all(item.id and item.title and item.text and item.clause and item.evidence_kind for item in pack.items)
        assert len({item.id for item in pack.items}) == len(pack.items)


def test_a_pack_that_was_superseded_names_one_that_is_there() -> None:
    replaced = [pack.superseded_by for pack in packs().values() if pack.superseded_by]

    assert replaced
    assert set(replaced) <= set(packs())


def test_a_pack_has_no_item_of_another() -> None:
    assert packs()["gdpr"].item("MRM-10") is None


def test_every_family_has_metrics_and_each_says_what_it_is_and_why_it_matters() -> None:
    assert {metric.kind for metric in metrics().values()} == set(CheckKind)
    assert [metric.name for metric in metrics().values() if not metric.what.endswith(".") or len(metric.why) < 20] == []


@pytest.mark.parametrize("tasks", ["[]", '"binary"', '["ranking"]', "[1]"])
def test_a_task_that_no_model_has_is_refused(tasks: str) -> None:
    text = changed('metric = "missing_share"', f'metric = "missing_share"\ntasks = {tasks}')

    assert any("“tasks” is out of range" in problem for problem in problems(text))


def test_a_clause_applies_to_every_task_unless_it_names_some() -> None:
    by_clause = {one.clause: one.tasks for one in parse_policy(DEFAULT).thresholds}

    assert by_clause["2.1"] == set(Task)
    assert by_clause["3.8"] == {Task.REGRESSION}


CHANGES = """
[[path]]
clause = "9.1"
change = "new version"
tiers = [1]
quorum = 3
functions = ["compliance", "legal"]
code_reviews = 2
rollout = ["shadow", "canary 10", "canary 50", "full"]
hold_hours = 24

[[required_evidence]]
clause = "9.2"
evidence = "reference data"
tiers = [1, 2]

[[rollback]]
clause = "9.3"
metric = "error_rate"
direction = "at most"
value = 0.05
chunks = 3
"""


def test_how_changes_are_let_through() -> None:
    policy = parse_policy(DEFAULT + CHANGES)

    path = policy.path(ChangeKind.NEW_VERSION, 1)
    assert (path.clause, path.quorum, path.code_reviews) == ("9.1", 3, 2)
    assert path.functions == {Function.COMPLIANCE, Function.LEGAL}
    assert [(step.phase, step.percent, step.hold_hours) for step in path.rollout] == [
        (Phase.SHADOW, 0, 24),
        (Phase.CANARY, 10, 24),
        (Phase.CANARY, 50, 24),
        (Phase.FULL, 100, 0),
    ]
    assert [(one.clause, one.evidence, one.tiers) for one in policy.required_evidence] == [
        ("9.2", "reference data", {1, 2})
    ]
    assert [(one.metric, one.value, one.chunks, one.tiers) for one in policy.rollback_conditions] == [
        ("error_rate", 0.05, 3, {1, 2, 3, 4})
    ]


REHEARSALS = """
[rehearsal_days]
1 = 30
2 = 60
3 = 90
4 = 120
"""


def test_how_long_a_rehearsal_counts_is_said_by_tier_or_as_it_always_was() -> None:
    said, silent = parse_policy(DEFAULT + REHEARSALS), parse_policy(DEFAULT)

    assert [said.rehearsal_days(tier) for tier in (1, 2, 3, 4)] == [30, 60, 90, 120]
    assert [silent.rehearsal_days(tier) for tier in (1, 2, 3, 4)] == [90, 180, 365, 365]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("3 = 90\n", "3 = 0\n", 5, "[rehearsal_days] “3” is missing or out of range"),
        ("4 = 120\n", "", 2, "[rehearsal_days] “4” is missing or out of range"),
        ("4 = 120\n", "4 = 120\n5 = 9\n", 7, "[rehearsal_days] “5” is not known here"),
    ],
)
def test_a_wrong_time_for_rehearsals_is_refused_at_its_line(old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_policy(DEFAULT + REHEARSALS.replace(old, new))

    (problem,) = refused.value.problems
    assert (problem.line, problem.reason) == (DEFAULT.count("\n") + line, said)


def test_from_which_phase_code_reviews_are_demanded() -> None:
    kind = ChangeKind.NEW_VERSION
    early = CHANGES.replace("code_reviews = 2", 'code_reviews = 2\ncode_reviews_from = "approval"')

    assert parse_policy(DEFAULT + CHANGES).path(kind, 1).code_reviews_from is DemandedFrom.EXECUTION
    assert parse_policy(DEFAULT + early).path(kind, 1).code_reviews_from is DemandedFrom.APPROVAL
    for wrong, said in ((early.replace('"approval"', '"request"'), "“code_reviews_from” is not known"),
                        (early.replace("code_reviews = 2\n", ""), "stands without “code_reviews”")):  # fmt: skip
        with pytest.raises(Unreadable, match=said):
            parse_policy(DEFAULT + wrong)


def test_without_a_path_the_quorum_alone_decides() -> None:
    policy = parse_policy(DEFAULT)

    path = policy.path(ChangeKind.FIRST_USE, 1)
    assert (path.quorum, path.functions, path.code_reviews) == (2, frozenset(), 0)
    assert [step.phase for step in path.rollout] == [Phase.FULL]
    assert policy.escalation == Escalation(remind_days_before=2, escalate_days_after=1)
    assert policy.longest_exception_days == 180


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"full"]', '"canary 60"]', "[path 1] “rollout” is out of range"),
        ('["shadow", "canary 10"', '["shadow", "canary 60"', "[path 1] “rollout” is out of range"),
        ('["shadow"', '["beside"', "[path 1] “rollout” is out of range"),
        ('["shadow", "canary 10", "canary 50", "full"]', "[]", "[path 1] “rollout” is missing or empty"),
        ('["compliance", "legal"]', '["marketing"]', "[path 1] “functions” is not known, found ['marketing']"),
        ('change = "new version"', 'change = "holiday"', "[path 1] “change” is not known, found 'holiday'"),
        ("quorum = 3", "quorum = 0", "[path 1] “quorum” is missing or out of range, found 0"),
        ('clause = "9.2"', 'clause = "9.1"', "clause 9.1 stands twice"),
        ('"reference data"', '"a hunch"', "[required_evidence 1] “a hunch” is no evidence to require"),
        ("chunks = 3", "chunks = 0", "[rollback 1] “chunks” is missing or out of range, found 0"),
        (
            "[[required_evidence]]",
            '[[path]]\nclause = "9.9"\nchange = "new version"\nquorum = 1\n[[required_evidence]]',
            "path for a new version of tier 1 stands twice",
        ),
    ],
)
def test_what_is_wrong_about_changes_is_named(old: str, new: str, said: str) -> None:
    assert old in CHANGES
    assert any(said in problem for problem in problems(DEFAULT + CHANGES.replace(old, new, 1)))


def test_the_evidence_that_can_be_required_is_evidence() -> None:
    assert set(REQUIRABLE) < set(EvidenceKind)
