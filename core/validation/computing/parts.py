"""Each part of a validation from its files: quality, performance, fairness, bias audit, drift and reasons."""

from dataclasses import replace

from core.access.personal_data import Level, scan
from core.frames.bias_audit import audit_file
from core.frames.drift import drift
from core.frames.explaining import explain_file
from core.frames.fairness import Columns, assess_file
from core.frames.pairing import compare_files
from core.frames.performance import assess_performance
from core.frames.perturbations import Columns as PerturbedColumns
from core.frames.places import named
from core.frames.quality import assess_quality
from core.frames.roles import Roles
from core.frames.stressing import stress_file
from core.metrics.bias_audit import BiasAuditResult
from core.metrics.bias_audit.tables import LIMIT
from core.metrics.drift import DriftResult
from core.metrics.explanation import ExplanationResult
from core.metrics.fairness import FOUR_FIFTHS, FairnessResult
from core.metrics.performance import PerformanceResult
from core.metrics.performance.comparing import PerformanceComparison
from core.metrics.quality import PersonalDataColumn, QualityResult, parse_schema
from core.metrics.robustness import RobustnessResult
from core.policy.rules import CheckKind, Policy, Task
from core.validation.computing.sources import Source, Sources, roles_of
from core.validation.rules import EvidenceKind

BASELINE, LAST_APPROVED = "baseline", "last approved version"


def quality(sources: Sources) -> QualityResult:
    """The state of the predictions' file, beside the training data and the declared schema where there are any."""
    mapping, training = sources.mapping, sources.of(EvidenceKind.TRAINING)
    schema = parse_schema(sources.inputs.schema) if sources.inputs.schema else None
    found = assess_quality(
        sources.predictions.path,
        label=mapping.label,
        positive=mapping.positive_label or None,
        prediction=mapping.prediction,
        score=mapping.score,
        features=sources.features or None,
        row_id=mapping.row_id,
        training=training.path if training else None,
        schema=schema,
    )
    scanned = scan(sources.predictions.path, sensitive=mapping.sensitive)
    columns = [one for one in scanned.columns if one.level is not Level.NONE]
    return found.with_personal_data(PersonalDataColumn(one.column, one.level.value, one.words) for one in columns)


def performance(sources: Sources) -> PerformanceResult | None:
    """The predictions against what happened; None without a label column."""
    mapping = sources.mapping
    if mapping.label is None:
        return None
    known = mapping.probability_columns
    return assess_performance(sources.predictions.path, roles_of(mapping), probabilities=known or None)


def other_models(sources: Sources) -> tuple[tuple[str, Source], ...]:
    """What the performance can be held against: a baseline and the last approved version, where these are at hand."""
    others = (
        (BASELINE, sources.of(EvidenceKind.BASELINE)),
        (LAST_APPROVED, sources.of_approved(EvidenceKind.PREDICTIONS)),
    )
    return tuple((name, other) for name, other in others if other is not None and _comparable(sources, other))


def comparison(sources: Sources, name: str, other: Source) -> PerformanceComparison:
    """The performance against that of the other model of this name; its problems begin with that name."""
    with named(name):
        return compare_files(
            sources.predictions.path,
            roles_of(sources.mapping),
            other.path,
            roles_of(other.mapping),
            name=name,
            probabilities=sources.mapping.probability_columns or None,
            other_probabilities=other.mapping.probability_columns or None,
        )


def _comparable(sources: Sources, other: Source) -> bool:
    return bool(sources.mapping.label and other.mapping.label) and other.mapping.predicts is sources.task


def fairness(sources: Sources, policy: Policy) -> FairnessResult | None:
    """The groups of each sensitive attribute; None without any, or where no outcome is favourable or not.

    Groups are counted by a column of decisions, so a file with nothing but probabilities of classes has none.
    """
    mapping = sources.mapping
    if mapping.class_from_probabilities:
        return None
    if not mapping.sensitive or (sources.task is Task.MULTICLASS and not mapping.positive_label):
        return None
    roles = roles_of(mapping)
    columns = Columns(
        sensitive=mapping.sensitive,
        label=mapping.label,
        prediction=mapping.prediction,
        score=mapping.score,
        positive=mapping.positive_label,
        favourable=mapping.favourable_label,
        controls=mapping.controls,
        task=roles.task,
    )
    return assess_file(
        sources.predictions.path, columns, minimum_group=policy.minimum_group, threshold=_screen(policy, FOUR_FIFTHS)
    )


