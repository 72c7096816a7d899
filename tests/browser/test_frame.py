"""The frame: navigation by role, refusals in words, hostile names, and no request to another host."""

from collections.abc import Mapping

import pytest
from playwright.sync_api import expect

from core.access.rules import Role
from tests.browser.conftest import OVERFLOWS, PATIENCE, Live, Visit
from tests.browser.steps import add

HOSTILE = "<img src=x onerror=alert(1)> ![i](https://evil.example/a.png) :material/home: :red[x] $y$ [l](//evil)"


@pytest.mark.parametrize(
    ("role", "plain", "menus"),
    [
        (
            Role.APPROVER,
            {"shown": ("My work", "Cycle", "Inventory", "Changes", "Findings"), "hidden": ("Model", "Upload")},
            {
                "Rules": ("Policies", "Coverage", "Compliance", "Personal data"),
                "Evidence": ("Reviews", "Audits", "Ledger", "Exports"),
                "Nav approver": ("My account",),
            },
        ),
        (
            Role.ADMINISTRATOR,
            {"shown": ("My work", "Inventory"), "hidden": ("Changes", "Findings", "Fairness report")},
            {"Evidence": ("Audits", "Ledger"), "Nav administrator": ("Administration", "My account")},
        ),
    ],
)
def test_the_navigation_shows_what_a_role_opens(
    visit: Visit, live: Live, role: Role, plain: Mapping[str, tuple[str, ...]], menus: Mapping[str, tuple[str, ...]]
) -> None:
    person = live.add_person(f"nav.{role}", f"Nav {role}", role)
    visitor = visit(width=1024)
    visitor.sign_in(person)
    bar = visitor.page.get_by_test_id("stTopNav")

    for title in plain["shown"]:
        expect(bar.get_by_role("link", name=title, exact=True)).to_be_visible()
    for title in plain["hidden"]:
        expect(bar.get_by_role("link", name=title, exact=True)).to_have_count(0)
    expect(bar.get_by_role("button", name="more")).to_have_count(0)  # nothing had no room
    for menu, titles in menus.items():
        button = bar.get_by_role("button", name=menu, exact=True)
        button.focus()
        visitor.page.keyboard.press("ArrowDown")  # as with the keyboard
        expect(visitor.page.get_by_role("menuitem")).to_have_text(list(titles))
        visitor.page.keyboard.press("Escape")
        expect(button).to_be_focused()


def test_an_address_that_a_role_does_not_open_says_why(visit: Visit, live: Live) -> None:
    person = live.add_person("wrong.door", "Wera Wrong", Role.VALIDATOR)
    visitor = visit()

    visitor.sign_in(person, "/administration")

    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("This is not possible for you now")
    expect(visitor.page.get_by_text("opens for the role administrator")).to_be_visible()
    expect(visitor.page.get_by_text("Nothing was changed.")).to_be_visible()


def test_a_hostile_name_is_shown_letter_by_letter(visit: Visit, live: Live) -> None:
    person = live.add_person("hostile", HOSTILE, Role.AUDITOR)
    visitor = visit()
    visitor.page.on("dialog", lambda dialog: pytest.fail(f"script ran: {dialog.message}"))
    visitor.open("/account")
    visitor.page.get_by_role("button", name="Sign in").click(timeout=PATIENCE)
    visitor.page.get_by_label("User name").fill(person.username)
    visitor.page.get_by_label("Password").fill(person.password)
    visitor.page.get_by_role("button", name="Sign in").click()

    title = visitor.page.get_by_role("heading", level=1)
    expect(title).to_be_visible(timeout=PATIENCE)
    visitor.settled()

    shown = title.inner_text().replace("\u2060", "")
    assert shown == HOSTILE
    assert visitor.page.locator("h1 img, table img, h1 a, table a").count() == 0
    name = visitor.page.get_by_role("row", name="Name", exact=False).first.get_by_role("cell")
    expect(name).to_be_visible(timeout=PATIENCE)
    assert name.inner_text().replace("\u2060", "") == HOSTILE
    assert visitor.page.title() == f"{HOSTILE} · Countersign"


def test_the_account_page_fits_in_either_width_and_theme(visit: Visit, live: Live) -> None:
    person = live.add_person("ana.everywhere", "Ana Everywhere", Role.DEVELOPER)
    visitor = visit()

    visitor.sign_in(person, "/account")
    expect(visitor.page.get_by_role("heading", name="Where I am signed in")).to_be_visible(timeout=PATIENCE)
    visitor.settled()

    for width in (1440, 1024):
        visitor.resize(width)
        for dark in (False, True):
            visitor.dark = dark
            visitor.shot(f"account_{width}_{'dark' if dark else 'light'}")
            assert not visitor.page.evaluate(OVERFLOWS), (width, dark)


def test_a_developer_issues_a_token_that_is_shown_once(visit: Visit, live: Live) -> None:
    person = live.add_person("token.maker", "Tove Token", Role.DEVELOPER)
    visitor = visit()
    visitor.sign_in(person, "/account")
    visitor.settled()
    visitor.page.get_by_text("Issue a token").click(timeout=PATIENCE)
    visitor.page.get_by_label("Name, for example the pipeline that uses it").fill("nightly build")
    add(visitor, "Scopes: what it may do", "evidence:upload")
    visitor.page.get_by_role("button", name="Issue token").click()

    secret = visitor.page.get_by_test_id("stCode").filter(has_text="countersign_")
    expect(secret).to_contain_text("countersign_", timeout=PATIENCE)
    visitor.page.reload()

    expect(visitor.page.get_by_text("nightly build").first).to_be_visible(timeout=PATIENCE)
    visitor.settled()
    expect(secret).to_have_count(0)
