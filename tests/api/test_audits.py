"""Audits and compliance through the API: what others draw again, and what a pipeline gates on."""

import hashlib

from core.access.rules import Permission, Role
from core.compliance.checks import CHECKS
from core.inventory.rules import Stage
from core.inventory.tables import ProductionPointer
from tests.api.world import World
from tests.audits.conftest import World as AuditWorld
from tests.builders import NOON, a_model, a_person, a_version


def test_an_audit_is_read_whole_and_its_sample_drawn_again(world: World) -> None:
    place = world.place
    for _ in range(4):
        a_model(place.store, world.cast)
    there = AuditWorld(place.store, place.ledger, world.cast, world.cast.auditor, a_person(place.store, Role.AUDITOR))
    audit = there.begun(size=2)
    number = there.raised(audit)
    client = world.client(world.token(scopes=frozenset({Permission.RECORD_READ})).secret)

    body = client.get(f"audits/{audit}").json()
    sample = body["samples"][0]
    keys = [line.split("\t")[0] for line in sample["members"].splitlines()]
    rank = {key: hashlib.sha256(f"{sample['seed']}\n{key}".encode()).hexdigest() for key in keys}

    assert sorted(keys, key=rank.__getitem__)[:2] == sample["items"]
    assert [one["finding"] for one in body["found"]] == [number]
    assert (body["to_test"], body["pending"], body["status"]) == (4, 1, "fieldwork")
    assert client.get("audits?kind=external").json()["total"] == 0
    assert client.get("audits?text=lending").json()["audits"][0]["audit"] == audit
    assert client.get("audits/AU0099").status_code == 404


def test_a_pipeline_runs_checks_and_gates_on_them(world: World) -> None:
    client = world.client(world.token().secret)
    passed = client.post("compliance/runs", json={"checks": ["roles-apart"]}, headers={"Idempotency-Key": "one"})
    again = client.post("compliance/runs", json={"checks": ["roles-apart"]}, headers={"Idempotency-Key": "one"})
    assert (passed.status_code, passed.json()["holds"]) == (201, True)
    assert (again.json(), again.headers["Idempotent-Replay"]) == (passed.json(), "true")

    model, version = a_version(world.place.store, world.cast, stage=Stage.IN_PRODUCTION)
    with world.place.store.transaction() as tx:
        tx.session.add(ProductionPointer(model_id=1, version_id=1, since=NOON, moved_by="P0001"))
    asked = [key for key in CHECKS if key != "files-whole"]  # the builder's evidence is a row without a file
    body = client.post("compliance/runs", json={"checks": asked}).json()

    assert not body["holds"]
    assert len(body["run"]["results"]) == len(asked)
    assert [(one["subject"], one["cause_kind"]) for one in body["open"]] == [(f"{model} {version}", "version")]
    assert body["ledger"]["receipt"].startswith("c2sp.org/tlog-proof@v1")
    states = client.get("compliance/checks").json()["checks"]
    assert (states[0]["check"], states[0]["open"]) == ("production-approved", 1)
    assert client.get(f"compliance/deviations?model={model}&status=open").json()["total"] == 1
    assert client.get("compliance/runs").json()["total"] == 2
    assert client.get("compliance/runs/CK0002").json()["deviating"] == 1


def test_checks_are_run_with_the_scope_for_it_and_by_their_names(world: World) -> None:
    reader = world.client(world.token(scopes=frozenset({Permission.RECORD_READ})).secret)
    assert reader.post("compliance/runs", json={}).status_code == 403
    client = world.client(world.token().secret)
    assert client.post("compliance/runs", json={"checks": ["no-such-check"]}).status_code == 404
    assert client.post("compliance/runs", json={"check": "roles-apart"}).status_code == 422
    assert world.anonymous().get("compliance/checks").status_code == 401
