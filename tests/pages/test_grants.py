"""Grants and access reviews on their pages: asked for, confirmed, answered, taken away; people let in again."""

from datetime import timedelta

from sqlalchemy import update
from sqlmodel import select

from app.composition import Workplace
from core.access.grants import roles_of
from core.access.people import disable_person
from core.access.reviewing.queries import items
from core.access.reviewing.service import open_access_review
from core.access.rules import Role
from core.access.rules.reviewing import Answered
from core.access.tables import Person, RoleGrant
from core.assurance.reviews_exported import export_access_review
from core.inventory.exporting import Format
from tests.builders import Cast, a_model, a_person
from tests.pages.desk import Desk, button, column, today, words

REASON = "Needed for the work"


def test_a_sensitive_role_is_asked_for_on_the_card_and_confirmed_on_the_page_of_grants(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    second, new = a_person(place.store, Role.ADMINISTRATOR), a_person(place.store, name="Nell New")

    card = desk.open(cast.administrator, "administration", person=new.id)
    card.selectbox(key="role_choice").set_value(Role.VALIDATOR)
    card.text_input(key="role_reason").set_value(REASON)
    button(card, "Grant role").click().run()
    work = desk.open(second, "my_work")
    own = desk.open(cast.administrator, "grants")
    at = desk.open(second, "grants")
    button(at, "Confirm grant").click().run()

    with place.store.reading() as session:
        held = roles_of(session, new.id, at=today())
    assert "GR0001 waits for a second administrator" in words(card)
    assert "Confirm the role validator of Nell New" in words(work)
    assert button(own, "Confirm grant").disabled
    assert button(own, "Take it back")
    assert held == {Role.VALIDATOR}


def test_grants_are_narrowed_and_a_pair_that_may_not_meet_is_warned_of(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    both = a_person(place.store, Role.AUDITOR, Role.DEVELOPER, name="Bo Both")
    with place.store.transaction() as tx:
        tx.session.execute(
            update(RoleGrant).where(RoleGrant.person == cast.owner.id).values(ends_at=today() + timedelta(days=3))  # type: ignore[arg-type]
        )

    every = desk.open(cast.auditor, "grants")
    ending = desk.open(cast.auditor, "grants", state="Ending")
    card = desk.open(cast.administrator, "administration", person=both.id)

    assert "1 ending within 14 days" in words(every)
    assert any("Bo Both" in one.value and "auditor and developer" in one.value for one in every.warning)
    assert column(ending, "Role") == ["Owner"]
    assert any("Auditor and developer may not meet" in one.value for one in card.warning)


def test_an_access_review_is_opened_answered_and_taken_away(desk: Desk, cast: Cast, place: Workplace) -> None:
    opening = desk.open(cast.approver, "access_reviews")
    button(opening, "Open a review now").click().run()
    with place.store.reading() as session:
        asked = {row.person: row.id for row in items(session, "AR0001")}

    at = desk.open(cast.approver, "access_review", review="AR0001")
    offered = at.multiselect(key="answered_items").options
    at.multiselect(key="answered_items").set_value([asked[cast.owner.id], asked[cast.developer.id]])
    at.text_area(key="answer_reason").set_value("Moved to another team")
    button(at, "Withdraw").click().run()

    with place.store.reading() as session:
        answers = {row.person: row.answer for row in items(session, "AR0001")}
    file = export_access_review(
        place.store, place.ledger, review="AR0001", form=Format.CSV, actor=cast.auditor, at=today()
    )
    text = b"".join(part if isinstance(part, bytes) else part.encode() for part in file.chunks).decode()
    assert "AR0001 was opened" in words(opening)
    assert len(offered) == len(asked) - 1  # all but their own
    assert [answers[one.id] for one in (cast.owner, cast.developer, cast.validator)] == [
        Answered.WITHDRAWN, Answered.WITHDRAWN, None,
    ]  # fmt: skip
    assert text.count("Moved to another team") == 2


def test_an_administrator_sees_reviews_and_answers_none(desk: Desk, cast: Cast, place: Workplace) -> None:
    open_access_review(place.store, place.ledger, actor=cast.approver, at=today())

    at = desk.open(cast.administrator, "access_review", review="AR0001")

    assert "None of the grants on this page waits for you" in words(at)
    assert not at.multiselect


def test_a_person_who_was_shut_out_is_let_in_again_with_a_reason(desk: Desk, cast: Cast, place: Workplace) -> None:
    disable_person(place.store, place.ledger, person=cast.owner.id, reason=REASON, actor=cast.administrator, at=today())

    at = desk.open(cast.administrator, "administration", person=cast.owner.id)
    at.text_input(key="enable_reason").set_value("Back from parental leave")
    button(at, "Let them in again").click().run()

    with place.store.reading() as session:
        row = session.exec(select(Person).where(Person.number == cast.owner.id)).one()
    assert (row.disabled_at, row.enabled_at is not None) == (None, True)


def test_a_group_of_models_is_made_named_in_a_grant_and_widened_by_two(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    second, new = a_person(place.store, Role.ADMINISTRATOR), a_person(place.store, name="Nell New")
    a_model(place.store, cast, name="Claims triage")
    a_model(place.store, cast, name="Churn")

    at = desk.open(cast.administrator, "model_groups")
    at.text_input(key="new_group_name").set_value("Triage")
    at.text_area(key="new_group_purpose").set_value("Models that put cases in order")
    button(at, "Make group").click().run()
    at.multiselect(key="join_MG0001").set_value(["M0001"])
    at.text_input(key="group_reason_MG0001").set_value(REASON)
    button(at, "Put in").click().run()
    card = desk.open(cast.administrator, "administration", person=new.id)
    card.selectbox(key="role_choice").set_value(Role.APPROVER)
    card.multiselect(key="role_groups").set_value(["MG0001"])
    card.text_input(key="role_reason").set_value(REASON)
    button(card, "Grant role").click().run()
    at = desk.open(cast.administrator, "model_groups", group="MG0001")
    at.multiselect(key="join_MG0001").set_value(["M0002"])
    at.text_input(key="group_reason_MG0001").set_value(REASON)
    button(at, "Put in").click().run()
    own = button(at, "Let them in").disabled
    work = words(desk.open(second, "my_work"))
    letting = desk.open(second, "model_groups")
    button(letting, "Let them in").click().run()

    inside = desk.open(cast.auditor, "model_groups", group="MG0001")
    listed = desk.open(cast.owner, "inventory", group="Triage · MG0001")
    assert "GR0001 waits" in words(card)
    assert own
    assert "Let 1 model into group MG0001" in work
    assert "Claims triage" in words(inside)
    assert "Churn" in words(inside)
    assert "1 grant" in words(inside)
    assert not inside.multiselect
    assert len(column(listed, "Number")) == 2
