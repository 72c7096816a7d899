"""Model: one version through the five steps, and what each role may do with it."""

import pytest
from sqlmodel import select

from app.components.text import plain
from app.composition import Workplace
from core.access.rules import Actor
from core.approval.service import request_change
from core.inventory.moves import load_version
from core.inventory.rules import Stage
from core.inventory.tables import Model, ProductionPointer
from core.metrics.verdicts import Verdict
from core.validation.challenge import ask
from core.validation.rules import RunStatus
from core.validation.tables import Finding, Question, Run
from tests.builders import REASON, Cast, a_check, a_finding, a_model, a_version, finish_run, new_evidence
from tests.pages.desk import Desk, button, column, today, words


def in_validation(place: Workplace, cast: Cast) -> tuple[str, str]:
    return a_version(place.store, cast, stage=Stage.IN_VALIDATION)


def stage_of(place: Workplace, model: str, version: str = "1.0.0") -> Stage:
    with place.store.reading() as session:
        return load_version(session, model, version)[1].stage


def test_the_head_says_version_stage_tier_people_and_production(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = in_validation(place, cast)

    at = desk.open(cast.auditor, "model", model=model)

    line = next(one.value for one in at.markdown if one.value.startswith("v1.0.0"))
    assert "In\u00a0validation" in line
    assert "Tier\u00a01" in line
    assert ":gray[In production] none" in line
    assert dict(at.query_params)["version"] == "1.0.0"


def test_five_cards_say_where_the_version_stands(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = in_validation(place, cast)
    failed = a_check("impact_ratio", kind="fairness", value=0.63, threshold=0.8, verdict=Verdict.FAIL, clause="4.2")
    new_evidence(place.store, model, version, by=cast.developer)
    finish_run(place.store, model, version, by=cast.developer, checks=[failed, a_check(position=2)])

    text = words(desk.open(cast.auditor, "model", model=model))

    assert "Failed 1 of 2" in text
    assert ":small[Impact ratio, lowest judged group 0.63, required ≥ 0.80]" in text
    assert ":small[:gray[1 of 2 checks passed]]" in text
    assert ":small[Approval not requested]" in text
    assert text.count("Not started") == 3


def test_each_verdict_shows_figure_interval_threshold_clause_and_evidence(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    model, _ = in_validation(place, cast)

    at = desk.open(cast.approver, "model", model=model, tab="Evidence")

    row = at.table[0].value.to_dict("records")[0]
    shown = {name: str(cell).replace("\u00a0", " ") for name, cell in row.items()}
    assert shown["Figure (95 %)"] == "0.2 % (−0.8 to 1.2)"
    assert shown["Required"] == "≤ 5.0 %"
    assert shown["Clause"] == plain("2.1")
    assert "Passed" in shown["Result"]
    assert len(shown["Evidence"]) == 8
    assert "[Read the fairness report by group](/fairness?run=R0001)" in words(at)


def test_what_stops_a_version_comes_before_what_asks_for_attention(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = in_validation(place, cast)
    checks = [
        a_check("precision", value=0.4, threshold=0.5, required=False, verdict=Verdict.FAIL),
        a_check("roc_auc", value=None, verdict=Verdict.INSUFFICIENT, required=False, position=2),
        a_check("recall", value=0.7, position=3),
        a_check(value=0.5, verdict=Verdict.FAIL, position=4),
    ]
    new_evidence(place.store, model, version, by=cast.developer)
    finish_run(place.store, model, version, by=cast.developer, checks=checks)

    at = desk.open(cast.validator, "model", model=model, tab="Evidence")

    badges = [cell.split(": ")[1].rstrip("]") for cell in column(at, "Result")]
    assert badges == ["Failed", "Watch", "Not enough evidence", "Passed"]
    assert "**1 of 4 checks failed**, 1 to watch, 1 passed, 1 without enough evidence." in words(at)


def test_a_validator_concludes_with_a_summary(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = in_validation(place, cast)

    at = desk.open(cast.validator, "model", model=model, tab="Evidence")
    at.text_area(key="summary").set_value("Figures recomputed; limits are stated.")
    button(at, "Conclude as validated").click().run()

    assert stage_of(place, model) is Stage.VALIDATED
    assert "Version 1.0.0 is concluded as validated." in words(at)


def test_a_conclusion_without_a_summary_is_refused_in_place(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = in_validation(place, cast)

    at = desk.open(cast.validator, "model", model=model, tab="Evidence")
    button(at, "Conclude as not validated").click().run()

    assert "The validation was not concluded. The summary has fewer than 10 characters" in words(at)
    assert stage_of(place, model) is Stage.IN_VALIDATION


def test_an_open_question_and_a_high_finding_stand_against_validated(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = in_validation(place, cast)
    a_finding(place.store, model, version)
    ask(place.store, place.ledger, model=model, version=version, text=REASON, actor=cast.validator, at=today())

    at = desk.open(cast.validator, "model", model=model, tab="Evidence")

    refused = button(at, "Conclude as validated")
    assert refused.disabled
    assert "1 question has no answer" in refused.help
    assert "Finding F0001 is not verified closed" in refused.help
    assert not button(at, "Conclude as not validated").disabled


@pytest.mark.parametrize("person", ["developer", "owner", "approver", "auditor", "administrator"])
def test_nobody_but_a_validator_concludes(person: str, desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = in_validation(place, cast)
    actor: Actor = getattr(cast, person)

    at = desk.open(actor, "model", model=model, tab="Evidence")

    refused = button(at, "Conclude the validation")
    assert refused.disabled
    assert "this takes the role validator" in refused.help


def test_a_developer_reads_both_reasons_against_concluding_their_own_work(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    model, _ = in_validation(place, cast)

    refused = button(desk.open(cast.developer, "model", model=model, tab="Evidence"), "Conclude the validation")

    assert "this takes the role validator" in refused.help
    assert "You contributed to this version" in refused.help


def test_a_question_is_asked_and_answered_on_record(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = in_validation(place, cast)

    validator = desk.open(cast.validator, "model", model=model, tab="Evidence")
    next(one for one in validator.text_area if one.label == "Question, kept in the ledger").set_value(
        "Why this *year*?"
    )
    button(validator, "Ask question").click().run()
    developer = desk.open(cast.developer, "model", model=model, tab="Evidence")
    next(one for one in developer.text_area if one.label.startswith("Answer")).set_value("The newest complete one.")
    button(developer, "Answer question").click().run()

    with place.store.reading() as session:
        question = session.exec(select(Question)).one()
    assert (question.text, question.answer) == ("Why this *year*?", "The newest complete one.")
    assert "Why this *year*?" in words(developer)


def test_a_validator_raises_a_finding(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = in_validation(place, cast)

    at = desk.open(cast.validator, "model", model=model, tab="Evidence")
    next(one for one in at.text_input if one.label == "Title").set_value("Data sheet lacks the counties")
    button(at, "Raise finding").click().run()

    with place.store.reading() as session:
        assert session.exec(select(Finding.title)).all() == ["Data sheet lacks the counties"]
    assert "Finding F0001 is on record." in words(at)


def test_a_draft_without_predictions_offers_to_hand_them_in(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast)

    allowed = button(desk.open(cast.developer, "model", model=model), "Hand in evidence")
    refused = button(desk.open(cast.validator, "model", model=model), "Hand in evidence")

    assert not allowed.disabled
    assert refused.disabled
    assert "this takes the role developer" in refused.help


def test_new_predictions_are_validated_at_a_click(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = in_validation(place, cast)
    new_evidence(place.store, model, version, by=cast.developer)

    at = desk.open(cast.developer, "model", model=model, tab="Evidence")
    assert "New evidence was handed in since." in words(at)
    button(at, "Start validation").click().run()

    with place.store.reading() as session:
        assert session.exec(select(Run.status).order_by(Run.number.desc())).first() is RunStatus.QUEUED  # type: ignore[attr-defined]
    assert "Validation R0002 was started: ledger entry" in words(at)
    assert "Waits for the worker" in words(at)


def test_predictions_that_were_judged_are_not_offered_for_validation_again(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    model, _ = in_validation(place, cast)

    at = desk.open(cast.developer, "model", model=model, tab="Evidence")

    assert "Start validation" not in [one.label for one in at.button]


def test_a_developer_requests_approval_with_a_rationale(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast, stage=Stage.VALIDATED)

    at = desk.open(cast.developer, "model", model=model, tab="Decisions")
    at.text_area[0].set_value("First use in two branches, reviewed after a month.")
    button(at, "Request approval").click().run()

    assert stage_of(place, model) is Stage.IN_APPROVAL
    assert "Change CR0001 waits for its approvers: ledger entry" in words(at)
    assert column(at, "Votes") == ["0 of 2"]


def test_the_head_leads_to_the_form_for_approval(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast, stage=Stage.VALIDATED)

    at = desk.open(cast.developer, "model", model=model)
    button(at, "Request approval").click().run()

    assert "Rationale, kept in the ledger" in [one.label for one in at.text_area]


def test_approval_of_a_draft_is_refused_with_the_stage(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast)

    at = desk.open(cast.developer, "model", model=model, tab="Decisions")

    assert button(at, "Request approval").disabled
    assert "The version is draft; to request approval it must be validated" in words(at)


def test_a_second_request_is_refused_while_one_is_open(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = a_version(place.store, cast, stage=Stage.VALIDATED)
    request_change(
        place.store, place.ledger, model=model, version=version, rationale=REASON, actor=cast.developer, at=today()
    )

    at = desk.open(cast.developer, "model", model=model, tab="Decisions")

    assert button(at, "Request approval").disabled
    assert "Change CR0001 is open" in words(at)


def test_the_record_is_compared_with_the_version_in_production(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast, stage=Stage.IN_PRODUCTION)
    a_version(place.store, cast, model=model, version="1.1.0")
    with place.store.transaction() as tx:
        row, version = load_version(tx.session, model, "1.0.0")
        tx.session.add(
            ProductionPointer(model_id=row.id or 0, version_id=version.id or 0, since=today(), moved_by=cast.owner.id)
        )

    at = desk.open(cast.approver, "model", model=model)

    assert "Compared with v1.0.0, in production" in words(at)
    assert "6 of 8 fields are the same." in words(at)
    assert at.selectbox[0].options == ["v1.1.0, draft", "v1.0.0, in production"]


def test_the_address_opens_an_earlier_version(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast, stage=Stage.SUPERSEDED)
    a_version(place.store, cast, model=model, version="2.0.0")

    at = desk.open(cast.auditor, "model", model=model, version="1.0.0")
    assert "Version 1.0.0" in words(at)

    at.selectbox[0].set_value("2.0.0").run()
    assert "Version 2.0.0" in words(at)


def test_the_history_lists_the_entries_of_the_model(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = in_validation(place, cast)
    ask(place.store, place.ledger, model=model, version=version, text=REASON, actor=cast.validator, at=today())

    at = desk.open(cast.auditor, "model", model=model, tab="History")

    assert column(at, "About") == [f"version {model} 1.0.0"]
    assert column(at, "What")[0].startswith("[Question asked](/entry?index=")


def test_a_model_without_a_version_says_so(desk: Desk, cast: Cast, place: Workplace) -> None:
    at = desk.open(cast.auditor, "model", model=a_model(place.store, cast))

    assert "No version of this model is registered." in words(at)


@pytest.mark.parametrize("query", [{}, {"model": "M0042"}, {"model": "M0001", "version": "9.9.9"}])
def test_an_unknown_address_says_what_there_is_not(
    query: dict[str, str], desk: Desk, cast: Cast, place: Workplace
) -> None:
    a_version(place.store, cast)

    assert at_title(desk, cast, query).startswith("There is no " if query else "The address names no ")


def at_title(desk: Desk, cast: Cast, query: dict[str, str]) -> str:
    return str(desk.open(cast.auditor, "model", **query).title[0].value)


def test_hostile_text_stays_letters_on_every_tab(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = in_validation(place, cast)
    hostile = "![x](https://evil.example/x.png) <script>1</script> :red-badge[Passed]"
    with place.store.transaction() as tx:
        row = tx.session.exec(select(Model)).one()
        row.name = row.purpose = row.users = row.business_line = hostile
        tx.session.add(row)
    ask(place.store, place.ledger, model=model, version=version, text=hostile, actor=cast.validator, at=today())

    for tab in ("Record", "Evidence", "Decisions", "History"):
        at = desk.open(cast.auditor, "model", model=model, tab=tab)
        shown = [*(one.value for one in (*at.title, *at.markdown)), *(str(one.value.to_numpy()) for one in at.table)]
        assert not any("![x](" in text or "<script>" in text or ":red-badge[Passed]" in text for text in shown)
