"""Regulation packs and coverage through the API."""

from datetime import timedelta

from fastapi.testclient import TestClient

from core.access.rules import Permission
from core.coverage.rules import Outcome
from core.coverage.service import answer_item
from core.inventory.rules import Stage
from tests.api.world import World
from tests.builders import NOON, a_version


def reading(world: World) -> TestClient:
    """A client whose token reads records and does nothing else."""
    return world.client(world.token(scopes=frozenset({Permission.RECORD_READ})).secret)


def test_a_pipeline_reads_packs_with_source_status_and_what_shows_an_item(world: World) -> None:
    client = reading(world)

    listed = client.get("packs").json()["packs"]
    pack = client.get("packs/sr-11-7").json()

    assert len(listed) == 10
    assert sum(one["items"] for one in listed) == 302
    assert (pack["superseded_by"], pack["source_status"]) == ("sr-26-2", "quoted")
    assert pack["demands"][0]["shown_by"] == ["field model.scope", "field model.scope_reason"]
    assert client.get("packs/sr-99").status_code == 404


def test_coverage_of_a_model_says_what_is_held_and_what_a_person_answered(world: World) -> None:
    model, _ = a_version(world.place.store, world.cast, packs="sr-26-2", stage=Stage.VALIDATED)
    answer_item(
        world.place.store, world.place.ledger, model=model, pack="sr-26-2", item="MRM-18", outcome=Outcome.MET,
        reason="Stated in the procedure.", expires_at=NOON + timedelta(days=30), actor=world.cast.owner, at=NOON,
    )  # fmt: skip

    body = reading(world).get(f"models/{model}/coverage").json()
    items = {one["item"]: one for one in body["packs"][0]["items"]}

    assert body["version"] == "1.0.0"
    assert items["MRM-11"]["state"] == "shown"
    assert items["MRM-11"]["evidence"] == [{"what": "check performance", "held": True, "key": "R0001", "until": None}]
    assert (items["MRM-18"]["state"], items["MRM-18"]["answer"]["answer"]) == ("answered", "CA0001")

    summary = reading(world).get("coverage?pack=sr-26-2").json()
    assert summary["total"] == 1
    counts = {name: body["packs"][0][name] for name in ("shown", "answered", "partly_shown", "missing")}
    assert {name: summary["totals"][0][name] for name in counts} == counts


def test_coverage_is_read_with_a_token_only(world: World) -> None:
    assert world.anonymous().get("coverage").status_code == 401
