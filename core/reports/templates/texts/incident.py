"""The sentences of the incident report."""

TITLE = "Incident report"
WHAT = "What went wrong with a model or a version and what was done; this release records no incidents yet."
NOTHING = "Nothing recorded"
STATEMENT = "This release records no incident, corrective action or post-incident review."
BELOW = "The fields are those that a record of one will have. Findings and returns to an earlier version are on record."
CARDS = ("Incidents", "Corrective actions", "Post-incident reviews", "Findings not closed")
SECTIONS = (
    ("What happened", ("Number", "Title", "Severity", "Began", "Noticed", "Reported by", "What was seen")),
    ("Who and what was affected", ("Models and versions", "People affected", "Decisions affected", "Harm")),
    ("What was done at once", ("Containment", "Version taken out", "Return to an earlier version", "Ended")),
    ("Cause", ("Root cause", "Contributing causes", "How it was found")),
    ("Corrective actions", ("Action", "Owner", "Due", "Done", "Verified by")),
    ("Who was told", ("Authority or person", "Duty", "Due", "Told")),
    ("Post-incident review", ("Held", "Present", "What was learnt", "What changes")),
)
NOT_RECORDED = "Nothing is recorded yet"
CAPTION = "Fields of this part"
BESIDE = "On record beside it"
BESIDE_CAPTION = "Findings and returns to an earlier version in the period, the newest first"
BESIDE_COLUMNS = ("What", "When", "Status")
NO_BESIDE = "No finding was raised and nothing was rolled back in the period."
GAP = "Incidents are not recorded by this release."
ROLLED_BACK = "Left {environment}: rolled back"
