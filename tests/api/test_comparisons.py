"""Pipelines ask for comparisons, read them, request a promotion, and read what policy decided about going back."""

from core.improvement.comparisons.performing import perform_comparison
from core.improvement.rollback.deciding import consider_rollback
from core.policy.service import default_policy_text
from tests.api.world import World
from tests.builders import NOON, a_model, a_policy
from tests.comparisons.world import Cases, make_world
from tests.rollout.chunks import FAIL, a_chunk
from tests.rollout.conftest import DAY, Line


def test_a_pipeline_compares_and_requests_the_promotion(world: World) -> None:
    place = world.place
    both = make_world(place.store, place.ledger, place.files)
    both.hand_in(Cases())
    client = world.client(world.token(both.cast.developer).secret)
    wish = {"champion": "1.0.0", "challenger": "1.1.0", "challenger_environment": "shadow"}

    asked = client.post(f"models/{both.model}/comparisons", json=wish)
    assert asked.status_code == 201, asked.text
    number = asked.json()["comparison"]
    assert client.get(f"comparisons/{number}").json()["status"] == "queued"
    assert client.post(f"comparisons/{number}/promotion", json={"rationale": "Long enough."}).status_code == 403
    perform_comparison(place.store, place.ledger, place.files, comparison=number, clock=lambda: NOON)
    found = client.get(f"comparisons/{number}").json()
    promoted = client.post(f"comparisons/{number}/promotion", json={"rationale": "Better on every case."})

    assert (found["recommendation"], found["pairs"]) == ("promote", 600)
    assert {one["side"] for one in found["reasons"]} == {"for the challenger"}
    assert found["result"]["differences"][0]["metric"] == "accuracy"
    assert promoted.status_code == 201, promoted.text
    assert client.get(f"comparisons/{number}").json()["change"] == promoted.json()["change"]
    assert client.get(f"models/{both.model}/comparisons").json()["comparisons"] == [number]
    assert client.post(f"models/{both.model}/comparisons", json={**wish, "starts_at": "now"}).status_code == 422
    assert client.get("comparisons/CO0009").status_code == 404


def test_a_pipeline_reads_what_policy_decided(world: World) -> None:
    place = world.place
    line = Line(place.store, place.ledger, world.cast, a_model(place.store, world.cast, tier=2))
    line.in_production("1.0.0", at=NOON - DAY)
    line.in_production("1.1.0")
    text = '\n[[rollback]]\nclause = "12.1"\nseverity = "high"\nchunks = 1\n'
    a_policy(place.store, default_policy_text() + text)
    chunk = a_chunk(place.store, line.model, "1.1.0", FAIL, position=0)
    consider_rollback(place.store, place.ledger, model=line.model, environment="production", at=NOON + 3 * DAY)

    found = world.client().get(f"models/{line.model}/rollback-decisions").json()

    (one,) = found["decisions"]
    assert (one["outcome"], one["version"], one["former"], one["chunks"]) == ("done", "1.1.0", "1.0.0", [chunk])
    assert (one["against"], one["incident"][:2], one["alert"][:2]) == ([], "IN", "AL")
