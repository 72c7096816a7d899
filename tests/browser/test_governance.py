"""Governance in a browser, on the example workspace: a model comes in from MLflow, its tier is decided, a policy is
simulated and published by two, a change goes through a canary into production and back, a pack is superseded, and an
exception is let through for a time; each act is refused once to the wrong person."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.policy.service import default_policy_text
from tests.browser.conftest import PATIENCE, Account, Live, Visit, Visitor, open_example
from tests.browser.steps import add, answer_checklist, choose, fill, open_page, press, sees
from tests.registries import conftest as registry
from tests.registries.conftest import add_model, add_version
from tests.told import Told

mlflow_url, mlflow_client = registry.mlflow_url, registry.mlflow_client  # fixtures, shared as they are
OVERRULING = "Why, in ten characters or more"
SLOW = 60_000  # milliseconds; for work in the background
CANARY = """
[[path]]
clause = "9.1"
change = "new version"
tiers = [1, 2]
quorum = 2
rollout = ["shadow", "canary 10", "full"]
"""


@pytest.fixture(scope="module")
def example(
    told: Told, tmp_path_factory: pytest.TempPathFactory, mlflow_url: str
) -> Iterator[tuple[Live, Mapping[str, Account]]]:
    folder = tmp_path_factory.mktemp("governance")
    live, accounts = open_example(told, folder, {"COUNTERSIGN_MLFLOW_SERVERS": f"main={mlflow_url}"})
    yield live, accounts
    live.stop()


class Desk:
    """Everybody's browser, opened on first use."""

    def __init__(self, example: tuple[Live, Mapping[str, Account]], visit: Visit) -> None:
        self.live, self.accounts = example
        self._visit, self._open = visit, dict[str, Visitor]()

    def of(self, username: str, address: str = "") -> Visitor:
        """The browser of this person, on this page."""
        if username not in self._open:
            self._open[username] = self._visit(live=self.live)
            self._open[username].sign_in(self.accounts[username])
        visitor = self._open[username]
        if address:
            open_page(visitor, address)
        return visitor

    def password(self, username: str) -> str:
        return self.accounts[username].password


@pytest.fixture
def desk(example: tuple[Live, Mapping[str, Account]], visit: Visit) -> Desk:
    return Desk(example, visit)


def button(visitor: Visitor, name: str | re.Pattern[str]):  # type: ignore[no-untyped-def]  # Playwright's locator
    return visitor.page.get_by_role("button", name=name).first


def say(visitor: Visitor, act: str, reason: str) -> None:
    """Write the reason in the form that has this button."""
    page = visitor.page
    form = page.get_by_test_id("stForm").filter(has=page.get_by_role("button", name=act))
    field = form.get_by_label("Why, kept in the ledger")
    field.fill(reason, timeout=PATIENCE)
    field.blur()


def overrule(visitor: Visitor, reason: str) -> None:
    """Say why, where an item that a check answered is answered otherwise."""
    fields = visitor.page.get_by_placeholder(OVERRULING)
    for place in range(fields.count()):
        fields.nth(place).fill(reason)
        fields.nth(place).blur()
        visitor.settled()


def sign(visitor: Visitor, password: str) -> None:
    """Give the password where it is asked for; right after signing in it is not."""
    field = visitor.page.get_by_label("Your password, to sign")
    if field.count():
        field.fill(password)
        field.blur()
        visitor.settled()


def test_a_model_comes_in_from_mlflow_but_not_for_an_auditor(desk: Desk, mlflow_client: object, tmp_path: Path) -> None:
    add_model(mlflow_client, "churn", description="Orders calls to customers who may leave.")
    add_version(mlflow_client, "churn", tmp_path)

    refused = desk.of("auditor", "/imports?tab=MLflow")
    sees(refused, re.compile("opens for the role"))

    at_desk = desk.of("owner", "/imports?tab=MLflow")
    sees(at_desk, "churn")
    at_desk.page.get_by_text(re.compile("How fields are filled")).click()
    for title, text in (
        ("Business line", "Retail"),
        ("Owner", "owner"),
        ("Developer", "developer"),
        ("Exposure", "medium"),
        ("Purpose class", "financial or customer-facing"),
        ("Intended use", "Order of calls; people decide what to offer."),
        ("Limitations", "Not shown for business customers."),
    ):
        field = at_desk.page.get_by_label(f"Fixed text for {title}", exact=True)
        if field.count():
            fill(at_desk.page, f"Fixed text for {title}", text)
            at_desk.settled()
    press(at_desk, "Store rules")
    sees(at_desk, "The rules are stored.")
    add(at_desk, "Import", "churn")
    at_desk.settled()
    at_desk.shot("governance_1_import")
    press(at_desk, "Import 1 model and 1 version")
    sees(at_desk, re.compile("1.model and 1.version registered and linked"))


