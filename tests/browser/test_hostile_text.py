"""Hostile names in every text a person or a pipeline writes: each page shows them as letters and does nothing else."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app.composition import Workplace, now
from core.access.rules import Actor, Permission, Role
from core.access.tokens import issue_token
from core.approval.service import NewCondition
from core.audits.drawing import begin_fieldwork, draw_sample
from core.audits.fieldwork import Found, record_test
from core.audits.fieldwork import raise_finding as raise_audit_finding
from core.audits.planning import Plan, plan_audit
from core.audits.population import AuditScope, Population
from core.audits.rules.life import Result
from core.audits.sampling import Method
from core.validation.findings import raise_finding
from core.validation.rules import EvidenceKind, Severity
from core.validation.uploads import ColumnMapping
from tests.browser.axe import faults as judged_by_axe
from tests.browser.conftest import OVERFLOWS, PATIENCE, Account, Live, Visit, Visitor, sign_in
from tests.browser.poison import EFFECTS, MARKUP
from tests.browser.records import VERSION, People, Records, Words, predictions
from tests.browser.steps import open_page

JOINER = "\u2060"  # stands in shown text to keep Streamlit from finding icons in it; has no width
BREAK = "\u200b"  # stands in long words, which a table's cell would cut
EXAMPLE = 80  # letters that a preview of values keeps
BADGE = "[![b](https://evil.example/b.svg)](https://evil.example) <a href='https://evil.example'>x</a> www.evil.example"


def hostile(tag: str) -> str:
    """Short enough for every name; `tag` says which text it is."""
    return f"{tag} {MARKUP} 😀"


def long_hostile(tag: str) -> str:
    """As a question or a rationale may be, with a turn of direction."""
    return f"{tag} {MARKUP} {BADGE} \u202eright to left"


def word(tag: str) -> str:
    """As long as a name may be, without a place to break."""
    return f"{tag}{'W' * 198}"


WORDS = Words(
    model=hostile("MODEL"),
    purpose=long_hostile("PURPOSE").replace("\u202e", ""),  # what is entered once is refused with hidden signs
    line=hostile("LINE"),
    dataset="DATASET<img src=x onerror=alert(1)>![i](https://evil.example/d.png):red-badge[OWNED]",
    text=hostile("TEXT"),
    file="FILE ![i](https://evil.example/f.png):red-badge[OWNED]<img src=x onerror=alert(1)>.csv",
    column="COLUMN ![i](https://evil.example/c.png):red-badge[OWNED]<b>c</b>$E=mc^2$",
    groups=(hostile("GROUP1"), hostile("GROUP2")),
    favourable="FAVOURABLE :red-badge[OWNED]<b>f</b>![i](x)$E=mc^2$",
)


INPUTS = (hostile("INPUT"), "מדד הכנסה \u05d0 abc <b>", f"INPUT_{'W' * 194}", "SHORT *a* _b_ `c` # d")


def screened(records: Records) -> str:
    """A run with inputs, reasons, a reference and a bias audit, whose names are all hostile; its number."""
    model = records.registered(Words(model="Screened"))
    dice = random.Random(5)  # data for a test
    sexes, column = (hostile("SEX1"), hostile("SEX2")), WORDS.column
    rows = [
        {"case": case, "label": case // 2 % 2, "prediction": case // 2 % 2 if case % 9 else 1 - case // 2 % 2,
         column: sexes[case % 2], **{name: round(dice.gauss(case % 5, 2), 3) for name in INPUTS}}
        for case in range(400)
    ]  # fmt: skip
    meant = ColumnMapping(
        label="label", prediction="prediction", positive_label="1", row_id="case", features=INPUTS,
        sensitive=(column,), audit_sex=column, favourable_words=WORDS.favourable,
    )  # fmt: skip
    before = [row | {name: float(str(row[name])) * 2 + 3 for name in INPUTS} for row in rows]
    reasons = [{"case": row["case"], **{name: dice.gauss(0, 1) for name in INPUTS}} for row in rows]
    records.further(model, EvidenceKind.PREDICTIONS, rows, meant)
    records.further(model, EvidenceKind.REFERENCE, before, ColumnMapping())
    records.further(model, EvidenceKind.ATTRIBUTIONS, reasons, ColumnMapping(row_id="case"))
    return records.validation_finished(model)


def audited(place: Workplace, auditor: Actor, owner: str, model: str) -> None:
    """An audit with fieldwork and a finding, whose every text is hostile."""
    act = {"store": place.store, "ledger": place.ledger, "actor": auditor, "at": now()}
    span = (now() - timedelta(days=9), now() + timedelta(days=9))
    plan = Plan(
        title=hostile("AUDIT"), objective=hostile("OBJECTIVE"), period=span, dates=span, lead=auditor.id,
        auditors=(auditor.id,), criteria=(("sr-26-2", "MRM-05"),), scope=AuditScope(models=(model,)),
    )  # fmt: skip
    audit = plan_audit(**act, plan=plan).number  # type: ignore[arg-type]
    seed = hostile("SEED")[:200]
    draw_sample(**act, audit=audit, population=Population.MODELS, method=Method.SIMPLE, size=1, seed=seed)  # type: ignore[arg-type]
    begin_fieldwork(**act, audit=audit)  # type: ignore[arg-type]
    said = {"item": model, "criterion": "sr-26-2 MRM-05", "result": Result.DOES_NOT, "notes": hostile("NOTES")}
    record_test(**act, audit=audit, **said)  # type: ignore[arg-type]
    texts = {name: hostile(name.upper()) for name in ("condition", "criterion", "cause", "effect", "recommendation")}
    found = Found(
        grade=Severity.LOW, title=hostile("AUDITFINDING"), owner=owner, respond_by=span[1], item=model,
        by_criterion="sr-26-2 MRM-05", **texts,
    )  # fmt: skip
    raise_audit_finding(**act, audit=audit, found=found)  # type: ignore[arg-type]


@dataclass(frozen=True)
class World:
    """A server full of hostile text, and two people who see all pages between them."""

    live: Live
    records: Records
    reader: Account
    administrator: Account
    run: str
    finding: str
    change: str
    question: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("hostile")
    live = Live(folder)
    store, ledger = live.place.store, live.place.ledger
    reader = live.add_person("reader", hostile("READER"), Role.DEVELOPER, Role.OWNER)
    validator = live.add_person("validator", hostile("VALIDATOR"), Role.VALIDATOR)
    approver = live.add_person("approver", hostile("APPROVER"), Role.APPROVER)
    auditor = live.add_person("long", word("PW"), Role.AUDITOR)
    records = Records(live.place, People(reader.actor, reader.actor, validator.actor, [approver.actor]), folder, WORDS)
    model = records.registered()
    records.registered(Words(model=word("MW"), line=word("LW"), text=word("TW")))
    records.handed_in(model)
    run = records.validation_finished(model)
    records.asked(model)
    change = records.in_approval(model)
    records.approved(model, change, NewCondition(long_hostile("CONDITION"), reader.number, now() + timedelta(days=9)))
    finding = raise_finding(
        store, ledger, model=model, version=VERSION, title=hostile("TITLE"), detail=long_hostile("DETAIL"),
        severity=Severity.LOW, actor=validator.actor, at=now(),
    )  # fmt: skip
    audited(live.place, auditor.actor, reader.number, model)
    waiting = records.registered(Words(model=hostile("OPEN")))
    records.handed_in(waiting)
    records.validation_finished(waiting)
    records.handed_in(waiting, rows=620)
    records.validation_finished(waiting)
    question = records.asked(waiting, answered=False)
    issue_token(
        store, ledger, name=hostile("TOKEN")[:100], scopes={Permission.RECORD_READ},
        expires_at=now() + timedelta(days=9), actor=reader.actor, at=now(),
    )  # fmt: skip
    records.exported(model, reader.actor)
    assert screened(records) == "R0004"
    yield World(live, records, reader, live.administrator, run, finding, change, question)
    live.stop()


def shown(page: Page) -> str:
    """The letters on the page."""
    return (
        page.locator("[data-testid=stMain]").inner_text().replace(JOINER, "").replace(BREAK, "").replace("\u00a0", " ")
    )


def arrive(visitor: Visitor, account: Account, address: str = "/") -> None:
    """Sign in; the navigation shortens these names, so the page's heading tells that it worked."""
    visitor.page.on("dialog", lambda dialog: visitor.complaints.append(f"dialog {dialog.message}"))
    visitor.open(address)
    sign_in(visitor.page, account.username, account.password)
    expect(visitor.page.get_by_role("button", name="Evidence", exact=True)).to_be_visible(timeout=PATIENCE)
    visitor.settled()


