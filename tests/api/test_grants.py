"""Grants, access reviews and break-glass access through the API, for auditors and other systems."""

from core.access.break_glass.service import open_break_glass
from core.access.reviewing.queries import items
from core.access.reviewing.service import answer_for, open_access_review
from core.access.rules import Permission
from tests.api.world import World
from tests.builders import NOON, signed_in


def test_who_may_what_and_what_was_answered_is_read_through_the_api(world: World) -> None:
    place, cast = world.place, world.cast
    number = open_access_review(place.store, place.ledger, actor=cast.approver, at=NOON)
    with place.store.reading() as session:
        first = next(one for one in items(session, number) if one.person == cast.validator.id)
    answer_for(
        place.store, place.ledger, review=number, items=[first.id], keep=False, reason="Moved to another team",
        actor=cast.approver, at=NOON,
    )  # fmt: skip
    client = world.client(world.token(scopes=frozenset({Permission.RECORD_READ})).secret)

    held = client.get("grants?role=validator").json()
    ended = client.get("grants?state=ended").json()
    line = client.get("access-reviews").json()["reviews"][0]
    whole = client.get(f"access-reviews/{number}").json()

    assert cast.validator.id not in {one["person"] for one in held["grants"]}
    assert [(one["person"], one["withdrawn_by"]) for one in ended["grants"]] == [(cast.validator.id, cast.approver.id)]
    assert (line["review"], line["withdrawn"], line["not_answered"]) == (number, 1, line["grants"] - 1)
    answered = [one for one in whole["items"] if one["answer"]]
    assert [(one["person"], one["answer_reason"]) for one in answered] == [(cast.validator.id, "Moved to another team")]
    assert client.get("access-reviews/AR0099").status_code == 404


def test_a_token_reads_the_break_glass_access_of_its_own_person_only(world: World) -> None:
    place, cast = world.place, world.cast
    for person in (cast.developer, cast.owner):
        open_break_glass(
            place.store, place.ledger, reason="A complaint by phone about a decision", actor=person, at=NOON,
            session_id=signed_in(place.store, person),
        )  # fmt: skip
    token = world.token(scopes=frozenset({Permission.RECORD_READ}))

    body = world.client(token.secret).get("break-glass").json()

    assert (body["total"], len({one["person"] for one in body["accesses"]})) == (1, 1)
