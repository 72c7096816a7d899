"""How what a registry shows becomes fields of the record: a tag, else what MLflow itself says, else a fixed text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Problem, Unreadable
from core.inventory.importing.fields import BY_KEY
from core.inventory.importing.registry.values import SeenModel, SeenRun, SeenVersion
from core.inventory.importing.sheets import Cell
from core.inventory.intake import LONG

MODEL_KEYS = ("purpose", "business_line", "owner", "developer", "exposure", "purpose_class", "users", "vendor", "packs")
VERSION_KEYS = ("version", "intended_use", "limitations", "rationale", "line", "code_reference", "artefact_digest")
DATA_KEYS = tuple(f"{part}_{said}" for part in ("training", "test") for said in ("dataset", "version", "source"))
MAPPED = (*MODEL_KEYS, *VERSION_KEYS, *DATA_KEYS)
FOLLOWED = ("purpose", "business_line", "owner", "developer", "exposure", "purpose_class", "users", "vendor")
TEST_CONTEXTS = ("test", "testing", "evaluation", "eval", "validation")


@dataclass(frozen=True)
class Rule:
    """Where one field comes from: the tag's name, and the text that stands where nothing says it."""

    tag: str = ""
    otherwise: str = ""


Rules = Mapping[str, Rule]
DEFAULT_RULES: Rules = {key: Rule(tag=key) for key in MAPPED}


def rules_json(rules: Rules) -> str:
    """The rules as they are stored and put on record."""
    return json.dumps({key: [rules[key].tag, rules[key].otherwise] for key in MAPPED if key in rules}, sort_keys=True)


def parse_rules(body: str) -> dict[str, Rule]:
    """The inverse of `rules_json`; fields that are not named have the rule of their own name."""
    stored: dict[str, list[str]] = json.loads(body) if body else {}
    return {key: Rule(*stored[key]) if key in stored else rule for key, rule in DEFAULT_RULES.items()}


def check_rules(rules: Rules) -> None:
    """Raise `Unreadable` for a field that is not mapped, or for a tag or a text that is too long."""
    problems = [Problem("not a field that a registry can say", column=key) for key in rules if key not in MAPPED]
    for key, rule in rules.items():
        if len(rule.tag) > 250 or len(rule.otherwise) > LONG:
            title = BY_KEY[key].title if key in BY_KEY else key
            problems.append(Problem("too long", column=title, expected=f"a tag of 250 and a text of {LONG:,} letters"))
    if problems:
        raise Unreadable(problems)


def model_texts(rules: Rules, model: SeenModel) -> dict[str, str]:
    """What the registry says of the record's fields of a model; nothing for what only our fixed text says."""
    own = {"purpose": model.description}
    said = {key: model.tags.get(rules[key].tag, "").strip() or own.get(key, "").strip() for key in MODEL_KEYS}
    return {key: text for key, text in said.items() if text}


def version_texts(rules: Rules, model: SeenModel, version: SeenVersion) -> dict[str, str]:
    """What the registry says of a version: its own tags first, then what MLflow keeps of the run and its data."""
    own = {
        "rationale": version.description or f"Version {version.version} of {model.name} in MLflow.",
        "code_reference": _code(version.run) if version.run else "",
        **(_data(version.run) if version.run else {}),
    }
    tagged = {key: version.tags.get(rules[key].tag, "") for key in (*VERSION_KEYS, *DATA_KEYS)}
    said = {key: text.strip() or own.get(key, "").strip() for key, text in tagged.items()}
    return {key: text for key, text in said.items() if text}


def cells_of(rules: Rules, texts: Mapping[str, str]) -> dict[str, Cell]:
    """The texts as cells of a row, with the fixed texts where nothing is said."""
    fixed = {key: rule.otherwise.strip() for key, rule in rules.items() if rule.otherwise.strip()}
    if "training_dataset" in texts:
        fixed = {key: text for key, text in fixed.items() if not key.startswith("training_")}
    if "test_dataset" in texts:
        fixed = {key: text for key, text in fixed.items() if not key.startswith("test_")}
    return {key: Cell(text) for key, text in (fixed | dict(texts)).items()}


def columns_of(rules: Rules) -> dict[str, str]:
    """What a problem names instead of a column: the tag that says the field."""
    return {key: f"{BY_KEY[key].title} (tag {rule.tag})" for key, rule in rules.items() if rule.tag} | {
        "name": "name",
        "number": "number",
    }


def _code(run: SeenRun) -> str:
    return f"{run.source} @ {run.commit}".strip(" @") if run.commit else ""


def _data(run: SeenRun) -> dict[str, str]:
    """The first dataset of each context, with its digest in MLflow as its version."""
    said: dict[str, str] = {}
    for dataset in run.datasets:
        context = dataset.context.casefold()
        part = "training" if context in ("training", "train") else "test" if context in TEST_CONTEXTS else ""
        if part and f"{part}_dataset" not in said:
            said |= {
                f"{part}_dataset": dataset.name,
                f"{part}_version": dataset.digest,
                f"{part}_source": dataset.source or "MLflow",
            }
    return said