def faults(visitor: Visitor, *texts: str) -> list[str]:
    """What came to life, what runs out of the page, and which of `texts` do not stand there as written."""
    found: list[str] = visitor.page.evaluate(EFFECTS)
    if visitor.page.evaluate(OVERFLOWS):
        found.append("runs out of the page")
    letters = " ".join(shown(visitor.page).split())
    return found + [f"not as written: {text}" for text in texts if " ".join(text.split()) not in letters]


MODEL = f"/model?model=M0001&version={VERSION}"
PAGES: Mapping[str, tuple[str, ...]] = {
    "/my_work": (hostile("OPEN"),),
    "/inventory": (hostile("MODEL"), hostile("LINE"), hostile("READER")),
    "/inventory?search=MODEL+%3Cimg+src%3Dx%3E%3Ared-badge%5BOWNED%5D": (),
    f"{MODEL}&tab=Record": (hostile("MODEL"), WORDS.purpose, hostile("LINE"), hostile("TEXT"), WORDS.dataset),
    f"{MODEL}&tab=Evidence": (hostile("MODEL"), hostile("TEXT"), hostile("TITLE")),
    f"{MODEL}&tab=Decisions": (hostile("APPROVER"), hostile("TEXT")),
    f"{MODEL}&tab=History": (hostile("VALIDATOR"),),
    "/model?model=M0002": (word("MW"), word("LW")),
    "/fairness?run=R0001": (hostile("GROUP1"), hostile("GROUP2"), WORDS.column),
    "/report?run=R0001": (hostile("MODEL"),),
    "/report?run=R0001&part=Fairness": (WORDS.column,),
    "/report?run=R0001&part=Data+quality": (WORDS.column,),
    "/report?run=R0001&part=Performance": (hostile("MODEL"),),
    "/report?run=R0001&part=Robustness": (WORDS.column, hostile("GROUP1")),
    "/report?run=R0004&part=Drift": (*INPUTS, WORDS.column),
    "/report?run=R0004&part=Reasons": (*INPUTS, WORDS.column),
    "/report?run=R0004&part=Bias+audit": (hostile("SEX1"), hostile("SEX2")),
    "/report?run=:red-badge[OWNED]": (),
    "/comparison?run=R0001": (hostile("MODEL"),),
    "/comparison?run=R0003&against=R0002": (hostile("OPEN"), WORDS.column),
    "/parts": (WORDS.dataset,),
    "/part?part=D0001": (WORDS.dataset, hostile("TEXT")),
    "/system?about=M0001": (hostile("MODEL"), WORDS.dataset),
    "/profile?model=M0001": (hostile("MODEL"), hostile("LINE")),
    "/parties?model=M0001": (hostile("MODEL"), hostile("READER")),
    "/versions?model=M0001": (hostile("MODEL"), hostile("TEXT")),
    "/edit?model=M0001": (hostile("MODEL"),),
    "/approvals": (hostile("MODEL"), hostile("READER")),
    "/approval?change=CR0001": (hostile("MODEL"), hostile("TEXT"), hostile("APPROVER")),
    "/findings": (hostile("TITLE"), hostile("MODEL")),
    "/finding?finding=F0001": (hostile("TITLE"), hostile("VALIDATOR")),
    "/audits": (hostile("AUDIT"), word("PW")),
    "/audit?audit=AU0001": (hostile("AUDIT"), hostile("OBJECTIVE"), hostile("SEED")[:200]),
    "/audit?audit=AU0001&tab=Fieldwork&item=M0001&criterion=sr-26-2+MRM-05": (hostile("NOTES"),),
    "/audit?finding=AF0001": (hostile("AUDITFINDING"), hostile("CAUSE"), hostile("READER")),
    "/audit?audit=AU0001&tab=Time+line": (hostile("AUDIT"),),
    "/compliance": (),
    "/compliance_check?check=documents-current": (),
    "/ledger": (hostile("VALIDATOR"),),
    "/ledger?about=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E": (),
    "/exports": (hostile("MODEL"), hostile("READER")),
    "/register?model=M0001": (hostile("MODEL"),),
    f"/upload?model=M0003&version={VERSION}": (hostile("OPEN"),),
    "/account": (hostile("READER"), hostile("TOKEN")[:100]),
    "/fairness?run=![i](https://evil.example/a.png):red-badge[OWNED]": (),
    "/model?model=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E:red-badge[OWNED]": (),
}


