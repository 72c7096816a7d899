"""Every page of the example workspace, in both themes, judged by axe-core against WCAG 2.2 AA.

Where `test_hostile_text` does not bring hostile text in, it stands after every text of the store, and nothing of it
comes to life.
"""

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import expect

from app.launch import ROOT
from app.navigation import ACCOUNT, PAGES
from tests.browser.axe import faults
from tests.browser.conftest import PATIENCE, Account, Live, Visit, Visitor, open_example, sign_in
from tests.browser.poison import EFFECTS, poisoned_copy
from tests.browser.steps import press, turn_to
from tests.browser.test_hostile_text import PAGES as WITH_HOSTILE_TEXT
from tests.told import Told

TROUBLE = "Something went wrong"
PARTS = ("Summary", "Data+quality", "Performance", "Fairness", "Drift", "Reasons", "Robustness")
RECORDS = (
    "parts", "parts?kind=Prompts", "part?part=PR0001", "part?part=D0001", "part_new?kind=Workflows",
    "system?about=W0001", "profile?model=M0001", "parties?model=M0001", "versions?model=M0001", "edit?model=M0001",
)  # fmt: skip
ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "developer": (
        "incidents", "incident?incident=IN0002", "incident?incident=IN0002&tab=Time+line",
        "incident?incident=IN0002&tab=Clocks", "incident_new?model=M0001",
        "my_work", "register", "register?model=M0002", "upload?model=M0002&version=1.1.0", "account", *RECORDS,
        "imports", "search?text=employment", "bulk_edit",
    ),
    "validator": (
        "inventory", "model?model=M0002&version=1.0.0&tab=Record", "model?model=M0002&version=1.0.0&tab=Evidence",
        "model?model=M0001&version=1.1.0&tab=Decisions", "model?model=M0001&version=1.1.0&tab=History",
        "incident?incident=IN0001&tab=Cause+and+actions", "incident?incident=IN0001&tab=Review", "actions",
        "actions?action=ACT0001",
        "data_classes", "data_classes?of=M0001", "data_classes?of=D0004", "retention",
        "processing", "processing?model=M0001", "processing?model=M0002&paper=assessment",
        "privacy", "outputs", "outputs?output=OR0001", "controls?model=M0001", "quarantine",
        "fairness?run=R0002", "findings", "finding?finding=F0001", "reviews", "review?review=RV0001",
        "comparison?run=R0003&against=R0001", *(f"report?run=R0003&part={part}" for part in PARTS),
    ),
    "owner": (
        "challenger?model=M0001", "challenger?comparison=CO0001", "rollback?decision=RB0001",
        "alerts", "alert?alert=AL0002",
        "stress_tests?model=M0001", "stress_test?test=ST0001",
        "monitoring", "monitored?model=M0001", "chunk?chunk=CH0048",
        "cycle", "coverage", "model_coverage?model=M0001&pack=gdpr", "packs", "pack?pack=sr-11-7", "pack?pack=sr-26-2",
        "coverage_item?model=M0001&pack=sr-26-2&item=MRM-18", "document?document=DOC0001", "templates",
        "documents?model=M0001&version=1.0.0&kind=risk+assessment", "production_data?model=M0001",
    ),
    "approver2": (
        "break_glass", "break_glass?access=BG0001", "grants", "access_drills",
    "access_reviews", "access_review?review=AR0001",
        "duties", "policies", "policy?policy=1", "policy?draft=PD0001", "exceptions", "approvals",
        "approval?change=CR0002", "subject_requests", "subject_request?request=SR0001",
        "approval?change=CR0001",
    ),
    "auditor": (
        "ledger", "ledger?about=nothing-of-this-name", "entry?index=12", "exports", "administration", "audits",
        "audit?audit=AU0002", "audit?audit=AU0002&tab=Fieldwork&item=M0002&criterion=sr-26-2+MRM-22",
        "audit?finding=AF0002", "audit_plan", "compliance", "compliance_check?check=documents-current",
        "anchors", "events", "event_batch?number=B0001", "event?id=inf-00010",
    ),
    "administrator": (
        "channels", "sessions", "service_accounts", "model_groups", "administration", "administration?person=P0002",
        "monitor_schedule",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def example(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, Mapping[str, Account]]]:
    live, accounts = open_example(told, tmp_path_factory.mktemp("example"))
    yield live, accounts
    live.stop()


