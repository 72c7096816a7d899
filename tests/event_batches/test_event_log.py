"""Events as pipelines send them: read strictly, inputs never kept as they are, many senders under one checkpoint."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import func, select

from app.api import api
from app.collecting import Busy, Collector
from core.access.event_log import submission_of
from core.access.rules import TOKEN_SCOPES, Permission
from core.errors import Unreadable
from core.inventory.importing.queries import discoveries
from core.ledger import offline
from core.ledger.batches.proofs import input_is, parse_event_proof, verify_event_proof
from core.ledger.batches.queries import batches
from core.ledger.batches.rows import InputForm
from core.ledger.notes import Verifier
from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.ledger.tables import LogCheckpoint
from core.ledger.verify import verify_store
from core.monitoring.alerts.tables import Alert
from core.policy.editing import with_event_keeping
from core.policy.keeping.rules import EventKeeping, KeptInput
from core.policy.service import default_policy_text, publish
from core.reports.keys import SigningKeys, open_keys
from core.store import Store
from tests.api.world import World, make_world
from tests.builders import NOON, a_version
from tests.event_batches.conftest import PIPELINE

MOMENT = "2026-11-20T12:00:00+00:00"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("keys"), origin="countersign.test/ledger", at=NOON)


def committed(_model: str) -> InputForm:
    return InputForm.COMMITMENT


@pytest.fixture
def world(store: Store, ledger: Ledger, keys: SigningKeys, tmp_path: Path) -> Iterator[World]:
    yield make_world(store, ledger, keys, tmp_path)
    api.dependency_overrides.clear()


def an_event(number: int, **more: object) -> dict[str, object]:
    return {"id": f"req-{number}", "at": MOMENT, "model": "M0001", "version": "1.0.0", "output": "approve", **more}


def put(client: TestClient, events: list[dict[str, object]], query: str = "") -> Any:
    body = "\n".join(json.dumps(event) for event in events)
    return client.put(f"events{query}", content=body, headers={"Content-Type": "application/x-ndjson"})


def test_an_event_is_recorded_and_proven_over_http(world: World) -> None:
    client = world.client()
    given = {"age": 41, "income": 52000, "ratio": 0.25}

    answer = put(client, [an_event(1, input=given, duration=1500), an_event(2)])

    assert answer.status_code == 201, answer.text
    assert (answer.json()["batch"], answer.json()["recorded"], answer.json()["repeated"]) == ("B0001", 2, 0)
    proof = parse_event_proof(client.get("events/req-1/proof").text)
    assert verify_event_proof(proof, Verifier.parse(world.place.ledger.vkey))
    assert input_is(proof, {"age": 41, "income": 52000, "ratio": "0.25"})
    assert "52000" not in proof.text()
    parts = [client.get(f"events/req-1/proof?form={form}").content for form in ("own", "shared", "short")]
    assert parts[0] + parts[1] == parts[2]
    assert all(step.passed for step in offline.verify_event(parts[2], key=world.place.ledger.vkey))
    assert client.get("events/req-9/proof").status_code == 404


def test_files_are_listed_and_taken_as_a_bundle_over_http(world: World) -> None:
    client = world.client()
    put(client, [an_event(1), an_event(2, model="M0002", kind="pipeline")])

    (line,) = client.get("event-batches?model=M0002&kind=pipeline").json()["batches"]
    assert (line["batch"], line["events"], line["kinds"]) == ("B0001", 2, ["inference", "pipeline"])
    assert client.get("event-batches?model=M0003").json()["total"] == 0
    for query in ("", "?event=req-2"):
        taken = client.get(f"event-batches/B0001/bundle{query}")
        steps = offline.verify(taken.content, key=world.place.ledger.vkey)
        assert [step for step in steps if not step.passed] == []
        assert steps[-1].detail == ("1 events of 1 files" if query else "2 events of 1 files")
    assert client.get("event-batches/B0009/bundle").status_code == 404


def test_a_repeat_changes_nothing_and_says_so(world: World) -> None:
    client = world.client()
    put(client, [an_event(1), an_event(2)])

    again = put(client, [an_event(1), an_event(2)])
    more = put(client, [an_event(2), an_event(3)])

    assert (again.status_code, again.json()["batch"], again.json()["repeated"]) == (200, None, 2)
    assert (more.json()["recorded"], more.json()["repeated"]) == (1, 1)


def test_a_repeated_input_is_recognised_although_its_commitment_has_another_key(world: World) -> None:
    client = world.client()
    put(client, [an_event(1, input={"age": 41})])

    again = put(client, [an_event(1, input={"age": 41})])

    assert (again.status_code, again.json()["repeated"]) == (200, 1), again.text
    assert put(client, [an_event(1, input={"age": 42})]).status_code == 422


def test_inputs_are_kept_as_the_policy_says_of_the_tier_of_their_model(world: World) -> None:
    model, _ = a_version(world.place.store, world.cast)
    keeping = EventKeeping(inputs_by_tier=dict.fromkeys((1, 2, 3, 4), KeptInput.MASKED), otherwise=KeptInput.NONE)
    text = with_event_keeping(default_policy_text().replace("2026.1", "2026.2"), keeping)
    with world.place.store.transaction() as tx:
        publish(tx, world.place.ledger, text, actor=PIPELINE, at=NOON)
    client, given = world.client(), {"note": "write to jane.doe@example.com"}

    put(client, [an_event(1, input=given, model=model), an_event(2, input=given, model="nobody's")])

    known, unknown = (client.get(f"events/req-{number}").json() for number in (1, 2))
    assert (known["form"], known["input"]) == ("masked", '{"note":"write to [e-mail address]"}')
    assert (unknown["form"], unknown["input"]) == ("none", "")
    assert put(client, [an_event(1, input=given, model=model)]).json()["repeated"] == 1


def test_masked_inputs_hold_no_personal_data(world: World) -> None:
    client = world.client()
    text = default_policy_text().replace("2026.1", "2026.2").replace('otherwise = "commitment"', 'otherwise = "masked"')
    with world.place.store.transaction() as tx:
        publish(tx, world.place.ledger, text, actor=PIPELINE, at=NOON)
    put(client, [an_event(1, input={"note": "write to jane.doe@example.com"})])

    event = json.loads(parse_event_proof(client.get("events/req-1/proof").text).event)
    assert event["form"] == "masked"
    assert "jane" not in event["input"]


def test_a_list_is_taken_too(world: World) -> None:
    answer = world.client().put("events", json=[an_event(1)])

    assert answer.status_code == 201


def test_a_token_without_the_scope_records_nothing(world: World) -> None:
    client = world.client(world.token(scopes=TOKEN_SCOPES - {Permission.EVENT_RECORD}).secret)

    answer = put(client, [an_event(1)])

    assert answer.status_code == 403
    assert "event:record" in answer.text


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"id": "a"}, "line 1, column “at”: field is missing"),
        ({"at": MOMENT}, "line 1, column “id”: field is missing"),
        (an_event(1, colour="red"), "line 1, column “colour”: field is not known"),
        (an_event(1, at="yesterday"), "line 1, column “at”: not a moment with a zone, found yesterday"),
        (an_event(1, at="2026-11-20T12:00:00"), "line 1, column “at”: not a moment with a zone"),
        (an_event(1, at=-5), "line 1, column “at”: not a moment with a zone"),
        (an_event(1, at=1795730101), "line 1, column “at”: not a moment with a zone, found 1795730101, expected micro"),
        (an_event(1, at=1795730101000), "line 1, column “at”: not a moment with a zone"),
        (an_event(1, model=7), "line 1, column “model”: not text, found int"),
        (an_event(1, duration=1.5), "line 1, column “duration”: not a whole number of microseconds"),
        (an_event(1, input="text"), "line 1, column “input”: not an object"),
        (an_event(1, input={"n": 2**60}), "line 1, column “input”: Not canonical JSON"),
        (an_event(1, kind="guess"), "line 1, column “kind”: out of range, found guess"),
        (an_event(1, id="no spaces"), "line 1, column “id”: out of range"),
        ([], "line 1: not an object"),
    ],
)
def test_what_is_no_event_is_named(world: World, event: object, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        submission_of(world.place.store, [event], forms=committed, actor=PIPELINE)

    assert any(str(problem).startswith(said) for problem in refused.value.problems), refused.value


def test_an_event_that_is_dated_ahead_is_refused_as_it_would_be_kept_for_as_long(world: World) -> None:
    answers = [put(world.client(), [an_event(1), an_event(2, at=at)]) for at in ("2099-01-01T00:00:00Z", MOMENT)]

    assert [answer.status_code for answer in answers] == [422, 201]
    said = "line 2, column “at”: dated ahead, found 2099-01-01T00:00:00Z, expected at most a day after the clock"
    assert answers[0].json()["detail"].startswith(said)


@pytest.mark.parametrize(("body", "kind", "status"), [
    (b"{", "application/x-ndjson", 422),
    (b"", "application/x-ndjson", 422),
    (b"[]", "application/json", 422),
    (b"[1]", "application/json", 422),
    (b"{}", "text/plain", 415),
    (b'{"id": "\xff"}', "application/x-ndjson", 422),
])  # fmt: skip
def test_what_cannot_be_read_is_refused_and_nothing_is_recorded(
    world: World, body: bytes, kind: str, status: int
) -> None:
    answer = world.client().put("events", content=body, headers={"Content-Type": kind})

    assert answer.status_code == status, answer.text
    with world.place.store.reading() as session:
        assert batches(session).total == 0


def test_many_senders_share_a_checkpoint_and_one_that_is_refused_harms_nobody(world: World) -> None:
    collector = Collector(world.place, lambda: NOON)
    good = [submission_of(world.place.store, [an_event(100 + n)], forms=committed, actor=PIPELINE) for n in range(31)]
    collector.hand_in(good[0]).result(10)
    with world.place.store.reading() as session:
        before = session.exec(select(func.count()).select_from(LogCheckpoint)).one()
    bad = submission_of(world.place.store, [an_event(100, output="reject")], forms=committed, actor=PIPELINE)

    start = threading.Barrier(32)
    answers: list[object] = []

    def send(submission: Any) -> None:
        start.wait()
        try:
            answers.append(collector.hand_in(submission).result(20))
        except Unreadable as refused:
            answers.append(refused)

    threads = [threading.Thread(target=send, args=(one,)) for one in [*good, bad]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    collector.stop()

    assert sum(isinstance(one, Unreadable) for one in answers) == 1
    assert sum(one is None for one in answers) == 1  # the one that was recorded before
    assert len(answers) == 32
    with world.place.store.reading() as session:
        after = session.exec(select(func.count()).select_from(LogCheckpoint)).one()
        assert after - before <= 4, "a checkpoint a group, not a sender"
        assert verify_store(session, world.place.ledger.vkey).passed


def test_a_model_that_answers_and_is_not_in_the_inventory_is_discovered(world: World) -> None:
    place = world.place
    known, _ = a_version(place.store, world.cast)
    clock = [NOON]
    collector = Collector(place, lambda: clock[0])

    def answered(*events: dict[str, object]) -> None:
        submission = submission_of(place.store, list(events), forms=committed, actor=PIPELINE)
        collector.hand_in(submission).result(20)

    answered(
        an_event(1, model=known), an_event(2, model="shadow", version="7"), an_event(3, model="shadow", version="7")
    )
    answered(an_event(8, model="shadow", version="7"))
    clock[0] += timedelta(minutes=1)
    answered(an_event(4, model="shadow", version="7"), an_event(5, model="another", kind="pipeline"))
    answered(an_event(6, model=known), an_event(7, model=known, version="9.9.9"))
    collector.stop()

    with place.store.reading() as session:
        found = {(row.name, row.version): row.sightings for row in discoveries(session, limit=9, offset=0).rows}
        assert found == {("shadow", "7"): 2, (known, "9.9.9"): 1}, "groups within a minute count as one sighting"
        assert {row.source for row in discoveries(session, limit=9, offset=0).rows} == {"recorded events"}
        assert [row.entity_id for row in entries(session, action="model.discovered").rows] == ["U0002", "U0001"]
        alerts = {(one.kind, one.model, one.version): one.count for one in session.exec(select(Alert)).all()}
        assert alerts == {
            ("unknown model", "", "7"): 1, ("unknown model", known, "9.9.9"): 1,
            ("unapproved version", known, "1.0.0"): 1,
        }, "each is told of once within five minutes"  # fmt: skip
        assert verify_store(session, place.ledger.vkey).passed


def test_a_queue_that_is_full_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.collecting.LONGEST_QUEUE", 1)
    collector = Collector(world.place, lambda: NOON)
    events: list[object] = [an_event(1), an_event(2)]

    with pytest.raises(Busy):
        collector.hand_in(submission_of(world.place.store, events, forms=committed, actor=PIPELINE))
    collector.stop()


def test_ten_thousand_events_with_inputs_are_read_in_reasonable_time(world: World) -> None:
    """No measure of speed, which benchmarks give: it shows that nothing here grows with the square of the rows."""
    events: list[object] = [an_event(n, input={"age": n}) for n in range(10_000)]
    began = time.process_time()
    submission_of(world.place.store, events[:1000], forms=committed, actor=PIPELINE)
    small = time.process_time() - began
    began = time.process_time()
    submission_of(world.place.store, events, forms=committed, actor=PIPELINE)

    assert time.process_time() - began < 40 * small + 1