def test_a_tier_is_proposed_by_one_and_confirmed_by_another(desk: Desk) -> None:
    at_desk = desk.of("owner", "/profile?model=M0001")
    sees(at_desk, "Nobody confirms the tier that they proposed")
    expect(button(at_desk, "Confirm tier")).to_be_disabled(timeout=PATIENCE)

    deciding = desk.of("approver", "/profile?model=M0001")
    deciding.shot("governance_2_tier")
    fill(deciding.page, "Why you decide so", "The letters reach everybody; the rule's tier stays.")
    press(deciding, "Decline tier")
    sees(deciding, re.compile("The tier is declined"))


def test_a_policy_is_published_by_two_and_a_change_follows_it_through_a_canary_and_back(desk: Desk) -> None:
    publish_a_canary(desk)
    bring_into_production_and_back(desk)


def publish_a_canary(desk: Desk) -> None:
    """One approver drafts and simulates, and cannot publish; the other publishes."""
    at_desk = desk.of("approver", "/policies")
    fill(at_desk.page, "Why, kept in the ledger", "New versions of material models go through a canary.")
    press(at_desk, "Begin draft")
    expect(at_desk.page).to_have_url(re.compile("draft="), timeout=PATIENCE)
    number = re.search(r"draft=(PD\d+)", at_desk.page.url)
    assert number
    draft = f"/policy?draft={number[1]}"
    open_page(at_desk, f"{draft}&tab=Edit")
    text = default_policy_text().replace('version = "2026.1"', 'version = "2026.2"', 1) + CANARY
    fill(at_desk.page, "Text, TOML", text.replace('change = "new version"', 'change = "holiday"'))
    fill(at_desk.page, "What changed, kept in the ledger", "A canary for tiers 1 and 2.")
    press(at_desk, "Save text")
    sees(at_desk, f"Revision 2 of {number[1]} is saved.")
    sees(at_desk, re.compile("is not known"))
    fill(at_desk.page, "Text, TOML", text)
    fill(at_desk.page, "What changed, kept in the ledger", "The kind of change put right.")
    press(at_desk, "Save text")
    sees(at_desk, f"Revision 3 of {number[1]} is saved.")

    open_page(at_desk, f"{draft}&tab=Simulation")
    press(at_desk, "Simulate draft")
    expect(at_desk.page.get_by_text(re.compile("would change a verdict|No version would change")).first).to_be_visible(
        timeout=SLOW
    )
    at_desk.shot("governance_3_simulation")
    open_page(at_desk, draft)
    say(at_desk, "Submit draft", "Simulated; nothing in production is touched.")
    press(at_desk, "Submit draft")
    sees(at_desk, re.compile("is submitted"))
    expect(button(at_desk, "Publish policy")).to_be_disabled(timeout=PATIENCE)
    sees(at_desk, re.compile("wrote|author"))

    deciding = desk.of("approver2", draft)
    say(deciding, "Publish policy", "Read, with its simulation.")
    press(deciding, "Publish policy")
    sees(deciding, re.compile("is published and never changes"))
    deciding.shot("governance_4_policy")


