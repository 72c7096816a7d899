"""The sentences of the inventory statement."""

TITLE = "Inventory statement"
WHAT = (
    "Every model with its tier, owner, stage, findings and next review, and the data behind them with the classes of "
    "their columns, as of one day."
)

STATEMENT = "{models} in use, {production} of them in production."
NOTHING = "The inventory holds no model that is in use."
OVERDUE = "{overdue} past the date of the next review."
CURRENT = "No review is past its date."
GOOD, ATTENTION = "Up to date", "Reviews overdue"

CARDS = ("Models in use", "In production", "Reviews overdue", "Findings not closed")

SUMMARY = "Summary"
BY_TIER = "Models in use by tier, most material first"
BY_TIER_COLUMNS = ("Tier", "Models", "In production", "Reviews overdue", "Findings not closed")
BY_LINE = "Models in use by business line, most models first"
BY_LINE_COLUMNS = ("Business line", "Models", "In production", "Reviews overdue", "Findings not closed")
NO_LINE = "None stated"

MODELS = "Models in use"
MODELS_CAPTION = "Models in use, most material first, then by number"
MODELS_COLUMNS = ("Model", "Tier", "Owner", "Newest version", "In production", "Findings", "Next review")
NO_MODELS = "No model was in use."
NOT_IN_PRODUCTION = "Not in production"

RETIRED = "Retired models"
RETIRED_CAPTION = "Retired models, the last one first"
RETIRED_COLUMNS = ("Model", "Tier", "Retired", "Why")
NO_RETIRED = "No model was retired."

DATA = "Data and their classes"
DATA_CAPTION = "Datasets and production data in use, most columns of special categories and about people first"
DATA_COLUMNS = (
    "Data", "Owner", "Columns", "Special category", "Personal", "Other classes", "Not decided", "Kept for"
)  # fmt: skip
PRODUCTION = "Production data of the model"
NO_DATA = "No dataset was in use, and no column of production data was known."
OF_PEOPLE = "Columns about people"
OF_PEOPLE_CAPTION = "Columns of special categories and personal data, as people decided, by data and name"
PEOPLE_COLUMNS = ("Data", "Column", "Class", "Purpose and ground", "Decided")
NO_PURPOSE, NO_BASIS = "No purpose stated", "No legal basis stated"
NONE_OF_PEOPLE = "Of no column it was decided that it is about people."
