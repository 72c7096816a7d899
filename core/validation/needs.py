"""What a check needs beside predictions, so that a clause is passed over, in words, where it was not handed in."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Need(StrEnum):
    """Something that can be handed in or declared, in the words of a reviewer."""

    TRAINING = "training data"
    REFERENCE = "reference or training data"
    SCHEMA = "a declared schema"
    CONTROLS = "control features"
    ROW_NUMBERS = "row numbers"
    SCORE = "a score"
    PROBABILITY = "a probability"
    FEATURES = "the model's inputs"
    ATTRIBUTES = "sensitive attributes"
    LABEL = "a label"
    OTHER_MODEL = "a baseline or an approved version"
    EARLIER_REASONS = "attributions of this version and of the last approved one"
    REASONS_BY_ROW = "attributions with row numbers, and sensitive attributes"
    REASONS = "attributions, or the model's inputs"
    NO_REASONS = "the model's inputs, explained by a surrogate"
    PERTURBED = "perturbed predictions or scenarios"
    BIAS_AUDIT = "the sex or race of a bias audit"


_OF_METRIC: Mapping[str, tuple[Need, ...]] = MappingProxyType(
    {
        "duplicate_row_id_share": (Need.ROW_NUMBERS,),
        "missing_share_change": (Need.TRAINING,),
        "changed_type_columns": (Need.TRAINING,),
        "out_of_training_range_share": (Need.TRAINING,),
        "unseen_category_share": (Need.TRAINING,),
        "leaked_row_share": (Need.TRAINING,),
        "leaked_row_share_beyond_chance": (Need.TRAINING,),
        "shared_row_id_share": (Need.TRAINING, Need.ROW_NUMBERS),
        "schema_violations": (Need.SCHEMA,),
        "target_leakage": (Need.FEATURES, Need.LABEL),
        "pr_auc": (Need.SCORE,),
        "kolmogorov_smirnov": (Need.SCORE,),
        "expected_calibration_error": (Need.PROBABILITY,),
        "calibration_slope": (Need.PROBABILITY,),
        "calibration_intercept": (Need.PROBABILITY,),
        "conditional_impact_ratio": (Need.CONTROLS,),
        "roc_auc_difference": (Need.SCORE, Need.LABEL),
        "calibration_difference": (Need.PROBABILITY, Need.LABEL),
        "expected_calibration_error_difference": (Need.PROBABILITY, Need.LABEL),
        "mean_error_difference": (Need.LABEL,),
        "mean_absolute_error_difference": (Need.LABEL,),
        "mean_absolute_error_ratio": (Need.LABEL,),
        "root_mean_squared_error_ratio": (Need.LABEL,),
        "bias_audit_impact_ratio": (Need.BIAS_AUDIT,),
        "unknown_share": (Need.BIAS_AUDIT,),
        "drifted_column_share": (Need.REFERENCE,),
        "drifted_column_share_after_holm": (Need.REFERENCE,),
        "worst_drift_over_threshold": (Need.REFERENCE,),
        "prediction_drift": (Need.REFERENCE,),
        "null_rate_change": (Need.REFERENCE,),
        "top_feature_share": (Need.REASONS,),
        "importance_rank_correlation": (Need.EARLIER_REASONS,),
        "reason_rank_correlation": (Need.REASONS_BY_ROW,),
        "surrogate_fidelity": (Need.NO_REASONS,),
        "sensitive_attribute_auc": (Need.FEATURES, Need.ATTRIBUTES),
        "prediction_flip_rate": (Need.PERTURBED,),
        "performance_drop": (Need.PERTURBED,),
        "worst_slice_accuracy": (Need.ATTRIBUTES, Need.LABEL),
        "worst_slice_error_ratio": (Need.ATTRIBUTES, Need.LABEL),
    }
)


def needs_of(metric: str) -> tuple[Need, ...]:
    """What this metric needs beside predictions; changes need another model to compare with."""
    return (
        (Need.OTHER_MODEL,) if metric.endswith("_change") and metric not in _OF_METRIC else _OF_METRIC.get(metric, ())
    )
