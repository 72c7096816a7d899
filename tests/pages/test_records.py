"""The pages of the records: parts, the system, scope and tier, people, versions, edits and drafts."""

import pytest

from app.composition import Workplace
from core.access.rules import Actor
from core.inventory.drafts import drafts_of
from core.inventory.moves import load_model, load_version
from core.inventory.parts.intake import NewAsset
from core.inventory.parts.linking import make_link
from core.inventory.parts.queries import part_page
from core.inventory.parts.registering import add_asset_version, register_asset
from core.inventory.parts.rules import AssetKind, Relation
from core.inventory.profile.queries import profile_of
from core.inventory.profile.tiering import propose_tier
from core.inventory.rules import Line, Stage
from core.validation.evidence import digest_now
from tests.builders import Cast, a_version
from tests.pages.desk import Desk, button, column, today, words

WHY = "The annual review found it out of date."


def a_workflow(place: Workplace, cast: Cast, model: str) -> str:
    """The number of a workflow that the model feeds."""
    details = {"trigger": "Every month", "outcome": "Letters"}
    asset = NewAsset(AssetKind.WORKFLOW, "Mailing", cast.owner.id, details=details)
    number = register_asset(place.store, place.ledger, asset=asset, actor=cast.owner, at=today()).number
    make_link(
        place.store, place.ledger, source=model, relation=Relation.FEEDS, target=number, actor=cast.owner, at=today()
    )
    return number


def test_the_system_is_said_in_words_beside_the_figure(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast)
    a_workflow(place, cast, model)

    at = desk.open(cast.auditor, "system", about=model)

    assert "What breaks if M0001 is withdrawn" in words(at)
    assert [one for one in column(at, "Relation") if one] == ["trains", "tests", "feeds"]
    assert column(at, "Number", table=1) == ["W0001"]
    assert button(at, "Make link").disabled


def test_a_link_is_made_and_ended_on_the_page(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast)
    details = {"trigger": "Every month", "outcome": "Letters"}
    asset = NewAsset(AssetKind.WORKFLOW, "Mailing", cast.owner.id, details=details)
    register_asset(place.store, place.ledger, asset=asset, actor=cast.owner, at=today())

    at = desk.open(cast.owner, "system", about=model)
    at.selectbox(key="other").set_value("W0001").run()
    button(at, "Make link").click().run()
    assert "Link L0001 is on record" in words(at)

    at.text_input[-1].set_value("It was never sent there.")
    button(at, "End link").click().run()
    assert "Link L0001 ended" in words(at)


def test_parts_are_listed_by_kind_and_an_empty_kind_says_what_it_is(desk: Desk, cast: Cast, place: Workplace) -> None:
    a_workflow(place, cast, a_version(place.store, cast)[0])

    assert column(desk.open(cast.auditor, "parts", kind="Workflows"), "Number") == ["W0001"]
    assert "No vendor is registered yet." in words(desk.open(cast.auditor, "parts", kind="Vendors"))


