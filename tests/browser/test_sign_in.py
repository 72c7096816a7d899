"""Signing in and out in a browser: the right way, and the ways that are refused."""

import urllib.error
import urllib.request
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import expect
from websockets import Origin
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from app.composition import now
from core.access.people import create_person, withdraw_role
from core.access.queries import open_sessions
from core.access.rules import Role
from core.access.sessions import end_session
from tests.browser.conftest import PATIENCE, Live, Visit, sign_in
from tests.browser.steps import fill, go, press

DENIED = ("status of 401", "status of 429", "status of 422")


def end_every_session(live: Live, person: str) -> None:
    with live.place.store.reading() as session:
        opened = [row.id for row in open_sessions(session, person=person, at=now())]
    for session_id in opened:
        end_session(
            live.place.store, live.place.ledger, session_id=session_id, actor=live.administrator.actor, at=now()
        )


def test_a_person_signs_in_sees_their_pages_and_signs_out(visit: Visit, live: Live) -> None:
    ana = live.add_person("ana.signs.in", "Ana Ruiz", Role.APPROVER)
    visitor = visit()

    visitor.sign_in(ana)
    go(visitor, "Ana Ruiz", "My account")
    visitor.page.get_by_role("button", name="Sign out").click(timeout=PATIENCE)

    expect(visitor.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=PATIENCE)
    with live.place.store.reading() as session:
        assert open_sessions(session, person=ana.number, at=now()) == ()


def test_after_signing_out_the_way_back_is_closed(visit: Visit, live: Live) -> None:
    ana = live.add_person("ana.leaves", "Ana Leaves", Role.APPROVER)
    visitor = visit()
    visitor.sign_in(ana)
    visitor.open("/account")
    visitor.page.get_by_role("button", name="Sign out").click(timeout=PATIENCE)
    expect(visitor.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=PATIENCE)

    visitor.open("/account")

    expect(visitor.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=PATIENCE)
    expect(visitor.page.get_by_text("ana.leaves")).to_have_count(0)


def test_a_wrong_password_is_said_and_the_user_name_kept(visit: Visit, live: Live) -> None:
    live.add_person("ana.forgets", "Ana Forgets", Role.APPROVER)
    visitor = visit()
    visitor.expected_complaints = DENIED
    visitor.open("/")

    sign_in(visitor.page, "ana.forgets", "wrong")

    expect(visitor.page.get_by_role("alert")).to_have_text("The user name or the password is wrong.")
    expect(visitor.page.get_by_label("User name")).to_have_value("ana.forgets")


def test_a_second_factor_is_set_up_from_its_qr_code_and_asked_for_at_the_next_sign_in(visit: Visit, live: Live) -> None:
    ana = live.add_person("ana.factor", "Ana Factor", Role.APPROVER)
    visitor = visit()
    visitor.sign_in(ana, "/account")
    page = visitor.page
    page.get_by_text("Set up a second factor").click(timeout=PATIENCE)
    expect(page.get_by_role("img", name="QR code with the secret for your authenticator")).to_be_visible(
        timeout=PATIENCE
    )
    authenticator = pyotp.TOTP(page.locator("code").inner_text().replace(" ", ""))
    fill(page, "Code", authenticator.now())
    press(visitor, "Set up second factor")
    expect(page.get_by_role("heading", level=1, name="Keep your recovery codes")).to_be_visible(timeout=PATIENCE)
    press(visitor, "I have kept them")
    page.get_by_role("button", name="Sign out").click(timeout=PATIENCE)

    sign_in(page, ana.username, ana.password)
    later = now() + timedelta(seconds=30)  # the code after the one that was taken, so that nobody waits for it
    page.get_by_label("Code").fill(authenticator.at(later), timeout=PATIENCE)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("button", name="Ana Factor")).to_be_visible(timeout=PATIENCE)


def test_somebody_without_a_session_lands_where_they_wanted_to_go(visit: Visit, live: Live) -> None:
    ana = live.add_person("ana.deep", "Ana Deep", Role.AUDITOR)
    visitor = visit()

    visitor.sign_in(ana, "/ledger?note=kept")

    expect(visitor.page).to_have_url(f"{live.url}/ledger?note=kept", timeout=PATIENCE)
    expect(visitor.page.get_by_role("heading", level=1, name="Ledger")).to_be_visible(timeout=PATIENCE)


def test_a_session_that_is_ended_loses_access_at_the_next_action(visit: Visit, live: Live) -> None:
    ana = live.add_person("ana.ended", "Ana Ended", Role.APPROVER)
    visitor = visit()
    visitor.sign_in(ana)

    end_every_session(live, ana.number)
    go(visitor, "Evidence", "Ledger")

    expect(visitor.page.get_by_text("Your session has ended").first).to_be_visible(timeout=PATIENCE)
    expect(visitor.page.get_by_role("heading", level=1, name="Ledger")).to_have_count(0)


def test_a_role_that_is_withdrawn_closes_its_pages_at_the_next_action(visit: Visit, live: Live) -> None:
    ana = live.add_person("ana.moves", "Ana Moves", Role.APPROVER)
    visitor = visit()
    visitor.sign_in(ana)
    expect(visitor.page.get_by_role("link", name="Changes")).to_be_visible(timeout=PATIENCE)

    withdraw_role(
        live.place.store, live.place.ledger, person=ana.number, role=Role.APPROVER,
        reason="Changed department", actor=live.administrator.actor, at=now(),
    )  # fmt: skip
    visitor.page.get_by_role("link", name="Changes").click()

    expect(visitor.page.get_by_text("This is not possible for you now")).to_be_visible(timeout=PATIENCE)
    expect(visitor.page.get_by_role("link", name="Changes")).to_have_count(0)


def test_a_new_person_chooses_a_password_on_their_link(visit: Visit, live: Live) -> None:
    place = live.place
    created = create_person(
        place.store, place.ledger, username="new.person", name="Nia New", actor=live.administrator.actor, at=now()
    )
    visitor = visit(width=1024)
    visitor.expected_complaints = DENIED
    visitor.open(f"/setup?link={created.link}")
    visitor.page.get_by_label("Password", exact=True).fill("short")
    visitor.page.get_by_label("The same password again").fill("short")
    visitor.page.get_by_role("button", name="Set the password").click()
    expect(visitor.page.get_by_role("alert")).to_contain_text("fewer than 12 characters")

    visitor.page.get_by_label("Password", exact=True).fill("a long enough password")
    visitor.page.get_by_label("The same password again").fill("a long enough password")
    visitor.page.get_by_role("button", name="Set the password").click()
    visitor.page.get_by_role("link", name="Go to Countersign").click()
    sign_in(visitor.page, "new.person", "a long enough password")

    expect(visitor.page.get_by_role("button", name="Nia New")).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/_stcore/upload_file/a/b"), ("GET", "/media/a.pdf"), ("DELETE", "/_stcore/upload_file/a/b")],
)
def test_strangers_neither_upload_nor_read_files(live: Live, method: str, path: str) -> None:
    request = urllib.request.Request(live.url + path, method=method)

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=5)

    assert refused.value.code == 401


@pytest.mark.parametrize("origin", [None, "https://evil.example", "http://localhost"])
def test_the_socket_refuses_a_missing_or_another_origin(live: Live, origin: str | None) -> None:
    address = f"{live.url.replace('http', 'ws', 1)}/_stcore/stream"

    with pytest.raises(InvalidStatus) as refused:
        connect(address, origin=Origin(origin) if origin else None, open_timeout=5)

    assert refused.value.response.status_code == 403
