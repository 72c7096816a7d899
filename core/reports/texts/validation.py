"""The sentences of the validation report."""

TITLE = "Validation report"
WHAT = "How one version was validated: every check against its clause, findings, questions and the conclusion."
NO_VERDICT = "No verdict"
NOT_JUDGED = "No finished validation has judged the evidence at hand."
CARDS = ("Checks", "Required checks not passed", "Findings not closed", "Questions without an answer")
