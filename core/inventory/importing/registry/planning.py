"""Plans an import from a registry: each version that is not linked yet is a row, as in a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from core.inventory.importing.plan.known import Known, known_of
from core.inventory.importing.plan.planning import Planner, plan_of
from core.inventory.importing.plan.rows import Read
from core.inventory.importing.plan.values import Outcome, Plan, PlannedRow
from core.inventory.importing.registry.mapping import (
    MODEL_KEYS,
    Rules,
    cells_of,
    columns_of,
    model_texts,
    version_texts,
)
from core.inventory.importing.registry.values import Registry, SeenModel, SeenVersion
from core.inventory.importing.sheets import Cell
from core.inventory.importing.tables import RegistryModel, RegistryVersion
from core.inventory.tables import Model
from core.policy.packs.service import known_packs
from core.policy.service import policy_in_force


@dataclass(frozen=True)
class Entry:
    """What one row is about: the model's name and the version's number on the server, and the version it is here."""

    name: str
    external: str
    version: str


@dataclass(frozen=True)
class RegistryPlan:
    """A plan whose row on line n is about `entries[n - 1]`."""

    plan: Plan
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Linked:
    """The links that a server's models have: our number, and the numbers of the versions that are known."""

    numbers: dict[str, str]
    versions: dict[str, frozenset[str]]


def linked(session: Session, server: str) -> Linked:
    """What of this server is linked to the inventory."""
    rows = session.exec(
        select(RegistryModel.name, Model.number, RegistryVersion.external)
        .join(Model, col(Model.id) == col(RegistryModel.model_id))
        .outerjoin(RegistryVersion, col(RegistryVersion.registry_model_id) == col(RegistryModel.id))
        .where(RegistryModel.server == server)
    ).all()
    versions: dict[str, set[str]] = {}
    for name, _, external in rows:
        versions.setdefault(name, set()).update({external} if external else set())
    return Linked({name: number for name, number, _ in rows}, {name: frozenset(of) for name, of in versions.items()})


def with_details(registry: Registry, names: Sequence[str], known: Linked) -> tuple[SeenModel, ...]:
    """The chosen models with the details of their versions that are not linked; raises `NotFound`."""
    return tuple(_detailed(registry, registry.model(name), known.versions.get(name, frozenset())) for name in names)


def _detailed(registry: Registry, model: SeenModel, known: frozenset[str]) -> SeenModel:
    versions = (one if one.version in known else registry.details(model.name, one) for one in model.versions)
    return replace(model, versions=tuple(versions))


def plan_registry(
    session: Session, server: str, models: Iterable[SeenModel], rules: Rules, *, at: datetime, lock: bool
) -> RegistryPlan:
    """What an import of these models would do now."""
    seen, links = tuple(models), linked(session, server)
    planner = _planner(session, seen, links, rules, at, lock)
    rows: list[PlannedRow] = []
    entries: list[Entry] = []
    for model in seen:
        number, done = links.numbers.get(model.name), links.versions.get(model.name, frozenset())
        for version in model.versions:
            line = len(entries) + 1
            if version.version in done:
                entries.append(Entry(model.name, version.version, ""))
                rows.append(PlannedRow(line, number or "", model.name, "", Outcome.SAME))
                continue
            read = _read(planner.known, model, version, number, rules, line)
            entries.append(Entry(model.name, version.version, read.cells["version"].text))
            rows.append(_link_of(planner.known, read, number) or planner.row(read))
    said = repr((server, [(entry.name, entry.external) for entry in entries], sorted(rules.items())))
    return RegistryPlan(plan_of(rows, planner.steps, said, columns_of(rules), ()), tuple(entries))


def _read(known: Known, model: SeenModel, version: SeenVersion, number: str | None, rules: Rules, line: int) -> Read:
    found = known.by_number.get(number) if number else known.by_name.get(model.name)
    texts = version_texts(rules, model, version)
    if found is None or found.line is not None:
        texts |= model_texts(rules, model)
    texts.setdefault("version", _next(found.numbers if found else ()))
    cells = cells_of(rules, texts)
    if found is not None and found.line is None:  # a registered model is never changed by an import from a registry
        cells = {key: cell for key, cell in cells.items() if key not in MODEL_KEYS}
    named = {"number": Cell(number)} if number else {"name": Cell(model.name.strip())}
    return Read(line, cells | named, columns_of(rules))


def _link_of(known: Known, read: Read, number: str | None) -> PlannedRow | None:
    """A version that is registered here under the number that its tag says is linked, not compared."""
    name, version = read.text("name"), read.text("version")
    found = known.by_number.get(number) if number else known.by_name.get(name)
    kept = found.versions.get(version) if found else None
    if found is None or kept is None or kept.line is not None:
        return None
    return PlannedRow(read.line, found.key, found.said["name"], version, Outcome.SAME, ("links the version",))


def _next(earlier: Sequence[tuple[int, int, int]]) -> str:
    """MLflow counts 1, 2, 3: where no tag says otherwise, each is the next minor version, from 1.0.0 on."""
    if not earlier:
        return "1.0.0"
    major, minor, _ = max(earlier)
    return f"{major}.{minor + 1}.0"


def _planner(
    session: Session, seen: Sequence[SeenModel], links: Linked, rules: Rules, at: datetime, lock: bool
) -> Planner:
    texts = [version_texts(rules, model, version) for model in seen for version in model.versions]
    fixed = [rules[key].otherwise for key in ("training_dataset", "test_dataset")]
    named = [said[key] for said in texts for key in ("training_dataset", "test_dataset") if key in said]
    return Planner(
        known=known_of(
            session,
            numbers=(links.numbers[model.name] for model in seen if model.name in links.numbers),
            names=(model.name.strip() for model in seen),
            datasets=(*named, *(one for one in fixed if one)),
            lock=lock,
        ),
        packs=frozenset(known_packs(session)),
        review_months=policy_in_force(session, at=at).policy.review_months,
        at=at,
    )
