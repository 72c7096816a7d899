"""A token opens what its scopes and its owner's roles open, at this moment, and nothing else."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from httpx import Response
from sqlmodel import select

from core.access.people import disable_person, withdraw_role
from core.access.rules import TOKEN_SCOPES, Permission, Role
from core.access.tokens import revoke_token
from core.inventory.bulk import BulkWish, plan_digest
from core.inventory.rules import Stage
from core.ledger.events import Event
from core.ledger.tables import LogEntry
from tests.api.world import World, a_registration, a_version_wish
from tests.builders import NOON, a_person, a_version


def assert_problem(response: Response, status: int, kind: str) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert isinstance(body, dict)
    assert (body["status"], body["type"]) == (status, f"urn:countersign:problem:{kind}")
    return body


def test_without_a_token_nothing_opens(world: World) -> None:
    response = world.anonymous().get("models")

    assert_problem(response, 401, "token-needed")
    assert response.headers["www-authenticate"] == 'Bearer realm="countersign"'


@pytest.mark.parametrize(
    "header",
    ["Bearer countersign_nobody", "Bearer ", "Basic YTpi", "Bearer \xe9", f"Bearer {'a' * 5000}", "countersign_x"],
)
def test_a_token_that_is_none_opens_nothing(world: World, header: str) -> None:
    response = world.anonymous().get("models", headers={"Authorization": header.encode("latin-1")})

    assert_problem(response, 401, "token-needed")
    assert response.headers["www-authenticate"].startswith("Bearer ")


def test_an_expired_token_opens_nothing(world: World) -> None:
    client = world.client(world.token(life=timedelta(hours=1)).secret)
    assert client.get("models").status_code == 200

    world.clock.now = NOON + timedelta(hours=1)

    assert_problem(client.get("models"), 401, "token-needed")


def test_a_revoked_token_opens_nothing_from_the_next_call_on(world: World) -> None:
    token = world.token()
    client = world.client(token.secret)
    assert client.get("models").status_code == 200

    revoke_token(world.place.store, world.place.ledger, number=token.number, actor=world.cast.developer, at=NOON)

    response = client.get("models")
    assert_problem(response, 401, "token-needed")
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


def test_the_token_of_a_disabled_person_opens_nothing(world: World) -> None:
    client = world.client()

    disable_person(
        world.place.store,
        world.place.ledger,
        person=world.cast.developer.id,
        reason="Left the organisation",
        actor=world.cast.administrator,
        at=NOON,
    )

    assert_problem(client.get("models"), 401, "token-needed")


@pytest.mark.row("role revoked during a session")
def test_a_role_that_was_withdrawn_no_longer_carries_its_tokens(world: World) -> None:
    client = world.client()

    withdraw_role(
        world.place.store,
        world.place.ledger,
        person=world.cast.developer.id,
        role=Role.DEVELOPER,
        reason="Changed to another team",
        actor=world.cast.administrator,
        at=NOON,
    )

    assert_problem(client.get("models"), 403, "refused")


@dataclass(frozen=True)
class Step:
    """A call that needs one scope."""

    method: str
    path: str
    scope: Permission
    body: str = ""


STEPS = [
    Step("POST", "models", Permission.MODEL_REGISTER, "model"),
    Step("POST", "models", Permission.VERSION_REGISTER, "model"),
    Step("POST", "models/M0001/versions", Permission.VERSION_REGISTER, "version"),
    Step("PUT", "models/M0001/versions/1.0.0/predictions?filename=p.csv", Permission.EVIDENCE_UPLOAD),
    Step("POST", "models/M0001/versions/1.0.0/validations", Permission.VALIDATION_START),
    Step("POST", "models/M0001/versions/1.0.0/changes", Permission.CHANGE_REQUEST, "change"),
    Step("GET", "models", Permission.RECORD_READ),
    Step("GET", "models/M0001", Permission.RECORD_READ),
    Step("GET", "models/M0001/versions/1.0.0", Permission.RECORD_READ),
    Step("GET", "models/M0001/production", Permission.RECORD_READ),
    Step("GET", "models/M0001/deployments", Permission.RECORD_READ),
    Step("POST", "models/M0001/rollback", Permission.PRODUCTION_RETURN, "rollback"),
    Step("POST", "models/M0001/drills", Permission.PRODUCTION_RETURN, "drill"),
    Step("POST", "models/M0001/versions/1.0.0/code", Permission.CODE_REPORT, "code"),
    Step("GET", "search?text=x", Permission.RECORD_READ),
    Step("GET", "views", Permission.RECORD_READ),
    Step("POST", "views", Permission.RECORD_READ, "view"),
    Step("POST", "bulk-edits", Permission.MODEL_EDIT, "edit"),
    Step("GET", "bulk-edits/BE0001", Permission.RECORD_READ),
    Step("GET", "answers", Permission.RECORD_READ),
    Step("POST", "answers", Permission.COVERAGE_ANSWER, "answer"),
    Step("GET", "models/M0001/versions/1.0.0/documents", Permission.RECORD_READ),
    Step("POST", "models/M0001/versions/1.0.0/documents", Permission.DOCUMENT_WRITE, "document"),
    Step("GET", "documents/DOC0001", Permission.RECORD_READ),
    Step("GET", "templates", Permission.RECORD_READ),
    Step("GET", "templates/risk-assessment", Permission.RECORD_READ),
    Step("GET", "runs/R0001", Permission.RECORD_READ),
    Step("GET", "runs/R0001/result", Permission.RECORD_READ),
    Step("GET", "changes/CR0001", Permission.RECORD_READ),
    Step("GET", "ledger/entries/0/receipt", Permission.RECORD_READ),
    Step("PUT", "events", Permission.EVENT_RECORD),
    Step("GET", "event-batches", Permission.RECORD_READ),
    Step("GET", "event-batches/B0001/bundle", Permission.EXPORT_MAKE),
    Step("GET", "events/req-1", Permission.RECORD_READ),
    Step("GET", "events/req-1/proof", Permission.RECORD_READ),
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.method} {step.path} without {step.scope}")
def test_a_call_without_its_scope_is_refused_by_name(world: World, step: Step) -> None:
    a_version(world.place.store, world.cast)
    bodies: dict[str, object] = {
        "model": a_registration(world),
        "version": {"version": a_version_wish("x", "1.0.1")},
        "change": {"rationale": "Long enough to be read."},
        "rollback": {"reason": "Long enough to be read."},
        "drill": {},
        "view": {"name": "Ours"},
        "edit": {
            "models": ["M0001"],
            "business_line": "Lending",
            "reason": "Long enough to be read.",
            "expected": plan_digest(BulkWish(business_line="Lending"), {"M0001": 1}),
        },
        "answer": {
            "model": "M0001",
            "pack": "sr-26-2",
            "item": "MRM-18",
            "outcome": "met",
            "reason": "Long enough to be read.",
            "expires_at": (NOON + timedelta(days=9)).isoformat(),
        },
        "document": {"kind": "risk assessment", "body": "# Risk"},
        "code": {"repository": "bank/score", "commit": "ab" * 20},
    }
    token = world.token(scopes=TOKEN_SCOPES - {step.scope})

    response = world.client(token.secret).request(step.method, step.path, json=bodies.get(step.body))

    body = assert_problem(response, 403, "refused")
    assert 'error="insufficient_scope"' in response.headers["www-authenticate"]
    refusals = body["refusals"]
    assert isinstance(refusals, list)
    assert f"Token {token.number} has no scope {step.scope}" in [one["message"] for one in refusals]


@pytest.mark.parametrize("scope", sorted(TOKEN_SCOPES))
def test_no_scope_of_a_token_lets_it_vote(world: World, scope: Permission) -> None:
    model, version = a_version(world.place.store, world.cast, stage=Stage.VALIDATED)
    change = world.client().post(f"models/{model}/versions/{version}/changes", json={"rationale": "Ready for use."})
    voter = a_person(world.place.store, Role.APPROVER, Role.DEVELOPER)
    client = world.client(world.token(voter, {scope}).secret)
    digest = world.client().get(f"models/{model}/versions/{version}").json()["evidence_digest"]

    wish = {"choice": "approve", "rationale": "Read in full and convincing.", "seen_digest": digest}
    response = client.post(f"changes/{change.json()['change']}/votes", json=wish)

    assert "token-scope" in response.text
    assert_problem(response, 403, "refused")


def test_a_refusal_is_on_record_under_the_token(world: World) -> None:
    token = world.token(scopes={Permission.RECORD_READ})
    a_version(world.place.store, world.cast)

    world.client(token.secret).post("models/M0001/versions/1.0.0/validations")

    with world.place.store.reading() as session:
        found = session.exec(select(LogEntry.actor).where(LogEntry.action == Event.ACT_REFUSED.value)).all()
    assert found == [token.number]


def test_any_token_may_watch_the_checkpoint(world: World) -> None:
    client = world.client(world.token(scopes={Permission.VALIDATION_START}).secret)

    response = client.get("ledger/checkpoint")

    assert response.status_code == 200
    assert response.json()["note"].startswith("countersign.test/ledger\n")
    assert response.json()["verifier_key"] == world.place.ledger.vkey


def test_the_checkpoint_is_not_for_everybody(world: World) -> None:
    assert_problem(world.anonymous().get("ledger/checkpoint"), 401, "token-needed")
