"""A challenger on the same production data as the champion: figures, recommendation, and the change it leads to."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, roc_auc_score  # type: ignore[import-untyped]
from sqlmodel import select

from core.approval.rules import ChangeStatus
from core.approval.tables import ChangeRequest
from core.errors import Refused
from core.improvement.comparisons.asking import ask_comparison
from core.improvement.comparisons.performing import perform_comparison
from core.improvement.comparisons.promoting import request_promotion
from core.improvement.comparisons.queries import comparisons
from core.improvement.comparisons.results import ComparisonResult
from core.improvement.comparisons.rules import ComparisonStatus, Recommendation, SourceKind
from core.inventory.moves import load_version
from core.inventory.rules import Line, Stage
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry
from core.links import RecordKind, Ref, linked
from core.monitoring.intake.reading import Span, read_span
from core.store import Store
from core.validation.intake import hand_in
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping
from tests.builders import NOON, REASON, a_version
from tests.comparisons.world import Cases, World, make_world
from tests.rollout.conftest import DAY


@pytest.fixture
def world(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> World:
    return make_world(sqlite_store, ledger, tmp_path)


def result_of(world: World, cases: Cases) -> ComparisonResult:
    world.hand_in(cases)
    found = world.compared().result
    assert found is not None
    return found


def recorded(world: World, event: Event) -> int:
    with world.store.reading() as session:
        return len(session.exec(select(LogEntry.idx).where(LogEntry.action == event.value)).all())


def test_the_figures_are_those_of_the_rows_that_both_answered(world: World) -> None:
    found = result_of(world, Cases())
    with world.store.reading() as session:
        sides = [
            read_span(session, world.files, Span(world.model, where, NOON - 9 * DAY, NOON, version)).to_pandas()
            for where, version in (("production", "1.0.0"), ("shadow", "1.1.0"))
        ]

    by_metric = {one.metric: one for one in found.differences}
    area = [roc_auc_score(side["label"].astype(int), side["score"]) for side in sides]
    right = [accuracy_score(side["label"], side["prediction"]) for side in sides]
    assert (found.pairs, found.labelled, found.metric) == (600, 600, "roc_auc")
    assert (by_metric["roc_auc"].champion, by_metric["roc_auc"].challenger) == pytest.approx(tuple(area))
    assert by_metric["accuracy"].change == pytest.approx(right[1] - right[0])
    apart = sides[0]["prediction"] != sides[1]["prediction"]
    assert found.disagreement.differ == int(apart.sum())
    assert found.disagreement.challenger_right == int((apart & (sides[1]["prediction"] == sides[1]["label"])).sum())
    for group in found.groups:
        rates = [float((side["prediction"] == "1")[side["sex"] == group.group].mean()) for side in sides]
        assert (group.champion, group.challenger) == pytest.approx(tuple(rates))
    latency = next(one for one in found.means if one.what == "latency")
    assert latency.change == pytest.approx(float(np.mean(sides[1]["latency_ms"]) - np.mean(sides[0]["latency_ms"])))


def test_a_better_challenger_is_recommended_and_leads_to_a_change_request_and_moves_nothing(world: World) -> None:
    world.hand_in(Cases())
    page = world.compared()

    assert (page.row.status, page.row.recommendation) == (ComparisonStatus.FINISHED, Recommendation.PROMOTE)
    assert page.refusals == ()
    done = request_promotion(
        world.store, world.ledger, comparison=page.row.number, rationale=REASON, actor=world.cast.developer, at=NOON
    )

    assert done.status is ChangeStatus.REQUESTED
    with world.store.reading() as session:
        assert load_version(session, world.model, "1.0.0")[1].stage is Stage.IN_PRODUCTION
        assert load_version(session, world.model, "1.1.0")[1].stage is Stage.IN_APPROVAL
        about = {one.ref for one in linked(session, Ref(RecordKind.CHANGE, done.change))}
    assert about == {Ref(RecordKind.COMPARISON, page.row.number)}
    assert [recorded(world, one) for one in (Event.COMPARISON_FINISHED, Event.COMPARISON_PROMOTED)] == [1, 1]
    with pytest.raises(Refused) as again:
        request_promotion(
            world.store, world.ledger, comparison=page.row.number, rationale=REASON, actor=world.cast.developer, at=NOON
        )
    assert [one.code for one in again.value.refusals] == ["promoted"]


@pytest.mark.parametrize(
    ("cases", "expected", "clause"),
    [
        (Cases(champion=0.9, challenger=0.7), Recommendation.KEEP, "comparison.margin"),
        (Cases(labelled=499), Recommendation.NOT_ENOUGH, "comparison.minimum_pairs"),
        (Cases(slower=2.0), Recommendation.KEEP, "comparison.latency_increase"),
        (Cases(unlike=True, champion=0.6), Recommendation.KEEP, "comparison.fairness_margin"),
    ],
)
def test_what_speaks_against_it_is_said_with_its_clause(
    world: World, cases: Cases, expected: Recommendation, clause: str
) -> None:
    found = result_of(world, cases)

    assert found.recommendation is expected
    assert clause in [one.clause for one in found.reasons if one.side != "for the challenger"]


def test_an_experimental_version_is_compared_and_never_promoted(
    sqlite_store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    world = make_world(sqlite_store, ledger, tmp_path, line=Line.EXPERIMENTAL)
    world.hand_in(Cases())

    page = world.compared()

    assert page.row.recommendation is Recommendation.KEEP
    assert {"experimental", "not-recommended"} <= {one.code for one in page.refusals}
    assert page.result is not None
    assert page.result.reasons[-1].clause == "lines of versions"
    with pytest.raises(Refused):
        request_promotion(
            world.store, world.ledger, comparison=page.row.number, rationale=REASON, actor=world.cast.developer, at=NOON
        )
    with world.store.reading() as session:
        assert session.exec(select(ChangeRequest)).all() == []


def test_the_same_rows_give_the_same_answer_and_the_same_digests(world: World) -> None:
    world.hand_in(Cases())
    first, second = world.compared(), world.compared()

    assert first.row.number != second.row.number
    assert (first.result_digest, first.champion_digest) == (second.result_digest, second.champion_digest)
    assert first.champion_digest != first.challenger_digest
    perform_comparison(world.store, world.ledger, world.files, comparison=first.row.number, clock=lambda: NOON + DAY)
    assert world.page(first.row.number).row.finished_at == NOON


def test_what_nobody_handed_in_is_not_compared_and_an_end_before_the_start_is_refused(world: World) -> None:
    with pytest.raises(Refused) as nothing:
        world.compared()
    assert [one.code for one in nothing.value.refusals] == ["no-rows", "no-rows"]
    world.hand_in(Cases(count=20))
    ask_comparison(world.store, world.ledger, question=world.question(), actor=world.cast.developer, at=NOON)
    with pytest.raises(Refused) as twice:
        world.compared()
    assert [one.code for one in twice.value.refusals] == ["pending"]
    page = world.compared(starts_at=NOON, ends_at=NOON + DAY)
    assert (page.row.pairs, page.row.recommendation) == (0, Recommendation.NOT_ENOUGH)


def handed_in(world: World, version: str, folder: Path, mapping: ColumnMapping) -> None:
    a_version(world.store, world.cast, model=world.model, version=version, stage=Stage.DRAFT)
    source = folder / f"{version}.csv"
    rows = [f"r{n},{n % 2},{(n + (n % 7 == 0 and version == '2.0.0')) % 2},{'ab'[n % 3 // 2]}" for n in range(700)]
    source.write_text("\n".join(["case,outcome,answer,sex", *rows]) + "\n")
    hand_in(
        world.store, world.ledger, world.files, model=world.model, version=version, source=source,
        filename=source.name, mapping=mapping, declared={}, kind=EvidenceKind.PREDICTIONS,
        actor=world.cast.developer, at=NOON,
    )  # fmt: skip


def test_two_files_of_predictions_are_compared_by_the_column_that_names_their_rows(
    world: World, tmp_path: Path
) -> None:
    named = ColumnMapping(label="outcome", prediction="answer", positive_label="1", sensitive=("sex",), row_id="case")
    for version in ("2.0.0", "2.1.0"):
        handed_in(world, version, tmp_path, named)

    page = world.compared(champion="2.0.0", challenger="2.1.0", source=SourceKind.EVIDENCE)

    assert page.result is not None
    assert (page.row.pairs, page.row.recommendation) == (700, Recommendation.PROMOTE)
    assert (page.result.metric, page.result.disagreement.differ) == ("balanced_accuracy", 100)
    assert (page.result.disagreement.champion_right, page.result.disagreement.challenger_right) == (0, 100)


def test_a_comparison_that_cannot_be_computed_says_why(world: World, tmp_path: Path) -> None:
    unnamed = ColumnMapping(label="outcome", prediction="answer", positive_label="1", sensitive=("sex",))
    for version in ("2.0.0", "2.1.0"):
        handed_in(world, version, tmp_path, unnamed)

    page = world.compared(champion="2.0.0", challenger="2.1.0", source=SourceKind.EVIDENCE)

    assert (page.row.status, "no column names the rows" in page.error) == (ComparisonStatus.FAILED, True)
    assert recorded(world, Event.COMPARISON_FAILED) == 1
    with world.store.reading() as session:
        assert [one.number for one in comparisons(session, model=world.model).rows] == [page.row.number]
