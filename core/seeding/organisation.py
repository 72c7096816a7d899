"""People, datasets, models and their versions of a generated organisation."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.access.rules import Role
from core.access.tables import Person, RoleGrant
from core.inventory.rules import TIERS, Duty, Exposure, Line, Purpose, Stage
from core.inventory.tables import Contribution, Dataset, Model, ModelVersion, ProductionPointer
from core.seeding import vocabulary as words
from core.seeding.bulk import Bulk, Value
from core.store.numbers import NumberSeries
from core.store.types import microseconds

PEOPLE = {Role.OWNER: 40, Role.DEVELOPER: 120, Role.VALIDATOR: 60, Role.APPROVER: 40, Role.AUDITOR: 15}
HISTORY = timedelta(days=3 * 365)
DAY = 86_400_000_000  # microseconds
NEWEST = (Stage.DRAFT, Stage.IN_VALIDATION, Stage.VALIDATED, Stage.NOT_VALIDATED, Stage.IN_APPROVAL, Stage.APPROVED)
IN_PRODUCTION = 0.7  # of the models
WITH_NEXT = 0.6  # of the models have a version on its way
FEW_PEOPLE = 20  # models of a small organisation have a person each


@dataclass(frozen=True, slots=True)
class AVersion:
    """A generated version, as the parts of its history need it."""

    id: int
    model: str
    version: str
    tier: int
    stage: Stage
    developer: str
    owner: str
    digest: str
    at: int


class Organisation:
    """Everything that a seed decides; asking twice gives the same."""

    def __init__(self, *, models: int, versions: int, seed: int, until: datetime) -> None:
        self.random = random.Random(seed)  # noqa: S311  generated examples, no secrets
        self.models, self.versions = models, versions
        self.until, self.since = microseconds(until), microseconds(until - HISTORY)
        self.people: dict[Role, list[str]] = {}
        numbers = iter(range(1, sum(PEOPLE.values()) + 1))
        for role, count in PEOPLE.items():
            self.people[role] = [f"P{next(numbers):04d}" for _ in range(count)]
        self.stored: list[AVersion] = []

    def write(self, bulk: Bulk) -> None:
        """Everything up to the versions; keeps those for what follows."""
        self._people(bulk)
        bulk.add(
            Dataset,
            (
                "id",
                "number",
                "name",
                "version",
                "source",
                "licence",
                "classification",
                "registered_by",
                "registered_at",
            ),
            self._datasets(),
        )
        columns = (
            "id", "number", "name", "purpose", "business_line", "users", "vendor", "owner", "developer", "exposure",
            "purpose_class", "tier", "packs", "next_review", "registered_by", "registered_at",
        )  # fmt: skip
        made = list(self._models())
        bulk.add(Model, columns, (row for row, _ in made))
        self._versions(bulk, [tier_of for _, tier_of in made])
        for kind in (Dataset, Model, ModelVersion, Contribution, ProductionPointer, RoleGrant, Person):
            bulk.number_on(kind)
        bulk.add(
            NumberSeries,
            ("prefix", "last"),
            [("P", sum(PEOPLE.values())), ("M", self.models), ("D", 2 * self.models)],
        )

    def person(self, role: Role) -> str:
        """Somebody with this role."""
        return self.random.choice(self.people[role])

    def digest(self) -> str:
        """A SHA-256 of nothing in particular."""
        return f"{self.random.getrandbits(256):064x}"

    def _people(self, bulk: Bulk) -> None:
        everyone = [(role, number) for role, numbers in self.people.items() for number in numbers]
        bulk.add(
            Person,
            ("id", "number", "username", "name", "created_at"),
            [
                (at, number, f"{number.lower()}@example.test", self._name(), self.since)
                for at, (_, number) in enumerate(everyone, start=1)
            ],
        )
        bulk.add(
            RoleGrant,
            ("id", "person", "role", "reason", "granted_by", "granted_at"),
            [
                (at, number, role.value, "Generated", "system", self.since)
                for at, (role, number) in enumerate(everyone, start=1)
            ],
        )

    def _name(self) -> str:
        return f"{self.random.choice(words.FIRST)} {self.random.choice(words.LAST)}"

    def _datasets(self) -> Iterator[tuple[Value, ...]]:
        for number in range(1, 2 * self.models + 1):
            part = "test" if number % 2 == 0 else "training"
            subject = words.SUBJECTS[(number // 2) % len(words.SUBJECTS)]
            name = f"{subject}, {part} data {(number + 1) // 2}"
            yield (
                number, f"D{number:04d}", name, "2026.1", "Data warehouse of the bank", "internal", "pseudonymous",
                self.person(Role.DEVELOPER), self.since,
            )  # fmt: skip

    def _models(self) -> Iterator[tuple[tuple[Value, ...], tuple[int, str, str]]]:
        draw = self.random
        for number in range(1, self.models + 1):
            exposure, purpose = draw.choice(tuple(Exposure)), draw.choice(tuple(Purpose))
            tier = TIERS[exposure, purpose]
            owner, developer = self.person(Role.OWNER), self.person(Role.DEVELOPER)
            name = f"{draw.choice(words.SUBJECTS)} {draw.choice(words.KINDS)}, {draw.choice(words.PLACES)} {number}"
            review = self.until + draw.randint(-60, 700) * DAY if draw.random() > 0.02 else None
            packs = " ".join(sorted(draw.sample(words.PACKS, draw.randint(0, 4))))
            row = (
                number, f"M{number:04d}", name, draw.choice(words.PURPOSES), draw.choice(words.LINES),
                "Case workers", draw.choice(words.VENDORS), owner, developer, exposure.value, purpose.value, tier,
                packs, review, developer, self.since + number % 300 * DAY,
            )  # fmt: skip
            yield row, (tier, owner, developer)

    def _versions(self, bulk: Bulk, models: list[tuple[int, str, str]]) -> None:
        columns = (
            "id", "model_id", "version", "major", "minor", "patch", "line", "stage", "intended_use", "limitations",
            "rationale", "code_reference", "artefact_digest", "training_dataset_id", "test_dataset_id",
            "evidence_digest", "created_by", "created_at",
        )  # fmt: skip
        pointers: list[tuple[Value, ...]] = []
        bulk.add(ModelVersion, columns, self._version_rows(models, pointers))
        bulk.add(ProductionPointer, ("id", "model_id", "version_id", "since", "moved_by"), pointers)
        bulk.add(Contribution, ("id", "version_id", "person", "duty", "at"), self._contributions())

    def _version_rows(
        self, models: list[tuple[int, str, str]], pointers: list[tuple[Value, ...]]
    ) -> Iterator[tuple[Value, ...]]:
        each, over = divmod(self.versions, self.models)
        key = 0
        for number, (tier, owner, developer) in enumerate(models, start=1):
            parts, count = (1, 0, 0), each + (number <= over)
            stages = self._stages(count)
            for place, stage in enumerate(stages):
                key += 1
                at = self.since + (place * 300 // max(count, 1) + number % 300) * 2 * DAY
                text = ".".join(map(str, parts))
                made = AVersion(key, f"M{number:04d}", text, tier, stage, developer, owner, self.digest(), at)
                self.stored.append(made)
                if stage is Stage.IN_PRODUCTION:
                    pointers.append((len(pointers) + 1, number, key, at, owner))
                yield self._version_row(made, number, parts)
                parts = self._next(parts)

    def _version_row(self, made: AVersion, number: int, parts: tuple[int, int, int]) -> tuple[Value, ...]:
        draw = self.random
        return (
            made.id, number, made.version, *parts, Line.STABLE.value, made.stage.value, draw.choice(words.USES),
            draw.choice(words.LIMITS), draw.choice(words.REASONS), f"git:{draw.getrandbits(28):07x}", self.digest(),
            2 * number - 1, 2 * number, made.digest, made.developer, made.at,
        )  # fmt: skip

    def _next(self, parts: tuple[int, int, int]) -> tuple[int, int, int]:
        major, minor, patch = parts
        step = self.random.random()
        return (major, minor, patch + 1) if step < 0.5 else (major, minor + 1, 0) if step < 0.9 else (major + 1, 0, 0)

    def _stages(self, count: int) -> list[Stage]:
        """Older versions are superseded, one is in production, and the newest may be on its way."""
        draw = self.random
        on_its_way = [draw.choice(NEWEST)] if count and draw.random() < WITH_NEXT else []
        running = [Stage.IN_PRODUCTION] if count > len(on_its_way) and draw.random() < IN_PRODUCTION else []
        return [Stage.SUPERSEDED] * (count - len(on_its_way) - len(running)) + running + on_its_way

    def _contributions(self) -> Iterator[tuple[Value, ...]]:
        key = 0
        for version in self.stored:
            key += 1
            yield key, version.id, version.developer, Duty.DEVELOPMENT.value, version.at
            if version.stage not in (Stage.DRAFT, Stage.IN_VALIDATION):
                key += 1
                yield key, version.id, self.person(Role.VALIDATOR), Duty.VALIDATION.value, version.at + DAY
