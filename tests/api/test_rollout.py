"""Pipelines ask who is in production, halt and take back, report code; forges tell of reviews under a signature."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from app.delivery.keys import sender_secret
from core.access.rules import Role
from core.approval.code.facts import commits_of
from core.approval.hooks.service import add_code_hook, hook
from core.approval.hooks.tables import CodeHook, Forge
from core.approval.rollout import stepping
from core.inventory.moves import load_version
from core.inventory.rules import Stage
from core.policy.rules import ChangeKind
from tests.api.world import World
from tests.builders import NOON, a_person, a_version, set_stage
from tests.rollout.conftest import DAY, PLAN, Line

COMMIT = "ab" * 20


@pytest.fixture
def line(world: World) -> Line:
    from tests.builders import a_model

    store = world.place.store
    return Line(store, world.place.ledger, world.cast, a_model(store, world.cast, tier=2))


def test_who_and_what_was_in_production_is_answered_for_now_and_for_any_moment(world: World, line: Line) -> None:
    change = line.in_production("1.0.0")
    second = line.approved("1.1.0", plan=PLAN.replace("code_reviews = 1\n", ""))
    line.begin(second, at=NOON + DAY)
    world.clock.now = NOON + 2 * DAY
    client = world.client()

    now = client.get(f"models/{line.model}/production").json()
    then = client.get(f"models/{line.model}/production", params={"at": (NOON + DAY / 2).isoformat()}).json()
    before = client.get(f"models/{line.model}/production", params={"at": "2020-01-01T00:00:00Z"}).json()

    assert (now["version"], now["change"], now["moved_by"]) == ("1.0.0", change, world.cast.owner.id)
    assert [(one["version"], one["phase"], one["share"]) for one in now["beside"]] == [("1.1.0", "canary", 10)]
    assert (then["version"], then["beside"], before["version"]) == ("1.0.0", [], None)
    assert client.get(f"models/{line.model}/production?environment=moon").status_code == 404
    assert client.get(f"models/{line.model}/production?at=yesterday").status_code == 422
    assert client.get(f"models/{line.model}/deployments").json()["total"] == 2


def test_a_pipeline_takes_back_what_people_brought_into_production(world: World, line: Line) -> None:
    line.in_production("1.0.0")
    line.in_production("1.1.0", at=NOON + DAY)
    world.clock.now = NOON + 2 * DAY
    keeper = a_person(world.place.store, Role.OWNER)
    client = world.client(world.token(keeper).secret)

    drill = client.post(f"models/{line.model}/drills", json={}).json()
    done = client.post(
        f"models/{line.model}/rollback",
        json={"reason": "Error rate above 5 % since 14:10."},
        headers={"Idempotency-Key": "back-1"},
    )
    again = client.post(
        f"models/{line.model}/rollback",
        json={"reason": "Error rate above 5 % since 14:10."},
        headers={"Idempotency-Key": "back-1"},
    )

    assert (drill["outcome"], drill["version"], drill["found"]) == ("passed", "1.0.0", [])
    assert (done.status_code, done.json()["version"]) == (201, "1.0.0")
    assert again.json() == done.json()
    assert line.standing(NOON + 2 * DAY) == ["1.0.0"]


def test_a_pipeline_halts_and_aborts_but_never_brings_a_version_further(world: World, line: Line) -> None:
    change = line.approved(plan=PLAN)
    keeper = a_person(world.place.store, Role.OWNER)
    client = world.client(world.token(keeper).secret)

    begun = client.post(f"changes/{change}/rollout", json={"act": "begin the rollout"})
    line.begin(change)
    halted = client.post(
        f"changes/{change}/rollout", json={"act": "halt the rollout", "reason": "Latency doubled at noon."}
    )
    aborted = client.post(
        f"changes/{change}/rollout", json={"act": "abort the rollout", "reason": "Latency doubled at noon."}
    )

    assert (begun.status_code, "token-scope" in begun.text) == (403, True)
    assert [one.json()["rollout"] for one in (halted, aborted)] == ["halted", "aborted"]
    assert line.standing() == []


def test_a_pipeline_reports_the_code_behind_a_version(world: World, line: Line) -> None:
    a_version(world.place.store, world.cast, model=line.model)
    wish = {
        "repository": "bank/score",
        "commit": COMMIT,
        "pull_request": {
            "number": 7,
            "author": "ada",
            "merged_as": COMMIT,
            "reviews": [{"reviewer": "grace", "state": "approved", "at": "2026-11-20T10:00:00Z"}],
        },
        "checks": [{"name": "unit", "state": "failed", "at": "2026-11-20T10:00:00Z"}],
    }
    client = world.client()

    said = client.post(f"models/{line.model}/versions/1.0.0/code", json=wish)
    wrong = client.post(f"models/{line.model}/versions/1.0.0/code", json=wish | {"commit": "abc"})

    assert (said.status_code, wrong.status_code) == (201, 422)
    with world.place.store.reading() as session:
        (commit,) = commits_of(session, load_version(session, line.model, "1.0.0")[1].id or 0)
    assert (commit.approvers, commit.failed_checks, commit.merged) == (("grace",), ("unit",), True)


def a_hook(world: World, forge: Forge) -> tuple[str, bytes]:
    number = add_code_hook(
        world.place.store,
        world.place.ledger,
        forge=forge,
        repository="bank/score",
        actor=world.cast.administrator,
        at=NOON,
    ).number
    with world.place.store.reading() as session:
        row = hook(session, number)
        assert isinstance(row, CodeHook)
        return number, sender_secret(world.place, row)


def github(client: TestClient, number: str, secret: bytes, event: str, said: object) -> int:
    body = json.dumps(said).encode()
    signed = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-GitHub-Event": event, "X-Hub-Signature-256": signed}
    return client.post(f"hooks/{number}", content=body, headers=headers).status_code


def a_pull(**changed: object) -> dict[str, object]:
    pull = {
        "number": 7,
        "title": "Retrain",
        "user": {"login": "ada"},
        "head": {"sha": COMMIT},
        "merged": True,
        "merge_commit_sha": "cd" * 20,
    }
    return {"repository": {"full_name": "bank/score"}, "pull_request": pull | changed}


def a_review(who: str, state: str, at: str = "2026-11-20T10:00:00Z") -> dict[str, object]:
    return a_pull() | {"review": {"user": {"login": who}, "state": state, "submitted_at": at}}


def test_github_tells_of_reviews_and_checks_under_its_signature(world: World, line: Line) -> None:
    a_version(world.place.store, world.cast, model=line.model)
    world.client().post(
        f"models/{line.model}/versions/1.0.0/code", json={"repository": "bank/score", "commit": "cd" * 20}
    )
    number, secret = a_hook(world, Forge.GITHUB)
    client = world.anonymous()

    statuses = [
        github(client, number, secret, "ping", {"zen": "Keep it logically awesome."}),
        github(client, number, secret, "pull_request", a_pull()),
        github(client, number, secret, "pull_request_review", a_review("ada", "approved")),
        github(client, number, secret, "pull_request_review", a_review("grace", "approved")),
        github(client, number, secret, "pull_request_review", a_review("joan", "changes_requested")),
        github(client, number, secret, "pull_request_review", a_review("joan", "dismissed", "2026-11-20T11:00:00Z")),
        github(client, number, secret, "pull_request_review", a_review("joan", "approved", "2026-11-20T09:00:00Z")),
        github(
            client,
            number,
            secret,
            "check_run",
            {
                "repository": {"full_name": "bank/score"},
                "check_run": {
                    "name": "unit",
                    "head_sha": "cd" * 20,
                    "conclusion": "failure",
                    "completed_at": "2026-11-20T10:00:00Z",
                },
            },
        ),
    ]

    assert statuses == [202] * 8
    with world.place.store.reading() as session:
        (commit,) = commits_of(session, load_version(session, line.model, "1.0.0")[1].id or 0)
    assert (commit.author, commit.approvers, commit.failed_checks) == ("ada", ("grace",), ("unit",))


def test_what_is_not_signed_or_speaks_of_another_repository_is_not_heard(world: World) -> None:
    number, secret = a_hook(world, Forge.GITHUB)
    other = a_pull() | {"repository": {"full_name": "evil/score"}}
    client = world.anonymous()

    assert github(client, number, b"guessed", "pull_request", a_pull()) == 401
    assert github(client, "H9999", secret, "pull_request", a_pull()) == 401
    assert client.post(f"hooks/{number}", json=a_pull()).status_code == 401
    assert github(client, number, secret, "pull_request", other) == 403
    assert github(client, number, secret, "pull_request", a_pull(number="seven")) == 422


def test_gitlab_tells_of_approvals_with_its_token_and_an_author_does_not_count(world: World, line: Line) -> None:
    a_version(world.place.store, world.cast, model=line.model)
    world.client().post(f"models/{line.model}/versions/1.0.0/code", json={"repository": "bank/score", "commit": COMMIT})
    number, secret = a_hook(world, Forge.GITLAB)
    client = world.anonymous()

    def told(user: int, name: str, action: str, token: str = secret.decode()) -> int:
        event = {
            "object_kind": "merge_request",
            "user": {"id": user, "username": name},
            "project": {"path_with_namespace": "bank/score"},
            "object_attributes": {
                "iid": 7, "author_id": 1, "title": "Retrain", "action": action, "state": "opened",
                "last_commit": {"id": COMMIT}, "updated_at": f"2026-11-20 10:00:0{user} UTC",
            },
        }  # fmt: skip
        return client.post(f"hooks/{number}", json=event, headers={"X-Gitlab-Token": token}).status_code

    pipeline = {
        "object_kind": "pipeline",
        "project": {"path_with_namespace": "bank/score"},
        "object_attributes": {"sha": COMMIT, "status": "success", "finished_at": "2026-11-20 10:05:00 UTC"},
    }
    assert [told(2, "grace", "approved"), told(1, "ada", "approved"), told(2, "eve", "approved", "wrong")] == [
        202, 202, 401,
    ]  # fmt: skip
    assert client.post(f"hooks/{number}", json=pipeline, headers={"X-Gitlab-Token": secret.decode()}).status_code == 202
    with world.place.store.reading() as session:
        (commit,) = commits_of(session, load_version(session, line.model, "1.0.0")[1].id or 0)
    assert (commit.author, commit.approvers, commit.merged, commit.running_checks) == ("ada", ("grace",), False, ())


def test_a_restriction_and_a_halted_rollout_are_shown_by_the_production_address(world: World, line: Line) -> None:
    change = line.approved(plan=PLAN)
    line.begin(change)
    stepping.halt(line.store, line.ledger, change=change, reason="Latency doubled.", actor=line.cast.owner, at=NOON)
    set_stage(line.store, line.model, "1.0.0", Stage.APPROVED)
    world.clock.now = NOON + timedelta(hours=1)

    said = world.client().get(f"models/{line.model}/production").json()

    assert (said["version"], said["beside"][0]["phase"], said["restrictions"]) == (None, "shadow", [])


def test_a_pipeline_asks_for_a_restriction_to_be_lifted_and_reads_what_binds_still(world: World, line: Line) -> None:
    line.in_production("1.0.0")
    change = line.voted("1.0.0", kind=ChangeKind.RESTRICTED_USE, restriction="Not for applicants under 21.")
    line.begin(change)
    world.clock.now = NOON + timedelta(hours=1)
    client, address = world.client(), f"models/{line.model}/versions/1.0.0/changes"
    wish = {"rationale": "They were trained on since.", "kind": "restricted use"}

    asked = client.post(address, json={**wish, "lifts": change})
    read = client.get(f"changes/{asked.json()['change']}").json()

    assert (read["lifts"], read["restriction"], read["code_lacks"]) == (change, "Not for applicants under 21.", [])
    bounds = client.get(f"models/{line.model}/production").json()["restrictions"]
    assert [one["change"] for one in bounds] == [change]
    refused = client.post(address, json={**wish, "lifts": "CR9999"})
    assert (refused.status_code, refused.json()["refusals"][0]["code"]) == (403, "not-restricted")