@pytest.mark.row("XSS payloads in every name and text field, in a browser")
def test_every_page_shows_hostile_text_as_letters(world: World, visit: Visit) -> None:
    visitor = visit(live=world.live)
    visitor.expected_complaints = ("unsafe-eval",)  # axe compiles its own rules; our policy stops it, and it goes on
    arrive(visitor, world.reader)

    found = {}
    for address, texts in PAGES.items():
        open_page(visitor, address)
        found[address] = faults(visitor, *texts)
        if "run=R0004" in address:
            visitor.shot(f"hostile_{address.rpartition('=')[2]}")
            found[address] += judged_by_axe(visitor)
        visitor.resize(1024)
        found[address] += [f"at 1024: {fault}" for fault in faults(visitor, *texts)]
        visitor.resize(1440)

    assert {address: wrong for address, wrong in found.items() if wrong} == {}


def test_an_entry_of_the_ledger_shows_what_was_written(world: World, visit: Visit) -> None:
    visitor = visit(live=world.live)
    arrive(visitor, world.reader, "/ledger?about=M0001")
    rows = visitor.page.get_by_role("link", name="Question asked")
    expect(rows.first).to_be_visible(timeout=PATIENCE)
    address = rows.first.get_attribute("href") or ""

    open_page(visitor, address)

    assert faults(visitor, hostile("TEXT")) == []


