"""The files of a run with what their columns mean, found by kind."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.errors import Problem, Unreadable
from core.frames.roles import Roles
from core.frames.roles import Task as FramesTask
from core.policy.rules import Task
from core.validation.inputs import Given, RunInputs
from core.validation.needs import Need
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping

Files = Callable[[str], Path]


@dataclass(frozen=True)
class Source:
    """One file: where it lies and what its columns mean."""

    path: Path
    mapping: ColumnMapping

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return tuple(pq.read_schema(self.path).names)


@dataclass(frozen=True)
class Sources:
    """Every file of a run; predictions are always there."""

    files: Files
    inputs: RunInputs
    predictions: Source

    @property
    def mapping(self) -> ColumnMapping:
        """What the columns of the predictions mean."""
        return self.predictions.mapping

    @property
    def task(self) -> Task:
        """What the model predicts."""
        return self.mapping.predicts

    @property
    def features(self) -> tuple[str, ...]:
        """The model's inputs: as declared, or as the training data and the predictions share them."""
        if self.mapping.features:
            return self.mapping.features
        training = self.of(EvidenceKind.TRAINING)
        if training is None:
            return ()
        outputs = {self.mapping.label, self.mapping.prediction, self.mapping.score, self.mapping.row_id}
        known = set(training.columns)
        return tuple(name for name in self.predictions.columns if name in known and name not in outputs)

    def of(self, kind: EvidenceKind) -> Source | None:
        """The file of this kind."""
        return self._source(self.inputs.given(kind))

    def of_approved(self, kind: EvidenceKind) -> Source | None:
        """The file of this kind of the last approved version."""
        return self._source(self.inputs.of_approved(kind))

    @property
    def reference(self) -> Source | None:
        """What the data is held against for drift: the reference handed in, else the training data."""
        return self.of(EvidenceKind.REFERENCE) or self.of(EvidenceKind.TRAINING)

    def _source(self, given: Given | None) -> Source | None:
        return Source(self.files(given.table), ColumnMapping.from_json(given.mapping)) if given else None


def open_sources(files: Files, inputs: RunInputs) -> Sources:
    """The files of these inputs; raises `Unreadable` without predictions."""
    given = inputs.given(EvidenceKind.PREDICTIONS)
    if given is None:
        raise Unreadable([Problem("no predictions are handed in")])
    return Sources(files, inputs, Source(files(given.table), ColumnMapping.from_json(given.mapping)))


def roles_of(mapping: ColumnMapping) -> Roles:
    """The columns by role, as every assessment reads them."""
    return Roles(
        label=mapping.label,
        prediction=mapping.prediction,
        score=mapping.score,
        positive=mapping.positive_label,
        task=FramesTask(mapping.predicts.value),
        features=mapping.features,
        sensitive=mapping.sensitive,
        row_id=mapping.row_id,
    )


def given_needs(sources: Sources) -> tuple[Need, ...]:
    """What was handed in or declared beside plain predictions."""
    mapping, features = sources.mapping, bool(sources.features)
    attributions = sources.of(EvidenceKind.ATTRIBUTIONS) is not None
    earlier = sources.of_approved(EvidenceKind.ATTRIBUTIONS) is not None
    other_model = sources.of(EvidenceKind.BASELINE) or sources.of_approved(EvidenceKind.PREDICTIONS)
    disturbed = sources.of(EvidenceKind.PERTURBED) or sources.of(EvidenceKind.SCENARIOS)
    has = {
        Need.TRAINING: sources.of(EvidenceKind.TRAINING) is not None,
        Need.REFERENCE: sources.reference is not None,
        Need.SCHEMA: bool(sources.inputs.schema),
        Need.CONTROLS: bool(mapping.controls),
        Need.ROW_NUMBERS: mapping.row_id is not None,
        Need.SCORE: mapping.score is not None,
        Need.PROBABILITY: mapping.score is not None and mapping.score_is_probability,
        Need.FEATURES: features,
        Need.ATTRIBUTES: bool(mapping.sensitive),
        Need.LABEL: mapping.label is not None,
        Need.OTHER_MODEL: other_model is not None,
        Need.EARLIER_REASONS: attributions and earlier,
        Need.REASONS_BY_ROW: attributions and bool(mapping.sensitive),
        Need.REASONS: attributions or features,
        Need.NO_REASONS: features and not attributions,
        Need.PERTURBED: disturbed is not None,
        Need.BIAS_AUDIT: bool(mapping.audit_sex or mapping.audit_race),
    }
    return tuple(need for need in Need if has[need])