def test_a_prompt_is_registered_written_anew_and_compared_line_by_line(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    at = desk.open(cast.owner, "part_new", kind="Prompts")
    at.text_input(key="part prompt name").set_value("Letter")
    at.text_area(key="part prompt text").set_value("Be polite.\nBe brief.")
    at.run()
    button(at, "Register prompt").click().run()
    assert "PR0001 is registered: ledger entry " in words(at)
    add_asset_version(
        place.store, place.ledger, asset="PR0001", text="Be polite.\nPromise nothing.", rationale=WHY,
        expected_version=1, actor=cast.developer, at=today(),
    )  # fmt: skip

    at = desk.open(cast.auditor, "part", part="PR0001")

    lines = next(index for index, one in enumerate(at.table) if list(one.value.columns) == ["Line", "Text"])
    assert column(at, "Line", lines) == ["Same", "Removed", "Added"]
    assert "2 lines differ from version 1" in words(at).replace("*", "")


def test_a_part_is_retired_after_what_breaks_was_shown(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast)
    a_workflow(place, cast, model)

    at = desk.open(cast.owner, "part", part="D0001")
    assert "2 records depend on it" in words(at)
    at.text_area(key="retire_why").set_value("The source withdrew its consent.").run()
    button(at, "Retire D0001").click().run()

    assert "D0001 is retired: ledger entry " in words(at)
    with place.store.reading() as session:
        assert part_page(session, "D0001").retired_at is not None


def test_a_tier_is_confirmed_by_an_approver_and_blocked_for_its_proposer(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    model, _ = a_version(place.store, cast)
    propose_tier(place.store, place.ledger, model=model, tier=3, reason=WHY, actor=cast.owner, at=today())

    assert "Confirm tier 3 in place of 1" in words(desk.open(cast.approver, "my_work"))
    proposer = desk.open(cast.owner, "profile", model=model)
    assert "Nobody confirms the tier that they proposed" in words(proposer)
    assert "Tier 1, this model" in words(proposer)
    at = desk.open(cast.approver, "profile", model=model)
    at.text_area(key="tier_why").set_value("Read and agreed.").run()
    button(at, "Confirm tier").click().run()

    assert "The tier is confirmed: ledger entry " in words(at)
    with place.store.reading() as session:
        row = load_model(session, model)
        assert (row.tier, profile_of(session, row).rule_tier) == (3, 1)


def test_packs_are_proposed_from_answers_and_confirmed(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast)

    at = desk.open(cast.owner, "profile", model=model)
    at.multiselect(key="answers").set_value(["people in the European Union", "personal data"]).run()
    assert "Personal data of people in the Union" in words(at)
    button(at, "Confirm packs").click().run()

    assert "The packs are confirmed: ledger entry " in words(at)
    with place.store.reading() as session:
        assert load_model(session, model).packs == "gdpr"


def test_the_raci_view_names_people_and_a_validator_is_assigned(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast)

    at = desk.open(cast.owner, "parties", model=model)
    assert "No validator is assigned." in words(at)
    assert column(at, "Step") == ["People", "Map", "Validate", "Approve", "Monitor", "Improve"]
    at.selectbox(key="part").set_value("validator").run()
    at.text_input[-1].set_value("Validates this line.")
    button(at, "Assign part").click().run()

    assert "is validator from now on: ledger entry " in words(at)
    assert "No validator is assigned." not in words(at)


def test_two_versions_stand_beside_one_another_and_one_is_retired(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast)
    a_version(place.store, cast, model=model, version="1.1.0")

    at = desk.open(cast.owner, "versions", model=model)
    assert "Training data" in column(at, "Field", table=1)
    at.text_area(key="version_why").set_value("Never needed again.").run()
    button(at, "Retire v1.1.0").click().run()

    assert "v1.1.0 is retired: ledger entry " in words(at)
    with place.store.reading() as session:
        assert load_version(session, model, "1.1.0")[1].stage is Stage.RETIRED


def test_an_experimental_version_moves_to_the_stable_line(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = a_version(place.store, cast)
    with place.store.transaction() as tx:
        model_row, row = load_version(tx.session, model, version)
        row.line = Line.EXPERIMENTAL
        row.evidence_digest = digest_now(tx.session, model_row, row)

    at = desk.open(cast.developer, "versions", model=model)
    at.text_area(key="version_why").set_value("It beat the champion.").run()
    button(at, "Move to the stable line").click().run()

    assert "v1.0.0 is on the stable line: ledger entry " in words(at)


@pytest.mark.parametrize(("who", "open_"), [("owner", True), ("developer", True), ("auditor", False)])
def test_fields_are_changed_by_those_who_may_and_closed_to_others(
    desk: Desk, cast: Cast, place: Workplace, who: str, open_: bool
) -> None:
    model, _ = a_version(place.store, cast)
    person: Actor = getattr(cast, who)

    at = desk.open(person, "edit", model=model)
    if not open_:
        assert "A change is not possible yet" in words(at)
        return
    next(one for one in at.text_input if one.label == "Users").set_value("Branches")
    next(one for one in at.text_area if one.label == "Why it changes").set_value(WHY)
    button(at, "Change model").click().run()

    assert "1 field changed: ledger entry " in words(at)
    assert "Branches" in words(at)
    with place.store.reading() as session:
        assert load_model(session, model).users == "Branches"


def test_a_review_is_recorded_and_the_next_is_set(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast)

    at = desk.open(cast.validator, "edit", model=model)
    next(one for one in at.text_area if one.label == "What was looked at and found").set_value("Metrics of the year.")
    button(at, "Record the review").click().run()

    assert "The review is on record: ledger entry " in words(at)
    with place.store.reading() as session:
        assert load_model(session, model).next_review is not None


def test_a_draft_is_saved_resumed_in_another_session_and_gone_once_discarded(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    at = desk.open(cast.developer, "register")
    at.text_input(key="draft name").set_value("Half a model").run()
    button(at, "Save draft").click().run()
    assert "The draft is saved." in words(at)

    other = desk.open(cast.developer, "register")
    assert other.text_input(key="draft name").value == ""
    button(other, "Resume").click().run()
    assert other.text_input(key="draft name").value == "Half a model"
    button(other, "Discard").click().run()

    with place.store.reading() as session:
        assert drafts_of(session, cast.developer.id) == ()
    assert "Half a model" not in words(desk.open(cast.owner, "register"))