def test_the_upload_shows_hostile_columns_and_values(world: World, visit: Visit) -> None:
    source = predictions(world.records.folder / "hostile.csv", WORDS, 600)
    visitor = visit(live=world.live, width=1024)
    arrive(visitor, world.reader, f"/upload?model=M0003&version={VERSION}")

    visitor.page.locator("input[type=file]").set_input_files(
        {"name": WORDS.file, "mimeType": "text/csv", "buffer": source.read_bytes()}
    )
    expect(visitor.page.get_by_role("heading", name="What the columns mean")).to_be_visible(timeout=PATIENCE)
    visitor.settled()

    assert faults(visitor, WORDS.column, hostile("GROUP1")[:EXAMPLE]) == []


def test_a_refused_upload_shows_what_it_found(world: World, visit: Visit) -> None:
    visitor = visit(live=world.live)
    arrive(visitor, world.reader, f"/upload?model=M0003&version={VERSION}")

    content = f'case,"{WORDS.column}"\n1,"{MARKUP}",3\n'.encode()
    visitor.page.locator("input[type=file]").set_input_files(
        {"name": WORDS.file, "mimeType": "text/csv", "buffer": content}
    )
    expect(visitor.page.get_by_role("button", name="Choose another file")).to_be_visible(timeout=PATIENCE)
    visitor.settled()

    assert faults(visitor) == []


def test_administration_shows_hostile_people_and_tokens(world: World, visit: Visit) -> None:
    visitor = visit(live=world.live, width=1024)
    arrive(visitor, world.administrator)

    for address in ("/administration", f"/administration?person={world.reader.number}"):
        open_page(visitor, address)

        assert faults(visitor, hostile("READER"), hostile("APPROVER"), word("PW"), hostile("TOKEN")[:100]) == []
