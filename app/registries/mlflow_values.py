"""What MLflow answers, as plain values: texts cut to a length, lists to a number, nothing interpreted."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from core.inventory.importing.registry.values import SeenDataset, SeenModel, SeenRun, SeenVersion

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput, Run
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

    Entry = RegisteredModel | ModelVersion

MOST_TEXT, MOST_ENTRIES = 5000, 500
Said = TypeVar("Said")


def run_of(run: "Run") -> SeenRun:
    """The run that made a version."""
    tags = dict(run.data.tags)
    return SeenRun(
        run_id=str(run.info.run_id),
        metrics={str(key): float(value) for key, value in _first(run.data.metrics)},
        params={cut(key): cut(value) for key, value in _first(run.data.params)},
        datasets=tuple(_dataset(one) for one in (run.inputs.dataset_inputs if run.inputs else [])[:MOST_ENTRIES]),
        commit=cut(tags.get("mlflow.source.git.commit", "")),
        source=cut(tags.get("mlflow.source.git.repoURL", "") or tags.get("mlflow.source.name", "")),
        user=cut(tags.get("mlflow.user", "")),
    )


def signature_of(mlmodel: bytes) -> str:
    """The signature in an MLmodel file as canonical JSON; empty where there is none that can be read."""
    import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

    try:
        said = yaml.safe_load(mlmodel)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        return ""
    signature = said.get("signature") if isinstance(said, dict) else None
    if not isinstance(signature, dict):
        return ""
    parts: dict[str, object] = {}
    for part in ("inputs", "outputs", "params"):
        written = signature.get(part)
        if isinstance(written, str):
            try:
                parts[part] = json.loads(written)
            except (ValueError, RecursionError):
                continue
    return json.dumps(parts, sort_keys=True, ensure_ascii=False)[:200_000] if parts else ""


def with_versions(model: SeenModel, versions: list[SeenVersion]) -> SeenModel:
    """The model with its versions, oldest first, each with the aliases that point to it."""
    pointing: dict[str, list[str]] = {}
    for alias, version in model.aliases.items():
        pointing.setdefault(version, []).append(alias)
    ordered = sorted(versions, key=lambda one: (len(one.version), one.version))
    named = (replace(one, aliases=tuple(sorted(pointing.get(one.version, ())))) for one in ordered)
    return replace(model, versions=tuple(named))


def model_of(found: "Entry") -> SeenModel:
    """A registered model without its versions."""
    return SeenModel(
        name=str(found.name),
        created_at=_moment(found.creation_timestamp),
        updated_at=_moment(found.last_updated_timestamp),
        description=cut(found.description),
        tags=_texts(found.tags),
        aliases={str(alias): str(version) for alias, version in _first(_mapping(found.aliases))},
    )


def version_of(found: "Entry") -> SeenVersion:
    """A version without its details."""
    return SeenVersion(
        version=str(getattr(found, "version", "")),
        created_at=_moment(found.creation_timestamp),
        updated_at=_moment(found.last_updated_timestamp),
        description=cut(found.description),
        tags=_texts(found.tags),
        source=cut(getattr(found, "source", "")),
        run_id=str(getattr(found, "run_id", "") or ""),
    )


def _dataset(one: "DatasetInput") -> SeenDataset:
    context = next((tag.value for tag in one.tags or [] if tag.key == "mlflow.data.context"), "")
    return SeenDataset(
        name=cut(one.dataset.name)[:200],
        digest=cut(one.dataset.digest)[:64],
        source=_source(str(one.dataset.source or ""))[:1000],
        context=cut(context)[:100],
        schema=str(one.dataset.schema or "")[:200_000],
    )


def _source(written: str) -> str:
    """MLflow keeps `{"uri": …}`; anything else is kept as it is."""
    try:
        said = json.loads(written)
    except (ValueError, RecursionError):
        return written
    uri = said.get("uri") if isinstance(said, dict) else None
    return uri if isinstance(uri, str) else written


def _mapping(found: object) -> Mapping[str, object]:
    return found if isinstance(found, dict) else {}


def _texts(found: Mapping[str, object] | None) -> dict[str, str]:
    return {cut(key): cut(value) for key, value in _first(dict(found or {}))}


def _first(found: Mapping[str, Said]) -> list[tuple[str, Said]]:
    return sorted(found.items())[:MOST_ENTRIES]


def cut(text: object) -> str:
    """At most `MOST_TEXT` letters."""
    return str(text or "")[:MOST_TEXT]


def _moment(milliseconds: int | None) -> datetime:
    """The moment; one that no calendar holds is as if the server had said none."""
    try:
        return datetime.fromtimestamp((milliseconds or 0) / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, tz=UTC)
