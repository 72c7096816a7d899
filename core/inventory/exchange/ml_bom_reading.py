"""Reads a CycloneDX ML-BOM as fields of an import, and lists everything in it that no field holds."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from core.errors import Problem, Unreadable
from core.inventory.exchange.leaves import Taking
from core.inventory.exchange.ml_bom import ML_MODEL, OURS, PROPERTIES, Json
from core.inventory.exchange.values import Figure, Understood
from core.inventory.importing.rules import ImportKind

LARGEST = 8 << 20


def read_ml_bom(content: bytes) -> Understood:
    """The one model of a CycloneDX 1.5 or 1.6 document, as fields; raises `Unreadable` where it is none."""
    taking = Taking(_parsed(content))
    if taking.text("bomFormat") != "CycloneDX" or taking.text("specVersion") not in ("1.5", "1.6"):
        raise Unreadable([Problem("not an ML-BOM that is read", expected="CycloneDX 1.5 or 1.6 as JSON")])
    for key in ("$schema", "serialNumber", "version"):
        taking.take(key)
    for key in ("timestamp", "tools"):
        taking.take("metadata", key)
    taking.take("dependencies")
    where = _model_at(taking)
    fields = _fields(taking, where)
    fields |= _datasets(taking, where, fields)
    figures = tuple(_figures(taking, (*where, "modelCard", "quantitativeAnalysis", "performanceMetrics")))
    said = {key: text for key, text in fields.items() if text and not key.startswith("_")}
    return Understood(ImportKind.ML_BOM, hashlib.sha256(content).hexdigest(), said, taking.unknown(), figures)


def _parsed(content: bytes) -> object:
    if len(content) > LARGEST:
        raise Unreadable([Problem("the document is too large", expected=f"at most {LARGEST:,} bytes")])
    try:
        return json.loads(content, object_pairs_hook=_once, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable([Problem("not JSON that can be read", found=str(error)[:120])]) from None


def _once(pairs: list[tuple[str, object]]) -> Json:
    found: Json = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"“{key[:60]}” stands twice")
        found[key] = value
    return found


def _refuse_constant(said: str) -> object:
    raise ValueError(f"{said} is not JSON")


def _model_at(taking: Taking) -> tuple[str | int, ...]:
    places: list[tuple[str | int, ...]] = [("metadata", "component")]
    places += [("components", place) for place in range(taking.size("components"))]
    found = [place for place in places if taking.at(*place, "type") == ML_MODEL]
    if len(found) != 1:
        expected = f"one component of type {ML_MODEL}"
        raise Unreadable([Problem("not the ML-BOM of one model", found=f"{len(found)} of them", expected=expected)])
    return found[0]


def _fields(taking: Taking, where: tuple[str | int, ...]) -> dict[str, str]:
    card = (*where, "modelCard")
    for key in ("type", "bom-ref"):
        taking.take(*where, key)
    fields = {
        "name": taking.text(*where, "name"),
        "version": taking.text(*where, "version"),
        "purpose": taking.text(*where, "description"),
        "vendor": taking.text(*where, "supplier", "name") or taking.text(*where, "manufacturer", "name"),
        "intended_use": "\n".join(taking.texts(*card, "considerations", "useCases")),
        "limitations": "\n".join(taking.texts(*card, "considerations", "technicalLimitations")),
        "users": "\n".join(taking.texts(*card, "considerations", "users")),
        "artefact_digest": _sha256(taking, where),
    }
    for part in ("inputs", "outputs"):
        taking.take(*card, "modelParameters", part)  # said of the model file itself, which is where it is checked
    return fields | _properties(taking, (*card, "properties"))


def _properties(taking: Taking, where: tuple[str | int, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    aside = {"tier", "stage", "evidence_digest", "number"}  # follow from our own record
    for place in range(taking.size(*where)):
        name = taking.at(*where, place, "name")
        key = name.removeprefix(OURS) if isinstance(name, str) and name.startswith(OURS) else ""
        if key in PROPERTIES:
            found[key] = taking.text(*where, place, "value")
        elif key in ("training_dataset", "test_dataset"):
            found[f"_{key}"] = taking.text(*where, place, "value")
        if key in (*PROPERTIES, "training_dataset", "test_dataset") or key in aside:
            taking.take(*where, place)
    return found


def _sha256(taking: Taking, where: tuple[str | int, ...]) -> str:
    for place in range(taking.size(*where, "hashes")):
        if taking.at(*where, "hashes", place, "alg") == "SHA-256":
            taking.take(*where, "hashes", place, "alg")
            return taking.text(*where, "hashes", place, "content").lower()
    return ""


def _datasets(taking: Taking, where: tuple[str | int, ...], fields: Mapping[str, str]) -> dict[str, str]:
    """Training and test data: as our own properties say, else the first two that the model card names."""
    named = (*where, "modelCard", "modelParameters", "datasets")
    refs = [str(taking.at(*named, place, "ref") or "") for place in range(taking.size(*named))]
    by_ref = {taking.at("components", place, "bom-ref"): place for place in range(taking.size("components"))}
    said: dict[str, str] = {}
    parts = (("training", fields.get("_training_dataset", "")), ("test", fields.get("_test_dataset", "")))
    for order, (part, own) in enumerate(parts):
        ref = own or (refs[order] if order < len(refs) else "")
        if ref in by_ref:
            said |= {f"{part}_{key}": text for key, text in _data_fields(taking, by_ref[ref]).items() if text}
    used = {said.get("training_dataset"), said.get("test_dataset")}
    for place, ref in enumerate(refs):
        if ref in by_ref and taking.at("components", by_ref[ref], "name") in used:
            taking.take(*named, place)
    return said


def _data_fields(taking: Taking, place: int) -> dict[str, str]:
    where: tuple[str | int, ...] = ("components", place)
    for key in ("type", "bom-ref"):
        taking.take(*where, key)
    for key in ("type", "name"):
        taking.take(*where, "data", 0, key)
    contents = (*where, "data", 0, "contents")
    source = taking.text(*contents, "url")
    for at in range(taking.size(*contents, "properties")):
        if taking.at(*contents, "properties", at, "name") == f"{OURS}source":
            source = source or taking.text(*contents, "properties", at, "value")
            taking.take(*contents, "properties", at)
    licence = ""
    for key in ("name", "id"):
        licence = licence or taking.text(*where, "licenses", 0, "license", key)
    _sha256(taking, where)
    return {
        "dataset": taking.text(*where, "name"),
        "version": taking.text(*where, "version"),
        "source": source,
        "licence": licence,
        "personal": taking.text(*where, "data", 0, "classification"),
    }


def _figures(taking: Taking, where: tuple[str | int, ...]) -> Iterable[Figure]:
    """Figures that others computed are shown; they are no evidence here, which is computed from data."""
    for place in range(taking.size(*where)):
        one = (*where, place)
        interval = (*one, "confidenceInterval")
        yield Figure(
            taking.text(*one, "type"),
            taking.text(*one, "value"),
            taking.text(*one, "slice"),
            taking.text(*interval, "lowerBound"),
            taking.text(*interval, "upperBound"),
            "the document",
        )
