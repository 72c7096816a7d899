"""A pipeline registers, links and changes the records around models, and asks what a withdrawal breaks."""

from core.access.rules import Permission
from tests.api.test_access import assert_problem
from tests.api.world import World, a_dataset, a_registration

WORKFLOW = {
    "kind": "workflow", "name": "Mailing", "details": {"trigger": "Every month", "outcome": "Letters"},
}  # fmt: skip
WHY = "The annual review found it out of date."


def test_a_system_is_registered_linked_and_asked_for_what_breaks(world_on_both: World) -> None:
    client = world_on_both.client()
    client.post("models", json=a_registration(world_on_both))

    made = client.post("parts", json=WORKFLOW)
    link = client.post("links", json={"source": "M0001", "relation": "feeds", "target": "W0001"})

    assert (made.status_code, made.json()["number"], link.json()["number"]) == (201, "W0001", "L0001")
    found = client.get("records/D0001/dependents").json()["dependents"]
    assert [(one["number"], one["distance"], one["through"]["relation"]) for one in found] == [
        ("M0001", 1, "trains"),
        ("W0001", 2, "feeds"),
    ]
    assert client.post("links/L0001/end", json={"reason": WHY}).status_code == 200
    assert [one["number"] for one in client.get("records/D0001/dependents").json()["dependents"]] == ["M0001"]


def test_a_text_is_kept_as_versions_with_its_digest(world: World) -> None:
    client = world.client()
    client.post("parts", json={"kind": "prompt", "name": "Letter", "text": "Be polite."})

    second = client.post("parts/PR0001/versions", json={"text": "Be brief.", "rationale": WHY, "expected_version": 1})
    late = client.post("parts/PR0001/versions", json={"text": "Be kind.", "rationale": WHY, "expected_version": 1})

    assert (second.status_code, second.json()["version"], late.status_code) == (201, 2, 409)
    texts = client.get("parts/PR0001").json()["texts"]
    # printf 'Be polite.' | sha256sum
    assert texts[1]["digest"] == "b93b359eeee2fbf3de1b8c4a382958224bbd4ba4695a1f52eb755d3cadf0e310"
    assert [one["text"] for one in texts] == ["Be brief.", "Be polite."]
    assert client.get("parts", params={"kind": "prompt"}).json()["total"] == 1


def test_a_model_is_changed_by_what_was_seen_and_its_history_is_read(world: World) -> None:
    client = world.client()
    client.post("models", json=a_registration(world))
    edit = {"changes": {"users": "Branches", "packs": ["gdpr"]}, "reason": WHY, "expected_revision": 1}

    done = client.post("models/M0001/edits", json=edit)

    assert (done.status_code, done.json()["fields"], done.json()["revision"]) == (200, ["users", "packs"], 2)
    assert client.post("models/M0001/edits", json=edit | {"changes": {"users": "x"}}).status_code == 409
    rows = client.get("records/M0001/history").json()["changes"]
    assert [(row["field"], row["old"], row["new"]) for row in rows] == [
        ("packs", "", "gdpr"),
        ("users", "", "Branches"),
    ]
    same = client.post("models/M0001/edits", json={"changes": {"users": "Branches"}, "reason": WHY})
    assert same.status_code == 422


def test_a_repeat_with_the_same_key_changes_nothing_more(world: World) -> None:
    client, headers = world.client(), {"Idempotency-Key": "build-7"}
    client.post("models", json=a_registration(world))
    edit = {"changes": {"users": "Branches"}, "reason": WHY}

    first = client.post("models/M0001/edits", json=edit, headers=headers)
    second = client.post("models/M0001/edits", json=edit, headers=headers)

    assert (second.status_code, second.json()) == (200, first.json())
    assert client.get("records/M0001/history").json()["total"] == 1


def test_a_dataset_says_how_it_is_kept_and_is_changed(world: World) -> None:
    client = world.client()
    wish = a_dataset("Applications") | {"retention": "Until 2031", "sanitisation": "Names replaced"}

    made = client.post("datasets", json=wish)
    client.post("parts/D0001/edits", json={"changes": {"retention": "Until 2033"}, "reason": WHY})

    assert made.json()["number"] == "D0001"
    fields = client.get("parts/D0001").json()["fields"]
    assert (fields["retention"], fields["sanitisation"]) == ("Until 2033", "Names replaced")


def test_wrong_ends_wrong_fields_and_a_missing_scope_are_problems(world: World) -> None:
    client = world.client()
    client.post("models", json=a_registration(world))

    assert_problem(
        client.post("links", json={"source": "M0001", "relation": "trains", "target": "D0001"}), 403, "refused"
    )
    assert client.post("models/M0001/edits", json={"changes": {"tier": 4}, "reason": WHY}).status_code == 422
    assert client.get("parts/PR0099").status_code == 404
    reader = world.client(world.token(scopes={Permission.RECORD_READ}).secret)
    assert_problem(reader.post("parts", json=WORKFLOW), 403, "refused")
