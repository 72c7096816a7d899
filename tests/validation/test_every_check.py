"""Whatever a policy can name is computed, and a further file that does not fit stops nothing else."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.metrics.fairness.groups import Figure as GroupFigure
from core.metrics.figure import Figure
from core.policy.rules import CheckKind, Task
from core.policy.vocabulary import metrics
from core.validation.computing import NO_AUDIT, NO_INPUTS, NO_LABELS, NO_REFERENCE, compute
from core.validation.figures import from_text, judge_figures, to_text
from core.validation.judging import judge_all, not_judged
from core.validation.needs import Need
from core.validation.results import ValidationResult, from_json, to_json
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping
from tests.validation.everything import (
    BINARY,
    MULTICLASS,
    REGRESSION,
    SCHEMA,
    Files,
    a_policy_with_every_metric,
    binary_files,
    binary_rows,
    disturbed,
    earlier_files,
    inputs_of,
    other_files,
    reasons,
    write,
)

POLICY = a_policy_with_every_metric()
LEAN = replace(BINARY, sensitive=("sex",), features=(), controls=())  # quicker, where groups are not the point


def computed(folder: Path, files: Files, earlier: Files | None = None, *, schema: str = "") -> ValidationResult:
    where, inputs = inputs_of(folder / "tables", files, earlier, schema=schema)
    return compute(where, inputs, POLICY, lambda _step: None)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> ValidationResult:
    """Two classes, with a file of every kind and an approved version before it."""
    folder = tmp_path_factory.mktemp("everything")
    return computed(folder, binary_files(folder / "now"), earlier_files(folder / "earlier"), schema=SCHEMA)


@pytest.fixture(scope="module")
def results(everything: ValidationResult, tmp_path_factory: pytest.TempPathFactory) -> tuple[ValidationResult, ...]:
    """With those of several classes, of a quantity, and of a model that nobody explained."""
    folder = tmp_path_factory.mktemp("others")
    kind = EvidenceKind.PREDICTIONS
    path = binary_files(folder / "plain").paths[kind]
    unexplained = Files({kind: path}, {kind: replace(LEAN, features=BINARY.features)})
    return (
        everything,
        computed(folder / "m", other_files(folder / "classes", MULTICLASS)),
        computed(folder / "r", other_files(folder / "quantity", REGRESSION)),
        computed(folder / "p", unexplained),
    )


def figures_of(result: ValidationResult) -> Iterator[Figure | GroupFigure]:
    """Every figure of a result."""
    parts = (result.quality, result.performance, result.bias_audit, result.drift, result.explanation, result.robustness)
    for part in (*parts, *result.comparisons):
        yield from part.figures if part else ()
    for comparison in result.fairness.comparisons if result.fairness else ():
        yield from comparison.figures


def test_every_metric_that_a_policy_can_name_is_computed(results: tuple[ValidationResult, ...]) -> None:
    judged = [one for result in results for one in judge_all(result, POLICY)]

    with_value = {one.threshold.metric for one in judged if one.value is not None}

    assert set(metrics()) - with_value == set()


def test_every_figure_that_is_computed_can_be_named_by_a_policy(results: tuple[ValidationResult, ...]) -> None:
    found = {figure.metric for result in results for figure in figures_of(result)}

    assert found - set(metrics()) == set()


def test_what_has_no_value_says_why(results: tuple[ValidationResult, ...]) -> None:
    judged = [one for result in results for one in judge_all(result, POLICY)]

    assert [one for one in judged if one.value is None and not one.reason] == []
    assert [
        figure for result in results for figure in figures_of(result) if figure.value is None and not figure.reason
    ] == []


def test_a_result_of_every_part_reads_back_equal(results: tuple[ValidationResult, ...]) -> None:
    for result in results:
        assert from_json(to_json(result)) == result
        json.loads(to_json(result), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def test_everything_handed_in_leaves_no_part_out(everything: ValidationResult) -> None:
    assert everything.reasons == {}
    assert set(everything.given) == set(Need) - {Need.NO_REASONS}
    assert [one.other for one in everything.comparisons] == ["baseline", "last approved version"]
    assert [one.paired for one in everything.comparisons] == [600, 600]


def test_a_part_without_its_file_says_what_was_not_handed_in(tmp_path: Path) -> None:
    rows = [{"prediction": row["prediction"]} for row in binary_rows()]
    path = write(tmp_path / "predictions.csv", rows)
    mapping = ColumnMapping(prediction="prediction", positive_label="1")

    result = computed(tmp_path, Files({EvidenceKind.PREDICTIONS: path}, {EvidenceKind.PREDICTIONS: mapping}))

    assert result.reasons == {
        CheckKind.BIAS_AUDIT: NO_AUDIT,
        CheckKind.DRIFT: NO_REFERENCE,
        CheckKind.EXPLAINABILITY: NO_INPUTS,
        CheckKind.ROBUSTNESS: NO_LABELS,
    }
    assert result.performance_reason == NO_LABELS
    assert result.given == ()


def test_a_required_clause_without_its_file_is_judged_and_an_advisory_one_passed_over(tmp_path: Path) -> None:
    path = binary_files(tmp_path / "files").paths[EvidenceKind.PREDICTIONS]
    kind = EvidenceKind.PREDICTIONS
    result = computed(tmp_path, Files({kind: path}, {kind: LEAN}))
    advisory = replace(POLICY, thresholds=tuple(replace(one, required=False) for one in POLICY.thresholds))

    strict = {one.threshold.metric: one for one in judge_all(result, POLICY)}
    lenient = {one.threshold.metric for one in judge_all(result, advisory)}
    passed_over = {one.threshold.metric: one.reason for one in not_judged(result, advisory)}

    assert strict["drifted_column_share"].reason == NO_REFERENCE
    assert passed_over["drifted_column_share"] == "Not handed in: reference or training data"
    assert passed_over["leaked_row_share"] == "Not handed in: training data"
    assert not lenient & set(passed_over)
    assert lenient | set(passed_over) == set(metrics())


def test_a_clause_for_another_task_is_not_judged_even_if_required(results: tuple[ValidationResult, ...]) -> None:
    of_numbers = replace(POLICY.thresholds[0], tasks=frozenset({Task.REGRESSION}))
    policy = replace(POLICY, thresholds=(of_numbers,))

    binary, _, quantity, _ = results

    assert judge_all(binary, policy) == ()
    assert [one.reason for one in not_judged(binary, policy)] == ["It applies to other models than those for binary"]
    assert len(judge_all(quantity, policy)) == 1


def unsound_reasons(folder: Path) -> Files:
    """Reasons of which one is a word, as intake would refuse them."""
    files = binary_files(folder)
    rows = reasons(binary_rows())
    rows[3]["income"] = "much"
    path = write(folder / "unsound.csv", rows)
    return Files({**files.paths, EvidenceKind.ATTRIBUTIONS: path}, files.mappings)


def other_cases(folder: Path) -> Files:
    """Disturbed answers for people whom the predictions do not know."""
    files = binary_files(folder)
    other = write(folder / "others.csv", disturbed(binary_rows(first=90_000)))
    return Files({**files.paths, EvidenceKind.PERTURBED: other}, files.mappings)


def other_words(folder: Path) -> Files:
    """A baseline that says good and bad where the model says 1 and 0."""
    files = binary_files(folder)
    words = {0: "bad", 1: "good"}
    rows = [
        {**row, "label": words[int(row["label"])], "prediction": words[int(row["prediction"])]} for row in binary_rows()
    ]
    mapping = replace(BINARY, positive_label="good")
    baseline = write(folder / "words.csv", rows)
    return Files({**files.paths, EvidenceKind.BASELINE: baseline}, {**files.mappings, EvidenceKind.BASELINE: mapping})


@pytest.mark.parametrize(
    ("made", "kind", "family", "reason"),
    [
        (unsound_reasons, EvidenceKind.ATTRIBUTIONS, CheckKind.EXPLAINABILITY, "line 5, column “income”"),
        (other_cases, EvidenceKind.PERTURBED, CheckKind.ROBUSTNESS, "no row id of the file occurs among"),
        (other_words, EvidenceKind.BASELINE, CheckKind.PERFORMANCE, "baseline: the positive label is not in the data"),
    ],
)
def test_a_further_file_that_does_not_fit_leaves_its_own_part_out(
    tmp_path: Path, made: Callable[[Path], Files], kind: EvidenceKind, family: CheckKind, reason: str
) -> None:
    files = made(tmp_path / "files")
    others = set(EvidenceKind) - {EvidenceKind.PREDICTIONS, kind}
    plain = Files(files.paths, {**files.mappings, EvidenceKind.PREDICTIONS: LEAN})

    result = computed(tmp_path, plain.without(*others), earlier_files(tmp_path / "earlier"))

    assert reason in result.reasons[family]
    assert result.performance is not None
    assert result.fairness is not None
    judged = {one.threshold.metric: one for one in judge_all(result, POLICY)}
    assert judged["accuracy"].value is not None
    assert judged["impact_ratio"].value is not None
    assert "last approved version" in [one.other for one in result.comparisons]


def test_reasons_are_joined_by_the_column_that_was_declared_for_them(tmp_path: Path) -> None:
    """Their row numbers are numbers under another name, and would else be taken for a reason themselves."""
    rows = [{**row, "case": place} for place, row in enumerate(binary_rows())]
    named = [{"applicant": row["case"], **{k: v for k, v in row.items() if k != "case"}} for row in reasons(rows)]
    paths = {
        EvidenceKind.PREDICTIONS: write(tmp_path / "numbered.csv", rows),
        EvidenceKind.ATTRIBUTIONS: write(tmp_path / "named.csv", named),
    }
    attributions = ColumnMapping(row_id="applicant")
    mappings = {EvidenceKind.PREDICTIONS: LEAN, EvidenceKind.ATTRIBUTIONS: attributions}

    found = computed(tmp_path, Files(paths, mappings)).explanation

    assert found is not None
    assert {one.feature for one in found.importances} == {"income", "age", "region"}
    assert [one.attribute for one in found.groups] == ["sex"]
    assert found.unmatched == 0


@pytest.mark.parametrize("because", ["", "Six people are too few for a rate"])
def test_small_categories_leave_the_impact_ratios_of_a_bias_audit_only_with_a_justification(
    tmp_path: Path, because: str
) -> None:
    kind = EvidenceKind.PREDICTIONS
    rows = [{**row, "race": "Samoan" if place < 6 else row["race"]} for place, row in enumerate(binary_rows())]
    path = write(tmp_path / "predictions.csv", rows)  # 6 of 600 people are 1 %

    audit = computed(tmp_path, Files({kind: path}, {kind: replace(LEAN, audit_because=because)})).bias_audit

    assert audit is not None
    small = next(row for table in audit.tables for row in table.rows if row.category == "Samoan")
    assert (small.excluded, small.impact_ratio is None) == (bool(because), bool(because))
    assert because in small.reason


@pytest.mark.parametrize("minimum_rows", [1, 500, 601])
@pytest.mark.parametrize("shift", [0.0, 1e-9, -1e-9])
def test_the_kept_figures_give_the_verdicts_of_the_whole_result(
    results: tuple[ValidationResult, ...], minimum_rows: int, shift: float
) -> None:
    """With thresholds that lie exactly on a figure, or a hair beside it."""
    for result in results:
        on_it = {one.threshold.metric: one.value for one in judge_all(result, POLICY) if one.value is not None}
        policy = replace(
            POLICY,
            minimum_rows=minimum_rows,
            thresholds=tuple(
                replace(one, value=on_it.get(one.metric, one.value) + shift, required=place % 3 > 0)
                for place, one in enumerate(POLICY.thresholds)
            ),
        )

        kept = from_text(to_text(result))

        assert [(one.threshold, one.subject, one.verdict, one.required) for one in judge_figures(kept, policy, 1)] == [
            (one.threshold, one.subject, one.verdict, one.required) for one in judge_all(result, policy, 1)
        ]


def test_fairness_under_another_minimum_of_groups_takes_a_new_validation(everything: ValidationResult) -> None:
    found = list(judge_figures(from_text(to_text(everything)), replace(POLICY, minimum_group=7), 1))

    unknown = {one.threshold.kind for one in found if one.verdict is None}
    assert unknown == {CheckKind.FAIRNESS}
