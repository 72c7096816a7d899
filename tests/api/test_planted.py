"""Personal data planted in every text that the API takes: nothing of it is stored, and no answer repeats it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.api import api
from tests.api.world import World, a_registration
from tests.builders import NOON
from tests.personal_data.planted import TEXT, kept, traces

DOCUMENT = json.loads(json.dumps(api.openapi()))
KNOWN = {"model": "M0001", "version": "1.0.0", "number": "M0001", "incident": "IN0001", "environment": "production"}
OWN_VALUES = re.compile(r"number|digest|owner|person|approver|delegate|dataset|version|model|environment|kind|key|code")


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


def _value(schema: Mapping[str, Any], name: str, depth: int, *, everywhere: bool) -> object:
    """A body as the document describes it, with the planted text in every text that is free."""
    schema = _schema(schema)
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    match schema.get("type"):
        case "object" if "properties" in schema and depth < 8:
            return {
                key: _value(part, key, depth + 1, everywhere=everywhere) for key, part in schema["properties"].items()
            }
        case "array":
            return [_value(schema.get("items", {}), name, depth + 1, everywhere=everywhere)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            return _text(schema, name, everywhere)
    return {"said": TEXT}


def _text(schema: Mapping[str, Any], name: str, everywhere: bool) -> str:
    if schema.get("format") == "date-time":
        return NOON.isoformat()
    if "pattern" in schema or (OWN_VALUES.search(name) and not everywhere):
        return str((schema.get("examples") or [KNOWN.get(name, "M0001")])[0])
    return (
        TEXT[: schema.get("maxLength", len(TEXT))] if schema.get("maxLength", 999) >= len(TEXT) else TEXT.split(",")[0]
    )


def _routes() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, acts in DOCUMENT["paths"].items():
        for method, act in acts.items():
            if method in {"post", "put", "patch", "delete"}:
                yield method, path, act


def test_what_is_planted_in_every_text_of_the_api_is_stored_nowhere_and_repeated_in_no_answer(world: World) -> None:
    """A new route is tried by itself: bodies are made from the document of the API."""
    client = world.client()
    holders = [client, world.client(world.token(world.cast.owner).secret)]
    assert client.post("models", json=a_registration(world)).status_code == 201
    answered: dict[str, set[int]] = {}
    blocked: set[str] = set()
    for method, path, act in _routes():
        address = re.sub(r"{(\w+)}", lambda found: KNOWN.get(found.group(1), "M0001"), path).removeprefix("/")
        content = act.get("requestBody", {}).get("content", {})
        for everywhere in (False, True):
            for holder in holders:
                if "application/json" in content:
                    body = _value(content["application/json"]["schema"], "", 0, everywhere=everywhere)
                    answer = holder.request(method, address, json=body)
                else:
                    table = f'id,at,label,prediction,note\n1,{NOON.isoformat()},1,0,"{TEXT}"\n' * 3
                    answer = holder.request(
                        method, address, content=table.encode(), headers={"content-type": "text/csv"}
                    )
                assert answer.status_code < 500, (path, answer.text)
                assert traces(answer.text) == [], path
                answered.setdefault(path, set()).add(answer.status_code)
                blocked |= {path} if "personal-data" in answer.text else set()

    assert kept(world.place.store, world.place.settings.data_dir, world.place.files.folder) == {}
    assert len(answered) > 40
    assert len(blocked) > 5, sorted(blocked)
