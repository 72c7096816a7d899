"""Coverage, packs, documents and the cycle as pages: every cell leads somewhere, refusals stand in place."""

from datetime import timedelta

from app.composition import Workplace
from core.coverage.rules import Outcome
from core.coverage.service import answer_item
from core.documents.service import keep_document
from core.inventory.rules import Stage
from core.policy.packs.signals import DocumentKind
from tests.builders import Cast, a_model, a_version
from tests.pages.desk import Desk, button, column, today, words

HOSTILE = "<b>x</b> [y](https://evil.example) ![z](https://evil.example/z.png)"
REASON = "Stated in the procedure of the unit."


def test_the_summary_counts_and_every_cell_leads_to_a_pack_of_a_model(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast, packs="sr-26-2 gdpr", stage=Stage.IN_PRODUCTION)
    a_model(place.store, cast, name="Without a pack")

    at = desk.open(cast.auditor, "coverage")

    assert "1 model, 2 packs." in words(at)
    assert "no legal advice" in words(at)
    assert f"/model_coverage?model={model}&pack=gdpr" in column(at, "gdpr")[0]
    assert "of 27" in column(at, "gdpr")[0]


def test_filters_of_the_address_narrow_the_summary(desk: Desk, cast: Cast, place: Workplace) -> None:
    a_model(place.store, cast, packs="gdpr", name="Credit", tier=1)
    a_model(place.store, cast, packs="sr-26-2", name="Fraud", tier=3)

    assert column(desk.open(cast.auditor, "coverage", pack="gdpr"), "Number") == ["M0001"]
    assert column(desk.open(cast.auditor, "coverage", tier="3"), "Number") == ["M0002"]
    assert "No model matches these filters." in words(desk.open(cast.auditor, "coverage", search="pricing"))


def test_a_model_shows_what_is_missing_first_with_the_way_to_it(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = a_version(place.store, cast, packs="sr-26-2", stage=Stage.VALIDATED)

    at = desk.open(cast.auditor, "model_coverage", model=model)
    states, missing = column(at, "State"), "\n".join(column(at, "Missing"))

    assert "Missing" in states[0]
    assert f"/documents?model={model}&version={version}&kind=model+documentation" in missing
    assert "/report?run=R0001" in "\n".join(column(at, "Shown by"))


def test_an_owner_answers_an_item_and_withdraws_the_answer(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast, packs="sr-26-2")
    query = {"model": model, "pack": "sr-26-2", "item": "MRM-18"}

    at = desk.open(cast.owner, "coverage_item", **query)
    at.text_area(key="answer_reason").input("short").run()
    button(at, "Answer item").click().run()
    assert "Your answer was not recorded." in at.error[0].value

    at.text_area(key="answer_reason").input(REASON + HOSTILE).run()
    button(at, "Answer item").click().run()
    assert "CA0001 is recorded" in words(at)
    assert "![z]" not in at.table[1].value.to_string()

    at.text_area(key="withdraw_reason").input("It is used since last week.").run()
    button(at, "Withdraw answer").click().run()
    assert "CA0001 is withdrawn" in words(at)


def test_whoever_may_not_answer_reads_why(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast, packs="sr-26-2")

    at = desk.open(cast.auditor, "coverage_item", model=model, pack="sr-26-2", item="MRM-18")

    assert button(at, "Answer item").disabled
    assert "this takes the role" in button(at, "Answer item").help


def test_packs_show_standing_source_and_what_a_successor_changed(desk: Desk, cast: Cast) -> None:
    at = desk.open(cast.auditor, "packs")
    assert "10 packs, 302 items." in words(at)
    assert "Superseded" in column(at, "State")[1]
    assert button(at, "Publish pack").disabled

    at = desk.open(cast.auditor, "pack", pack="sr-26-2")
    assert "26 items changed, 2 dropped, 2 new." in words(at)
    assert "Firm policy in part, no text of the source" in words(at)


def test_a_document_is_written_read_and_its_next_version_compared(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = a_version(place.store, cast)
    kept = keep_document(
        place.store, place.ledger, model=model, version=version, kind=DocumentKind.RISK_ASSESSMENT,
        body=f"# Risk\n\n{HOSTILE}\n\n{{{{ write: the harm }}}}", actor=cast.owner, at=today(),
    )  # fmt: skip

    at = desk.open(cast.auditor, "document", document=kept.document)
    assert "To fill in: the harm" in words(at)
    shown = "\n".join(str(part.value) for part in at.markdown)
    assert "![z]" not in shown
    assert "<b>x" not in shown

    at = desk.open(cast.owner, "documents", model=model, version=version, kind="risk assessment")
    assert "To fill in" in column(at, "State")[2]
    at.text_area[0].input("# Risk\n\nNone.").run()
    at.text_input(key="comment").input("Says that there is none.").run()
    button(at, "Keep document").click().run()

    at = desk.open(cast.auditor, "document", document=kept.document)
    assert "Changed against version 1" in words(at)
    assert "put in" in words(at)


def test_a_developer_does_not_write_the_validation_plan(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = a_version(place.store, cast)

    at = desk.open(cast.developer, "documents", model=model, version=version, kind="validation plan")

    assert "Writing the validation plan is not possible yet, 2 reasons:" in words(at)


def test_the_cycle_leads_to_causes_and_says_what_is_not_kept(desk: Desk, cast: Cast, place: Workplace) -> None:
    a_version(place.store, cast, stage=Stage.VALIDATED)

    at = desk.open(cast.auditor, "cycle")

    assert "no production data were checked" in words(at)
    assert "/report?run=R0001" in column(at, "Validate")[0]
    assert "No production data were checked" in column(at, "Monitor")[0]
    assert ":green[" not in column(at, "Monitor")[0]
    at = desk.open(cast.auditor, "cycle", checkpoint="Registration", state="Missing")
    assert "No model matches these filters." in words(at)


def test_an_answer_for_all_models_is_an_approvers(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast, packs="iso-42001")
    answer_item(
        place.store, place.ledger, model=None, pack="iso-42001", item="ISO-A.2.2", outcome=Outcome.MET, reason=REASON,
        expires_at=today() + timedelta(days=10), actor=cast.approver, at=today(),
    )  # fmt: skip

    at = desk.open(cast.owner, "coverage_item", model=model, pack="iso-42001", item="ISO-A.2.2")

    assert column(at, "For", table=len(at.table) - 1) == ["The organisation"]
    assert button(at, "Answer item").disabled  # an item that one answer settles for all offers that first
