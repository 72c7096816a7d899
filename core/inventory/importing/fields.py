"""The columns of a table of models: what each means, what people call it, and which column of a file it is."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """Which record a column belongs to."""

    MODEL = "model"
    VERSION = "version"
    TRAINING = "training data"
    TEST = "test data"


@dataclass(frozen=True)
class Field:
    """One thing that a row says; `key` never changes, `title` is what the template writes."""

    key: str
    title: str
    part: Part
    required: bool
    meaning: str
    example: str = ""
    also: tuple[str, ...] = ()


def _data(part: Part, key: str, example: str) -> tuple[Field, ...]:
    word = key.capitalize()
    title = f"{word} dataset"
    return (
        Field(f"{key}_dataset", title, part, True, "Its name, or its number where it is registered.", example,
              (f"{word} data", f"{word} set", f"{title} name", f"{word} data name", f"dataset {word}")),
        Field(f"{key}_version", f"{title} version", part, True, "Empty where the dataset is named by number.", "2026.1",
              (f"{word} data version", f"{word} set version", f"{word} version")),
        Field(f"{key}_source", f"{title} source", part, True, "Where it comes from; empty where the dataset is known.",
              "Warehouse, table applications", (f"{word} data source", f"{word} source", f"{word} location")),
        Field(f"{key}_licence", f"{title} licence", part, False, "On what terms it may be used.", "",
              (f"{word} data licence", f"{word} licence", f"{word} dataset license")),
        Field(f"{key}_personal", f"{title} personal data", part, False, "For example: pseudonymous, health.", "",
              (f"{word} personal data", f"{word} classification", f"{title} classification")),
    )  # fmt: skip


M, V = Part.MODEL, Part.VERSION
FIELDS: tuple[Field, ...] = (
    Field("number", "Number", M, False, "For a model that is registered: M0001.", "",
          ("model number", "model id", "id")),
    Field("name", "Model", M, True, "Its name; the same in every row of the model.", "Credit ranking",
          ("model name", "name", "title", "model title")),
    Field("purpose", "Purpose", M, True, "What it is for.", "Ranks applications for review.",
          ("description", "model purpose", "model description", "what it is for")),
    Field("business_line", "Business line", M, True, "Who uses its output.", "Lending",
          ("business unit", "department", "line of business", "lob", "area", "division")),
    Field("owner", "Owner", M, True, "An active person: number, user name, e-mail address or full name.", "P0001",
          ("model owner", "business owner", "accountable", "owned by")),
    Field("developer", "Developer", M, True, "As the owner.", "P0002",
          ("model developer", "data scientist", "built by", "developed by", "responsible")),
    Field("exposure", "Exposure", M, True, "low, medium or high.", "medium",
          ("materiality", "impact", "exposure level")),
    Field("purpose_class", "Purpose class", M, True,
          "operational, financial or customer-facing, rights-affecting or regulatory.", "operational",
          ("use", "purpose category", "use class", "class of purpose")),
    Field("users", "Users", M, False, "Who works with it.", "", ("model users", "used by", "user group")),
    Field("vendor", "Vendor", M, False, "Empty: our own.", "", ("supplier", "provider", "third party")),
    Field("packs", "Regulation packs", M, False, "Their ids, separated by spaces.", "", ("packs", "regulations")),
    Field("next_review", "Next review", M, False, "YYYY-MM-DD, not later than the policy's cadence allows.", "",
          ("review date", "next review date", "review due", "due")),
    Field("version", "Version", V, True, "major.minor.patch; later versions in rows below.", "1.0.0",
          ("model version", "release")),
    Field("intended_use", "Intended use", V, True, "For whom and for what.", "Ranking applications, read by a person.",
          ("use case", "intended purpose")),
    Field("limitations", "Limitations", V, True, "Where it must not be used.", "Not for applicants under 21.",
          ("known limitations", "restrictions")),
    Field("rationale", "Rationale", V, True, "Why this version: what changed.", "First version.",
          ("change", "change rationale", "reason", "what changed", "release notes")),
    Field("change_kind", "Kind of change", V, False, "As the form has it; empty: by the number.", "",
          ("change kind", "type of change", "change type")),
    Field("line", "Line", V, False, "stable or experimental; empty: stable.", "", ("branch", "version line")),
    Field("code_reference", "Code", V, False, "Repository and commit.", "",
          ("code reference", "commit", "repository", "source code")),
    Field("artefact_digest", "Artefact SHA-256", V, False, "64 hexadecimal digits.", "",
          ("artefact digest", "artifact digest", "digest", "checksum", "sha256", "hash")),
    *_data(Part.TRAINING, "training", "applications train"),
    *_data(Part.TEST, "test", "applications test"),
)  # fmt: skip
BY_KEY: Mapping[str, Field] = {field.key: field for field in FIELDS}
Mapped = Mapping[str, str]  # key of a field: the column that says it


def guess_columns(names: Sequence[str]) -> dict[str, str]:
    """The column for each field, by its title or by what people call it; no column for two fields."""
    by_plain = {_plain(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for wanted in (lambda field: (field.title, field.key), lambda field: field.also):
        for field in FIELDS:
            for said in wanted(field):
                name = by_plain.get(_plain(said))
                if field.key not in found and name is not None and name not in found.values():
                    found[field.key] = name
    return {field.key: found[field.key] for field in FIELDS if field.key in found}


def left_out(names: Sequence[str], columns: Mapped) -> tuple[str, ...]:
    """The columns of a file that no field takes; they are said, not silently dropped."""
    return tuple(name for name in names if name not in set(columns.values()))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(re.findall(r"\w+", letters.replace("_", " ")))
