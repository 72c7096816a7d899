"""Subject requests on their pages: put down, searched, erased by two people, and read by nobody else."""

from datetime import timedelta

from streamlit.testing.v1 import AppTest

from app.composition import Workplace
from app.subjects import places_of
from app.worker import work_once
from core.privacy.subjects.filing import NewRequest, file_request, load_request
from core.privacy.subjects.rules import Regime, RequestKind
from core.privacy.subjects.steps import identify_requester, propose_erasure, start_search
from tests.builders import Cast, a_version
from tests.pages.desk import Desk, button, column, today, words

TERM = "KX93ZTQ7"


def put_down(place: Workplace, cast: Cast, kind: RequestKind = RequestKind.ERASURE) -> str:
    new = NewRequest(kind, Regime.GDPR, "letter", today() - timedelta(hours=2), "Hedwig Zwölfer", "by letter", (TERM,))
    return file_request(place.store, place.ledger, new=new, actor=cast.approver, at=today()).number


def bars(page: AppTest) -> list[str]:
    return [one.proto.text for one in page.get("progress")]


def test_a_request_is_put_down_on_its_page(place: Workplace, cast: Cast, desk: Desk) -> None:
    page = desk.open(cast.approver, "subject_requests")
    assert "No request waits for an answer." in words(page)
    page.text_input[0].input("Hedwig Zwölfer")
    page.text_input[1].input("by letter")
    page.text_area[0].input(TERM)
    button(page, "Put the request down").click().run()

    shown = desk.open(cast.administrator, "subject_requests")
    assert column(shown, "Next") == ["Check who asks"]
    assert "SR0001" in words(desk.open(cast.approver, "my_work"))


def test_an_erasure_goes_from_the_search_to_a_second_person(place: Workplace, cast: Cast, desk: Desk) -> None:
    number = put_down(place, cast)
    page = desk.open(cast.approver, "subject_request", request=number)
    assert "Hedwig Zwölfer" in words(page)
    assert page.button(key="search").disabled
    page.text_area(key="identify_text").input("answered to the address on record")
    page.button(key="identify").click().run()
    page.button(key="search").click().run()
    assert bars(page) == ["Searching: waits for a worker"]
    while work_once(place):
        pass
    page = desk.open(cast.approver, "subject_request", request=number)
    assert "The person was not found" in words(page)
    page.button(key="propose").click().run()

    page = desk.open(cast.administrator, "subject_request", request=number)
    page.checkbox(key="read_found").check().run()
    page.button(key="confirm").click().run()
    assert bars(page) == ["Erasing: waits for a worker"]
    while work_once(place):
        pass

    with place.store.reading() as session:
        assert load_request(session, number).erased_at is not None
    assert [path.name for path in places_of(place).orders.glob("*.json")] == [f"{number}.json"]


def test_an_erasure_to_confirm_waits_on_the_desk_of_an_administrator(place: Workplace, cast: Cast, desk: Desk) -> None:
    number, acting = put_down(place, cast), {"actor": cast.approver, "at": today()}
    identify_requester(place.store, place.ledger, request=number, how="answered in person", **acting)  # type: ignore[arg-type]
    start_search(place.store, place.ledger, request=number, **acting)  # type: ignore[arg-type]
    while work_once(place):
        pass
    with place.store.reading() as session:
        revision = load_request(session, number).revision
    propose_erasure(place.store, place.ledger, request=number, expected_revision=revision, **acting)  # type: ignore[arg-type]

    assert f"Confirm the erasure: request {number}" in words(desk.open(cast.administrator, "my_work"))


def test_others_do_not_read_requests(place: Workplace, cast: Cast, desk: Desk) -> None:
    number = put_down(place, cast)

    said = words(desk.open(cast.auditor, "subject_request", request=number))

    assert "Zwölfer" not in said
    assert "approver" in said


def test_a_record_of_processing_is_filled_in_and_kept_on_its_page(place: Workplace, cast: Cast, desk: Desk) -> None:
    a_version(place.store, cast)
    assert column(desk.open(cast.auditor, "processing"), "Record of processing") == [
        ":orange-badge[:material/flag: Missing]"
    ]

    page = desk.open(cast.owner, "processing", model="M0001")
    assert "Controller: name and contact" in column(page, "What is missing")
    page.text_area[0].input("An office, by letter")
    button(page, "Keep version 1").click().run()

    assert "Controller: name and contact" not in column(page, "What is missing")
    shown = desk.open(cast.auditor, "processing", model="M0001", paper="assessment")
    assert "Not decided yet" in words(shown)
    assert not [one for one in shown.button if "Keep version" in one.label]
