"""What `countersign submit` hands in: files and references, each with its kind and what its columns mean."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

SINGLE = ("label", "prediction", "score", "positive", "favourable", "favourable_words", "row_id")
SINGLE_MORE = ("task", "audit_sex", "audit_race", "audit_because")
MANY = ("sensitive", "number", "feature", "control", "class_probability", "declare")
OF_PERTURBED = frozenset({"prediction", "score", "positive", "favourable", "row_id", "task"})
PREDICTIONS, BASELINE, PERTURBED = "predictions", "baseline-predictions", "perturbed-predictions"
KINDS = (PREDICTIONS, "training-data", "reference-data", BASELINE, "attributions", PERTURBED, "scenarios")
TASKS = ("binary", "multiclass", "regression")
Query = Sequence[tuple[str, str]]


class Misused(Exception):
    """The command cannot be carried out as it was given."""


@dataclass(frozen=True)
class Handover:
    """One thing to hand in: a file of this machine, or an address that the server fetches."""

    kind: str
    source: Path | str
    query: Query

    @property
    def name(self) -> str:
        """As messages call it."""
        return self.source if isinstance(self.source, str) else self.source.name


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to hand in, and what the columns mean."""
    parser.add_argument(
        "file", metavar="FILE", type=Path, nargs="?", help="predictions on the test data: CSV, Parquet or JSON"
    )
    parser.add_argument(
        "--reference", metavar="ADDRESS", help="in place of FILE: a path on the server or s3://bucket/key, if allowed"
    )
    parser.add_argument("--kind", choices=KINDS, default=PREDICTIONS, help="what FILE is; default: predictions")
    parser.add_argument(
        "--also",
        metavar="KIND=FILE",
        action="append",
        default=[],
        help="a further file, or s3://bucket/key, handed in before the validation starts; repeat. What its columns "
        "mean may follow as in the API: 'perturbed-predictions=noise.csv?prediction=p&row_id=id&scenario=kind'",
    )
    add_columns(parser)


def add_columns(parser: argparse.ArgumentParser) -> None:
    """What the columns mean."""
    columns = parser.add_argument_group("columns", "Without any of these, their meaning is guessed.")
    columns.add_argument("--label", metavar="COLUMN", help="what happened")
    columns.add_argument("--prediction", metavar="COLUMN", help="what the model decided")
    columns.add_argument("--score", metavar="COLUMN", help="the model's score")
    columns.add_argument("--probability", action="store_true", help="scores are probabilities, from 0 to 1")
    columns.add_argument("--positive", metavar="LABEL", help="the label that counts as positive")
    columns.add_argument("--favourable", metavar="LABEL", help="the outcome good for the person; default: the positive")
    columns.add_argument("--favourable-words", metavar="TEXT", help="that outcome in words, such as cleared")
    columns.add_argument("--task", choices=TASKS, help="what the model predicts; default: binary")
    columns.add_argument("--row-id", metavar="COLUMN", help="names each row")
    columns.add_argument("--scenario", metavar="COLUMN", help="names the perturbation, in perturbed predictions")
    columns.add_argument("--audit-sex", metavar="COLUMN", help="sex, for a bias audit under NYC Local Law 144")
    columns.add_argument("--audit-race", metavar="COLUMN", help="race or ethnicity, for such an audit")
    columns.add_argument("--audit-because", metavar="TEXT", help="why its categories of under 2 %% are left out")
    for name, metavar, words in (
        ("--sensitive", "COLUMN", "attribute by which groups are compared"),
        ("--control", "COLUMN", "within its values groups are compared again"),
        ("--feature", "COLUMN", "an input of the model"),
        ("--number", "COLUMN", "must hold numbers"),
        ("--class-probability", "CLASS=COLUMN", "holds the probability of this class"),
        ("--declare", "COLUMN=REASON", "let a column with personal data in, with the reason on record"),
    ):
        columns.add_argument(name, metavar=metavar, action="append", default=[], help=f"{words}; repeat for more")


def handovers(args: argparse.Namespace) -> tuple[Handover, ...]:
    """Everything to hand in, in order: further files first, then what the command is about; raises `Misused`."""
    if (args.file is None) == (args.reference is None):
        raise Misused("Name a FILE, or with --reference an address; not both.")
    further = [_further(text, args) for text in args.also]
    kinds = [args.kind, *(one.kind for one in further)]
    if twice := sorted({kind for kind in kinds if kinds.count(kind) > 1}):
        raise Misused(f"One file of each kind: {', '.join(twice)} is named twice.")
    query = said_of_columns(args, scenario=PERTURBED not in kinds[1:])
    everything = (*further, Handover(args.kind, args.reference or args.file, query))
    if absent := [one.name for one in everything if isinstance(one.source, Path) and not one.source.is_file()]:
        raise Misused(f"There is no file {', '.join(absent)}.")
    return everything


def _further(text: str, args: argparse.Namespace) -> Handover:
    kind, equals, rest = text.partition("=")
    if not equals or not rest or kind not in KINDS:
        raise Misused(f"--also {text}: write KIND=FILE, with one of {', '.join(KINDS)}.")
    name, _, said = (rest, "", "") if "?" not in rest or Path(rest).is_file() else rest.rpartition("?")
    try:
        query = parse_qsl(said, keep_blank_values=True, strict_parsing=True) if said else _shared(kind, args)
    except ValueError:
        raise Misused(f"--also {text}: after “?” write NAME=VALUE, joined by “&”.") from None
    return Handover(kind, name if name.startswith("s3://") else Path(name), query)


def _shared(kind: str, args: argparse.Namespace) -> Query:
    """A baseline is read as the predictions are, perturbed predictions by the same names; others need nothing said."""
    query = said_of_columns(args, scenario=kind == PERTURBED)
    if kind == BASELINE:
        return [part for part in query if part[0] != "declare"]
    kept = OF_PERTURBED | {"scenario", "probability"}
    return [part for part in query if part[0] in kept] if kind == PERTURBED else []


def said_of_columns(args: argparse.Namespace, *, scenario: bool) -> Query:
    """The options of `add_columns` as parameters of the API."""
    return list(_parts(args, (*SINGLE, *SINGLE_MORE, *(["scenario"] if scenario else []))))


def _parts(args: argparse.Namespace, single: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from ((name, getattr(args, name)) for name in single if getattr(args, name) is not None)
    yield from ((name, value) for name in MANY for value in getattr(args, name))
    if args.probability:
        yield "probability", "true"