@pytest.fixture(scope="module")
def poisoned(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, Mapping[str, Account]]]:
    folder = tmp_path_factory.mktemp("poisoned")
    live, accounts = open_example(poisoned_copy(told, folder / "told"), folder / "live")
    yield live, accounts
    live.stop()


def signed_in(visit: Visit, live: Live, account: Account) -> Visitor:
    """Somebody who has signed in; the bar shortens their name by now."""
    visitor = visit(live=live)
    visitor.expected_complaints = ("unsafe-eval",)  # axe compiles its own rules; our policy stops it, and it goes on
    visitor.page.on("dialog", lambda dialog: visitor.complaints.append(f"dialog {dialog.message}"))
    visitor.open()
    sign_in(visitor.page, account.username, account.password)
    expect(visitor.page.get_by_role("button", name="Evidence", exact=True)).to_be_visible(timeout=PATIENCE)
    visitor.settled()
    return visitor


def shown_elsewhere(address: str) -> bool:
    """Whether `test_hostile_text` shows hostile text on this page."""
    return address.partition("?")[0] in {one.partition("?")[0].removeprefix("/") for one in WITH_HOSTILE_TEXT}


def test_every_page_is_judged() -> None:
    judged = {address.partition("?")[0] for addresses in ADDRESSES.values() for address in addresses}

    assert judged == {page.address for page in (*PAGES, ACCOUNT)}


@pytest.mark.row("XSS payloads in every name and text field, in a browser")
@pytest.mark.parametrize("person", ADDRESSES)
def test_pages_have_no_serious_fault_and_nothing_in_the_store_comes_to_life_on_them(
    poisoned: tuple[Live, Mapping[str, Account]], visit: Visit, person: str
) -> None:
    live, accounts = poisoned
    visitor = signed_in(visit, live, accounts[person])

    found = {}
    for address in ADDRESSES[person]:
        if not shown_elsewhere(address):
            turn_to(visitor, f"/{address}")
            found[address] = visitor.page.evaluate(EFFECTS)
            if TROUBLE in visitor.page.locator("[data-testid=stMain]").inner_text():
                found[address] += ["the page could not be drawn"]
            found[address] += faults(visitor)

    assert [f"{address}: {one}" for address, wrong in found.items() for one in wrong] == []


@pytest.mark.parametrize("person", [one for one in ADDRESSES if any(map(shown_elsewhere, ADDRESSES[one]))])
def test_pages_that_show_hostile_text_elsewhere_have_no_serious_fault(
    example: tuple[Live, Mapping[str, Account]], visit: Visit, person: str
) -> None:
    live, accounts = example
    visitor = signed_in(visit, live, accounts[person])

    for address in filter(shown_elsewhere, ADDRESSES[person]):
        turn_to(visitor, f"/{address}")

        assert faults(visitor) == [], address


def test_what_a_click_brings_has_no_serious_fault(example: tuple[Live, Mapping[str, Account]], visit: Visit) -> None:
    live, accounts = example
    uploads = signed_in(visit, live, accounts["developer"])
    turn_to(uploads, "/upload?model=M0002&version=1.1.0")
    uploads.page.locator("input[type=file]").set_input_files(ROOT / "app/example/data/compas_for_aequitas.csv")
    expect(uploads.page.get_by_role("heading", name="What the columns mean")).to_be_visible(timeout=PATIENCE)
    uploads.settled()
    verifies = signed_in(visit, live, accounts["auditor"])
    turn_to(verifies, "/ledger")
    press(verifies, "Verify all entries")

    assert faults(uploads) == []
    assert faults(verifies) == []


def test_the_way_in_has_no_serious_fault(example: tuple[Live, Mapping[str, Account]], visit: Visit) -> None:
    visitor = visit(live=example[0])
    visitor.expected_complaints = ("unsafe-eval",)
    turn_to(visitor, "/")
    assert faults(visitor) == []

    visitor.page.get_by_role("button", name="Sign in").click()
    expect(visitor.page.get_by_label("Password")).to_be_visible(timeout=PATIENCE)

    assert faults(visitor) == []
