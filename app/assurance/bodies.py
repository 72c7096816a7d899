"""Bodies that an address accepts, made from the API's own document, so that a refusal comes from the use case."""

from collections.abc import Mapping
from datetime import timedelta

from core.assurance.drill.records import ENVIRONMENT
from core.assurance.drill.world import DRAFT, IN_APPROVAL, IN_PRODUCTION, ITEM, PACK, REASON, World

Json = Mapping[str, object]
FILES: Mapping[str, bytes] = {"import_models": b"model,purpose\nDrill: draft,Said otherwise by a table.\n"}
PLAN = """name = "Drill"
[inputs]
from = "evidence"
rows = 10
[[case]]
name = "nothing known"
kind = "missing"
columns = ["score"]
"""
MEDIA = (
    "application/json", "text/csv", "application/x-ndjson", "application/openmetrics-text", "application/octet-stream",
)  # fmt: skip


class Bodies:
    """What to send to each operation of this document, about the records of this world."""

    def __init__(self, document: Json, world: World, records: Mapping[str, str]) -> None:
        self._document, self._world, self._records = document, world, records

    def of(self, operation: Mapping[str, object]) -> tuple[object | None, str]:
        """The body and its type: JSON by its schema, a file for the others, and nothing where none is taken."""
        content = _at(operation, "requestBody", "content")
        if not content:
            return None, ""
        media = next((one for one in MEDIA if one in content), next(iter(content)))
        if media != "application/json":
            return FILES.get(str(operation["operationId"])) or self._world.data.read_bytes(), media
        made, more = self.value("", _at(content, media, "schema")), self._more(str(operation["operationId"]))
        return ({**made, **more} if isinstance(made, dict) else made), media

    def _more(self, operation: str) -> Mapping[str, object]:
        """What an operation takes beyond its schema's bare minimum, so that the act is the one that a token may do."""
        world, later = self._world, (self._world.now + timedelta(days=30)).isoformat()
        subject = {"kind": "version", "number": world.at[IN_PRODUCTION].model, "version": "1.0.1"}
        report = {"template": "dossier", "subject": subject, "format": "json"}
        edit = {"models": [world.at[DRAFT].model], "next_review": later}
        more: Mapping[str, Mapping[str, object]] = {
            "answer_item": {"model": world.at[DRAFT].model},
            "step_rollout": {"act": "halt the rollout", "reason": REASON},
            "change_model": {"changes": {"purpose": REASON}},
            "change_part": {"changes": {"description": REASON}},
            "preview_bulk_edit": edit,
            "make_bulk_edit": edit,
            "declare_control": {"columns": ["score"]},
            "ask_comparison": {"champion": "1.0.0", "challenger": "1.0.1", "source": "evidence"},
            "place_version": {"environment": ENVIRONMENT},
            "raise_finding": {"source": "alert", "number": self._records["alert of a model"]},
            "report_metrics": {"points": [{"name": "drill", "value": 1, "at": world.now.isoformat()}]},
            "report_production": {"rows": [{"id": "drill", "at": world.now.isoformat(), "prediction": 1}]},
            "request_export": report,
            "schedule_export": {**report, "rhythm": "weekly"},
            "refer_to_evidence": {"address": "/drill/predictions.csv"},
            "class_columns": {"columns": {"score": {"data_class": "internal"}}},
            "run_stress_test": {"plan": PLAN},
        }
        return more.get(operation, {})

    def path(self, template: str, operation: Mapping[str, object]) -> str:
        """The address with records of the world in its places, and what the query must have."""
        query = []
        parameters = operation.get("parameters", [])
        for one in parameters if isinstance(parameters, list) else ():
            name, schema = str(one["name"]), _at(one, "schema")
            if one["in"] == "path":
                template = template.replace(f"{{{name}}}", self._number(name, schema))
            elif one["in"] == "query" and one.get("required"):
                query.append(f"{name}={self.value(name, schema)}")
        return template + (f"?{'&'.join(query)}" if query else "")

    def value(self, name: str, schema: Json) -> object:
        """A value that this schema takes, the plainest there is."""
        schema = self._resolved(schema)
        known = self._known(name)
        if known is not None and schema.get("type") == "string":
            return known
        for key in ("const", "default"):
            if schema.get(key) is not None:
                return schema[key]
        if isinstance(choices := schema.get("enum"), list):
            return choices[0]
        for key in ("anyOf", "oneOf", "allOf"):
            if isinstance(ways := schema.get(key), list):
                return self.value(name, ways[0])
        return self._plain(name, schema)

    def _plain(self, name: str, schema: Json) -> object:
        match schema.get("type"):
            case "object":
                required = schema.get("required", [])
                properties = _at(schema, "properties")
                names = [str(one) for one in required] if isinstance(required, list) else []
                return {one: self.value(one, _at(properties, one)) for one in names}
            case "array":
                return [self.value(name, _at(schema, "items"))] if schema.get("minItems") else []
            case "integer":
                return schema.get("minimum", 1)
            case "number":
                return schema.get("minimum", schema.get("exclusiveMinimum", 0)) or 1
            case "boolean":
                return True
            case "string" if schema.get("format") == "date-time":
                return (self._world.now + timedelta(days=30)).isoformat()
            case "string" if schema.get("format") == "date":
                return f"{self._world.now + timedelta(days=30):%Y-%m-%d}"
            case "string":
                longest = schema.get("maxLength")
                return REASON[: int(longest)] if isinstance(longest, int) else REASON
        return {}

    def _known(self, name: str) -> str | None:
        world = self._world
        return {
            "model": world.at[DRAFT].model, "owner": world.people["owner"], "developer": world.people["contributor"],
            "version": "1.0.1", "training_dataset": f"{DRAFT} training 1", "test_dataset": f"{DRAFT} test 1",
            "pack": PACK, "item": ITEM, "expected": "0" * 64, "seen_digest": "0" * 64, "environment": "production",
            "commit": "ab" * 20, "repository": "drill/score", "zone": "UTC", "change_kind": "correction",
        }.get(name)  # fmt: skip

    def _number(self, name: str, schema: Json) -> str:
        world = self._world
        choices = self._resolved(schema).get("enum")
        if isinstance(choices, list):
            return str(choices[0])
        if name == "kind" and schema.get("pattern"):
            return "predictions"
        known = {
            **self._records, "number": self._records["comparison"], "state": "active",
            "model": world.at[IN_PRODUCTION].model, "version": world.at[IN_PRODUCTION].version,
            "change": world.at[IN_APPROVAL].change, "finding": world.at[IN_APPROVAL].open_finding, "run": "R0001",
            "alert": "AL0001", "pack": PACK, "index": "0", "document": "dossier.json",
            "policy": "1", "kind": "risk-assessment",
        }  # fmt: skip
        return known.get(name, "1" if self._resolved(schema).get("type") == "integer" else "D0001")

    def _resolved(self, schema: Json) -> Json:
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        found: Json = self._document
        for step in reference.removeprefix("#/").split("/"):
            found = _at(found, step)
        return self._resolved(found)


def _at(value: object, *steps: str) -> Json:
    """What lies at these steps; an empty mapping where nothing does."""
    for step in steps:
        value = value.get(step, {}) if isinstance(value, Mapping) else {}
    return value if isinstance(value, Mapping) else {}
