"""Brings the rows of champion and challenger together by id, from production data or from files of predictions."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl
from sqlmodel import Session, col, select

from core.errors import NotFound, Problem, Unreadable
from core.improvement.comparisons.rules import SourceKind
from core.improvement.comparisons.tables import Comparison
from core.inventory.moves import version_by_id
from core.inventory.tables import Model, ModelVersion
from core.monitoring.intake.reading import MonitoredData, Span, mapping_of, read_span
from core.monitoring.intake.removing import removed_of
from core.monitoring.intake.rules import COST, ID, LABEL, LATENCY, PREDICTION, SCORE, BatchKind
from core.monitoring.intake.tables import ProductionBatch
from core.policy.rules import Task
from core.store import EvidenceFiles
from core.validation.evidence import current_evidence
from core.validation.removed import refuse_removed
from core.validation.tables import Evidence
from core.validation.uploads import ColumnMapping
from core.validation.uploads.numbers import canonical

CHAMPION, CHALLENGER = "champion", "challenger"
ALWAYS_FROM, ALWAYS_UNTIL = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
OWN = (PREDICTION, SCORE, LATENCY, COST)  # of each model its own; labels and attributes are of the case


@dataclass(frozen=True)
class SideRows:
    """The rows of one model with the names of production data; `sources` are number and digest of each file."""

    frame: pl.DataFrame
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Pairs:
    """The rows that both answered: id, label, attributes, and prediction, score, latency and cost of each by side.

    `digests` are those of each side's rows as compared, in the order of ids, champion first.
    """

    frame: pl.DataFrame
    task: Task
    positive: str
    favourable: str
    attributes: tuple[str, ...]
    rows: tuple[int, int]
    differing_labels: int
    sources: tuple[tuple[str, str, str], ...]
    digests: tuple[str, str]

    @property
    def labelled(self) -> pl.DataFrame:
        """Those of them whose label has come."""
        return self.frame.filter(pl.col(LABEL).is_not_null())

    def has(self, column: str) -> bool:
        """Whether both sides have any value of this."""
        return all(self.frame[f"{side}_{column}"].count() > 0 for side in (CHAMPION, CHALLENGER))


@dataclass(frozen=True)
class Meaning:
    """What the columns mean: the task, its positive and favourable label, and the attributes that make groups."""

    task: Task
    positive: str
    favourable: str
    attributes: tuple[str, ...]

    @property
    def spelt(self) -> "Meaning":
        """With both labels in their one spelling."""
        return replace(self, positive=canonical(self.positive), favourable=canonical(self.favourable))


def pairs_of(session: Session, files: EvidenceFiles, row: Comparison) -> Pairs:
    """The rows that both answered; raises `Unreadable` where they cannot be brought together."""
    model, champion = version_by_id(session, row.champion_id)
    _, challenger = version_by_id(session, row.challenger_id)
    if row.source is SourceKind.EVIDENCE:
        sides, meaning = _from_evidence(session, files, row)
    else:
        sides = (
            _from_production(session, files, model, champion, row.champion_environment, row),
            _from_production(session, files, model, challenger, row.challenger_environment, row),
        )
        meaning = _declared(session, model, champion, row)
    return _joined(sides[0], sides[1], meaning.spelt)


def _from_production(
    session: Session, files: EvidenceFiles, model: Model, version: ModelVersion, environment: str, row: Comparison
) -> SideRows:
    span = Span(model.number, environment, row.starts_at or ALWAYS_FROM, row.ends_at or ALWAYS_UNTIL, version.version)
    frame = pl.DataFrame(pl.from_arrow(read_span(session, files, span)))
    gone = removed_of(session, model.id or 0, environment, [version.id or 0]) if not frame.height else ()
    if gone:
        said = f"the rows of v{version.version} were removed at the end of their retention"
        raise Unreadable([Problem(said, found=", ".join(gone[:5]), expected="rows that are on record")])
    batches = session.exec(
        select(ProductionBatch.number, ProductionBatch.digest).where(
            ProductionBatch.model_id == model.id,
            ProductionBatch.environment == environment,
            ProductionBatch.version_id == version.id,
            ProductionBatch.kind == BatchKind.INFERENCES,
            ProductionBatch.rows > 0,
            col(ProductionBatch.removed_at).is_(None),
        )
    ).all()
    return SideRows(frame, tuple(batches))


def _declared(session: Session, model: Model, champion: ModelVersion, row: Comparison) -> Meaning:
    """As declared for the champion's environment, else the challenger's."""
    found: MonitoredData | None = None
    for environment in (row.champion_environment, row.challenger_environment):
        found = found or mapping_of(session, model.number, environment)
    if found is None:
        said = "what is monitored of the model is not declared, so nobody can say what its columns mean"
        raise Unreadable([Problem(said, found=row.champion_environment, expected="a declaration of monitored data")])
    evidence = current_evidence(session, champion)
    favourable = ColumnMapping.from_json(evidence.mapping).favourable_label if evidence else ""
    return Meaning(found.task, found.positive_label, favourable or found.positive_label, found.sensitive)


def _from_evidence(
    session: Session, files: EvidenceFiles, row: Comparison
) -> tuple[tuple[SideRows, SideRows], Meaning]:
    first, second = (_evidence(session, one) for one in (row.champion_evidence, row.challenger_evidence))
    mapping = ColumnMapping.from_json(first.mapping)
    sides = (_renamed(files, first), _renamed(files, second))
    meaning = Meaning(
        Task(mapping.task) if mapping.task else Task.BINARY,
        mapping.positive_label,
        mapping.favourable_label or mapping.positive_label,
        mapping.sensitive,
    )
    return sides, meaning


def _evidence(session: Session, number: str) -> Evidence:
    found = session.exec(select(Evidence).where(Evidence.number == number)).first()
    if found is None:
        raise NotFound("evidence", number)
    refuse_removed([found])
    return found


def _renamed(files: EvidenceFiles, evidence: Evidence) -> SideRows:
    mapping = ColumnMapping.from_json(evidence.mapping)
    if mapping.row_id is None:
        raise Unreadable(
            [Problem("no column names the rows", found=evidence.number, expected="a column that identifies each row")]
        )
    with files.opened() as path:
        frame = pl.read_parquet(path(evidence.table_digest))
    named = {ID: mapping.row_id, PREDICTION: mapping.prediction, SCORE: mapping.score, LABEL: mapping.label}
    rest = [name for name in frame.columns if name not in named and name not in named.values()]
    chosen = [pl.col(theirs).alias(ours) for ours, theirs in named.items() if theirs is not None]
    return SideRows(frame.select(*chosen, *rest), ((evidence.number, evidence.table_digest),))


def _joined(champion: SideRows, challenger: SideRows, meaning: Meaning) -> Pairs:
    own, other = (_sound(side.frame, name, meaning) for side, name in ((champion, CHAMPION), (challenger, CHALLENGER)))
    attributes = tuple(name for name in meaning.attributes if name in own.columns or name in other.columns)
    both = own.join(other, on=ID, how="inner", suffix="\0other")
    for name in (LABEL, *attributes):
        if f"{name}\0other" in both.columns:
            both = both.with_columns(pl.coalesce(pl.col(name), pl.col(f"{name}\0other")).alias(name))
    apart = pl.col(LABEL) != pl.col(f"{LABEL}\0other")
    differing = both.select(apart.sum()).item() if f"{LABEL}\0other" in both.columns else 0
    kept = [ID, LABEL, *attributes, *(f"{side}_{name}" for side in (CHAMPION, CHALLENGER) for name in OWN)]
    frame = both.select(kept).sort(ID)
    return Pairs(
        frame=frame,
        task=meaning.task,
        positive=meaning.positive,
        favourable=meaning.favourable,
        attributes=attributes,
        rows=(champion.frame.height, challenger.frame.height),
        differing_labels=int(differing or 0),
        sources=(
            *((CHAMPION, number, digest) for number, digest in champion.sources),
            *((CHALLENGER, number, digest) for number, digest in challenger.sources),
        ),
        digests=(_digest(frame, CHAMPION), _digest(frame, CHALLENGER)),
    )


def _sound(frame: pl.DataFrame, side: str, meaning: Meaning) -> pl.DataFrame:
    """With every column that a comparison reads, named by side; a row that is named twice is refused."""
    doubled = frame.height - frame[ID].n_unique()
    if doubled:
        raise Unreadable([Problem(f"{doubled:,} rows of the {side} have the id of another one", column=ID)])
    kind = pl.Float64 if meaning.task is Task.REGRESSION else pl.String
    types = {PREDICTION: kind, LABEL: kind, SCORE: pl.Float64, LATENCY: pl.Float64, COST: pl.Float64}
    present = [
        (pl.col(name) if name in frame.columns else pl.lit(None))
        .cast(kind, strict=False)
        .alias(name if name == LABEL else f"{side}_{name}")
        for name, kind in types.items()
    ]
    attributes = [pl.col(name).cast(pl.String) for name in meaning.attributes if name in frame.columns]
    found = frame.select(pl.col(ID).cast(pl.String), *present, *attributes)
    if meaning.task is Task.REGRESSION:
        return found
    return found.with_columns(_spelt(found[name]) for name in (LABEL, f"{side}_{PREDICTION}"))


def _spelt(texts: pl.Series) -> pl.Series:
    """Every value in its one spelling: `1` and `1.0` are the same label."""
    spelt = {text: canonical(text) for text in texts.drop_nulls().unique().to_list()}
    different = {text: one for text, one in spelt.items() if text != one}
    return texts.replace(different) if different else texts


def _digest(frame: pl.DataFrame, side: str) -> str:
    """SHA-256 over id, label, prediction and score of each row as JSON, one a line, in the order of ids."""
    digest = hashlib.sha256()
    columns: Sequence[str] = (ID, LABEL, f"{side}_{PREDICTION}", f"{side}_{SCORE}")
    digest.update(
        frame.select(columns).rename({name: name.removeprefix(f"{side}_") for name in columns}).write_ndjson().encode()
    )
    return digest.hexdigest()
