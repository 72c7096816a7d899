"""Makes the plan of an import: row by row against what is registered and what the rows above register."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.errors import Problem
from core.inventory.importing.fields import Mapped, left_out
from core.inventory.importing.plan.datasets import Datasets
from core.inventory.importing.plan.kinds import with_kind
from core.inventory.importing.plan.known import VERSION_FIELDS, Known, KnownModel, KnownVersion
from core.inventory.importing.plan.rows import Read, reads_of
from core.inventory.importing.plan.values import (
    ChangeStep,
    ModelStep,
    Outcome,
    Plan,
    PlannedRow,
    Step,
    VersionStep,
    counts_of,
)
from core.inventory.importing.sheets import Sheet
from core.inventory.intake import NewDataset, NewModel, NewVersion
from core.inventory.rules import Exposure, Line, Purpose, materiality, version_refusals
from core.inventory.versions.rules import kind_by_number

MONTH = timedelta(days=30.4375)
TEXTS = ("name", "purpose", "business_line", "users", "vendor")


@dataclass
class Planner:
    """Plans one row after another; `review_months` says the cadence of a tier, `known` grows with every row."""

    known: Known
    packs: frozenset[str]
    review_months: Callable[[int], int]
    at: datetime
    steps: list[Step] = field(default_factory=list)
    datasets: Datasets = field(init=False)

    def __post_init__(self) -> None:
        self.datasets = Datasets(self.known)

    def row(self, read: Read) -> PlannedRow:
        """What becomes of this row."""
        model, before = self._model_of(read), len(self.steps)
        says = self._new_model(read) if model is None else self._later_row(read, model)
        if read.problems:
            del self.steps[before:]
        found = model or self.known.by_name.get(read.text("name")) or KnownModel("", {})
        done = any(not isinstance(step, ChangeStep) for step in self.steps[before:])
        outcome = Outcome.NEW if done else Outcome.CHANGED if self.steps[before:] else Outcome.SAME
        return PlannedRow(
            line=read.line,
            model=found.key,
            name=found.said.get("name", ""),
            version=read.cells["version"].text if "version" in read.cells else "",
            outcome=Outcome.REFUSED if read.problems else outcome,
            says=() if read.problems else tuple(says),
            problems=tuple(dict.fromkeys(read.problems)),
        )

    def _model_of(self, read: Read) -> KnownModel | None:
        number, name = read.text("number"), read.text("name")
        by_number = self.known.by_number.get(number) if number else None
        if number and by_number is None:
            read.refuse("number", "no model has this number", number, "empty for a model that is new")
        by_name = self.known.by_name.get(name)
        if by_number and by_name and by_number is not by_name:
            read.refuse("name", "another model has this name", f"{name}, which is {by_name.key}")
        return by_number or by_name

    def _new_model(self, read: Read) -> list[str]:
        exposure, purpose = read.choice("exposure", Exposure), read.choice("purpose_class", Purpose)
        for key, value, words in (("exposure", exposure, Exposure), ("purpose_class", purpose, Purpose)):
            if value is None and key not in read.cells:
                read.refuse(key, "nothing entered", expected=", ".join(words))
        model = NewModel(
            **{key: read.text(key) for key in TEXTS},
            owner=self._person(read, "owner"),
            developer=self._person(read, "developer"),
            exposure=exposure or Exposure.HIGH,
            purpose_class=purpose or Purpose.RIGHTS,
            packs=self._packs(read),
        )
        read.check(model)
        review = self._review(read, materiality(model.exposure, model.purpose_class))
        version, datasets, says = self._version(read, None)
        said = {key: str(getattr(model, key)) for key in (*TEXTS, "owner", "developer", "exposure", "purpose_class")}
        known = KnownModel(model.name, said | {"packs": " ".join(model.packs)}, line=read.line)
        if model.name:
            self.known.by_name[model.name] = known
        self._keep(read, known, version)
        self.steps.append(ModelStep(read.line, model, version, datasets, review))
        return [f"registers the model with version {version.version}", *says]

    def _later_row(self, read: Read, model: KnownModel) -> list[str]:
        says = self._changes(read, model)
        if "version" not in read.cells:
            filled = [key for key in VERSION_FIELDS if key in read.cells]
            if filled or model.line is not None:
                read.refuse("version", "nothing entered", expected="major.minor.patch")
            return says
        found = model.versions.get(read.text("version"))
        if found is not None:
            self._compare(read, found)
            return says
        if model.retired:
            read.refuse("name", "the model is retired", model.key, "a model that is in use")
        version, datasets, more = self._version(read, model)
        self._keep(read, model, version)
        self.steps.append(VersionStep(read.line, model.key, version, datasets))
        return [f"registers version {version.version}", *more, *says]

    def _changes(self, read: Read, model: KnownModel) -> list[str]:
        changes: dict[str, str] = {}
        for key in (*TEXTS, "owner", "developer", "exposure", "purpose_class", "packs", "next_review"):
            if key not in read.cells:
                continue
            value = self._value(read, key)
            before = model.said.get(key, "")
            if value is None or value == before:
                continue
            since = model.line if model.line is not None else model.changed.get(key)
            if since is not None:
                read.refuse(key, f"differs from line {since}", value, before)
            elif key == "next_review":
                read.refuse(key, "the next review of a registered model is not set by an import", value, before)
            else:
                changes[key] = value
        if changes:
            self.steps.append(ChangeStep(read.line, model.key, model.revision, changes))
        words = [
            f"changes {key.replace('_', ' ')} from “{model.said.get(key, '')}” to “{changes[key]}”" for key in changes
        ]
        model.said |= changes
        model.changed |= dict.fromkeys(changes, read.line)
        return words

    def _value(self, read: Read, key: str) -> str | None:
        """What the row says of a field of the model, as the record would keep it; None where that is unreadable."""
        match key:
            case "owner" | "developer":
                return self._person(read, key) or None
            case "exposure":
                return read.choice(key, Exposure)
            case "purpose_class":
                return read.choice(key, Purpose)
            case "packs":
                return " ".join(self._packs(read))
            case "next_review":
                day = read.day(key)
                return day.date().isoformat() if day else None
            case _:
                return read.text(key)

    def _version(self, read: Read, model: KnownModel | None) -> tuple[NewVersion, tuple[NewDataset, ...], list[str]]:
        training, test = self.datasets.of(read, "training"), self.datasets.of(read, "test")
        version = NewVersion(
            version=read.text("version"),
            intended_use=read.text("intended_use"),
            limitations=read.text("limitations"),
            rationale=read.text("rationale"),
            training_dataset=training.key,
            test_dataset=test.key,
            line=read.choice("line", Line, Line.STABLE) or Line.STABLE,
            code_reference=read.text("code_reference"),
            artefact_digest=read.text("artefact_digest").lower(),
            change_kind=kind_by_number(read.text("version"), model.numbers if model else ()),
        )
        read.check(version)
        earlier = model.numbers if model else ()
        reasons = version_refusals(version.version, earlier) if version.version else ()
        for refusal in reasons:
            read.refuse("version", refusal.message, expected=refusal.way_out)
        if version.version and not reasons:
            version = with_kind(read, version, earlier)
        new = tuple({(one.name, one.version): one for one in (training.new, test.new) if one is not None}.values())
        return version, new, [f"registers the dataset {one.name} {one.version}" for one in new]

    def _compare(self, read: Read, found: KnownVersion) -> None:
        """A version is what it was registered as: the same again is no news, anything else is refused."""
        if found.line is not None:
            read.refuse("version", f"this version stands on line {found.line} already", read.text("version"))
            return
        for key in VERSION_FIELDS:
            said = read.text(key) if key in read.cells else found.said[key]
            said = said.lower() if key in ("artefact_digest", "line") else said
            if said != found.said[key]:
                read.refuse(key, "the version is registered and cannot be changed", said, "a new version")
        for part, key in (("training", found.training), ("test", found.test)):
            if f"{part}_dataset" in read.cells and self.datasets.of(read, part).key != key:
                read.refuse(f"{part}_dataset", "the version is registered with another dataset", expected=key)

    def _keep(self, read: Read, model: KnownModel, version: NewVersion) -> None:
        if version.version:
            said = {key: str(getattr(version, key)) for key in VERSION_FIELDS}
            one = KnownVersion(said, version.training_dataset, version.test_dataset, read.line)
            model.versions[version.version] = one

    def _person(self, read: Read, key: str) -> str:
        said = read.text(key)
        found = self.known.person(said) if said else ""
        if isinstance(found, Problem):
            read.refuse(key, found.reason, found.found, found.expected)
            return said[:16]  # so that the record does not complain of an empty field too
        return found

    def _packs(self, read: Read) -> tuple[str, ...]:
        said = tuple(dict.fromkeys(read.text("packs").replace(",", " ").replace(";", " ").split()))
        unknown = [one for one in said if one not in self.packs]
        if unknown:
            read.refuse("packs", "not a regulation pack", ", ".join(unknown), ", ".join(sorted(self.packs)))
        return said

    def _review(self, read: Read, tier: int) -> datetime | None:
        day = read.day("next_review")
        latest = self.at + self.review_months(tier) * MONTH
        if day is not None and day > latest:
            reason = f"later than the policy’s cadence for tier {tier} allows"
            read.refuse("next_review", reason, day.date().isoformat(), f"{latest.date().isoformat()} or earlier")
        return day


def make_plan(
    sheet: Sheet, columns: Mapped, constants: Mapping[str, str], planner: Planner, say: Callable[[int], None]
) -> Plan:
    """The plan for a whole table; `say` hears how many rows are done."""
    rows: list[PlannedRow] = []
    for done, read in enumerate(reads_of(sheet, columns, constants), start=1):
        rows.append(planner.row(read))
        if done % 500 == 0:
            say(done)
    said = repr((sheet.digest, sorted(columns.items()), sorted(constants.items())))
    return plan_of(rows, planner.steps, said, columns, left_out(sheet.names, columns))


def plan_of(
    rows: Sequence[PlannedRow], steps: Sequence[Step], said: str, columns: Mapped, left_out: tuple[str, ...]
) -> Plan:
    """The plan of these rows and steps; `said` is what else its digest stands for."""
    digest = hashlib.sha256(f"{said}{tuple(steps)!r}".encode()).hexdigest()
    return Plan(tuple(rows), tuple(steps), counts_of(rows, steps), digest, dict(columns), left_out)
