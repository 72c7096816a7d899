"""A real server, a real browser, and visitors who must never reach another host or break a content policy."""

import os
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebSocket,
    expect,
    sync_playwright,
)
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from app.composition import Workplace, now, open_workplace
from app.example.accounts import CAST
from app.launch import ROOT, server_command
from app.settings import load
from core.access.people import add_grant, create_person
from core.access.rules import Actor, Role
from core.access.setup import make_first_link, redeem_link
from tests.builders import free_port
from tests.told import Told

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-extensions",
)
SHOTS = Path(__file__).parent / ".shots"
PATIENCE = 45_000  # milliseconds; a limit for failing, never a time to wait, also on a machine that is busy
expect.set_options(timeout=PATIENCE)
REPORT_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', event =>
    console.error('content policy: ' + event.violatedDirective + ' ' + event.blockedURI))
"""

# As the browser's own way back does: Streamlit turns to the page of the address within its session.
TURN = """address => {
    history.pushState({}, '', address)
    dispatchEvent(new PopStateEvent('popstate', {state: {}}))
}"""
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
OVERFLOWS = """[document.documentElement, document.querySelector('[data-testid=stMain]')]
    .some(part => part.scrollWidth > part.clientWidth + 1)"""
IS_DARK = """wanted => {
    const page = document.querySelector('[data-testid="stApp"]') ?? document.body
    const [red, green, blue] = getComputedStyle(page).backgroundColor.match(/[0-9.]+/g).map(Number)
    return (red + green + blue < 384) === wanted
}"""

KNOWN_COMPLAINTS = (
    "content policy: script-src wasm-eval",  # protobuf's number library tries WebAssembly, then does without
    "/_stcore/health",  # on a deep link Streamlit looks for its own base path from the inside out
    "/_stcore/host-config",
)


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in."""

    number: str
    username: str
    password: str
    name: str
    actor: Actor


class Live:
    """A server in its own process on a free loopback port, and its store opened from here."""

    def __init__(self, folder: Path, extra: Mapping[str, str] | None = None) -> None:
        variables = {
            "COUNTERSIGN_DATA_DIR": str(folder / "var"),
            "COUNTERSIGN_PORT": str(free_port()),
            **(extra or {}),
        }
        settings = load(variables)
        self.url = settings.public_url
        self.place: Workplace = open_workplace(settings)
        self._log_path = folder / "server.log"
        self._log = self._log_path.open("w")
        self._process = subprocess.Popen(
            server_command(settings), cwd=ROOT, env={**os.environ, **variables}, stdout=self._log, stderr=self._log
        )
        self._wait_until_up()

    @property
    def log(self) -> str:
        return self._log_path.read_text()

    def add_person(self, username: str, name: str, *roles: Role) -> Account:
        """An administrator adds and grants, the person chooses a password."""
        place, administrator = self.place, self.administrator.actor
        created = create_person(
            place.store, place.ledger, username=username, name=name, actor=administrator, at=now()
        )  # fmt: skip
        with place.store.transaction() as tx:  # as if a second administrator had confirmed
            for role in roles:
                add_grant(
                    tx, place.ledger, person=created.number, role=role,
                    reason="Set up for the browser tests", actor=administrator, at=now(),
                )  # fmt: skip
        password = f"correct horse {username} staple"
        actor = redeem_link(place.store, place.ledger, secret=created.link, password=password, at=now())
        return Account(created.number, username, password, name, actor)

    @property
    def administrator(self) -> Account:
        """The first administrator, made on first use."""
        if not hasattr(self, "_administrator"):
            place, password = self.place, "correct horse first staple"
            secret = make_first_link(place.store, place.ledger, at=now())
            assert secret is not None
            actor = redeem_link(
                place.store, place.ledger,
                secret=secret, password=password, username="first", name="Ida First", at=now(),
            )  # fmt: skip
            self._administrator = Account(actor.id, "first", password, "Ida First", actor)
        return self._administrator

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._log.close()
        self.place.store.close()

    def _wait_until_up(self) -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise RuntimeError(self.log)
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"The server did not start: {self.log}")


