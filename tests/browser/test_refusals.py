"""Every wrong person tries every step and is refused, with every reason: in the use case, over HTTP, on the page."""

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, expect

from app.composition import now
from core.access.people import create_person, grant_role, withdraw_role
from core.access.rules import PERMISSIONS, TOKEN_SCOPES, Actor, Permission, Role
from core.access.tokens import issue_token
from core.access.verification import verify_ledger
from core.approval.queries import change as change_page
from core.approval.rules import Answer, ChangeStatus, Choice
from core.approval.service import answer_item, execute_change, request_change, vote
from core.errors import Refused
from core.inventory.moves import load_version
from core.inventory.rules import Stage
from core.reports.formats.kinds import Format
from core.reports.service import download, request_export
from core.reports.values.report import Asked, Subject, SubjectKind
from core.validation.challenge import answer, ask
from core.validation.conclusion import conclude
from core.validation.findings import Shown, close_finding, raise_finding, remediate
from core.validation.queries import version_evidence
from core.validation.rules import FindingStatus, Outcome, Severity
from core.validation.runs import start
from tests.browser.conftest import PATIENCE, Account, Live, Visit, Visitor
from tests.browser.records import VERSION, People, Records, Words
from tests.browser.steps import fill, press, sees, turn_to
from tests.builders import signed_in

TEXT = "Read in full and convincing."
P, DD, DV = "permission", "duty-development", "duty-validation"
FORBIDDEN = ("status of 403", "status of 401")


@dataclass(frozen=True)
class World:
    """A server with people and records: one in validation, one in approval, one approved, and a ready export."""

    live: Live
    records: Records
    accounts: Mapping[str, Account]
    validating: str
    question: str
    finding: str
    remediated: str
    deciding: str
    change: str
    approved: str
    export: str

    def actor(self, person: str) -> Actor:
        return self.accounts[person].actor


