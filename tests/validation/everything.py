"""Small files in which every check finds something to say: a model of each task with all that can be handed in."""

import csv
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.policy.parse import parse_policy
from core.policy.rules import CheckKind, Policy
from core.policy.service import default_policy_text
from core.policy.vocabulary import names_of
from core.validation.inputs import Given, RunInputs
from core.validation.intake import Handed, to_table
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping

ROWS = 600
FEATURES = ("income", "age", "region")
SCENARIOS = (
    {"name": "less income", "kind": "shift", "column": "income", "amount": -20},
    {"name": "more women", "kind": "reweight", "column": "sex", "weights": {"F": 3, "M": 1}},
)
SCHEMA = json.dumps(
    {
        "columns": [
            {"name": "income", "type": "number", "minimum": 0, "maximum": 150, "nullable": True},
            {"name": "age", "type": "integer", "minimum": 18, "maximum": 60},
            {"name": "region", "type": "text", "values": ["north", "south"]},
        ],
        "open": True,
    }
)
BINARY = ColumnMapping(
    label="label", prediction="prediction", score="score", positive_label="1", sensitive=("sex", "race"),
    row_id="case", score_is_probability=True, features=FEATURES, controls=("department",), audit_sex="sex",
    audit_race="race",
)  # fmt: skip
MULTICLASS = ColumnMapping(
    label="label", prediction="prediction", positive_label="good", sensitive=("sex",), row_id="case",
    task="multiclass", features=FEATURES, probabilities=tuple(f"{one}=p_{one}" for one in ("good", "fair", "poor")),
)  # fmt: skip
REGRESSION = ColumnMapping(
    label="label", prediction="prediction", sensitive=("sex",), row_id="case", task="regression", features=FEATURES
)
REASONS = ColumnMapping(row_id="case")
DISTURBED = ColumnMapping(
    prediction="prediction", score="score", positive_label="1", row_id="case", scenario="scenario"
)

Row = dict[str, str | float]


@dataclass(frozen=True)
class Files:
    """Files on disk by kind, and what the columns of each mean."""

    paths: Mapping[EvidenceKind, Path]
    mappings: Mapping[EvidenceKind, ColumnMapping]

    def without(self, *kinds: EvidenceKind) -> "Files":
        """All but these."""
        return Files({kind: path for kind, path in self.paths.items() if kind not in kinds}, self.mappings)


def people(seed: int = 1, rows: int = ROWS, *, first: int = 0) -> list[Row]:
    """Different people, some without an income."""
    dice = random.Random(seed)  # data for a test
    return [
        {
            "case": f"c{first + place}",
            "income": "" if dice.random() < 0.02 else round(dice.gauss(60, 20), 2),
            "age": dice.randint(18, 70),
            "region": dice.choice(("north", "south", "west")),
            "sex": dice.choice("FM"),
            "race": dice.choice(("Asian", "Black", "White")),
            "department": dice.choice("AB"),
        }
        for place in range(rows)
    ]


def chance(row: Row) -> float:
    """How likely the model holds somebody to be good; between 0.05 and 0.95."""
    income = float(row["income"] or 50)
    return min(0.95, max(0.05, (income - 20) / 80 + (0.08 if row["sex"] == "M" else 0)))


def binary_rows(seed: int = 1, *, noise: float = 0.0, first: int = 0) -> list[Row]:
    """People with what happened, what was predicted and its probability."""
    dice = random.Random(seed + 100)  # data for a test
    found = []
    for row in people(seed, first=first):
        likely = min(0.99, max(0.01, chance(row) + dice.gauss(0, noise)))
        answers: Row = {
            "label": int(dice.random() < chance(row)), "prediction": int(likely >= 0.5), "score": round(likely, 6)
        }  # fmt: skip
        found.append({**row, **answers})
    return found


def multiclass_rows(seed: int = 3) -> list[Row]:
    dice = random.Random(seed + 100)  # data for a test
    found = []
    for row in people(seed):
        likely = chance(row)
        weights = {"good": likely * likely, "fair": likely * (1 - likely) * 2, "poor": (1 - likely) ** 2}
        names = list(weights)
        total = sum(weights.values())
        shares: Row = {f"p_{name}": weight / total for name, weight in weights.items()}
        label = dice.choices(names, list(weights.values()))[0]
        found.append({**row, "label": label, "prediction": max(weights, key=lambda one: weights[one]), **shares})
    return found


def regression_rows(seed: int = 5, *, noise: float = 4.0) -> list[Row]:
    dice = random.Random(seed + 100)  # data for a test
    return [
        {**row, "label": 100 * chance(row) + dice.gauss(10, 5), "prediction": 100 * chance(row) + dice.gauss(11, noise)}
        for row in people(seed)
    ]


def reasons(rows: Sequence[Row], seed: int = 7) -> list[Row]:
    """A row of reasons for each case, mostly by income."""
    dice = random.Random(seed)  # data for a test
    spread = {"income": 0.5, "age": 0.1 + seed / 100, "region": 0.15}
    return [{"case": row["case"], **{name: dice.gauss(0, size) for name, size in spread.items()}} for row in rows]


