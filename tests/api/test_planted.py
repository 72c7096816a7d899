"""Personal data planted in every text that the API takes: nothing of it is stored, and no answer repeats it."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from app.api import api
from tests.api.world import World, a_registration
from tests.builders import NOON
from tests.personal_data.planted import EMAIL, TEXT, kept, traces

DOCUMENT = json.loads(json.dumps(api.openapi()))
KNOWN = {
    "model": "M0001", "version": "1.0.0", "number": "M0001", "incident": "IN0001", "finding": "F0001", "part": "A0001",
    "environment": "production", "owner": "P0001", "developer": "P0002", "training_dataset": "D0001",
    "test_dataset": "D0002", "alert": "AL0001", "control": "OC0001", "change": "CR0001",
}  # fmt: skip
WORDS = "Said in words, as agreed."
TABLE = f'id,at,label,prediction,note\n1,{NOON.isoformat()},1,0,"{TEXT}"\n'.encode()


def _schema(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        found: Any = DOCUMENT
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    for kind in ("anyOf", "oneOf", "allOf"):
        if kind in schema:
            return _schema(next((one for one in schema[kind] if one.get("type") != "null"), schema[kind][0]))
    return schema


def _value(schema: Mapping[str, Any], name: str) -> Any:
    """The least that the document asks for, in harmless words."""
    schema = _schema(schema)
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    match schema.get("type"):
        case "object":
            return {key: _value(schema["properties"][key], key) for key in schema.get("required", ())}
        case "array":
            return [_value(schema.get("items", {}), name)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    if schema.get("format") == "date-time":
        return (NOON + timedelta(days=3)).isoformat()
    return KNOWN.get(name, str((schema.get("examples") or [WORDS])[0]))


def _planted(schema: Mapping[str, Any], name: str) -> Iterator[Any]:
    """A value for each of its free texts, with the planted ones in that text."""
    schema = _schema(schema)
    if "const" in schema or "enum" in schema:
        return
    match schema.get("type"):
        case "object":
            least = _value(schema, name)
            for key, part in schema.get("properties", {}).items():
                yield from ({**least, key: planted} for planted in _planted(part, key))
            if isinstance(further := schema.get("additionalProperties"), dict):
                yield from ({**least, "said": planted} for planted in _planted(further, "said"))
        case "array":
            yield from ([planted] for planted in _planted(schema.get("items", {}), name))
        case "string" if not schema.keys() & {"format", "pattern"}:
            longest = schema.get("maxLength", len(TEXT))
            yield TEXT if longest >= len(TEXT) else EMAIL[-longest:]


def _acts() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, acts in DOCUMENT["paths"].items():
        for method in sorted({"post", "put", "patch", "delete"} & acts.keys()):
            yield method, path, acts[method].get("requestBody", {}).get("content", {})


def _sent(client: TestClient) -> Iterator[tuple[str, Response]]:
    for method, path, content in _acts():
        address = re.sub(r"{(\w+)}", lambda found: KNOWN.get(found.group(1), "M0001"), path).removeprefix("/")
        if "application/json" in content:
            for body in _planted(content["application/json"]["schema"], ""):
                yield path, client.request(method, address, json=body)
        elif content:
            yield path, client.request(method, address, content=TABLE, headers={"content-type": "text/csv"})


def test_what_is_planted_in_every_text_of_the_api_is_stored_nowhere_and_repeated_in_no_answer(world: World) -> None:
    """A new route is tried by itself: bodies are made from the document of the API, each text planted in turn."""
    client = world.client()
    assert client.post("models", json=a_registration(world)).status_code == 201
    new = _value(DOCUMENT["paths"]["/incidents"]["post"]["requestBody"]["content"]["application/json"]["schema"], "")
    assert client.post("incidents", json=new).status_code == 201, client.post("incidents", json=new).text
    taken, blocked = set[str](), set[str]()
    for path, answer in _sent(client):
        assert answer.status_code < 500, (path, answer.text)
        assert traces(answer.text) == [], path
        taken |= {path} if answer.status_code < 300 else set()
        blocked |= {path} if "personal-data" in answer.text else set()

    assert kept(world.place.store, world.place.settings.data_dir, world.place.files.folder) == {}
    assert len(blocked) >= 8, sorted(blocked)
    assert "/incidents/{incident}/notes" in taken
