"""The sentences of the audit report."""

TITLE = "Audit report"
WHAT = "One audit from plan to closing: criteria, samples to be drawn again, fieldwork, findings and follow-up."
AUDIT = "{number} {title}"
STATEMENT = "{tests} of {all} concluded, {failed} without conformity; {findings}, {pending} not verified closed."
CARDS = ("Items sampled", "Conclusions", "Do not conform", "Findings not closed")
PLAN = "Plan"
PLAN_ROWS = (
    "Title", "Objective", "Kind", "Conducted by", "Reference", "Scope", "Period under audit", "Planned for", "Lead",
    "Team", "Planned", "Fieldwork begun", "Findings issued",
)  # fmt: skip
CRITERIA = "Criteria"
CRITERIA_CAPTION = "Criteria, in the words of their packs when the audit was planned"
CRITERIA_COLUMNS = ("Criterion", "Pack", "What it asks")
NO_CRITERIA = "No criterion was chosen."
SAMPLES = "Samples"
NO_SAMPLES = "No sample was drawn."
SAMPLE_CAPTION = "Sample {ordinal}"
SAMPLE_ROWS = (
    "Population", "Members", "SHA-256 of the population", "Method", "Seed", "Where the seed is from", "Items",
    "Reason for a further sample", "Drawn",
)  # fmt: skip
ITEMS_CAPTION = "Items of sample {ordinal}, in the order in which they were drawn"
ITEMS_COLUMNS = ("Place", "Item", "Tier", "Model")
POPULATION = "The population of sample {ordinal} as it was drawn from: key, tab, tier, a line each."
AGAIN = (
    "To draw a sample again: take the attached population, whose SHA-256 stands above; order the keys by the SHA-256, "
    "in hexadecimal, of the seed, a line feed and the key; a simple random sample is the first of this order. "
    "Stratified by tier, each tier with members gets one place, the others are divided in proportion to the members "
    "left, by largest remainder, and each tier takes the first of its own order, tier 1 first."
)
FIELDWORK = "Fieldwork"
FIELDWORK_CAPTION = "Conclusions by item and criterion"
FIELDWORK_COLUMNS = ("Item", "Criterion", "Conclusion", "Notes", "Shown by", "Concluded")
NO_FIELDWORK = "Nothing was concluded."
FINDINGS = "Findings"
FINDINGS_CAPTION = "Findings, in the order in which they were raised"
FINDINGS_COLUMNS = ("Finding", "Grade", "State", "Owner", "Raised", "Response due")
NO_FINDINGS = "No finding was raised."
FINDING_CAPTION = "Finding {number}"
FINDING_ROWS = (
    "About", "Condition", "Criterion", "Cause", "Effect", "Recommendation", "Reference of the auditor", "Response",
    "Responded", "Action due", "What was done", "Done", "Sent back because", "Verification", "Verified closed",
)  # fmt: skip
CLOSING = "Closing"
CLOSING_CAPTION = "How the audit ended"
CLOSING_ROWS = ("State", "Ended", "Conclusion")
NOT_ENDED = "The audit had not ended."
