"""Access in a browser: an emergency that is ended from outside, an erasure by two, a datum that comes out nowhere."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from app.composition import now
from core.access.break_glass.queries import open_now
from core.access.break_glass.service import end_break_glass
from core.access.rules import Role
from core.privacy.subjects.filing import NewRequest, file_request, load_request
from core.privacy.subjects.rules import Regime, RequestKind
from core.privacy.subjects.steps import identify_requester, start_search
from tests.browser.conftest import PATIENCE, Live, Visit
from tests.browser.steps import fill, open_page, press, sees
from tests.builders import SERIES

WHY = "A resident disputes a letter by phone and the case worker needs the record."
PLANTED = "ottilie.quendel@example.org"
EXITS = ("/my_work", "/incidents", "/findings", "/ledger", "/alerts", "/search?search=quendel", "/exports")


def test_an_emergency_is_revoked_in_mid_session_and_a_person_is_erased_by_two(visit: Visit, live: Live) -> None:
    tag = next(SERIES)
    developer = live.add_person(f"dora{tag}", "Dora Developer", Role.DEVELOPER)
    approver = live.add_person(f"anne{tag}", "Anne Approver", Role.APPROVER)
    place, administrator = live.place, live.administrator

    emergency = visit()
    emergency.sign_in(developer, "/break_glass")
    emergency.settled()
    field = emergency.page.get_by_label(re.compile("^Reason, at least"))
    field.fill(WHY, timeout=PATIENCE)
    field.blur()
    press(emergency, "Open access")
    sees(emergency, "You read everything and change nothing")
    open_page(emergency, "/grants")  # which shows nothing to a developer
    sees(emergency, "Who may what")
    with place.store.reading() as session:
        access = next(row.number for row in open_now(session, at=now()) if row.person == developer.number)
    end_break_glass(
        place.store, place.ledger, access=access, reason="It was a rehearsal", actor=administrator.actor, at=now()
    )
    emergency.page.get_by_role("button", name="Clear filters").click(timeout=PATIENCE)
    sees(emergency, "opens for the role")
    expect(emergency.page.get_by_text("Break-glass access")).to_have_count(0, timeout=PATIENCE)

    new = NewRequest(
        RequestKind.ERASURE, Regime.GDPR, "letter", now() - timedelta(hours=2), "Hedwig Zwölfer", "by letter",
        (f"KX93Z{tag}Q",),
    )  # fmt: skip
    number = file_request(place.store, place.ledger, new=new, actor=approver.actor, at=now()).number
    identify_requester(
        place.store, place.ledger, request=number, how="answered in person", actor=approver.actor, at=now()
    )
    start_search(place.store, place.ledger, request=number, actor=approver.actor, at=now())
    asking, confirming = visit(), visit()
    asking.sign_in(approver, f"/subject_request?request={number}")
    expect(asking.page.get_by_role("button", name="Propose the erasure")).to_be_enabled(timeout=PATIENCE)
    press(asking, "Propose the erasure")
    confirming.sign_in(administrator, f"/subject_request?request={number}")
    confirming.page.get_by_text("I have read where the person was found").click(timeout=PATIENCE)
    press(confirming, "Erase the person")
    sees(confirming, "Erased")

    asking.open("/incident_new")
    asking.settled()
    fill(asking.page, "What went wrong, in one line", f"A letter went to {PLANTED}")
    fill(asking.page, "What was seen, by whom, where", "The letter was sent twice.")
    press(asking, "Declare the incident")
    sees(asking, re.compile("e-mail address|personal data"))
    for address in EXITS:
        open_page(asking, address)
        assert PLANTED not in asking.page.content(), address
    assert PLANTED not in live.log
    open_page(asking, "/ledger")
    press(asking, "Verify all entries")
    sees(asking, "entries are intact")
    with place.store.reading() as session:
        assert load_request(session, number).erased_at is not None
