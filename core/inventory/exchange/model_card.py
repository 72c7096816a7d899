"""Hugging Face model card of a model version: README.md with YAML metadata, as the Hub's card template has it.

Source: the Hub's model card metadata specification (license, language, tags, datasets, model-index) and its template's
headings. What the Hub has no key for stands under the key `countersign`.
"""

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

from core.inventory.exchange.record import signature_lines
from core.inventory.exchange.values import DataRecord, Figure, ModelRecord

OWN = ("version", "business_line", "owner", "developer", "exposure", "purpose_class", "users", "vendor", "packs",
       "line", "code_reference", "artefact_digest")  # fmt: skip
DATA_KEYS = ("number", "name", "version", "source", "licence", "classification")
DESCRIPTION, USE, LIMITS, CHANGES = "Model Description", "Direct Use", "Bias, Risks, and Limitations", "Changes"
TRAINING, TESTING, RESULTS = "Training Data", "Testing Data", "Results"


def model_card(record: ModelRecord) -> bytes:
    """The card; the same record gives the same bytes."""
    head = yaml.safe_dump(_metadata(record), sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{head}---\n\n{_body(record)}".encode()


def _metadata(record: ModelRecord) -> dict[str, object]:
    fields = record.fields
    own: dict[str, object] = {"number": record.number, **{key: fields[key] for key in OWN if fields.get(key)}}
    own |= {"tier": record.tier, "stage": record.stage, "evidence_digest": record.evidence_digest}
    for one in record.datasets:
        own[str(one.use)] = {key: getattr(one, key) for key in DATA_KEYS if getattr(one, key)}
    names = list(dict.fromkeys(one.name for one in record.datasets))
    return {
        "model_name": fields["name"],
        "datasets": names,
        **({"model-index": [_index(record)]} if record.figures else {}),
        "countersign": own,
    }


def _index(record: ModelRecord) -> dict[str, object]:
    """The figures, by the slice of data that they are about."""
    test = next((one for one in record.datasets if one.use == "test"), None)
    dataset: dict[str, object] = {
        "name": test.name if test else "test data",
        "type": test.number if test else "unknown",
    }
    slices = dict.fromkeys(figure.slice for figure in record.figures)
    return {
        "name": record.fields["name"],
        "results": [
            {
                "task": {"type": "other"},
                "dataset": {**dataset, **({"config": part} if part else {})},
                "metrics": [_metric(figure) for figure in record.figures if figure.slice == part],
            }
            for part in slices
        ],
    }


def _metric(figure: Figure) -> dict[str, object]:
    return {
        "type": figure.name,
        "value": _number(figure.value),
        **({"args": {"low": _number(figure.low), "high": _number(figure.high)}} if figure.low and figure.high else {}),
        **({"verified": False, "source": figure.source} if figure.source else {}),
    }


def _number(text: str) -> float | str:
    try:
        found = float(text)
    except ValueError:
        return text
    return found if found - found == 0 else text


def _body(record: ModelRecord) -> str:
    fields = record.fields
    inputs, outputs = signature_lines(record.signature, "inputs"), signature_lines(record.signature, "outputs")
    lines = [*(f"- input {line}" for line in inputs), *(f"- output {line}" for line in outputs)]
    parts = [
        f"# {escaped(fields['name'])}",
        f"## Model Details\n\n### {DESCRIPTION}\n\n{escaped(fields.get('purpose', ''))}",
        f"## Uses\n\n### {USE}\n\n{escaped(fields['intended_use'])}",
        f"## {LIMITS}\n\n{escaped(fields['limitations'])}",
        f"## Training Details\n\n### {TRAINING}\n\n{_data(record, 'training')}",
        f"## Evaluation\n\n### {TESTING}\n\n{_data(record, 'test')}",
        f"## {CHANGES}\n\n{escaped(fields.get('rationale', ''))}",
        *(["## Technical Specifications\n\n" + "\n".join(map(escaped, lines))] if lines else []),
    ]
    return "\n\n".join(parts) + "\n"


def _data(record: ModelRecord, use: str) -> str:
    found: DataRecord | None = next((one for one in record.datasets if one.use == use), None)
    return escaped(f"{found.name} {found.version}: {found.source}") if found else "Not stated."


def escaped(text: str) -> str:
    """A text whose lines cannot be taken for headings or for the end of the metadata when the card is read again."""
    return "\n".join(f"\\{line}" if line.startswith(("#", "---", "\\", "```")) else line for line in text.splitlines())


def unescaped(text: str) -> str:
    """The inverse of `escaped`."""
    return "\n".join(
        line[1:] if line.startswith(("\\#", "\\---", "\\\\", "\\```")) else line for line in text.splitlines()
    )
