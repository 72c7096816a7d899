"""My work: each person sees what waits for them, and nothing that the rules would refuse."""

from datetime import timedelta

from sqlmodel import select

from app.composition import Workplace
from core.access.rules import Role
from core.access.tables import RoleGrant
from core.approval.service import request_change
from core.inventory.rules import Stage
from core.inventory.tables import Model
from core.validation.challenge import ask
from core.validation.rules import FindingStatus
from tests.builders import REASON, Cast, a_finding, a_model, a_person, a_version, new_evidence
from tests.pages.desk import Desk, column, today, words


def test_an_approver_sees_the_change_that_waits_for_their_vote(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = a_version(place.store, cast, stage=Stage.VALIDATED)
    request_change(
        place.store, place.ledger, model=model, version=version, rationale=REASON, actor=cast.developer, at=today()
    )

    at = desk.open(cast.approver, "my_work")

    assert "**1 review waits for you**" in words(at)
    assert column(at, "What I am asked") == ["[Approve v1.0.0 for production](/approval?change=CR0001)"]
    assert column(at, "Why me") == ["Approver, 0 of 2 votes in"]


def test_an_approver_who_contributed_is_not_asked_to_vote(desk: Desk, cast: Cast, place: Workplace) -> None:
    both = a_person(place.store, Role.DEVELOPER, Role.APPROVER)
    model, version = a_version(place.store, cast, stage=Stage.IN_VALIDATION)
    new_evidence(place.store, model, version, by=both)
    other, other_version = a_version(place.store, cast, stage=Stage.VALIDATED)
    request_change(
        place.store, place.ledger, model=other, version=other_version, rationale=REASON, actor=both, at=today()
    )

    at = desk.open(both, "my_work")

    assert "Nothing waits for you." in words(at)


def test_a_validator_is_asked_to_conclude_what_was_judged(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast, stage=Stage.IN_VALIDATION)

    at = desk.open(cast.validator, "my_work")

    address = f"/model?model={model}&version=1.0.0&tab=Evidence"
    assert column(at, "What I am asked") == [f"[Conclude the validation of v1.0.0]({address})"]


def test_a_validator_is_not_asked_to_conclude_their_own_development(desk: Desk, cast: Cast, place: Workplace) -> None:
    both = a_person(place.store, Role.DEVELOPER, Role.VALIDATOR)
    cast = Cast(**{**vars(cast), "developer": both})
    a_version(place.store, cast, stage=Stage.IN_VALIDATION)

    at = desk.open(both, "my_work")

    assert "Conclude the validation" not in words(at)


def test_a_developer_is_asked_for_the_next_step_of_each_version(desk: Desk, cast: Cast, place: Workplace) -> None:
    a_version(place.store, cast, stage=Stage.DRAFT)
    a_version(place.store, cast, stage=Stage.VALIDATED)
    a_version(place.store, cast, stage=Stage.IN_PRODUCTION)

    asked = column(desk.open(cast.developer, "my_work"), "What I am asked")

    assert [one.split("]")[0] for one in asked] == ["[Hand in evidence for v1.0.0", "[Request approval of v1.0.0"]


def test_an_owner_is_not_asked_for_predictions_that_a_developer_hands_in(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    cast = Cast(**{**vars(cast), "developer": cast.owner})
    a_version(place.store, cast, stage=Stage.DRAFT)

    assert "Hand in evidence" not in words(desk.open(cast.owner, "my_work"))


def test_a_question_waits_for_the_developer_and_shows_as_asked(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = a_version(place.store, cast, stage=Stage.IN_VALIDATION)
    ask(
        place.store, place.ledger, model=model, version=version,
        text="Why was this year left out?", actor=cast.validator, at=today() - timedelta(days=3),
    )  # fmt: skip

    developer, validator = desk.open(cast.developer, "my_work"), desk.open(cast.validator, "my_work")

    assert "[Answer question Q0001]" in words(developer)
    assert "[Answer to question Q0001]" in words(validator)
    assert "Waiting 3 d" in words(validator)


def test_an_overdue_finding_comes_first_and_is_counted(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = a_version(place.store, cast, stage=Stage.IN_VALIDATION)
    a_finding(place.store, model, version, at=today() + timedelta(days=20))
    a_finding(place.store, model, version, at=today() - timedelta(days=4))

    at = desk.open(cast.developer, "my_work")

    assert "**2 tasks wait for you**, 1 is overdue." in words(at)
    assert column(at, "What I am asked")[0].startswith("[Remediate finding F0002")
    assert column(at, "State")[0] == ":red-badge[:material/alarm: Overdue 4 d]"


def test_a_remediation_waits_for_another_validator(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = a_version(place.store, cast, stage=Stage.IN_VALIDATION)
    a_finding(place.store, model, version, status=FindingStatus.REMEDIATED)

    assert "Verify the remediation of finding F0001" in words(desk.open(cast.second_validator, "my_work"))
    assert "Verify" not in words(desk.open(cast.approver, "my_work"))


def test_a_review_within_thirty_days_expires_and_a_late_one_waits(desk: Desk, cast: Cast, place: Workplace) -> None:
    soon, late = a_model(place.store, cast), a_model(place.store, cast)
    with place.store.transaction() as tx:
        for number, days in ((soon, 12), (late, -2)):
            model = tx.session.exec(select(Model).where(Model.number == number)).one()
            model.next_review = today() + timedelta(days=days)
            tx.session.add(model)

    at = desk.open(cast.owner, "my_work")

    assert column(at, "What I am asked") == [f"[Periodic review](/edit?model={late})"]
    assert column(at, "What", table=1) == [f"[Periodic review](/edit?model={soon})"]
    assert "1 thing expires within 30 days" in words(at)


def test_an_administrator_sees_people_without_a_role_and_grants_that_end(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    nobody = a_person(place.store, name="Robin *New*")
    with place.store.transaction() as tx:
        tx.session.add(
            RoleGrant(
                person=cast.validator.id, role=Role.APPROVER, reason="stands in for a week", granted_by="system",
                granted_at=today(), ends_at=today() + timedelta(days=5),
            )
        )  # fmt: skip

    at = desk.open(cast.administrator, "my_work")

    assert column(at, "What I am asked") == [f"[Grant Robin *New* a role](/administration?person={nobody.id})"]
    assert column(at, "State", table=1) == [":orange-badge[:material/hourglass_bottom: Expiring 5 d]"]


def test_a_person_without_a_role_is_told_who_grants_one(desk: Desk, place: Workplace) -> None:
    at = desk.open(a_person(place.store), "my_work")

    assert "You have no role yet." in words(at)
    assert not at.table


def test_a_hostile_model_name_stays_letters(desk: Desk, cast: Cast, place: Workplace) -> None:
    model = a_model(place.store, cast, name="![x](https://evil.example) :red-badge[Passed]")
    a_version(place.store, cast, model=model)

    at = desk.open(cast.developer, "my_work")

    assert "\\!\\[x\\]\\(https" in str(at.table[0].value["Model"][0])
    assert ":\u2060red" in str(at.table[0].value["Model"][0]).replace("\\", "")
