"""The words that every chart of groups has."""

AGAINST = ", against {against}"
BY_GROUP = "{what} by {by}{more}: {said}."
NOT_AVAILABLE = "not available"
TO = " ({low} to {high})"
GROUP = "group"
MARKS = {
    "met": "met",
    "breach": "breach",
    "reference": "reference",
    "too small to judge": "too small to judge",
}
