"""The sentences of the incident report."""

TITLE = "Incident report"
WHAT = "One incident from its beginning to its review, or those of a model or the organisation, with their actions."
INCIDENT = "{number} {title}"
STATEMENT = "{severity} severity; {actions}, {pending} not done; {clocks} to notify, {met} met."
CARDS = ("Events on record", "Actions", "Actions not done", "Duties not met")
HAPPENED = "What happened"
HAPPENED_ROWS = (
    "Number", "Title", "Severity", "State", "Began", "Noticed", "Reported by", "Commander", "What was seen",
    "Contained", "Resolved", "Closed", "Conclusion", "Duplicate of",
)  # fmt: skip
AFFECTED = "Who and what was affected"
AFFECTED_ROWS = (
    "Models and versions", "Environment", "People affected", "Decisions affected", "Harm", "Linked with",
)  # fmt: skip
AT_ONCE = "What was done at once"
AT_ONCE_CAPTION = "Containment, in the order in which it was recorded"
AT_ONCE_COLUMNS = ("How", "What", "Record", "Who", "When")
NO_CONTAINMENT = "No containment is recorded."
CAUSE = "Cause"
CAUSE_ROWS = ("Root cause", "Contributing causes", "Method", "How it was found", "Written")
NO_CAUSE = "No root cause is recorded."
ACTIONS = "Corrective actions"
ACTIONS_CAPTION = "Corrective and preventive actions, the oldest first"
ACTIONS_COLUMNS = ("Action", "Kind", "State", "Owner", "Due", "Done", "Verified")
ACTION_CAPTION = "What was done in {number}"
ACTION_ROWS = ("Done", "Evidence", "Verification", "Carried over because")
NO_ACTIONS = "No action is recorded."
TOLD = "Who was told"
CLOCKS_CAPTION = "Duties to notify authorities, as a person decided on them"
CLOCKS_COLUMNS = ("Duty", "To whom", "State", "Why", "Due", "Notified")
NO_CLOCKS = "Nobody decided on a duty to notify."
INFORMED_CAPTION = "People informed, in the order in which it was recorded"
INFORMED_COLUMNS = ("Who", "Means", "What", "When")
NO_INFORMED = "Nobody is recorded as informed."
REVIEW = "Post-incident review"
REVIEW_ROWS = (
    "Held", "Present", "What happened", "What went well", "What was learnt", "What changes", "Written",
)  # fmt: skip
NO_REVIEW = "No review is written."
TIMELINE = "Time line"
TIMELINE_CAPTION = "What the ledger says of the incident and of what is linked with it, in the order of happening"
TIMELINE_COLUMNS = ("When", "What", "About", "Says", "Who", "Entry")
ERASED = "Particulars erased"
NO_EVENTS = "Nothing is on record in the period."

NOTHING = "Nothing recorded"
QUIET = "No incident was declared in the period, and none was open in it."
SEVERAL = "{incidents}, {open} open; {actions}, {pending} not done."
OPEN, OVER = "Open incidents", "None open"
SEVERAL_CARDS = ("Incidents", "Open", "Actions not done", "Findings not closed")
INCIDENTS = "Incidents"
INCIDENTS_CAPTION = "Incidents that were declared in the period or open in it, by urgency"
INCIDENTS_COLUMNS = ("Incident", "Severity", "State", "Affected", "Commander", "Noticed", "Clocks", "Actions")
BESIDE = "On record beside it"
BESIDE_CAPTION = "Findings and returns to an earlier version in the period, the newest first"
BESIDE_COLUMNS = ("What", "When", "Status")
NO_BESIDE = "No finding was raised and nothing was rolled back in the period."
ROLLED_BACK = "Left {environment}: rolled back"
OVERDUE = "Overdue"
