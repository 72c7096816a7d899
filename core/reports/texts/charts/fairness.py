"""The words of these charts, alternative texts included."""

REQUIRED = "required {threshold:.2f}"
RELATIVE_TO_1_00 = "{favourable}, relative to {reference} (1.00)"
IMPACT_RATIO = "Impact ratio"
FALSE_POSITIVE_RATE = "False positive rate"
FALSE_NEGATIVE_RATE = "False negative rate"
