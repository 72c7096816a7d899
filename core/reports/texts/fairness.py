"""The sentences of the fairness report."""

TITLE = "Fairness report"
WHAT = "How one version treats groups of people: rates, impact ratios and errors by group, with the checks on them."
NOT_ASSESSED = "Not assessed"
NO_TABLES = "No sensitive attribute was judged for this version."
CARDS = ("Attributes", "Groups judged", "Groups below the threshold", "Rows judged")
CHECKS = "Checks on fairness"
CHECKS_CAPTION = "Each fairness check of the newest finished run against its clause"
CHECKS_COLUMNS = ("Check", "Figure", "Required", "Clause", "Result")
NO_CHECKS = "The policy sets no threshold on fairness for this version."
