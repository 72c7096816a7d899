"""Policies over the API: read as JSON and TOML, checked, drafted and simulated; published only by a person."""

from core.access.rules import Actor, Role
from core.approval.simulation.service import perform_simulation
from core.policy.service import default_policy_text
from tests.api.world import World
from tests.builders import NOON, a_person

NEXT = default_policy_text().replace("2026.1", "2031.1").replace("value = 0.60", "value = 0.65", 1)
WHY = "The yearly review of thresholds."


def drafter(world: World) -> Actor:
    """Somebody who owns tokens and may draft."""
    return a_person(world.place.store, Role.DEVELOPER, Role.OWNER)


def test_policies_are_listed_and_read_as_json_and_as_their_text(world: World) -> None:
    client = world.client()

    (line,) = client.get("policies").json()["policies"]
    read = client.get(f"policies/{line['policy']}").json()
    text = client.get(f"policies/{line['policy']}/text")

    assert line["standing"] == "in force"
    assert text.text == read["text"] == default_policy_text()
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    ratio = next(one for one in read["clauses"]["thresholds"] if one["clause"] == "4.2")
    assert (ratio["value"], ratio["direction"], sorted(ratio["tiers"])) == (0.8, "at least", [1, 2, 3, 4])
    assert read["clauses"]["quorum_by_tier"] == {"1": 2, "2": 1, "3": 1, "4": 1}


def test_a_text_is_checked_with_lines_and_differences_and_nothing_is_stored(world: World) -> None:
    client = world.client()

    good = client.post("policies/check", json={"text": NEXT}).json()
    bad = client.post("policies/check", json={"text": NEXT.replace("value = 0.65", "value = oops")}).json()

    assert (good["readable"], good["version"]) == (True, "2031.1")
    assert [one["said"] for one in good["differences"]] == ["at least 0.60 → 0.65"]
    assert bad["readable"] is False
    assert [one["line"] for one in bad["problems"]] == [NEXT.split("\n").index("value = 0.65") + 1]
    assert client.get("policies").json()["total"] == 1


def test_a_draft_is_begun_and_simulated_and_published_by_no_token(world: World) -> None:
    client = world.client(world.token(drafter(world)).secret)

    begun = client.post("policies/drafts", json={"text": NEXT, "reason": WHY})
    draft = begun.json()["draft"]
    started = client.post(f"policies/drafts/{draft}/simulations")
    waiting = client.get(f"policies/drafts/{draft}/simulation").json()
    number = started.json()["simulation"]
    perform_simulation(world.place.store, world.place.ledger, simulation=number, clock=lambda: NOON)
    done = client.get(f"policies/drafts/{draft}/simulation").json()

    assert (begun.status_code, started.status_code) == (201, 202)
    assert begun.json()["ledger"]["index"] < started.json()["ledger"]["index"]
    assert (waiting["status"], waiting["summary"]) == ("queued", None)
    assert (done["status"], done["digest"]) == ("finished", begun.json()["digest"])
    assert done["summary"]["judged"] == 0
    assert client.get(f"policies/drafts/{draft}").json()["status"] == "draft"


def test_a_draft_that_is_no_policy_is_kept_with_its_problems(world: World) -> None:
    client = world.client(world.token(drafter(world)).secret)

    begun = client.post("policies/drafts", json={"text": "name = 5", "reason": WHY}).json()
    refused = client.post(f"policies/drafts/{begun['draft']}/simulations")

    assert begun["problems"][0]["line"] == 1
    assert refused.status_code == 403
    assert [one["code"] for one in refused.json()["refusals"]] == ["unreadable"]


def test_a_token_whose_owner_may_not_draft_drafts_nothing(world: World) -> None:
    refused = world.client().post("policies/drafts", json={"text": NEXT, "reason": WHY})

    assert refused.status_code == 403
    assert [one["code"] for one in refused.json()["refusals"]] == ["token-scope"]


def test_what_is_not_there_is_not_found(world: World) -> None:
    client = world.client()

    for path in ("policies/99", "policies/99/text", "policies/drafts/PD9", "policies/drafts/PD9/simulation"):
        assert client.get(path).status_code == 404
