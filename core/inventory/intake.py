"""What is entered to register a model, a version or a dataset, and what is wrong with it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from core.errors import Problem, Unreadable
from core.inventory.rules import Exposure, Line, Purpose
from core.inventory.versions.rules import ChangeKind
from core.metrics.quality import parse_schema

LONG, SHORT = 4000, 200
HEX = set("0123456789abcdef")


@dataclass(frozen=True)
class NewDataset:
    """A version of a dataset as entered; `declared_schema` is JSON that says which columns its data has."""

    name: str
    version: str
    source: str
    licence: str = ""
    classification: str = ""
    declared_schema: str = ""
    owner: str = ""  # a person's number; empty: whoever registers it
    description: str = ""
    retention: str = ""
    sanitisation: str = ""


@dataclass(frozen=True)
class NewModel:
    """A model as entered; owner and developer are people's numbers, packs are ids of regulation packs."""

    name: str
    purpose: str
    business_line: str
    owner: str
    developer: str
    exposure: Exposure
    purpose_class: Purpose
    users: str = ""
    vendor: str = ""
    packs: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewVersion:
    """A version as entered; datasets are named by number (`D0001`)."""

    version: str
    intended_use: str
    limitations: str
    rationale: str
    training_dataset: str
    test_dataset: str
    line: Line = Line.STABLE
    code_reference: str = ""
    artefact_digest: str = ""
    change_kind: ChangeKind | None = None  # only a first version may leave it out


OPTIONAL = {"users", "vendor", "licence", "classification", "code_reference", "artefact_digest", "declared_schema"}
OPTIONAL_OF_DATASETS = {"owner", "description", "retention", "sanitisation"}
LIMITS = {
    "name": SHORT,
    "business_line": SHORT,
    "vendor": SHORT,
    "licence": SHORT,
    "classification": SHORT,
    "version": 32,
    "users": 1000,
    "source": 1000,
    "retention": 1000,
    "sanitisation": 1000,
    "code_reference": 1000,
    "artefact_digest": 64,
    "declared_schema": 200_000,
}
FORBIDDEN = {"Cc", "Cs", "Co", "Cn"}


def check(*entered: NewDataset | NewModel | NewVersion) -> None:
    """Raise `Unreadable` with every problem that `problems_of` finds."""
    problems = problems_of(*entered)
    if problems:
        raise Unreadable(problems)


def problems_of(*entered: NewDataset | NewModel | NewVersion) -> tuple[Problem, ...]:
    """Every field that is missing, too long or holds characters that cannot be shown."""
    return tuple(problem for one in entered for problem in _problems(one))


def text_problems(field: str, value: str, *, longest: int, required: bool) -> Iterable[Problem]:
    """What is wrong with one text: empty though required, too long, or with control characters."""
    if required and not value.strip():
        yield Problem("nothing entered", column=field, expected="text")
    if len(value) > longest:
        yield Problem("too long", column=field, found=f"{len(value):,} characters", expected=f"at most {longest:,}")
    hidden = sorted({f"U+{ord(c):04X}" for c in value if unicodedata.category(c) in FORBIDDEN and c not in "\n\t\r"})
    if hidden:
        yield Problem("holds characters that cannot be shown", column=field, found=", ".join(hidden[:5]))


def _problems(entered: NewDataset | NewModel | NewVersion) -> Iterable[Problem]:
    for field in fields(entered):
        value = getattr(entered, field.name)
        if type(value) is str:
            optional = OPTIONAL | OPTIONAL_OF_DATASETS if isinstance(entered, NewDataset) else OPTIONAL
            required = field.name not in optional
            yield from text_problems(field.name, value, longest=LIMITS.get(field.name, LONG), required=required)
    if isinstance(entered, NewDataset) and entered.declared_schema.strip():
        yield from _schema_problems(entered.declared_schema)
    if isinstance(entered, NewVersion) and entered.artefact_digest:
        digest = entered.artefact_digest
        if len(digest) != 64 or not set(digest) <= HEX:
            yield Problem("not a SHA-256", column="artefact_digest", expected="64 lower-case hexadecimal digits")


def _schema_problems(text: str) -> Iterable[Problem]:
    try:
        parse_schema(text)
    except Unreadable as error:
        yield from (replace(problem, reason=f"declared schema: {problem.reason}") for problem in error.problems)