def bring_into_production_and_back(desk: Desk) -> None:
    """Asked for anew, voted on by two, shadow, canary, full, and back with one reason."""
    at_desk = desk.of("developer", "/approval?change=CR0002")
    button(at_desk, "Withdraw the request").click()
    fill(at_desk.page, "Reason", "To be asked for anew under the canary path.")
    press(at_desk, "Withdraw")
    sees(at_desk, "The request was withdrawn.")
    open_page(at_desk, "/model?model=M0001&version=1.1.0&tab=Decisions")
    fill(at_desk.page, "Rationale, kept in the ledger", "Yearly refresh, on the data of 2016.")
    press(at_desk, "Request approval")
    sees(at_desk, re.compile("waits for its approvers"))
    change = f"/approval?change={_newest(at_desk)}"

    refused = desk.of("validator", change)
    sees(refused, re.compile("this takes the role approver"))
    for approver in ("approver", "approver2"):
        deciding = desk.of(approver, change)
        answer_checklist(deciding)
        overrule(deciding, "Both advisory checks have a finding with an owner.")
        sees(deciding, "Nothing stands against approval")
        fill(deciding.page, "Rationale, kept in the ledger", "Read in full; the limits are known to its users.")
        sign(deciding, desk.password(approver))
        deciding.shot(f"governance_5_{approver}")
        press(deciding, "Approve for production")
        sees(deciding, "Your vote is recorded.")

    in_charge = desk.of("owner", change)
    press(in_charge, "Begin the rollout")
    sees(in_charge, re.compile("The rollout is under way"))
    press(in_charge, "Advance to canary 10 %")
    expect(button(in_charge, "Advance to full")).to_be_visible(timeout=PATIENCE)
    in_charge.shot("governance_6_canary")
    press(in_charge, "Advance to full")
    sees(in_charge, re.compile("Executed|The rollout is completed"))

    refused = desk.of("developer", "/model?model=M0001&version=1.1.0&tab=Production")
    expect(button(refused, "Return to v1.0.0")).to_be_disabled(timeout=PATIENCE)
    open_page(in_charge, "/model?model=M0001&version=1.1.0&tab=Production")
    fill(in_charge.page, "Reason, kept in the ledger", "More letters came back unread than before.")
    press(in_charge, "Return to v1.0.0")
    sees(in_charge, re.compile("v1.0.0 is in production again"))
    in_charge.shot("governance_7_return")


def test_an_exception_is_let_through_for_a_time(desk: Desk) -> None:
    """Asked for anew after the first request was withdrawn, and granted by two."""
    at_desk = desk.of("developer", "/approval?change=CR0003")
    button(at_desk, "Withdraw the request").click()
    fill(at_desk.page, "Reason", "Asked for anew, with other controls.")
    press(at_desk, "Withdraw")
    sees(at_desk, "The request was withdrawn.")
    open_page(at_desk, "/model?model=M0002&version=1.0.0&tab=Decisions")
    choose(at_desk, "Kind of change", "Policy exception")
    fill(at_desk.page, "Compensating controls", "Every low score is looked at by a second person.")
    fill(at_desk.page, "Rationale, kept in the ledger", "The county asked for a pilot under supervision.")
    press(at_desk, "Request exception")
    sees(at_desk, re.compile("waits for its approvers"))
    change = f"/approval?change={_newest(at_desk)}"

    refused = desk.of("auditor", change)
    sees(refused, re.compile("this takes the role approver"))
    for approver in ("approver", "approver2"):
        deciding = desk.of(approver, change)
        if deciding.page.get_by_role("radio", name="Met", exact=True).count():
            answer_checklist(deciding)
            overrule(deciding, "Looked at by the county and by us.")
        fill(deciding.page, "Rationale, kept in the ledger", "The controls are sound for the time asked.")
        sign(deciding, desk.password(approver))
        press(deciding, "Grant the exception")
        sees(deciding, "Your vote is recorded.")

    reading = desk.of("auditor", "/exceptions")
    sees(reading, re.compile("1.exception in force"))
    reading.shot("governance_8_exceptions")


def test_a_pack_that_was_superseded_says_what_changed(desk: Desk) -> None:
    reading = desk.of("auditor", "/packs")
    sees(reading, re.compile("SR 11-7"))
    open_page(reading, "/pack?pack=sr-11-7")
    sees(reading, re.compile("26 changed|changed"))
    reading.shot("governance_9_pack")
    sees(reading, re.compile("legal advice"))


def _newest(visitor: Visitor) -> str:
    """The number of the change that was just asked for."""
    numbers = re.findall(r"CR\d{4}", visitor.page.inner_text("body"))
    return max(numbers)
