"""Records of processing and assessments are filled from the inventory; bias-test data have a purpose and an end."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from core.compliance.gathering.bias_data import compared_groups, purposes_held
from core.compliance.gathering.values import Reading
from core.errors import Refused, Unreadable
from core.inventory.bias_data.rules import Basis, BiasFacts, special_categories
from core.inventory.bias_data.service import declare_purpose, end_purpose, purposes
from core.inventory.tables import Dataset, ModelVersion
from core.ledger.service import Ledger
from core.policy.service import default_policy_text
from core.privacy.processing.rules import PaperKind, Screening, screened
from core.privacy.processing.service import keep_paper, paper, paper_lines
from core.store import Store
from core.validation.evidence import missing_clauses
from core.validation.tables import Evidence
from tests.builders import NOON, Cast, a_cast, a_policy, a_version, new_evidence
from tests.validation.conftest import MAPPING, lines, make_bench

WORDS = "Said so that others understand it."
FACTS = BiasFacts(("race",), WORDS, WORDS, Basis.BIAS_DETECTION, WORDS, WORDS, WORDS, NOON + timedelta(days=90))
SAID = {"controller": "An office, by letter", "basis": "GDPR 6(1)(e)", "transfers": "None"}


@pytest.fixture
def cast(sqlite_store: Store) -> Cast:
    made = a_cast(sqlite_store)
    a_version(sqlite_store, made)
    return made


def keep(store: Store, ledger: Ledger, cast: Cast, kind: PaperKind, answers: dict[str, str]) -> int:
    given = {"model": "M0001", "kind": kind, "answers": answers, "actor": cast.owner, "at": NOON}
    return keep_paper(store, ledger, **given).index  # type: ignore[arg-type]


def test_what_the_inventory_does_not_say_is_a_gap_with_its_place(sqlite_store: Store, cast: Cast) -> None:
    with sqlite_store.reading() as session:
        found = paper(session, "M0001", PaperKind.RECORD, at=NOON)

    missing = {gap.key: gap.page for gap in found.gaps}
    assert missing["controller"] == ""  # said in the paper
    assert missing["data.retention"] == "parts"  # said in the inventory
    assert "model.purpose" not in missing


def test_a_kept_record_is_a_version_and_the_same_is_not_kept_twice(
    sqlite_store: Store, ledger: Ledger, cast: Cast
) -> None:
    keep(sqlite_store, ledger, cast, PaperKind.RECORD, SAID)
    with pytest.raises(Refused, match="says the same"):
        keep(sqlite_store, ledger, cast, PaperKind.RECORD, SAID)
    keep(sqlite_store, ledger, cast, PaperKind.RECORD, SAID | {"subjects": "Applicants"})

    with sqlite_store.reading() as session:
        found = paper(session, "M0001", PaperKind.RECORD, at=NOON)
        (line,), total = paper_lines(session, limit=10, offset=0)
    assert [row.revision for row in found.kept] == [2, 1]
    assert "An office, by letter" in found.body
    assert total == 1
    assert line.record is not None
    assert line.record.gaps == len(found.gaps)


def test_an_answer_to_no_place_is_refused(sqlite_store: Store, ledger: Ledger, cast: Cast) -> None:
    with pytest.raises(Unreadable, match="no place of this paper"):
        keep(sqlite_store, ledger, cast, PaperKind.RECORD, {"model.purpose": "Another"})


@pytest.mark.parametrize(
    ("answers", "needed"),
    [
        ({"automated_decisions": True}, True),
        ({"special_categories": True, "large_scale": True}, True),
        ({"monitoring": True}, True),
        ({"special_categories": True, "tier": 1}, True),  # two criteria of WP 248 rev.01
        ({"special_categories": True, "tier": 4}, False),
        ({"tier": 1}, False),
    ],
)
def test_an_assessment_is_needed_where_article_35_says_so(answers: dict[str, bool | int], needed: bool) -> None:
    facts = {
        "tier": 4, "automated_decisions": False, "special_categories": False, "large_scale": False, "monitoring": False,
        "vulnerable": False,
    }  # fmt: skip

    assert screened(Screening(**{**facts, **answers})).needed is needed  # type: ignore[arg-type]


def test_an_open_question_leaves_the_screening_undecided(sqlite_store: Store, ledger: Ledger, cast: Cast) -> None:
    with sqlite_store.reading() as session:
        found = paper(session, "M0001", PaperKind.ASSESSMENT, at=NOON)

    assert found.need is not None
    assert len(found.need.open) == 5
    assert "screening" in {gap.key for gap in found.gaps}


def test_special_categories_are_told_by_the_words_of_article_9() -> None:
    columns = frozenset({"race", "Ethnicity_code", "sex", "age", "health_status", "traced", "grace_days"})

    assert special_categories(columns) == {"race", "Ethnicity_code", "health_status"}


def dataset_of(store: Store) -> str:
    with store.reading() as session:
        version = session.exec(select(ModelVersion)).one()
        return session.exec(select(Dataset.number).where(Dataset.id == version.test_dataset_id)).one()


def test_every_condition_of_article_4a_is_answered_and_has_an_end(
    sqlite_store: Store, ledger: Ledger, cast: Cast
) -> None:
    short = BiasFacts((), "", "", Basis.CONSENT, "", "", "", NOON - timedelta(days=1))

    with pytest.raises(Refused) as caught:
        declare_purpose(
            sqlite_store, ledger, dataset=dataset_of(sqlite_store), facts=short, actor=cast.validator, at=NOON
        )

    codes = [refusal.code for refusal in caught.value.refusals]
    assert codes == ["permission", "columns", *["said"] * 5, "delete-by"]


def test_groups_by_race_take_a_purpose_until_it_is_past(sqlite_store: Store, ledger: Ledger, cast: Cast) -> None:
    new_evidence(sqlite_store, "M0001", "1.0.0", by=cast.developer)
    with sqlite_store.transaction() as tx:
        for row in tx.session.exec(select(Evidence)):
            row.mapping = '{"sensitive": ["race", "sex"]}'
            tx.session.add(row)

    def uncovered(days: int) -> set[str]:
        reading = Reading(NOON + timedelta(days=days), {}, {}, frozenset(), "", lambda: NOON)
        with sqlite_store.reading() as session:
            return {column for fact in compared_groups(session, reading).facts for column in fact.uncovered}

    assert uncovered(0) == {"race"}
    number, _ = declare_purpose(
        sqlite_store, ledger, dataset=dataset_of(sqlite_store), facts=FACTS, actor=cast.developer, at=NOON
    )
    assert (uncovered(0), uncovered(91)) == (set(), {"race"})
    end_purpose(
        sqlite_store, ledger, purpose=number, how="Deleted with the file of the test.", actor=cast.owner, at=NOON
    )
    with sqlite_store.reading() as session:
        assert purposes_held(session, Reading(NOON, {}, {}, frozenset(), "", lambda: NOON)).facts == ()
        assert purposes(session)[0].row.ended_how == "Deleted with the file of the test."
    assert uncovered(0) == {"race"}


def test_a_policy_may_ask_for_a_purpose_before_groups_by_race_count(
    sqlite_store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    bench = make_bench(sqlite_store, ledger, tmp_path)
    demand = '\n[[required_dataset]]\nclause = "9.9"\ndataset = "test"\nstates = ["bias purpose"]\ntiers = [1]\n'
    a_policy(sqlite_store, default_policy_text() + demand, at=NOON)
    bench.hand_in(lines(40, header="label,prediction,race"), replace(MAPPING, sensitive=("race",)))
    run = bench.start()

    def lacking() -> list[str]:
        with sqlite_store.reading() as session:
            return [one.clause for one in missing_clauses(session, bench.row, bench.run(run), at=NOON)]

    assert lacking() == ["9.9"]
    declare_purpose(
        sqlite_store, ledger, dataset=dataset_of(sqlite_store), facts=FACTS, actor=bench.cast.developer, at=NOON
    )
    assert lacking() == []
