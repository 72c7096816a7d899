"""Takes the pictures of the README from a running example workspace.

Run: python docs/images/take.py URL ACCOUNTS [NAME …], where ACCOUNTS is the example-accounts.json of its data folder.
"""

import io
import json
import os
import sys
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ("--no-sandbox", "--headless=new", "--disable-gpu", "--disable-dev-shm-usage")
LARGEST = 150_000  # bytes
PATIENCE = 60_000  # milliseconds


class Picture(NamedTuple):
    """What is shown to whom."""

    name: str
    username: str
    address: str
    dark: bool = False
    press: str = ""


PICTURES = (
    Picture("model", "validator", "/model?model=M0001&version=1.1.0&tab=Evidence"),
    Picture("fairness", "validator", "/fairness?run=R0002"),
    Picture("approval", "approver2", "/approval?change=CR0002"),
    Picture("ledger", "auditor", "/ledger", dark=True, press="Verify all entries"),
)


def take(browser: Browser, picture: Picture, url: str, password: str) -> None:
    """Sign in, open the page, keep what 1440 x 900 shows of it."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        locale="en-GB",
        timezone_id="UTC",
        reduced_motion="reduce",
        color_scheme="dark" if picture.dark else "light",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("User name").fill(picture.username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    settle(page)
    page.goto(url + picture.address)
    settle(page)
    if picture.press:
        page.get_by_role("button", name=picture.press).click()
        settle(page)
    page.mouse.move(1430, 890)  # no button or figure looks touched
    page.wait_for_timeout(1000)  # a message that fades in is a picture of nothing until it has
    keep(page.screenshot(), HERE / f"{picture.name}.png")
    context.close()


def settle(page: Page) -> None:
    """Wait until Streamlit has drawn everything."""
    expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)


def keep(shot: bytes, path: Path) -> None:
    """Write the picture with 256 colours, which screens of text do not miss."""
    image = Image.open(io.BytesIO(shot)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    image.save(path, optimize=True)
    size = path.stat().st_size
    sys.stdout.write(f"{path.name}: {size:,} bytes\n")
    if size > LARGEST:
        raise SystemExit(f"{path.name} is larger than {LARGEST:,} bytes")


def main() -> None:
    """Take all pictures, or those that are named."""
    url, accounts, *names = sys.argv[1:]
    passwords = {one["username"]: one["password"] for one in json.loads(Path(accounts).read_text(encoding="utf-8"))}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for picture in PICTURES:
            if not names or picture.name in names:
                take(browser, picture, url, passwords[picture.username])
        browser.close()


if __name__ == "__main__":
    main()