def _screen(policy: Policy, otherwise: float) -> float:
    screen = [one.value for one in policy.of_kind(CheckKind.FAIRNESS) if one.metric == "impact_ratio"]
    return screen[0] if screen else otherwise


def bias_audit(sources: Sources, policy: Policy) -> BiasAuditResult | None:
    """The tables of NYC Local Law 144; None where neither sex nor race is declared for it."""
    mapping = sources.mapping
    if not (mapping.audit_sex or mapping.audit_race):
        return None
    screen = [one.value for one in policy.of_kind(CheckKind.BIAS_AUDIT) if one.metric == "bias_audit_impact_ratio"]
    selects = mapping.prediction is not None and sources.task is not Task.REGRESSION
    return audit_file(
        sources.predictions.path,
        sex=mapping.audit_sex,
        race=mapping.audit_race,
        selected=mapping.prediction if selects else None,
        score=None if selects else (mapping.score or mapping.prediction),
        positive=(mapping.favourable_label or mapping.positive_label) if selects else None,
        exclude_below=float(LIMIT) if mapping.audit_because.strip() else None,
        because=mapping.audit_because,
        threshold=screen[0] if screen else None,
    )


def data_drift(sources: Sources) -> DriftResult | None:
    """The predictions' file against the reference; None without one, or where they share no column."""
    reference, mapping = sources.reference, sources.mapping
    if reference is None:
        return None
    known = set(reference.columns)
    shared = [name for name in sources.predictions.columns if name in known and name != mapping.row_id]
    outputs = [name for name in (mapping.prediction, mapping.score) if name in shared]
    if not shared:
        return None
    return drift(reference.path, sources.predictions.path, columns=shared, outputs=[name for name in outputs if name])


def explanation(sources: Sources) -> ExplanationResult | None:
    """The reasons of the model; None where neither attributions nor inputs are at hand."""
    attributions, previous = sources.of(EvidenceKind.ATTRIBUTIONS), sources.of_approved(EvidenceKind.ATTRIBUTIONS)
    if attributions is None and not sources.features:
        return None
    return explain_file(
        sources.predictions.path,
        frame_roles(sources),
        attributions=attributions.path if attributions else None,
        previous=previous.path if previous else None,
        row_id=attributions.mapping.row_id if attributions else None,
        previous_row_id=previous.mapping.row_id if previous else None,
    )


def robustness(sources: Sources) -> RobustnessResult | None:
    """Disturbed inputs, another public, the worst slice; None without a label and without anything disturbed."""
    disturbed, scenarios = sources.of(EvidenceKind.PERTURBED), sources.of(EvidenceKind.SCENARIOS)
    if sources.mapping.label is None and not (disturbed or scenarios):
        return None
    return stress_file(
        sources.predictions.path,
        frame_roles(sources),
        perturbations=disturbed.path if disturbed else None,
        perturbed_columns=_perturbed_columns(disturbed) if disturbed else None,
        scenarios=scenarios.path if scenarios else None,
        slices=(*sources.mapping.sensitive, *sources.mapping.controls),
    )


def _perturbed_columns(disturbed: Source) -> PerturbedColumns | None:
    """The columns as declared; None where nothing was said of them, and their usual names are looked for."""
    mapping = disturbed.mapping
    if mapping.scenario is None or mapping.row_id is None:
        return None
    return PerturbedColumns(
        row_id=mapping.row_id, scenario=mapping.scenario, prediction=mapping.prediction, score=mapping.score
    )


def frame_roles(sources: Sources) -> Roles:
    """Every role of a column, with the inputs that the training data tells where none are declared."""
    return replace(roles_of(sources.mapping), features=sources.features)
