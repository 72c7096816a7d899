"""A policy judges by the model's tier, and asks for evidence and for the record of datasets."""

from datetime import timedelta
from pathlib import Path

from core.inventory.moves import load_model
from core.ledger.service import Ledger
from core.policy.service import default_policy_text
from core.store import Store
from core.validation.conclusion import conclude
from core.validation.evidence import validation_facts
from core.validation.rules import EvidenceKind, Outcome
from tests.builders import NOON, REASON, a_policy
from tests.validation.conftest import Bench, codes, lines, make_bench

BY_TIER = default_policy_text().replace('metric = "missing_share"\n', 'metric = "missing_share"\ntiers = [2]\n') + (
    '\n[[threshold]]\nclause = "2.10"\nkind = "quality"\nmetric = "missing_share"\ntitle = "Missing values, tier 1"\n'
    'direction = "at most"\nvalue = 0.001\nrequired = true\ntiers = [1]\n'
)
DEMANDING = default_policy_text() + (
    '\n[[required_evidence]]\nclause = "9.1"\nevidence = "training data"\ntiers = [1]\n'
    '\n[[required_dataset]]\nclause = "9.2"\ndataset = "test"\nstates = ["licence"]\n'
)
LATER = NOON + timedelta(hours=1)


def clauses(store: Store, ledger: Ledger, folder: Path, tier: int) -> dict[str, float | None]:
    bench = make_bench(store, ledger, folder, tier=tier)
    a_policy(store, BY_TIER, at=LATER)
    bench.hand_in(lines(60))
    bench.perform(bench.start(at=LATER))
    return {one.clause: one.threshold for one in bench.checks() if one.metric == "missing_share"}


def test_a_clause_judges_models_of_its_tiers_alone(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> None:
    assert clauses(sqlite_store, ledger, tmp_path, 1) == {"2.10": 0.001}


def test_the_same_metric_has_another_threshold_for_another_tier(
    sqlite_store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    assert clauses(sqlite_store, ledger, tmp_path, 2) == {"2.1": 0.05}


def test_a_model_whose_tier_changed_is_judged_again(small_bench: Bench) -> None:
    small_bench.hand_in(lines(60))
    small_bench.perform(small_bench.start())
    with small_bench.store.transaction() as tx:
        load_model(tx.session, small_bench.model).tier = 2

    with small_bench.store.reading() as session:
        assert not validation_facts(session, small_bench.row).run_is_current
    assert small_bench.start(at=LATER) == "R0002"


def test_a_version_without_what_the_policy_requires_is_not_concluded_as_validated(small_bench: Bench) -> None:
    a_policy(small_bench.store, DEMANDING, at=LATER)
    small_bench.hand_in(lines(60))
    small_bench.perform(small_bench.start(at=LATER))

    def concluding(outcome: Outcome) -> None:
        conclude(
            small_bench.store, small_bench.ledger, model=small_bench.model, version=small_bench.version,
            outcome=outcome, summary=REASON, seen_digest=small_bench.row.evidence_digest,
            actor=small_bench.cast.validator, at=LATER,
        )  # fmt: skip

    with small_bench.store.reading() as session:
        lacking = [one.clause for one in validation_facts(session, small_bench.row).missing_clauses]
    assert lacking == ["9.1", "9.2"]
    assert "required-evidence" in codes(lambda: concluding(Outcome.VALIDATED))
    concluding(Outcome.NOT_VALIDATED)


def test_evidence_that_is_handed_in_meets_the_clause(small_bench: Bench) -> None:
    a_policy(small_bench.store, DEMANDING, at=LATER)
    small_bench.hand_in(lines(60))
    small_bench.hand_in(lines(60), kind=EvidenceKind.TRAINING)
    small_bench.perform(small_bench.start(at=LATER))

    with small_bench.store.reading() as session:
        facts = validation_facts(session, small_bench.row)
    assert [one.clause for one in facts.missing_clauses] == ["9.2"]


def test_what_an_earlier_policy_judged_asks_for_nothing_that_a_later_one_requires(small_bench: Bench) -> None:
    small_bench.hand_in(lines(60))
    small_bench.perform(small_bench.start())
    a_policy(small_bench.store, DEMANDING, at=LATER)

    with small_bench.store.reading() as session:
        assert validation_facts(session, small_bench.row).missing_clauses == ()