@dataclass
class Visitor:
    """One person's browser; what went wrong in it is collected and asserted at the end of the test."""

    live: Live
    context: BrowserContext
    page: Page
    hosts_allowed: set[str]
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected_complaints: tuple[str, ...] = ()
    socket: WebSocket | None = None

    def listen(self) -> None:
        self.context.on("request", self._on_request)
        self.page.on("console", self._on_console)
        self.page.on("websocket", self._on_socket)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, address: str = "/") -> None:
        self.page.goto(self.live.url + address)

    def turn(self, address: str) -> None:
        """Go to the page of this address within the session that is open, which loads the application no second time.

        Where none is open, or this page is the one that stands there, the address is opened anew.
        """
        here = self.page.url.removeprefix(self.live.url)
        if self.socket is None or self.socket.is_closed() or not here.startswith("/") or here == address:
            self.open(address)
            return
        self.settled()
        with self.socket.expect_event("framereceived", _is_end_of_run, timeout=PATIENCE):
            self.page.evaluate(TURN, address)
        self.page.evaluate(TWO_FRAMES)  # what came last is drawn

    def sign_in(self, account: Account, address: str = "/") -> None:
        """Sign in with the embedded provider, as a person does, and wait for the navigation."""
        self.open(address)
        sign_in(self.page, account.username, account.password)
        expect(self.page.get_by_role("button", name=account.name)).to_be_visible(timeout=PATIENCE)

    def settled(self) -> None:
        """Wait until Streamlit has finished its run and every part of the page has arrived."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning", timeout=PATIENCE
        )
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)

    @property
    def dark(self) -> bool:
        """Which theme this person's system asks for."""
        found: bool = self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        return found

    @dark.setter
    def dark(self, wanted: bool) -> None:
        """Change the system's theme under the open page and wait until the page has followed."""
        self.page.emulate_media(color_scheme="dark" if wanted else "light")
        self.page.wait_for_function(IS_DARK, arg=wanted)

    def resize(self, width: int) -> None:
        """Make the window as wide as that and wait until the page has followed."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.evaluate(TWO_FRAMES)

    def shot(self, name: str) -> Path:
        """A picture of the whole page in tests/browser/.shots, which git ignores."""
        SHOTS.mkdir(exist_ok=True)
        path = SHOTS / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def assert_clean(self) -> None:
        assert self.foreign == [], "requests to another host"
        known = (*KNOWN_COMPLAINTS, *self.expected_complaints)
        unexpected = [one for one in self.complaints if not any(part in one for part in known)]
        assert unexpected == [], "console errors"

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc not in self.hosts_allowed:
            self.foreign.append(request.url)

    def _on_socket(self, socket: WebSocket) -> None:
        if urlsplit(socket.url).path.endswith("/_stcore/stream"):
            self.socket = socket

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location.get('url', '')}".strip())


def _is_end_of_run(frame: bytes | str) -> bool:
    """Whether this message says that a whole run of a page ended; one that another run replaced does not."""
    message = ForwardMsg.FromString(frame) if isinstance(frame, bytes) else ForwardMsg()
    ended = message.WhichOneof("type") == "script_finished"
    return ended and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY


def sign_in(page: Page, username: str, password: str) -> None:
    """From the sign-in page through the embedded provider's form."""
    page.get_by_role("button", name="Sign in").click(timeout=PATIENCE)
    page.get_by_label("User name").fill(username, timeout=PATIENCE)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The server that the tests of one run share; each test adds its own people."""
    server = Live(tmp_path_factory.mktemp("live"))
    yield server
    server.stop()


def open_example(
    told: Told, folder: Path, extra: Mapping[str, str] | None = None
) -> tuple[Live, Mapping[str, Account]]:
    """A server of its own on a copy of the example workspace, and its accounts by user name."""
    told.copy(folder / "var")
    names = {username: name for username, name, _ in CAST}
    accounts = {
        one.username: Account(one.number, one.username, one.password, names[one.username], one.actor)
        for one in told.accounts
    }
    return Live(folder, extra), accounts


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Opens browsers: `visit()`, or `visit(width=1024, dark=True, live=other_server)`; all must stay clean."""
    visitors: list[Visitor] = []

    def opened(
        *, width: int = 1440, height: int = 900, dark: bool = False, live: Live | None = None, also: str = ""
    ) -> Visitor:
        server = live or request.getfixturevalue("live")
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
            color_scheme="dark" if dark else "light",
        )
        context.add_init_script(REPORT_VIOLATIONS)
        hosts = {urlsplit(server.url).netloc, *([also] if also else [])}
        visitor = Visitor(server, context, context.new_page(), hosts)
        visitor.listen()
        visitors.append(visitor)
        return visitor

    yield opened
    for visitor in visitors:
        visitor.context.close()
    for visitor in visitors:
        visitor.assert_clean()