def disturbed(rows: Sequence[Row]) -> list[Row]:
    """The answers for each case under one scenario."""
    return [
        {"case": row["case"], "scenario": "income 10 % lower", "prediction": int(score >= 0.5), "score": score}
        for row in rows
        for score in [max(0.01, float(row["score"]) - 0.08)]
    ]


def write(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def binary_files(folder: Path) -> Files:
    """A model of two classes with a file of every kind."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = binary_rows()
    scenarios = folder / "scenarios.json"
    scenarios.write_text(json.dumps(SCENARIOS), encoding="utf-8")
    bare = ColumnMapping(sensitive=("sex", "race"))
    paths = {
        EvidenceKind.PREDICTIONS: write(folder / "predictions.csv", rows),
        EvidenceKind.TRAINING: write(folder / "training.csv", binary_rows(2, first=10_000)),
        EvidenceKind.REFERENCE: write(folder / "reference.csv", binary_rows(4, first=20_000)),
        EvidenceKind.BASELINE: write(folder / "baseline.csv", binary_rows(noise=0.2)),
        EvidenceKind.ATTRIBUTIONS: write(folder / "reasons.csv", reasons(rows)),
        EvidenceKind.PERTURBED: write(folder / "disturbed.csv", disturbed(rows)),
        EvidenceKind.SCENARIOS: scenarios,
    }
    mappings = {
        EvidenceKind.PREDICTIONS: BINARY, EvidenceKind.BASELINE: BINARY, EvidenceKind.ATTRIBUTIONS: REASONS,
        EvidenceKind.PERTURBED: DISTURBED, EvidenceKind.TRAINING: bare, EvidenceKind.REFERENCE: bare,
        EvidenceKind.SCENARIOS: ColumnMapping(),
    }  # fmt: skip
    return Files(paths, mappings)


def earlier_files(folder: Path) -> Files:
    """What the last approved version had: predictions for the same people, and reasons."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = binary_rows(noise=0.1)
    paths = {
        EvidenceKind.PREDICTIONS: write(folder / "earlier.csv", rows),
        EvidenceKind.ATTRIBUTIONS: write(folder / "earlier reasons.csv", reasons(rows, 9)),
    }
    return Files(paths, {EvidenceKind.PREDICTIONS: BINARY, EvidenceKind.ATTRIBUTIONS: REASONS})


def other_files(folder: Path, mapping: ColumnMapping) -> Files:
    """A model of several classes or of a quantity, with a baseline."""
    folder.mkdir(parents=True, exist_ok=True)
    regression = mapping.task == "regression"
    rows = regression_rows() if regression else multiclass_rows()
    other = regression_rows(noise=9.0) if regression else multiclass_rows()
    paths = {
        EvidenceKind.PREDICTIONS: write(folder / "predictions.csv", rows),
        EvidenceKind.BASELINE: write(folder / "baseline.csv", other),
    }
    return Files(paths, {EvidenceKind.PREDICTIONS: mapping, EvidenceKind.BASELINE: mapping})


def inputs_of(
    folder: Path, files: Files, earlier: Files | None = None, *, schema: str = ""
) -> tuple[Callable[[str], Path], RunInputs]:
    """The files as a run finds them: as tables, with what they mean."""
    folder.mkdir(parents=True, exist_ok=True)
    given = _tables(folder, files, "now")
    approved = _tables(folder, earlier, "earlier") if earlier else ()
    version = "0.9.0" if earlier else ""
    return folder.joinpath, RunInputs(given, "0" * 64, approved, approved_version=version, schema=schema)


def _tables(folder: Path, files: Files, word: str) -> tuple[Given, ...]:
    return tuple(_table(folder, f"{word} {kind}", kind, files) for kind in EvidenceKind if kind in files.paths)


def _table(folder: Path, name: str, kind: EvidenceKind, files: Files) -> Given:
    path, mapping = files.paths[kind], files.mappings[kind]
    if kind is EvidenceKind.SCENARIOS:
        (folder / name).write_bytes(path.read_bytes())
    else:
        to_table(Handed(path, path.name, kind, mapping, {}), folder / name)
    return Given(kind, kind.value, name, mapping.to_json())


def a_policy_with_every_metric() -> Policy:
    """One clause for each metric that a policy can name, all required, over groups of at least twenty."""
    text = default_policy_text()
    head = text[: text.index("# ---- quality")]
    clauses = [
        f'[[threshold]]\nclause = "9.{place}"\nkind = "{kind}"\nmetric = "{metric}"\ntitle = "{metric}"\n'
        'direction = "at least"\nvalue = 0.5\nrequired = true\n'
        for place, (kind, metric) in enumerate((kind, one) for kind in CheckKind for one in sorted(names_of(kind)))
    ]
    policy = parse_policy(head + "\n".join(clauses) + text[text.index("# ---- checklist") :])
    return replace(policy, minimum_group=20)
