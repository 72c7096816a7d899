"""Production: what stands where, the steps of a rollout, the way back, the time line, and what administrators see."""

from datetime import timedelta

import pytest

from app.composition import Workplace
from core.approval.hooks.service import add_code_hook
from core.approval.hooks.tables import Forge
from core.approval.rollout.placing import add_environment, place_version
from core.errors import Refused
from core.improvement.rollback.canaries import consider_hold
from core.improvement.rollback.deciding import consider_rollback
from core.inventory.queries import InventoryFilter, inventory
from core.inventory.rules import Stage
from core.jobs.outbox.service import enqueue_message
from core.jobs.outbox.tables import Channel
from core.policy.rules import ChangeKind
from core.policy.service import default_policy_text
from tests.builders import NOON, SERIES, Cast, a_model, a_policy
from tests.pages.desk import Desk, button, column, today, words
from tests.rollout.chunks import FAIL, a_chunk
from tests.rollout.conftest import DAY, PLAN, Line


@pytest.fixture
def line(place: Workplace, cast: Cast) -> Line:
    next(SERIES)  # 2026.1 is the installation's own
    a_policy(place.store, f"{default_policy_text()}\n# dated back\n")  # the installation's own begins today
    return Line(place.store, place.ledger, cast, a_model(place.store, cast, tier=2))


def test_the_head_says_what_stands_in_production_and_what_is_coming(desk: Desk, line: Line) -> None:
    line.in_production("1.0.0")
    change = line.approved("1.1.0", plan=PLAN.replace("code_reviews = 1\n", ""))
    line.begin(change)

    at = desk.open(line.cast.auditor, "model", model=line.model)

    assert "v1.0.0, canary 1.1.0 10" in words(at)
    with line.store.reading() as session:
        (row,) = inventory(session, InventoryFilter(), limit=5, offset=0).rows
    assert (row.production, row.beside) == ("1.0.0", "canary 1.1.0 10 %")


def test_a_model_goes_back_with_one_reason_and_the_history_says_so(desk: Desk, line: Line) -> None:
    line.in_production("1.0.0")
    line.in_production("1.1.0")

    at = desk.open(line.cast.owner, "model", model=line.model, tab="Production")
    button(at, "Return to v1.0.0").click().run()
    assert "Nothing was moved." in words(at)
    at.text_area(key="return_reason").input("Wrong decisions since noon.")
    button(at, "Return to v1.0.0").click().run()

    assert "v1.0.0 is in production again" in words(at)
    assert line.stage("1.0.0") is Stage.IN_PRODUCTION
    assert any("Rolled back by" in cell and "Wrong decisions since noon." in cell for cell in column(at, "Ended", 1))


def test_who_may_not_go_back_reads_why(desk: Desk, line: Line) -> None:
    line.in_production("1.0.0")
    line.in_production("1.1.0")

    at = desk.open(line.cast.developer, "model", model=line.model, tab="Production")

    assert button(at, "Return to v1.0.0").disabled
    assert button(at, "Rehearse the return").disabled
    assert "this takes the role" in words(at)


def test_a_rehearsal_shows_what_it_found_and_how_long_it_counts(desk: Desk, line: Line) -> None:
    line.in_production("1.0.0")

    at = desk.open(line.cast.owner, "model", model=line.model, tab="Production")
    assert "No rehearsal has passed yet." in words(at)
    button(at, "Rehearse the return").click().run()

    assert "No approved version stood there before 1.0.0" in words(at)
    assert "No rehearsal has passed yet." in words(at)


def test_a_version_is_placed_in_staging_in_place_of_another_and_the_history_says_who_and_when(
    desk: Desk, line: Line
) -> None:
    line.in_production("1.0.0")
    add_environment(line.store, line.ledger, name="staging", actor=line.cast.administrator, at=NOON)
    placed = {"model": line.model, "version": "1.0.0", "environment": "staging", "actor": line.cast.owner}
    place_version(line.store, line.ledger, at=NOON, **placed)  # type: ignore[arg-type]
    line.approved("1.1.0")

    at = desk.open(line.cast.owner, "model", model=line.model, tab="Production")
    at.selectbox(key="environment").select("staging").run()
    assert "From v1.0.0 to v1.1.0" in words(at).replace("**", "")
    at.selectbox(key="place_version").select("1.0.0").run()
    assert button(at, "Place v1.0.0").disabled
    assert "The version stands there already" in words(at)
    at.selectbox(key="place_version").select("1.1.0").run()
    at.text_area(key="place_reason").input("To be tried by the teams.")
    button(at, "Place v1.1.0").click().run()

    assert "v1.1.0 stands in staging in place of v1.0.0" in words(at)
    assert column(at, "In place of", 1) == ["v1.0.0", "–"]
    assert line.stage("1.0.0") is Stage.IN_PRODUCTION
    other = desk.open(line.cast.validator, "model", model=line.model, version="1.0.0", tab="Production")
    other.selectbox(key="environment").select("staging").run()
    assert button(other, "Place v1.0.0").disabled
    assert "this takes the role" in words(other)


def test_a_restriction_is_shown_asked_to_be_lifted_and_kept_in_the_history(desk: Desk, line: Line) -> None:
    line.in_production("1.0.0")
    change = line.voted("1.0.0", kind=ChangeKind.RESTRICTED_USE, restriction="Not for applicants under 21.")
    line.begin(change)
    at = desk.open(line.cast.developer, "model", model=line.model, tab="Production")
    assert f"tab=Decisions&lift={change}" in words(at)

    at = desk.open(line.cast.developer, "model", model=line.model, tab="Decisions", lift=change)
    assert "In force: Not for applicants under 21." in words(at)
    at.text_area(key="change_rationale").input("The model was trained on them since.")
    button(at, "Request lifting").click().run()
    assert "waits for its approvers" in words(at)

    listed = desk.open(line.cast.approver, "approvals")
    assert "Lift the restriction of v1.0.0" in column(listed, "Change")[0]
    lifting = column(listed, "Number")[0]
    page = desk.open(line.cast.approver, "approval", change=lifting)
    assert "Restriction to be lifted" in words(page)
    assert "I approve that the restriction of " + change in words(page)


