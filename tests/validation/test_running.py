"""A run is started once, computes the published figures, and is stored whole or not at all."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.access.rules import SYSTEM, Actor, Permission
from core.inventory.rules import Stage
from core.ledger.service import Ledger
from core.metrics.verdicts import Verdict
from core.policy.service import default_policy_text, publish
from core.store import open_store
from core.validation.queries import run_page, version_evidence
from core.validation.results import ValidationResult, from_json, to_json
from core.validation.rules import RunStatus, Severity
from core.validation.uploads import ColumnMapping
from tests.builders import NOON
from tests.validation.conftest import Bench, codes, lines, make_bench

# reference/figures.md, from the file as Aequitas publishes it: n, flagged share, true and false positive rate by race
COMPAS_BY_RACE = {
    "African-American": (3696, 0.588203, 0.720147, 0.448468),
    "Asian": (32, 0.250000, 0.666667, 0.086957),
    "Caucasian": (2454, 0.348003, 0.522774, 0.234543),
    "Hispanic": (637, 0.298273, 0.443966, 0.214815),
    "Native American": (18, 0.666667, 0.900000, 0.375000),
    "Other": (377, 0.209549, 0.323308, 0.147541),
}


@pytest.fixture(scope="module")
def compas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """COMPAS handed in and validated once, on SQLite."""
    folder = tmp_path_factory.mktemp("compas")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    bench = make_bench(store, Ledger.open(folder / "keys", origin="countersign.test/ledger"), folder)
    bench.hand_in_compas()
    bench.perform(bench.start())
    yield bench
    store.close()


def result_of(bench: Bench, number: str = "R0001") -> ValidationResult:
    return from_json(bench.run(number).result)


# ---- figures


@pytest.mark.parametrize("race", COMPAS_BY_RACE)
def test_the_stored_result_has_the_published_figures_of_compas(compas: Bench, race: str) -> None:
    fairness = result_of(compas).fairness
    assert fairness is not None

    (group,) = [group for group in fairness.comparison("race").groups if group.name == race]

    n, flagged, true_positive, false_positive = COMPAS_BY_RACE[race]
    assert group.n == n
    assert group.selection_rate.value == pytest.approx(1 - flagged, abs=5e-7)  # favourable is not to be flagged
    assert group.true_positive_rate is not None
    assert group.false_positive_rate is not None
    assert group.true_positive_rate.value == pytest.approx(true_positive, abs=5e-7)
    assert group.false_positive_rate.value == pytest.approx(false_positive, abs=5e-7)


def test_the_verdict_on_race_rests_on_the_published_rates(compas: Bench) -> None:
    (check,) = [one for one in compas.checks() if (one.metric, one.subject) == ("impact_ratio", "race")]

    # of the groups of at least 100: African-American is cleared least, Other most often
    assert check.value == pytest.approx((1 - 0.588203) / (1 - 0.209549), abs=2e-6)
    assert (check.threshold, check.direction, check.required, check.clause) == (0.8, "at least", True, "4.2")
    assert check.verdict is Verdict.FAIL
    assert check.low is not None
    assert check.high is not None
    assert check.low < check.value < check.high


def test_every_clause_is_judged_in_the_order_of_the_policy(compas: Bench) -> None:
    checks = compas.checks()

    clauses = list(dict.fromkeys(check.clause for check in checks))
    written = [line.split('"')[1] for line in default_policy_text().splitlines() if line.startswith("clause = ")]
    assert clauses == [clause for clause in written if clause in clauses]
    assert {"2.1", "2.2", "2.3", "2.4", "3.1", "3.2", "3.3", "3.4", "3.5", "4.2", "4.3", "4.4"} <= set(clauses)
    assert [check.position for check in checks] == list(range(len(checks)))


def test_without_scores_what_needs_them_is_insufficient_evidence_and_not_a_pass(compas: Bench) -> None:
    by_metric = {check.metric: check for check in compas.checks()}

    for metric in ("roc_auc", "brier_score"):
        assert (by_metric[metric].verdict, by_metric[metric].value) == (Verdict.INSUFFICIENT, None)
        assert by_metric[metric].reason


def test_the_result_reads_back_to_the_same_bytes_and_its_digest_holds(compas: Bench) -> None:
    run = compas.run("R0001")

    assert to_json(from_json(run.result)).decode() == run.result
    assert hashlib.sha256(run.result.encode()).hexdigest() == run.result_digest
    assert json.loads(run.result)["quality"]["rows"] == 7214


def test_a_failed_required_check_opens_one_finding_and_others_none(compas: Bench) -> None:
    failed = {(one.metric, one.subject) for one in compas.checks() if one.required and one.verdict is Verdict.FAIL}
    lacking = {
        (one.metric, one.subject) for one in compas.checks() if one.required and one.verdict is Verdict.INSUFFICIENT
    }

    found = {(row.check_key, row.severity) for row in compas.findings()}

    assert ("impact_ratio", "race") in failed
    assert found == {(f"{metric} {subject}".strip(), Severity.HIGH) for metric, subject in failed} | {
        (f"{metric} {subject}".strip(), Severity.MEDIUM) for metric, subject in lacking
    }
    assert all(row.owner == compas.cast.developer.id and row.due_at > NOON for row in compas.findings())


def test_a_finished_run_is_in_the_ledger_with_its_findings_and_moves_the_evidence(compas: Bench) -> None:
    assert compas.on_record() == [
        "evidence.uploaded",
        "run.started",
        "run.finished",
        *["finding.raised"] * len(compas.findings()),
    ]
    assert compas.row.stage is Stage.IN_VALIDATION
    with compas.store.reading() as session:
        page = run_page(session, "R0001")
        assert page is not None
        assert len(page.checks) == len(compas.checks())
        assert version_evidence(session, compas.row.id or 0).latest_run == page.run
        assert run_page(session, "R0099") is None


def test_the_same_evidence_under_the_same_policy_is_not_judged_twice(compas: Bench) -> None:
    assert codes(compas.start) == ["computed"]


# ---- starting


def test_nothing_is_started_without_evidence(bench: Bench) -> None:
    assert codes(bench.start) == ["no-evidence"]

    assert bench.on_record() == ["act.refused"]
    assert bench.row.stage is Stage.DRAFT


def test_a_run_that_waits_or_works_is_not_started_again(bench: Bench) -> None:
    bench.hand_in(lines(60))
    bench.start()

    assert codes(bench.start) == ["run-pending"]

    assert bench.on_record()[2:] == ["act.refused"]


@pytest.mark.parametrize("role", ["owner", "validator", "approver", "auditor", "administrator"])
def test_others_start_nothing(small_bench: Bench, role: str) -> None:
    small_bench.hand_in(lines(60))

    assert codes(lambda: small_bench.start(actor=getattr(small_bench.cast, role))) == ["permission"]

    assert small_bench.on_record()[1:] == ["act.refused"]


def test_a_token_without_the_scope_starts_nothing(small_bench: Bench) -> None:
    small_bench.hand_in(lines(60))
    person = small_bench.cast.developer
    token = Actor(person.id, person.roles, "T0001", frozenset({Permission.EVIDENCE_UPLOAD}))

    assert codes(lambda: small_bench.start(actor=token)) == ["token-scope"]


def test_a_new_policy_judges_the_same_evidence_again(small_bench: Bench) -> None:
    small_bench.hand_in(lines(60))
    small_bench.perform(small_bench.start())
    with small_bench.store.transaction() as tx:
        text = default_policy_text().replace("2026.1", "2027.1").replace("value = 0.60", "value = 0.99")
        publish(tx, small_bench.ledger, text, actor=SYSTEM, at=NOON + timedelta(days=1))

    second = small_bench.start(at=NOON + timedelta(days=1))
    small_bench.perform(second)

    assert small_bench.run(second).status is RunStatus.FINISHED
    assert small_bench.run(second).policy_version_id != small_bench.run("R0001").policy_version_id


def test_a_finding_that_is_open_is_not_opened_again_by_the_next_run(small_bench: Bench) -> None:
    small_bench.hand_in(lines(60))
    small_bench.perform(small_bench.start())
    first = [row.check_key for row in small_bench.findings()]
    small_bench.hand_in(lines(62))
    small_bench.perform(small_bench.start())

    assert first
    assert [row.check_key for row in small_bench.findings()] == first


# ---- too little evidence


def verdicts(bench: Bench, kind: str) -> set[Verdict]:
    return {check.verdict for check in bench.checks() if check.kind == kind}


def test_few_rows_carry_no_verdict(small_bench: Bench) -> None:
    small_bench.hand_in(lines(60))
    small_bench.perform(small_bench.start())

    assert {check.verdict for check in small_bench.checks()} == {Verdict.INSUFFICIENT}


def test_without_labels_errors_are_not_judged(small_bench: Bench) -> None:
    small_bench.hand_in(lines(600), ColumnMapping(prediction="prediction", positive_label="1", sensitive=("sex",)))
    small_bench.perform(small_bench.start())

    assert verdicts(small_bench, "performance") == {Verdict.INSUFFICIENT}
    reasons = {check.reason for check in small_bench.checks() if check.kind == "performance"}
    assert reasons == {"The evidence has no label column, so errors cannot be counted"}
    (ratio,) = [check for check in small_bench.checks() if check.metric == "impact_ratio"]
    assert ratio.value is not None


def test_without_attributes_groups_are_not_judged_and_a_finding_says_so(small_bench: Bench) -> None:
    small_bench.hand_in(lines(600), ColumnMapping(label="label", prediction="prediction", positive_label="1"))
    small_bench.perform(small_bench.start())

    assert verdicts(small_bench, "fairness") == {Verdict.INSUFFICIENT}
    assert [(row.check_key, row.severity) for row in small_bench.findings()][-1] == ("impact_ratio", Severity.MEDIUM)
