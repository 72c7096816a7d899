"""The sentences of the summary that New York City Local Law 144 wants published."""

TITLE = "Bias audit summary"
WHAT = "The tables of New York City Local Law 144 for one version, and which elements of the summary are missing."
NO_AUDIT = "No bias audit"
NONE_COMPUTED = "The newest finished run of this version holds no bias audit."
WHOLE, NOT_READY = "Every element is there", "Not ready to publish"
STATEMENT = "{tables} compare {people} in known categories."
LOWEST = "The lowest impact ratio is {ratio}, of {category}."
CARDS = ("People assessed", "Tables", "Lowest impact ratio", "Elements missing")
TABLES = "Rates and impact ratios"
TABLE = "By {axis}: people, rate and impact ratio"
COLUMNS = ("Category", "People", "{counted}", "{rate}", "Impact ratio", "Remark")
UNKNOWN = "{people} of unknown category, in no row."
REFERENCE, TIED = "Reference", "Tied with the reference"
MISSING = "Elements of 6 RCNY 5-303"
MISSING_CAPTION = "Elements that the rule wants in the summary and that are not on record"
MISSING_COLUMNS = ("Element", "Clause")
NOTHING_MISSING = "Every element that the rule wants is there."
FACTS = (
    "The date of the audit is that of the run; the source of the data is that of the test dataset. Distribution date, "
    "auditor and explanation are in no record of this release; whoever publishes adds them."
)
DATA = "Source and date"
DATA_CAPTION = "What the tables were computed from"
DATA_ROWS = ("Run", "Finished", "Data", "Source of the data", "Rows")
GAP = "The record holds no {element} ({clause})."
