"""What pages read of change control: lists, evidence in reading order, comparison; never a query for each row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from core.access.rules import Actor
from core.approval import queries
from core.approval.queries import ChangeFilter
from core.approval.rules import ChangeStatus, Choice
from core.approval.service import execute_change
from core.errors import NotFound
from core.inventory.rules import Stage
from core.metrics.verdicts import Verdict
from core.store import Store
from core.validation.rules import Severity
from tests.approval.conftest import Case, Opener
from tests.builders import NOON, a_check, a_finding, conclude, finish_run, new_evidence


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    event.listen(store.engine, "before_cursor_execute", note)
    yield statements
    event.remove(store.engine, "before_cursor_execute", note)


def numbers(case: Case, **narrowed: object) -> list[str]:
    with case.store.reading() as session:
        found = queries.changes(session, ChangeFilter(**narrowed), limit=50, offset=0)  # type: ignore[arg-type]
    return [row.number for row in found.rows]


def test_undecided_changes_come_first_and_the_soonest_due_of_them(opened: Opener) -> None:
    rejected = opened(tier=2)
    rejected.vote(rejected.cast.approver, Choice.REJECT)
    slow = opened(tier=4, cast=rejected.cast)
    soon = opened(tier=1, cast=rejected.cast)

    assert numbers(rejected) == [soon.change, slow.change, rejected.change]


def test_the_list_is_narrowed_by_status_model_tier_requester_and_due_date(opened: Opener) -> None:
    rejected = opened(tier=2)
    rejected.vote(rejected.cast.approver, Choice.REJECT)
    waiting = opened(tier=1, cast=rejected.cast)

    assert numbers(waiting, status=ChangeStatus.REJECTED) == [rejected.change]
    assert numbers(waiting, model=waiting.model) == [waiting.change]
    assert numbers(waiting, tier=2) == [rejected.change]
    assert numbers(waiting, requested_by="P9999") == []
    assert numbers(waiting, open_only=True) == [waiting.change]
    assert numbers(waiting, overdue_at=NOON + timedelta(days=11)) == [waiting.change]
    assert numbers(waiting, overdue_at=NOON + timedelta(days=9)) == []


def test_a_page_of_the_list_knows_how_many_there_are(opened: Opener) -> None:
    case = opened(tier=2)
    opened(tier=2, cast=case.cast)

    with case.store.reading() as session:
        found = queries.changes(session, ChangeFilter(), limit=1, offset=1)

    assert (len(found.rows), found.total) == (1, 2)


def test_the_list_counts_standing_votes_only(opened: Opener) -> None:
    case = opened(tier=1)
    case.approve(case.cast.approver)

    with case.store.reading() as session:
        (before,) = queries.my_changes(session, case.cast.developer.id)
    new_evidence(case.store, case.model, case.version, by=case.cast.developer)
    with case.store.reading() as session:
        (after,) = queries.my_changes(session, case.cast.developer.id)

    assert (before.approvals, before.waits_for) == (1, "approvers")
    assert (after.approvals, after.waits_for) == (0, "validation")


def test_a_change_waits_for_those_who_may_still_vote_on_it(opened: Opener) -> None:
    case = opened(tier=1)
    case.approve(case.cast.approver)
    cast = case.cast
    both = Actor(cast.developer.id, cast.developer.roles | cast.approver.roles)

    with case.store.reading() as session:
        waiting = {
            actor.id: [row.number for row in queries.waiting_for(session, actor)]
            for actor in (cast.approver, cast.second_approver, cast.validator, both, cast.administrator)
        }

    assert waiting == {
        cast.approver.id: [],
        cast.second_approver.id: [case.change],
        cast.validator.id: [],
        both.id: [],
        cast.administrator.id: [],
    }


def test_an_approved_change_waits_for_execution_by_owner_or_approver(opened: Opener) -> None:
    case = opened(tier=2)
    case.approve(case.cast.approver)

    with case.store.reading() as session:
        assert queries.waiting_for(session, case.cast.second_approver) == ()
        for actor in (case.cast.owner, case.cast.approver):
            assert [row.waits_for for row in queries.to_execute(session, actor)] == ["execution"]
        assert queries.to_execute(session, case.cast.developer) == ()


def test_lists_take_as_many_statements_for_ten_changes_as_for_one(opened: Opener) -> None:
    case = opened(tier=2)

    def statements() -> int:
        with counted(case.store) as seen, case.store.reading() as session:
            queries.changes(session, ChangeFilter(), limit=50, offset=0)
            queries.waiting_for(session, case.cast.approver)
        return len(seen)

    few = statements()
    for _ in range(9):
        opened(tier=2, cast=case.cast)

    assert statements() == few


def test_the_page_of_a_change_takes_a_fixed_number_of_statements(opened: Opener) -> None:
    case = opened(tier=1, packs="gdpr nyc-ll144 eu-ai-act sr-26-2")

    with counted(case.store) as bare:
        case.page(case.cast.approver)
    case.approve(case.cast.approver)
    a_finding(case.store, case.model, case.version, severity=Severity.LOW)
    with counted(case.store) as full:
        case.page(case.cast.approver)

    assert len(full) == len(bare) <= 44


def test_evidence_is_read_in_order_each_in_one_line_with_its_word(opened: Opener) -> None:
    case = opened(tier=2)

    lines = case.page(case.cast.approver).evidence

    assert [(line.title, line.word) for line in lines] == [
        ("What changed and why", "Met"),
        ("Data quality", "Passed"),
        ("Performance", "Passed"),
        ("Fairness", "Passed"),
        ("Findings", "Met"),
        ("Effective challenge", "Met"),
    ]
    assert lines[2].says == "Balanced accuracy 0.660 (0.650 to 0.670), required at least 0.6; 1 of 1 checks passed"


def revalidated(case: Case, *checks: object) -> queries.ChangePage:
    new_evidence(case.store, case.model, case.version, by=case.cast.developer)
    finish_run(case.store, case.model, case.version, by=case.cast.developer, checks=checks)  # type: ignore[arg-type]
    conclude(case.store, case.model, case.version, by=case.cast.validator)
    return case.page(case.cast.approver)


@pytest.mark.parametrize(
    ("verdict", "required", "word"),
    [
        (Verdict.FAIL, True, "Failed"),
        (Verdict.FAIL, False, "Watch"),
        (Verdict.INSUFFICIENT, True, "Not enough evidence"),
        (Verdict.PASS, True, "Passed"),
    ],
)
def test_the_worst_required_check_gives_the_word(opened: Opener, verdict: Verdict, required: bool, word: str) -> None:
    check = a_check("recall", value=0.4, threshold=0.5, verdict=verdict, required=required, position=2)

    page = revalidated(opened(tier=2), a_check(), check)

    assert page.evidence[2].word == word


def test_a_kind_of_evidence_without_figures_has_no_data(opened: Opener) -> None:
    page = revalidated(opened(tier=2), a_check())

    assert [(line.title, line.word) for line in page.evidence if line.word == "No data"] == [
        ("Data quality", "No data"),
        ("Fairness", "No data"),
    ]


@pytest.mark.parametrize(("severity", "word"), [(Severity.HIGH, "Blocked"), (Severity.LOW, "Watch")])
def test_open_findings_block_or_ask_for_attention(opened: Opener, severity: Severity, word: str) -> None:
    case = opened(tier=2)
    a_finding(case.store, case.model, case.version, severity=severity)

    assert case.page(case.cast.approver).evidence[4].word == word


def test_figures_stand_beside_those_of_the_version_in_production(opened: Opener) -> None:
    first = opened(tier=2)
    first.approve(first.cast.approver)
    execute_change(first.store, first.ledger, change=first.change, actor=first.cast.owner, at=NOON)
    second = opened(tier=2, cast=first.cast, model=first.model, version="1.1.0")

    page = revalidated(second, a_check(value=0.71), a_check("recall", value=0.6, threshold=0.5, position=2))

    assert page.replaces == "1.0.0"
    assert [(row.title, row.before, row.now) for row in page.comparison] == [
        ("Balanced accuracy", 0.66, 0.71),
        ("Recall", None, 0.6),
    ]
    assert page.comparison[0].change == pytest.approx(0.05)
    assert page.comparison[1].change is None


def test_each_reader_sees_their_own_answers(opened: Opener) -> None:
    case = opened(tier=1)
    case.answer_all(case.cast.approver)

    assert case.page(case.cast.approver).answered == 4
    assert case.page(case.cast.second_approver).answered == 0


def test_a_change_that_does_not_exist_is_not_found(opened: Opener) -> None:
    case = opened()

    with pytest.raises(NotFound), case.store.reading() as session:
        queries.change(session, "CR9999", case.cast.approver, at=NOON)


def test_a_version_goes_back_to_nobody_once_it_is_rejected(opened: Opener) -> None:
    case = opened(tier=2)
    case.vote(case.cast.approver, Choice.REJECT)

    with case.store.reading() as session:
        (row,) = queries.changes(session, ChangeFilter(), limit=5, offset=0).rows
    assert (row.waits_for, row.stage) == ("nobody", Stage.NOT_VALIDATED)