def test_the_page_of_a_change_says_that_code_reviews_are_lacking_and_before_what(desk: Desk, line: Line) -> None:
    line.in_production("1.0.0")
    plan = PLAN.replace("code_reviews = 1", 'code_reviews = 1\ncode_reviews_from = "approval"')
    with pytest.raises(Refused):
        line.approved("1.1.0", plan=plan)
    listed = desk.open(line.cast.second_approver, "approvals")

    page = words(desk.open(line.cast.second_approver, "approval", change=column(listed, "Number")[0]))

    assert "Policy demands 1 code review before approval (clause 10.2)." in page
    assert "no commit is on record for this version" in page
    assert "tab=Production" in page


def test_a_model_that_never_was_in_production_says_so(desk: Desk, line: Line) -> None:
    line.approved()

    text = words(desk.open(line.cast.auditor, "model", model=line.model, tab="Production"))

    assert "Nothing stands there." in text
    assert "No version ever stood there." in text
    assert "No commit is on record." in text


def test_the_time_line_lists_everything_and_links_to_it(desk: Desk, line: Line) -> None:
    change = line.in_production("1.0.0")

    at = desk.open(line.cast.auditor, "model", model=line.model, tab="Time line")

    said = column(at, "What")
    assert {"Brought in", "Vote cast", "Change requested", "Version registered"} <= set(said)
    assert any(f"(/approval?change={change})" in cell for cell in column(at, "About"))


def test_a_change_is_rolled_out_on_its_page_and_the_hold_is_said(desk: Desk, line: Line) -> None:
    change = line.approved(plan=PLAN)

    at = desk.open(line.cast.owner, "approval", change=change)
    assert column(at, "Step", len(at.table) - 1) == ["Shadow", "Canary 10 %", "Full"]
    button(at, "Begin the rollout").click().run()

    assert not at.exception
    assert "holds until" in words(at)
    assert "The step shadow holds until" in words(at)
    assert button(at, "Advance to canary 10 %").disabled
    button(at, "Abort and go back").click().run()
    assert "The rollout was not moved." in words(at)
    at.text_input(key="rollout_reason").input("Latency doubled at noon.")
    button(at, "Abort and go back").click().run()
    assert line.standing(today() + timedelta(minutes=1)) == []


def test_an_auditor_sees_the_rollout_and_why_they_cannot_move_it(desk: Desk, line: Line) -> None:
    change = line.approved(plan=PLAN)

    at = desk.open(line.cast.auditor, "approval", change=change)

    assert button(at, "Begin the rollout").disabled


def test_administration_shows_webhooks_their_log_and_environments(desk: Desk, line: Line, place: Workplace) -> None:
    add_code_hook(
        place.store, place.ledger, forge=Forge.GITHUB, repository="bank/score", actor=line.cast.administrator, at=NOON
    )
    with place.store.transaction() as tx:
        enqueue_message(tx, Channel.WEBHOOK, "W0001", "deployment.moved", "{}", at=NOON)

    at = desk.open(line.cast.administrator, "administration")

    text = words(at)
    assert "bank/score" in text
    assert "/api/hooks/H0001" in text
    assert "deployment.moved" in text
    at.text_input[-2].input("staging")
    button(at, "Add environment").click().run()
    assert "Environment staging was added." in words(at)
    address = next(one for one in at.text_input if one.label == "Address")
    address.input("https://evil.test/x")
    button(at, "Add webhook").click().run()
    assert "a host that COUNTERSIGN_WEBHOOK_HOSTS allows" in words(at)


def test_what_policy_decided_stands_with_its_facts_and_a_held_canary_is_released_on_its_page(
    desk: Desk, line: Line
) -> None:
    line.in_production("1.0.0", at=NOON - DAY)
    line.in_production("1.1.0")
    clause = '\n[[rollback]]\nclause = "12.1"\nseverity = "high"\nchunks = 2\ntiers = [2]\n'
    text = default_policy_text() + PLAN.replace("code_reviews = 1\n", "") + clause
    at = today()
    a_policy(line.store, text, at=at)
    first = a_chunk(line.store, line.model, "1.1.0", FAIL, position=0)
    consider_rollback(line.store, line.ledger, model=line.model, environment="production", at=at)

    page = desk.open(line.cast.owner, "model", model=line.model, tab="Production")

    assert "A breach of severity high or above in 2 chunks in a row" in words(page)
    assert "Considered" in words(page)
    assert first in words(page)
    decision = desk.open(line.cast.auditor, "rollback", decision="RB0001")
    assert first in words(decision)
    assert "1 chunk, where the clause asks for 2" in words(decision).replace("\u00a0", " ")
    change = line.approved("1.2.0", plan=PLAN.replace("code_reviews = 1\n", ""))
    line.begin(change, at=at)
    a_chunk(line.store, line.model, "1.2.0", FAIL, position=0, since=at, severity="low")
    consider_hold(line.store, line.ledger, desk.place.files, model=line.model, environment="production", at=at)
    held = desk.open(line.cast.owner, "approval", change=change)
    assert "Held" in words(held)
    assert button(held, "Advance to full").disabled
    held.text_input(key="release_reason").input("The labels of that day were wrong.")
    button(held, "Release the hold").click().run()
    assert "The hold is released" in words(held)
    assert "Release or abort" not in words(desk.open(line.cast.owner, "my_work"))
