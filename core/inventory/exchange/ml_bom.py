"""CycloneDX 1.6 ML-BOM of a model version: written as the schema wants it, read with a list of what it does not say.

Source: ECMA-424 / CycloneDX 1.6, component type machine-learning-model with its model card, and data components.
"""

import json
import uuid
from collections.abc import Sequence
from datetime import UTC

from core.inventory.exchange.record import signature_lines
from core.inventory.exchange.values import DataRecord, Figure, ModelRecord

SPEC = "1.6"
OURS = "countersign:"
PROPERTIES = ("business_line", "owner", "developer", "exposure", "purpose_class", "packs", "rationale", "line",
              "code_reference")  # fmt: skip
NAMESPACE = uuid.UUID("6f1d5f7c-6a52-4f43-9d5e-0f5a6f0f5c11")
ML_MODEL, DATA = "machine-learning-model", "data"
Json = dict[str, object]


def ml_bom(record: ModelRecord, properties: Sequence[tuple[str, str]] = ()) -> bytes:
    """The document; the same record gives the same bytes, and its serial number follows from the content.

    `properties` are said of the document itself, as the template of an export and what it lacks.
    """
    fields = record.fields
    component: Json = {
        "type": ML_MODEL,
        "bom-ref": f"model:{record.number}@{record.version}",
        "name": fields["name"],
        "version": record.version,
        "description": fields.get("purpose", ""),
        **({"supplier": {"name": fields["vendor"]}} if fields.get("vendor") else {}),
        **({"hashes": _hashes(fields["artefact_digest"])} if fields.get("artefact_digest") else {}),
        "modelCard": _card(record),
    }
    document: Json = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {
            "timestamp": record.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tools": {"components": [{"type": "application", "name": "Countersign"}]},
            "component": component,
            **({"properties": _ours(properties)} if properties else {}),
        },
        "components": [_data_component(one) for one in _distinct(record.datasets)],
        "dependencies": [
            {
                "ref": component["bom-ref"],
                "dependsOn": [_ref(one) for one in _distinct(record.datasets)],
            },
            *({"ref": _ref(one)} for one in _distinct(record.datasets)),
        ],
    }
    serial = uuid.uuid5(NAMESPACE, json.dumps(document, sort_keys=True))
    return (
        json.dumps({**document, "serialNumber": f"urn:uuid:{serial}"}, indent=2, ensure_ascii=False) + "\n"
    ).encode()


def _card(record: ModelRecord) -> Json:
    fields = record.fields
    inputs, outputs = signature_lines(record.signature, "inputs"), signature_lines(record.signature, "outputs")
    parameters: Json = {
        "datasets": [{"ref": _ref(one)} for one in _distinct(record.datasets)],
        **({"inputs": [{"format": line} for line in inputs]} if inputs else {}),
        **({"outputs": [{"format": line} for line in outputs]} if outputs else {}),
    }
    considerations: Json = {
        "useCases": [fields["intended_use"]],
        "technicalLimitations": [fields["limitations"]],
        **({"users": [fields["users"]]} if fields.get("users") else {}),
    }
    kept = [(f"{OURS}{key}", fields[key]) for key in PROPERTIES if fields.get(key)]
    kept += [(f"{OURS}{one.use}_dataset", _ref(one)) for one in record.datasets]
    kept += [
        (f"{OURS}number", record.number),
        (f"{OURS}tier", str(record.tier)),
        (f"{OURS}stage", record.stage),
        (f"{OURS}evidence_digest", record.evidence_digest),
    ]
    return {
        "modelParameters": parameters,
        **({"quantitativeAnalysis": {"performanceMetrics": [_metric(one) for one in record.figures]}}
           if record.figures else {}),
        "considerations": considerations,
        "properties": [{"name": name, "value": value} for name, value in kept],
    }  # fmt: skip


def _metric(figure: Figure) -> Json:
    interval = {"lowerBound": figure.low, "upperBound": figure.high}
    return {
        "type": figure.name,
        "value": figure.value,
        **({"slice": figure.slice} if figure.slice else {}),
        **({"confidenceInterval": interval} if figure.low and figure.high else {}),
    }


def _data_component(one: DataRecord) -> Json:
    contents: Json = {"properties": [{"name": f"{OURS}source", "value": one.source}]}
    data: Json = {"type": "dataset", "name": one.name, "contents": contents}
    return {
        "type": DATA,
        "bom-ref": _ref(one),
        "name": one.name,
        "version": one.version,
        **({"licenses": [{"license": {"name": one.licence}}]} if one.licence else {}),
        **({"hashes": _hashes(one.digest)} if one.digest else {}),
        "data": [{**data, **({"classification": one.classification} if one.classification else {})}],
    }


def _ref(one: DataRecord) -> str:
    return f"dataset:{one.number}"


def _ours(properties: Sequence[tuple[str, str]]) -> list[Json]:
    return [{"name": f"{OURS}{name}", "value": value} for name, value in properties]


def _hashes(sha256: str) -> list[Json]:
    return [{"alg": "SHA-256", "content": sha256}]


def _distinct(datasets: Sequence[DataRecord]) -> list[DataRecord]:
    return list({one.number: one for one in datasets}.values())