PEOPLE: Mapping[str, tuple[Role, ...]] = {
    "owner": (Role.OWNER,),
    "developer": (Role.DEVELOPER,),
    "validator": (Role.VALIDATOR,),
    "approver": (Role.APPROVER,),
    "auditor": (Role.AUDITOR,),
    "administrator": (Role.ADMINISTRATOR,),
    "nobody": (),
    "contributing validator": (Role.VALIDATOR, Role.DEVELOPER),
    "validating approver": (Role.APPROVER, Role.VALIDATOR),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("refusals")
    live = Live(folder)
    yield told(live, folder)
    live.stop()


def told(live: Live, folder: Path) -> World:
    """The records, by the right people; then the parts that make the wrong ones wrong."""
    accounts = {name: live.add_person(name.replace(" ", "."), name.title(), *roles) for name, roles in PEOPLE.items()}
    voters = [live.add_person(f"voter.{place}", f"Voter {place}", Role.APPROVER).actor for place in (1, 2)]
    actors = {name: account.actor for name, account in accounts.items()}
    people = People(actors["owner"], actors["developer"], actors["validator"], voters[:1])
    records = Records(live.place, people, folder)
    models = [records.registered(Words(model=f"Letter order {place}")) for place in (1, 2, 3)]
    for model in models:
        records.handed_in(model, by=actors["contributing validator"])
        records.validation_finished(model)
        records.asked(model)
        records.asked(model, by=actors["validating approver"])
    changes = [records.in_approval(model) for model in models[1:]]
    records.approved(models[2], changes[1])
    store, ledger = live.place.store, live.place.ledger
    found = [
        raise_finding(
            store, ledger, model=models[0], version=VERSION, title="Groups are few", detail=TEXT,
            severity=Severity.HIGH, actor=people.validator, at=now(),
        )
        for _ in range(2)
    ]  # fmt: skip
    shown = [Shown("version", f"{models[0]} v{VERSION}")]
    remediate(store, ledger, finding=found[1], text=TEXT, evidence=shown, actor=people.developer, at=now())
    question = records.asked(models[0], answered=False)
    export = records.exported(models[2], actors["auditor"])
    return World(
        live, records, accounts, models[0], question, found[0], found[1], models[1], changes[0], changes[1], export
    )


def registers(world: World, actor: Actor) -> None:
    people = People(actor, actor, actor)
    Records(world.live.place, people, world.records.folder).registered(Words(model="Letter order 5"))


def uploads(world: World, actor: Actor) -> None:
    world.records.handed_in(world.validating, by=actor, rows=604)


def starts(world: World, actor: Actor) -> None:
    place = world.live.place
    start(place.store, place.ledger, model=world.validating, version=VERSION, actor=actor, at=now())


def asks(world: World, actor: Actor) -> None:
    place = world.live.place
    ask(place.store, place.ledger, model=world.validating, version=VERSION, text=TEXT, actor=actor, at=now())


def answers(world: World, actor: Actor) -> None:
    place = world.live.place
    answer(place.store, place.ledger, question=world.question, text=TEXT, actor=actor, at=now())


def raises_a_finding(world: World, actor: Actor) -> None:
    place = world.live.place
    raise_finding(
        place.store, place.ledger, model=world.validating, version=VERSION, title="Too few groups", detail=TEXT,
        severity=Severity.LOW, actor=actor, at=now(),
    )  # fmt: skip


def remediates(world: World, actor: Actor) -> None:
    place = world.live.place
    shown = [Shown("version", f"{world.validating} v{VERSION}")]
    remediate(place.store, place.ledger, finding=world.finding, text=TEXT, evidence=shown, actor=actor, at=now())


def closes(world: World, actor: Actor) -> None:
    place = world.live.place
    close_finding(place.store, place.ledger, finding=world.remediated, text=TEXT, actor=actor, at=now())


def concludes(world: World, actor: Actor) -> None:
    place = world.live.place
    conclude(
        place.store, place.ledger, model=world.validating, version=VERSION, outcome=Outcome.VALIDATED, summary=TEXT,
        seen_digest=world.records.digest(world.validating), actor=actor, at=now(),
    )  # fmt: skip


def requests(world: World, actor: Actor) -> None:
    place = world.live.place
    request_change(
        place.store, place.ledger, model=world.validating, version=VERSION, rationale=TEXT, actor=actor, at=now()
    )


def answers_an_item(world: World, actor: Actor) -> None:
    place = world.live.place
    with place.store.reading() as session:
        code = change_page(session, world.change, actor, at=now()).checklist[0].code
    answer_item(
        place.store, place.ledger, change=world.change, code=code, answer=Answer.MET, reason="", actor=actor, at=now()
    )


def votes(world: World, actor: Actor) -> None:
    place = world.live.place
    vote(
        place.store, place.ledger, change=world.change, choice=Choice.APPROVE, rationale=TEXT,
        seen_digest=world.records.digest(world.deciding), session_id=signed_in(place.store, actor, at=now()),
        actor=actor, at=now(),
    )  # fmt: skip


def executes(world: World, actor: Actor) -> None:
    place = world.live.place
    execute_change(place.store, place.ledger, change=world.approved, actor=actor, at=now())


def exports(world: World, actor: Actor) -> None:
    place = world.live.place
    asked = Asked("dossier", Subject(SubjectKind.VERSION, world.deciding, VERSION), now())
    request_export(place.store, place.ledger, asked=asked, form=Format.BUNDLE, actor=actor, at=now())


def downloads(world: World, actor: Actor) -> None:
    place = world.live.place
    download(place.store, place.ledger, place.exports, export=world.export, actor=actor, at=now())


def verifies(world: World, actor: Actor) -> None:
    place = world.live.place
    verify_ledger(place.store, place.ledger, actor=actor, at=now())


def adds_a_person(world: World, actor: Actor) -> None:
    place = world.live.place
    create_person(place.store, place.ledger, username="extra", name="Extra", actor=actor, at=now())


def grants(world: World, actor: Actor) -> None:
    place = world.live.place
    grant_role(
        place.store, place.ledger, person=world.actor("nobody").id, role=Role.OWNER, reason=TEXT, actor=actor, at=now()
    )


Try = Callable[[World, Actor], None]
BY_ROLE = frozenset({P})  # the role alone stands against it
REST = ("auditor", "administrator", "nobody")
DEVELOPMENT: Mapping[str, Set[str]] = {
    "validator": {P, DV},
    "approver": {P},
    "validating approver": {P, DV},
    **dict.fromkeys(REST, BY_ROLE),
}
CHALLENGE: Mapping[str, Set[str]] = {
    "owner": {P}, "developer": {P, DD}, "approver": {P}, "contributing validator": {DD}, **dict.fromkeys(REST, BY_ROLE),
}  # fmt: skip
DECISION: Mapping[str, Set[str]] = {
    "owner": {P}, "developer": {P, DD}, "validator": {P, DV}, "contributing validator": {P, DD},
    "validating approver": {DV}, **dict.fromkeys(REST, BY_ROLE),
}  # fmt: skip
TOKEN_OWNERS = {role for role, held in PERMISSIONS.items() if Permission.TOKEN_OWN in held}
NOT_ADMINISTRATORS = dict.fromkeys((name for name in PEOPLE if name != "administrator"), BY_ROLE)


def also(table: Mapping[str, Set[str]], *codes: str) -> dict[str, Set[str]]:
    """The same people, with the reasons that hold for everybody at this stage."""
    return {person: frozenset({*expected, *codes}) for person, expected in table.items()}


WRONG: Mapping[Try, Mapping[str, Set[str]]] = {
    registers: dict.fromkeys(("validator", "approver", "validating approver", *REST), BY_ROLE),
    uploads: {"owner": {P}, **DEVELOPMENT},
    starts: also({"owner": {P}, **DEVELOPMENT}, "computed"),
    asks: CHALLENGE,
    answers: DEVELOPMENT,
    raises_a_finding: CHALLENGE,
    remediates: DEVELOPMENT,
    closes: {**CHALLENGE, "developer": {P, DD, "own-remediation", "own-finding"}},
    concludes: also({**CHALLENGE, "validator": set()}, "open-questions", "blocking-finding"),
    requests: also({**DEVELOPMENT, "developer": set(), "owner": set()}, "stage"),
    answers_an_item: DECISION,
    votes: also({**DECISION, "approver": set()}, "checklist-open"),
    executes: dict.fromkeys(("developer", "validator", "contributing validator", *REST), BY_ROLE),
    exports: dict.fromkeys(("administrator", "nobody"), BY_ROLE),
    downloads: dict.fromkeys(("administrator", "nobody"), BY_ROLE),
    verifies: {"nobody": {P}},
    adds_a_person: NOT_ADMINISTRATORS,
    grants: {**NOT_ADMINISTRATORS, "nobody": {P, "own-grant"}},
}
CASES = [
    pytest.param(attempt, person, expected, id=f"{person} {attempt.__name__}")
    for attempt, table in WRONG.items()
    for person, expected in table.items()
]


@pytest.mark.parametrize(("attempt", "person", "expected"), CASES)
def test_the_use_case_refuses_with_every_reason(world: World, attempt: Try, person: str, expected: Set[str]) -> None:
    with pytest.raises(Refused) as refused:
        attempt(world, world.actor(person))

    assert {reason.code for reason in refused.value.refusals} == expected


def test_an_administrator_does_not_grant_to_themselves(world: World) -> None:
    place, administrator = world.live.place, world.actor("administrator")

    with pytest.raises(Refused) as refused:
        grant_role(
            place.store, place.ledger, person=administrator.id, role=Role.APPROVER, reason=TEXT,
            actor=administrator, at=now(),
        )  # fmt: skip

    assert {reason.code for reason in refused.value.refusals} == {"own-grant", "toxic-pair"}


def token(world: World, person: str, scopes: frozenset[Permission]) -> str:
    place = world.live.place
    return issue_token(
        place.store, place.ledger, name="pipeline", scopes=scopes, expires_at=now() + timedelta(days=1),
        actor=world.actor(person), at=now(),
    ).secret  # fmt: skip


def codes_over_http(world: World, secret: str, path: str, body: object, method: str = "POST") -> tuple[int, set[str]]:
    sent = {"content": b"a,b\n1,2\n"} if method == "PUT" else {"json": body}
    answered = httpx.request(
        method, f"{world.live.url}/api/{path}", headers={"Authorization": f"Bearer {secret}"}, **sent
    )
    return answered.status_code, {reason["code"] for reason in answered.json().get("refusals", [])}


def paths(world: World) -> list[tuple[str, str, object]]:
    of = f"models/{world.validating}/versions/{VERSION}"
    wish = {
        "version": "1.0.1", "intended_use": TEXT, "limitations": TEXT, "rationale": TEXT,
        "training_dataset": "D0001", "test_dataset": "D0002",
    }  # fmt: skip
    return [
        ("POST", f"models/{world.validating}/versions", {"version": wish}),
        ("PUT", f"{of}/predictions?filename=p.csv", None),
        ("POST", f"{of}/validations", None),
        ("POST", f"{of}/changes", {"rationale": TEXT}),
    ]


def test_a_token_without_the_scope_is_refused_over_http(world: World) -> None:
    secret = token(world, "developer", frozenset({Permission.RECORD_READ}))

    for method, path, body in paths(world):
        status, codes = codes_over_http(world, secret, path, body, method)

        assert (status, "token-scope" in codes) == (403, True), path


def test_without_a_token_nothing_opens_over_http(world: World) -> None:
    for method, path, body in [*paths(world), ("GET", "models", None)]:
        status, _ = codes_over_http(world, "none", path, body, method)

        assert status == 401, path


@pytest.mark.parametrize(
    ("person", "duty"), [("developer", DD), ("contributing validator", DD)], ids=["developer", "contributor"]
)
def test_a_developers_token_votes_in_vain_and_learns_every_reason(world: World, person: str, duty: str) -> None:
    secret = token(world, person, TOKEN_SCOPES & world.actor(person).permissions)
    wish = {"choice": "approve", "rationale": TEXT, "seen_digest": world.records.digest(world.deciding)}

    status, codes = codes_over_http(world, secret, f"changes/{world.change}/votes", wish)

    assert (status, codes) == (403, {"token-scope", "authentication", duty, "checklist-open"})


@pytest.mark.parametrize("person", [name for name, roles in PEOPLE.items() if not TOKEN_OWNERS.intersection(roles)])
def test_who_neither_develops_nor_owns_gets_no_token(world: World, person: str) -> None:
    with pytest.raises(Refused) as refused:
        token(world, person, frozenset({Permission.RECORD_READ}))

    assert P in {reason.code for reason in refused.value.refusals}


def test_nobody_takes_an_export_without_signing_in(world: World) -> None:
    assert httpx.get(f"{world.live.url}/exports/{world.export}/file").status_code == 401


def role_words(person: str) -> str:
    return " and ".join(sorted(PEOPLE[person])) or "a person without a role"


def words_of(person: str, codes: Set[str]) -> list[str]:
    """How the reasons begin on the page."""
    said = {
        P: f"You act as {role_words(person)}; this takes the role",
        DD: "You contributed to this version",
        DV: "You took part in the validation of this version",
        "own-remediation": "You recorded this remediation",
        "checklist-open": "checklist items have no answer",
        "open-questions": "1 question has no answer",
        "blocking-finding": "is not verified closed",
        "stage": "The version is in validation",
    }
    return [words for code, words in said.items() if code in codes]


def assert_help(visitor: Visitor, button: Locator, words: list[str]) -> None:
    """The button cannot be pressed, and its help gives every reason."""
    expect(button).to_be_disabled(timeout=PATIENCE)
    button.hover(force=True)
    tip = visitor.page.get_by_test_id("stTooltipContent")
    for part in words:
        expect(tip).to_contain_text(part, timeout=PATIENCE)
    visitor.page.mouse.move(0, 0)
    expect(tip).to_have_count(0, timeout=PATIENCE)


def assert_closed(visitor: Visitor, address: str) -> None:
    turn_to(visitor, address)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("This is not possible for you now")
    sees(visitor, re.compile("opens for the role|this takes the role"))


ON_EVIDENCE: Mapping[str, Try] = {
    "Ask a question": asks,
    "Raise a finding": raises_a_finding,
    "Conclude the validation": concludes,
    "Answer a question": answers,
    "Hand in evidence": uploads,
}


def tries_the_model_page(visitor: Visitor, world: World, person: str) -> None:
    turn_to(visitor, f"/model?model={world.validating}&version={VERSION}&tab=Evidence")
    for label, attempt in ON_EVIDENCE.items():
        expected = WRONG[attempt].get(person)
        if expected is None:
            continue
        words = words_of(person, expected - {"open-questions", "blocking-finding"})
        button = visitor.page.get_by_role("button", name=label, exact=True)
        if P in expected:
            assert_help(visitor, button.first, words)
        else:  # the role has the step, so its card says in full why not
            for part in words:
                sees(visitor, re.compile(re.escape(part)))


def tries_the_finding(visitor: Visitor, world: World, person: str) -> None:
    turn_to(visitor, f"/finding?finding={world.remediated}")
    for label, attempt in (("Record remediation", remediates), ("Close finding", closes)):
        expected = WRONG[attempt].get(person)
        if expected:
            expect(visitor.page.get_by_role("button", name=label)).to_be_disabled(timeout=PATIENCE)
            for part in words_of(person, expected):
                sees(visitor, re.compile(re.escape(part)))


def tries_to_decide(visitor: Visitor, world: World, person: str) -> None:
    turn_to(visitor, f"/approval?change={world.change}")
    words = words_of(person, WRONG[votes][person])
    for part in words:
        sees(visitor, re.compile(re.escape(part)))
    assert_help(visitor, visitor.page.get_by_role("button", name="Approve for production"), words)
    if person in WRONG[answers_an_item]:
        expect(visitor.page.get_by_role("button", name="Reject")).to_be_disabled()
        expect(visitor.page.get_by_role("radio", name="Met", exact=True)).to_have_count(0)


def tries_to_execute(visitor: Visitor, world: World, person: str) -> None:
    expected = WRONG[executes].get(person)
    if expected:
        turn_to(visitor, f"/approval?change={world.approved}")
        button = visitor.page.get_by_role("button", name="Bring into production")
        assert_help(visitor, button, words_of(person, expected))
        sees(visitor, re.compile(re.escape(words_of(person, expected)[0])))


def tries_what_is_closed(visitor: Visitor, world: World, person: str) -> None:
    if person in WRONG[registers]:
        assert_closed(visitor, "/register")
    if person in WRONG[uploads]:
        assert_closed(visitor, f"/upload?model={world.validating}&version={VERSION}")
    if person != "administrator":
        assert_closed(visitor, "/administration")
    if person in WRONG[exports]:
        assert_closed(visitor, "/exports")
        file = visitor.context.request.get(f"{world.live.url}/exports/{world.export}/file")
        assert file.status == 403
        assert "this takes the role" in file.text()


@pytest.mark.parametrize("person", [name for name in PEOPLE if name != "nobody"])
def test_a_wrong_person_is_refused_on_every_page(world: World, visit: Visit, person: str) -> None:
    visitor = visit(live=world.live)
    visitor.expected_complaints = FORBIDDEN
    visitor.sign_in(world.accounts[person])

    tries_what_is_closed(visitor, world, person)
    tries_the_model_page(visitor, world, person)
    if person != "administrator":
        tries_the_finding(visitor, world, person)
    tries_to_decide(visitor, world, person)
    tries_to_execute(visitor, world, person)


def test_somebody_without_a_role_finds_every_page_closed(world: World, visit: Visit) -> None:
    visitor = visit(live=world.live)
    visitor.expected_complaints = FORBIDDEN
    visitor.sign_in(world.accounts["nobody"])

    tries_what_is_closed(visitor, world, "nobody")

    for address in ("inventory", f"model?model={world.validating}", "approvals", f"approval?change={world.change}",
                    "findings", "ledger", "entry?index=1"):  # fmt: skip
        assert_closed(visitor, f"/{address}")


def test_no_attempt_left_anything_but_its_refusal(world: World) -> None:
    place = world.live.place
    with place.store.reading() as session:
        change = change_page(session, world.change, world.actor("approver"), at=now())
        _, version = load_version(session, world.validating, VERSION)
        stage, held = version.stage, version_evidence(session, version.id or 0)

    assert (change.status, change.votes, change.answered) == (ChangeStatus.REQUESTED, (), 0)
    assert stage is Stage.IN_VALIDATION
    assert len(held.questions) == 3
    assert {finding.number: finding.status for finding in held.findings} == {
        world.finding: FindingStatus.OPEN,
        world.remediated: FindingStatus.REMEDIATED,
    }


@pytest.mark.row("role revoked during a session")
def test_a_role_withdrawn_in_an_open_session_refuses_the_next_act(world: World, visit: Visit) -> None:
    late = world.live.add_person("late.approver", "Late Approver", Role.APPROVER)
    visitor, place = visit(live=world.live), world.live.place
    visitor.sign_in(late, f"/approval?change={world.change}")
    met = visitor.page.get_by_role("radio", name="Met", exact=True)
    expect(met.first).to_be_enabled(timeout=PATIENCE)
    visitor.settled()

    withdraw_role(
        place.store, place.ledger, person=late.number, role=Role.APPROVER, reason="Changed department",
        actor=world.live.administrator.actor, at=now(),
    )  # fmt: skip
    met.first.click()

    sees(visitor, "This is not possible for you now")
    with place.store.reading() as session:
        assert change_page(session, world.change, late.actor, at=now()).answered == 0


def test_new_evidence_under_an_open_page_keeps_the_vote_out(world: World, visit: Visit) -> None:
    records, place = world.records, world.live.place
    model = records.registered(Words(model="Letter order 4"))
    records.handed_in(model)
    records.validation_finished(model)
    records.asked(model)
    change, approver = records.in_approval(model), world.accounts["approver"]
    records.answered(change, approver.actor)
    visitor = visit(live=world.live)
    visitor.sign_in(approver, f"/approval?change={change}")
    fill(visitor.page, "Rationale, kept in the ledger", TEXT)
    visitor.settled()
    button = visitor.page.get_by_role("button", name="Approve for production")
    expect(button).to_be_enabled(timeout=PATIENCE)

    records.handed_in(model, rows=640)
    button.click()

    sees(visitor, re.compile("Your vote was not recorded."))
    sees(visitor, re.compile("The evidence changed since you opened it"))
    with place.store.reading() as session:
        assert change_page(session, change, approver.actor, at=now()).votes == ()


def test_the_right_person_is_not_refused(world: World, visit: Visit) -> None:
    visitor = visit(live=world.live)
    visitor.sign_in(world.accounts["owner"], f"/approval?change={world.approved}")

    press(visitor, "Bring into production")

    sees(visitor, "It was brought into production.")
