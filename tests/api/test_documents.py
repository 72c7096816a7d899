"""Answers to items of packs, documents and templates through the API."""

from datetime import timedelta

from core.access.rules import Permission, Role
from tests.api.test_access import assert_problem
from tests.api.world import World
from tests.builders import NOON, a_person, a_version

ANSWER = {
    "pack": "sr-26-2", "item": "MRM-18", "outcome": "met", "reason": "Stated in the procedure, section 4.",
    "expires_at": (NOON + timedelta(days=30)).isoformat(),
}  # fmt: skip


def test_an_answer_is_given_counted_withdrawn_and_stays_on_record(world: World) -> None:
    model, _ = a_version(world.place.store, world.cast, packs="sr-26-2")
    client = world.client()

    given = client.post("answers", json={**ANSWER, "model": model})
    assert given.status_code == 201
    items = client.get(f"models/{model}/coverage").json()["packs"][0]["items"]
    assert next(one for one in items if one["item"] == "MRM-18")["state"] == "answered"
    number = given.json()["answer"]
    client.post(f"answers/{number}/withdrawal", json={"reason": "The procedure was replaced."})

    (row,) = client.get("answers", params={"model": model, "pack": "sr-26-2", "item": "MRM-18"}).json()["answers"]
    assert (row["answer"], row["withdrawn_by"], row["model"]) == (number, world.cast.developer.id, model)
    assert client.get("answers", params={"pack": "gdpr"}).json()["total"] == 0


def test_no_token_answers_for_the_whole_organisation(world: World) -> None:
    holder = a_person(world.place.store, Role.APPROVER, Role.DEVELOPER)
    client = world.client(world.token(holder).secret)

    assert_problem(client.post("answers", json=ANSWER), 403, "refused")
    assert_problem(client.post("answers", json={**ANSWER, "model": "M9999"}), 404, "not-found")


def test_a_document_is_drafted_kept_and_read_with_its_versions(world: World) -> None:
    model, version = a_version(world.place.store, world.cast)
    client = world.client()
    at = f"models/{model}/versions/{version}/documents"

    draft = client.get(f"{at}/risk-assessment/draft").json()
    assert draft["open_places"]
    wish = {"kind": "risk assessment", "body": draft["body"]}
    first = client.post(at, json=wish)
    number = first.json()["document"]
    second = client.post(
        at, json={**wish, "body": "# Risk\n\nNone.", "comment": "Names the risk.", "expected_revision": 1}
    )
    assert (first.status_code, second.json()["revision"]) == (201, 2)
    stale = {**wish, "body": "x", "comment": "Names it again.", "expected_revision": 1}
    assert_problem(client.post(at, json=stale), 409, "conflict")

    (line,) = client.get(at).json()["documents"]
    newest, former = client.get(f"documents/{number}").json(), client.get(f"documents/{number}?revision=1").json()
    assert (line["document"], line["open_places"]) == (number, 0)
    assert (newest["body"], [one["revision"] for one in newest["revisions"]]) == ("# Risk\n\nNone.", [2, 1])
    assert former["body"] == draft["body"]


def test_no_token_judges_a_version_or_publishes_a_template(world: World) -> None:
    model, version = a_version(world.place.store, world.cast)
    holder = a_person(world.place.store, Role.APPROVER, Role.DEVELOPER)
    client = world.client(world.token(holder).secret)
    plan = {"kind": "validation plan", "body": "# Plan"}

    assert_problem(client.post(f"models/{model}/versions/{version}/documents", json=plan), 403, "refused")
    refused = client.post("templates/risk-assessment", json={"body": "# Risk", "reason": "A shorter one is enough."})
    assert "token-scope" in refused.text
    assert_problem(refused, 403, "refused")


def test_templates_are_read_with_their_versions(world: World) -> None:
    client = world.client(world.token(scopes={Permission.RECORD_READ}).secret)

    listed = client.get("templates").json()["templates"]
    one = client.get("templates/risk-assessment").json()

    assert len(listed) == 6
    assert (one["kind"], one["version"], len(one["versions"])) == ("risk assessment", 1, 1)
    assert one["body"].startswith("#")
    assert_problem(client.get("templates/poem"), 404, "not-found")
