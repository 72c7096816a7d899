"""The page of a change: signing with a password, voting for another, returning, and the request of an exception."""

from datetime import timedelta

from sqlmodel import select

from app.composition import Workplace
from core.access.passwords import hashed
from core.access.rules import Actor
from core.access.tables import Person, SignInSession
from core.approval.queries import change
from core.approval.rules import Answer, ChangeStatus
from core.approval.service import answer_item, delegate_votes, request_change
from core.inventory.rules import Action, Stage
from core.metrics.verdicts import Verdict
from tests.builders import REASON, Cast, a_check, a_version, finish_run, new_evidence
from tests.pages.desk import Desk, button, today, words

PASSWORD = "correct horse battery staple"


def asked(place: Workplace, cast: Cast) -> str:
    """The number of a change that waits for one vote of a tier 2 version."""
    model, version = a_version(place.store, cast, tier=2, stage=Stage.VALIDATED)
    return request_change(
        place.store, place.ledger, model=model, version=version, rationale=REASON, actor=cast.developer, at=today()
    ).change


def answered(place: Workplace, number: str, actor: Actor) -> None:
    with place.store.reading() as session:
        items = change(session, number, actor, at=today()).checklist
    for item in items:
        answer_item(
            place.store, place.ledger, change=number, code=item.code, answer=item.filled.answer if item.filled else
            Answer.MET, reason="", actor=actor, at=today(),
        )  # fmt: skip


def long_signed_in(place: Workplace, person: Actor) -> None:
    """Make every sign-in of this person an hour old, and give them a password."""
    with place.store.transaction() as tx:
        row = tx.session.exec(select(Person).where(Person.number == person.id)).one()
        row.password_hash = hashed(PASSWORD)
        tx.session.add(row)
        for one in tx.session.exec(select(SignInSession).where(SignInSession.person == person.id)):
            one.authenticated_at = today() - timedelta(hours=1)
            tx.session.add(one)


def state_of(place: Workplace, number: str, viewer: Actor) -> ChangeStatus:
    with place.store.reading() as session:
        return change(session, number, viewer, at=today()).status


def test_a_vote_after_a_while_takes_the_password_and_a_wrong_one_is_refused(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    number = asked(place, cast)
    answered(place, number, cast.approver)
    at = desk.open(cast.approver, "approval", change=number)
    long_signed_in(place, cast.approver)
    at.run()

    at.text_area(key=f"{number}_rationale").input(REASON)
    at.text_input(key="vote_password").input("a guess")
    button(at, "Approve for production").click().run()
    assert "The password is wrong" in words(at)
    assert state_of(place, number, cast.auditor) is ChangeStatus.IN_REVIEW

    at.text_area(key=f"{number}_rationale").input(REASON)
    at.text_input(key="vote_password").input(PASSWORD)
    button(at, "Approve for production").click().run()
    assert state_of(place, number, cast.auditor) is ChangeStatus.APPROVED


def test_the_page_says_what_a_signature_means_before_it_is_given(desk: Desk, cast: Cast, place: Workplace) -> None:
    number = asked(place, cast)

    at = desk.open(cast.approver, "approval", change=number)

    assert "I approve v1.0.0 of M0001 for first use in production" in words(at)
    assert f"({number})" in words(at)


def test_a_delegate_chooses_for_whom_they_vote(desk: Desk, cast: Cast, place: Workplace) -> None:
    number = asked(place, cast)
    delegate_votes(
        place.store, place.ledger, delegate=cast.second_approver.id, reason=REASON, starts_at=today(),
        ends_at=today() + timedelta(days=5), actor=cast.approver, at=today(),
    )  # fmt: skip
    answered(place, number, cast.second_approver)
    at = desk.open(cast.second_approver, "approval", change=number)

    at.selectbox(key=f"{number}_for").select(cast.approver.id)
    at.text_area(key=f"{number}_rationale").input(REASON)
    button(at, "Approve for production").click().run()

    with place.store.reading() as session:
        (vote,) = change(session, number, cast.auditor, at=today()).votes
    assert (vote.person, vote.on_behalf_of) == (cast.second_approver.id, cast.approver.id)


def test_a_change_is_returned_with_what_must_change(desk: Desk, cast: Cast, place: Workplace) -> None:
    number = asked(place, cast)
    at = desk.open(cast.approver, "approval", change=number)

    at.text_area(key=f"{number}_return_reason").input(REASON)
    at.button(key="return").click().run()

    assert "returned this change for changes" in words(at)
    with place.store.reading() as session:
        assert change(session, number, cast.developer, at=today()).may(Action.RESUME_CHANGE)


def test_an_exception_is_requested_where_a_clause_fails_and_stands_in_the_register(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    model, version = a_version(place.store, cast, tier=2, stage=Stage.IN_VALIDATION)
    new_evidence(place.store, model, version, by=cast.developer)
    lost = a_check(
        kind="fairness", metric="impact_ratio", value=0.72, threshold=0.8, verdict=Verdict.FAIL, clause="4.2"
    )
    finish_run(place.store, model, version, by=cast.developer, checks=[lost])
    at = desk.open(cast.developer, "model", model=model, version=version, tab="Decisions")

    at.text_area(key="exception_controls").input("A person reviews every refusal.")
    at.text_area(key="change_rationale").input(REASON)
    button(at, "Request exception").click().run()

    assert "waits for its approvers" in words(at)
    register = desk.open(cast.auditor, "exceptions")
    assert "0 exceptions in force" in words(register)
    assert "PE0001" in words(register)
    assert "Waiting" in words(register)


def test_what_shows_an_answer_is_a_link_where_it_names_something(desk: Desk, cast: Cast, place: Workplace) -> None:
    number = asked(place, cast)
    with place.store.reading() as session:
        item = next(one for one in change(session, number, cast.approver, at=today()).checklist if one.filled is None)
    said = f"{number}, javascript:alert(1), https://wiki.example.org/a_(b)"
    answer_item(
        place.store, place.ledger, change=number, code=item.code, answer=Answer.MET, reason="", evidence=said,
        actor=cast.approver, at=today(),
    )  # fmt: skip

    shown = words(desk.open(cast.approver, "approval", change=number))

    assert f"[{number}](/approval?change={number})" in shown
    assert "](https://wiki.example.org/a_%28b%29)" in shown
    assert "](javascript" not in shown
