"""What people do on the pages, one step a function, as the story and the refusals play it."""

import re
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Download, Page, expect

from tests.browser.conftest import PATIENCE, Visitor


def go(visitor: Visitor, menu: str, title: str) -> None:
    """Choose a page from a menu of the bar."""
    visitor.page.get_by_role("button", name=menu, exact=True).click(timeout=PATIENCE)
    visitor.page.get_by_role("menuitem", name=title, exact=True).click(timeout=PATIENCE)


def fill(page: Page, label: str, text: str) -> None:
    """Type into a field and leave it, so that Streamlit takes the value."""
    field = page.get_by_label(label, exact=True)
    field.fill(text, timeout=PATIENCE)
    field.blur()


def choose(visitor: Visitor, label: str, option: str) -> None:
    """Pick from a list by typing, as with the keyboard."""
    visitor.page.get_by_role("combobox", name=label, exact=True).fill(option, timeout=PATIENCE)
    visitor.page.keyboard.press("Enter")
    visitor.settled()


def add(visitor: Visitor, label: str, option: str) -> None:
    """Add one more to a list of several; typed again when the list had closed itself meanwhile."""
    page = visitor.page
    field, chosen = page.get_by_role("combobox", name=label), page.get_by_role("button", name=f"Remove {option}")
    for _ in range(10):
        field.click(timeout=PATIENCE)
        field.fill(option)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        with suppress(AssertionError):
            expect(chosen).to_be_visible(timeout=2_000)
            return
    expect(chosen).to_be_visible(timeout=PATIENCE)


def press(visitor: Visitor, name: str) -> None:
    """Press the button of this name once it may be pressed."""
    visitor.settled()
    button = visitor.page.get_by_role("button", name=name, exact=True).first
    expect(button).to_be_enabled(timeout=PATIENCE)
    button.click()
    visitor.settled()


def sees(visitor: Visitor, text: str | re.Pattern[str]) -> None:
    """The page shows this text."""
    expect(visitor.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)


def open_page(visitor: Visitor, address: str) -> None:
    """Open a page by its address and wait until it is drawn."""
    visitor.open(address)
    _drawn(visitor)


def turn_to(visitor: Visitor, address: str) -> None:
    """Go to the page of this address within the open session, in half the time, and wait until it is drawn."""
    visitor.turn(address)
    _drawn(visitor)


def _drawn(visitor: Visitor) -> None:
    expect(visitor.page.get_by_role("heading", level=1).first).to_be_visible(timeout=PATIENCE)
    visitor.settled()


def register_model(visitor: Visitor, *, owner: str) -> None:
    """Enter a model with its first version and new datasets."""
    open_page(visitor, "/register")
    page = visitor.page
    fill(page, "Name", "Pretrial risk score")
    fill(page, "Purpose", "Estimate the chance of a new arrest within two years, to inform release hearings.")
    choose(visitor, "Business line", "Justice")
    choose(visitor, "Owner", owner)
    choose(visitor, "Exposure", "Low")
    for use in ("Training", "Test"):
        fill(page, f"{use} data: name", f"arrests-{use.lower()}")
        fill(page, f"{use} data: version", "2026.1")
        fill(page, f"{use} data: source", "County records, drawn in January 2026")
    fill(page, "Intended use", "Decision support; a judge decides. Not for sentencing.")
    fill(page, "Limitations", "Not shown to work for people under 18.")
    fill(page, "What changed and why", "First version, after a pilot in one county.")
    press(visitor, "Register model")
    expect(page).to_have_url(re.compile("/model"), timeout=PATIENCE)


def hand_in(visitor: Visitor, file: Path, *, sensitive: tuple[str, ...], favourable: str) -> None:
    """Drop a file, correct what was guessed, hand it in."""
    page = visitor.page
    page.locator("input[type=file]").set_input_files(file, timeout=PATIENCE)
    expect(page.get_by_role("heading", name="What the columns mean")).to_be_visible(timeout=PATIENCE)
    visitor.settled()
    for attribute in ("race", "sex", "age_cat"):
        if attribute not in sensitive:
            page.get_by_role("button", name=f"Remove {attribute}").click()
            visitor.settled()
    outcomes = page.get_by_role("radiogroup", name="Favourable outcome for the person")
    outcomes.get_by_text(favourable, exact=True).click(timeout=PATIENCE)
    visitor.settled()
    fill(page, "The favourable outcome in words (optional)", "cleared for release")
    press(visitor, "Hand in and validate")


def answer_checklist(visitor: Visitor) -> None:
    """Answer every item as met; read the page again where an answer was not kept, as a person would."""
    page = visitor.page
    for _ in range(3):
        buttons = page.get_by_role("radio", name="Met", exact=True)
        expect(buttons.first).to_be_visible(timeout=PATIENCE)
        for place in range(buttons.count()):
            if buttons.nth(place).is_checked():
                continue
            buttons.nth(place).click()
            expect(buttons.nth(place)).to_be_checked(timeout=PATIENCE)
            page.wait_for_timeout(150)  # the run that keeps the answer begins a moment after the click
            visitor.settled()
        if not page.get_by_text(re.compile("checklist items? ha(s|ve) no answer")).count():
            return
        open_page(visitor, page.url.removeprefix(visitor.live.url))


def download(visitor: Visitor, place: int, folder: Path) -> Path:
    """Take the export in this place of the list away."""
    with visitor.context.expect_page() as opened, visitor.page.expect_popup():
        visitor.page.get_by_role("link", name="Download").nth(place).click()
    waiting: Download = opened.value.wait_for_event("download")
    path = folder / waiting.suggested_filename
    waiting.save_as(path)
    return path
