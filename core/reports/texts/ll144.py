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
    "What nobody has stated of the audit comes from the record: its date from the run, the source of the data from the "
    "test dataset. The rest is stated on the validation report of the version, by who answers for the model."
)
DATA = "Source and date"
DATA_CAPTION = "What the tables were computed from"
DATA_ROWS = (
    "Run", "Finished", "Data", "Date of the audit", "Distribution date", "Independent auditor", "Source of the data",
    "Kind of data", "Explanation of the data", "Rows",
)  # fmt: skip
TEST_DATA = ("Why historical data were not used", "How the test data were generated and obtained")
GAP = "Not on record: {element} ({clause})."
