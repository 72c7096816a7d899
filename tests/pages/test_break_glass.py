"""Break-glass access on its page: opened with a reason and a proof, shown over every page, reviewed afterwards."""

from sqlalchemy import update
from sqlmodel import select

from app.composition import Workplace
from app.worker import work_once
from core.access.break_glass.queries import access, pages_opened
from core.access.break_glass.service import end_break_glass
from core.access.break_glass.tables import BreakGlass
from core.access.rules import Actor
from core.monitoring.alerts.tables import Alert
from tests.builders import Cast, a_model, a_policy
from tests.pages.desk import Desk, button, today, words

REASON = "A complaint by phone about a decision of M0001"


def opened(desk: Desk, person: Actor) -> str:
    at = desk.open(person, "break_glass")
    at.text_area(key="break_glass_reason").set_value(REASON)
    button(at, "Open access").click().run()
    assert not at.error, at.error[0].value
    with desk.place.store.reading() as session:
        return access(session, "BG0001").number


def test_opening_it_alerts_and_draws_a_bar_over_every_page_with_a_way_to_end_it(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    a_policy(place.store)
    model = a_model(place.store, cast, name="Outreach")
    number = opened(desk, cast.developer)
    while work_once(place):
        pass

    at = desk.open(cast.developer, "model", model=model, note="a typed word")
    shown = [one.value for one in at.warning]
    button(at, "End it").click().run()

    with place.store.reading() as session:
        (alert,) = session.exec(select(Alert)).all()
        pages = {one.page for one in pages_opened(session, number)}
        row = access(session, number)
    assert alert.title == f"{cast.developer.id} opened break-glass access {number}"
    assert any("60\u00a0minutes more" in one for one in shown), shown
    assert f"model model={model}" in pages  # and not what was typed
    assert row.ended_by == cast.developer.id
    assert not at.warning


def test_an_administrator_reads_what_only_others_may_and_takes_nothing_away(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    before = desk.open(cast.administrator, "findings")
    opened(desk, cast.administrator)
    after = desk.open(cast.administrator, "findings")
    people = desk.open(cast.administrator, "administration")

    assert "opens for the role" in words(before)
    assert after.title[0].value == "Findings"
    assert "only reads" in words(people)


def test_a_reviewer_sees_what_was_opened_and_judges_it(desk: Desk, cast: Cast, place: Workplace) -> None:
    number = opened(desk, cast.developer)
    end_break_glass(place.store, place.ledger, access=number, actor=cast.developer, at=today())

    own = desk.open(cast.developer, "break_glass", access=number)
    at = desk.open(cast.approver, "break_glass", access=number)
    at.text_area(key="access_review_text").set_value("It was needed, and only M0001 was read.")
    button(at, "Not sound").click().run()

    with place.store.reading() as session:
        row = access(session, number)
    assert button(own, "Sound").disabled
    assert REASON in words(at)
    assert (row.sound, row.reviewed_by) == (False, cast.approver.id)


def test_others_see_only_their_own(desk: Desk, cast: Cast) -> None:
    opened(desk, cast.developer)

    at = desk.open(cast.owner, "break_glass")
    whole = desk.open(cast.owner, "break_glass", access="BG0001")

    assert "0 so far" in words(at)
    assert "There is no break-glass access" in words(whole)


def test_the_bar_is_gone_once_the_time_is_over(desk: Desk, cast: Cast, place: Workplace) -> None:
    opened(desk, cast.developer)
    with place.store.transaction() as tx:
        tx.session.execute(update(BreakGlass).values(ends_at=today()))

    assert not desk.open(cast.developer, "inventory").warning
