"""The sentences of the board overview."""

TITLE = "Board overview"
WHAT = "Where AI governance stands, on few pages: people, process, policy and performance over all models."
GOOD, ATTENTION = "In order", "Needs attention"
STATEMENT = "{models} in use, {production} in production; {matters}."
NOTHING_LATE = "nothing is overdue and no version in production fails a required check"
MATTERS = "{count} to look at"
CARDS = ("Models in use", "In production", "Overdue", "Required checks failed in production")
PARTS = ("People", "Process", "Policy", "Performance")
CAPTIONS = (
    "Who carries responsibility",
    "What is under way and what is late",
    "What is required and where it is lifted",
    "How versions in production did in their newest validation",
)
COLUMNS = ("Figure", "Now", "Of these, late or wanting")
PEOPLE = ("People with a role", "Owners of models in use", "Approvers", "Validators")
PROCESS = ("Models in use", "Change requests open", "Decisions in the period", "Findings not closed")
POLICY = ("Thresholds in force", "Exceptions standing", "Items of packs that apply")
PERFORMANCE = ("Versions in production", "Validated by a finished run", "Required checks", "Advisory checks")
BY_TIER = "Models in use by tier"
LATE = "What is late"
LATE_CAPTION = "Reviews, findings and decisions past their date, the longest first"
LATE_COLUMNS = ("What", "Whose", "Was due")
NOTHING = "Nothing is past its date."
REVIEW, FINDING, DECISION = "Review of {name}", "Finding {name}", "Decision on {name}"
NONE = "–"
