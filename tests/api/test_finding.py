"""Search, saved views and edits of many models through the API."""

from core.access.rules import Permission
from core.inventory.moves import load_model
from tests.api.test_access import assert_problem
from tests.api.world import World
from tests.builders import a_model, a_version

WHY = "The line was reorganised in November."


def test_a_pipeline_searches_everything_best_match_first(world: World) -> None:
    model, _ = a_version(world.place.store, world.cast)
    client = world.client()

    found = client.get("search", params={"text": "retrained"}).json()

    (only,) = found["results"]
    assert (only["kind"], only["number"], only["model"], only["version"]) == (
        "version",
        f"{model} 1.0.0",
        model,
        "1.0.0",
    )
    assert (only["field"], "etrained" in only["extract"], found["more"]) == ("rationale", True, False)
    assert client.get("search", params={"text": "retrained", "kind": "model"}).json()["total"] == 0
    assert_problem(client.get("search", params={"text": ""}), 422, "unreadable")


def test_views_are_kept_renamed_chosen_and_deleted_and_belong_to_their_owner(world: World) -> None:
    client = world.client()
    kept = client.post("views", json={"name": "Ours", "query": "tier=1", "shared": True})
    view = kept.json()["view"]
    assert (kept.status_code, '"view.saved"' in kept.json()["ledger"]["entry"]) == (201, True)

    client.post(f"views/{view}/edits", json={"name": "Tier 1", "shared": True})
    client.post("default-view", json={"view": view})
    other = world.client(world.token(world.cast.owner).secret)

    (mine,) = client.get("views").json()["views"]
    (seen,) = other.get("views").json()["views"]
    assert (mine["name"], mine["query"], mine["mine"], mine["default"]) == ("Tier 1", "tier=1", True, True)
    assert (seen["mine"], seen["default"]) == (False, False)
    assert_problem(other.post(f"views/{view}/deletion"), 403, "refused")
    assert client.post(f"views/{view}/deletion").status_code == 201
    assert client.get("views").json()["views"] == []


def test_many_models_are_changed_as_the_preview_showed_and_taken_back(world: World) -> None:
    models = [a_model(world.place.store, world.cast) for _ in range(2)]
    client = world.client()
    wish = {"models": models, "business_line": "Payments"}

    plan = client.post("bulk-edits/preview", json=wish).json()
    assert (plan["possible"], [one["model"] for one in plan["models"]]) == (True, models)
    assert plan["models"][0]["changes"][0]["new"] == "Payments"
    made = client.post("bulk-edits", json={**wish, "reason": WHY, "expected": plan["digest"]})
    edit = made.json()["edit"]
    assert '"models.changed"' in made.json()["ledger"]["entry"]
    assert client.get(f"bulk-edits/{edit}").json()["models"] == 2

    back = client.post(f"bulk-edits/{edit}/undo/preview").json()
    undone = client.post(f"bulk-edits/{edit}/undo", json={"reason": WHY, "expected": back["digest"]})
    assert undone.status_code == 201
    assert client.get(f"bulk-edits/{edit}").json()["undone_by"] == undone.json()["edit"]
    with world.place.store.reading() as session:
        assert {load_model(session, number).business_line for number in models} != {"Payments"}


def test_an_edit_that_is_not_what_was_previewed_changes_nothing(world: World) -> None:
    model = a_model(world.place.store, world.cast)
    client = world.client()
    wish: dict[str, object] = {"models": [model], "business_line": "Payments"}
    digest = client.post("bulk-edits/preview", json=wish).json()["digest"]

    other = {**wish, "business_line": "Cards", "reason": WHY, "expected": digest}
    assert_problem(client.post("bulk-edits", json=other), 409, "conflict")
    edit = {"changes": {"users": "Branches"}, "reason": WHY, "expected_revision": 1}
    assert client.post(f"models/{model}/edits", json=edit).status_code == 200
    late = client.post("bulk-edits", json={**wish, "reason": WHY, "expected": digest})

    assert_problem(late, 409, "conflict")
    with world.place.store.reading() as session:
        assert load_model(session, model).business_line not in ("Payments", "Cards")


def test_whatever_stands_against_one_model_stands_against_the_edit(world: World) -> None:
    models = [a_model(world.place.store, world.cast) for _ in range(2)]
    client = world.client()
    wish = {"models": models, "next_review": "2020-01-01T00:00:00Z"}

    plan = client.post("bulk-edits/preview", json=wish).json()

    assert not plan["possible"]
    assert all(one["refusals"] for one in plan["models"])
    refused = client.post("bulk-edits", json={**wish, "reason": WHY, "expected": plan["digest"]})
    assert refused.status_code in (403, 422)
    assert client.get("bulk-edits/BE0001").status_code == 404


def test_a_preview_takes_the_scope_of_the_edit(world: World) -> None:
    model = a_model(world.place.store, world.cast)
    reading = world.client(world.token(scopes={Permission.RECORD_READ}).secret)

    plan = reading.post("bulk-edits/preview", json={"models": [model], "business_line": "Payments"})

    assert plan.status_code == 403 or not plan.json()["possible"]
