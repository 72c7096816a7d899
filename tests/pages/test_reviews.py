"""Reviews on their pages: planned, held on a frozen agenda, minuted, and signed off by somebody else."""

from datetime import UTC, datetime, timedelta

import pytest

from app.composition import Workplace
from core.improvement.reviews.holding import write_minutes
from core.improvement.reviews.planning import NewReview, plan_review
from core.improvement.reviews.queries import ReviewFilter, reviews
from core.improvement.reviews.rules import ReviewStatus
from core.improvement.reviews.tables import Review
from core.inventory.rules import Stage
from core.register.agenda import hold_review
from core.validation.rules import Severity
from tests.builders import REASON, Cast, a_finding, a_version
from tests.pages.desk import Desk, button, column, words

NOW = datetime.now(UTC)


@pytest.fixture
def review(cast: Cast, place: Workplace) -> str:
    model, version = a_version(place.store, cast, stage=Stage.IN_PRODUCTION)
    a_finding(place.store, model, version, severity=Severity.HIGH, at=NOW - timedelta(days=9))
    new = NewReview("Lending, every quarter", NOW + timedelta(days=3), cast.owner.id, models=(model,), every_days=90)
    return plan_review(place.store, place.ledger, new=new, actor=cast.owner, at=NOW).number


def stored(place: Workplace) -> list[Review]:
    with place.store.reading() as session:
        return [row.review for row in reviews(session, ReviewFilter(), at=NOW, limit=9, offset=0).rows]


def hold(place: Workplace, cast: Cast, review: str) -> None:
    hold_review(place.store, place.ledger, review=review, actor=cast.owner, at=NOW)


def test_a_planned_review_shows_what_the_record_says_now(desk: Desk, cast: Cast, review: str) -> None:
    at = desk.open(cast.owner, "review", review=review)

    topics = dict(zip(column(at, "Topic"), column(at, "Now"), strict=True))
    assert topics["Findings and deviations"] == "1"
    assert "It is read anew until it is held." in words(at)
    assert "Groups are selected at different rates" in words(at)


def test_the_holder_holds_it_and_the_agenda_is_frozen(desk: Desk, cast: Cast, place: Workplace, review: str) -> None:
    at = desk.open(cast.owner, "review", review=review)
    button(at, "Hold review now").click().run()

    assert stored(place)[0].status is ReviewStatus.HELD
    assert "its agenda is frozen" in words(at)
    assert "Frozen when it was held, SHA" in words(at)
    assert button(at, "Sign off review").disabled
    assert "You held this review" in words(at)


def test_another_person_signs_it_off_and_the_next_is_planned(
    desk: Desk, cast: Cast, place: Workplace, review: str
) -> None:
    hold(place, cast, review)
    write_minutes(place.store, place.ledger, review=review, text=REASON, actor=cast.owner, at=NOW)

    at = desk.open(cast.approver, "review", review=review)
    at.text_input[-1].set_value(REASON)
    button(at, "Sign off review").click().run()

    assert [row.status for row in stored(place)] == [ReviewStatus.PLANNED, ReviewStatus.CLOSED]
    assert "RV0002" in words(at)


def test_who_may_not_hold_reviews_reads_why(desk: Desk, cast: Cast, review: str) -> None:
    at = desk.open(cast.developer, "review", review=review)

    assert button(at, "Hold review now").disabled
    assert "Holding it is not possible yet, 1 reason:" in words(at)


def test_reviews_are_listed_and_planned(desk: Desk, cast: Cast, place: Workplace, review: str) -> None:
    at = desk.open(cast.owner, "reviews")
    assert "**1 review** is to be held." in words(at)
    assert column(at, "Number") == [review]
    button(at, "Plan a review").click().run()
    at.text_input[0].set_value("Every model, once a year")
    button(at, "Plan review").click().run()

    assert [row.title for row in stored(place)][1] == "Every model, once a year"


@pytest.mark.parametrize("query", [{}, {"kind": "Post-launch review"}])
def test_where_there_is_no_review_the_page_says_what_to_do(query: dict[str, str], desk: Desk, cast: Cast) -> None:
    assert "No review is planned." in words(desk.open(cast.auditor, "reviews", **query))
