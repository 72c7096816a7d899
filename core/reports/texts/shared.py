"""What every report says in the same words."""

AUTHOR = "Countersign at {origin}"
DESCRIPTION = "{title}, {scope}, as of {as_of}"
FOOTING = "{reference} as of {as_of}"
PREVIEW = "Preview"
ORGANISATION = "All models of this installation"
MODEL = "{number} {name}"
VERSION = "{number} {name}, version {version}"

SCOPE = "Scope"
PERIOD = "Period"
PERIOD_SPAN = "{since} to {until}"
PERIOD_ALL = "From the beginning of the record to {until}"
AS_OF = "As of"
GENERATED = "Generated"
GENERATED_FOR = "{moment}, for {person}"
TEMPLATE = "Template"
CHECKPOINT = "Ledger checkpoint"
CHECKPOINT_SIZE = "{size} entries of {origin}"
ROOT = "Ledger root"

PEOPLE = "People named"
PEOPLE_CAPTION = "People named in this report"
PEOPLE_COLUMNS = ("Number", "Name", "Roles")
NOBODY = "This report names nobody."

MISSING = "What is missing"
MISSING_SAYS = "This report is not complete. What could not be told from the record as it was then:"
MISSING_COLUMNS = ("Section", "Why")
MISSING_CAPTION = "Parts that could not be built"

CHECK = "How to check this report"
PROMISE = (
    "The ledger is tamper-evident, not tamper-proof: whatever a checkpoint covers that has left the operator's control "
    "can no longer be changed, dropped or reordered unnoticed. Events that were never recorded, and false input, "
    "cannot be seen here. Compare the key and the checkpoint with a copy that you received over another channel."
)
TRACED = (
    "Every figure has a source: its path in the record, the digest of what lies there, and the ledger entry that put "
    "it there. A count names the rows of this report's data that it counts, so that they can be counted again."
)
RECONSTRUCTED = (
    "It tells the record as it was at the moment stated: rows that came later are left out, and what changed later "
    "stands as it was. The ledger ends at the checkpoint below."
)
CHECKPOINT_CAPTION = "The signed state of the ledger that this report leads to"
CHECKPOINT_ROWS = ("Log", "Entries", "Root", "Key")
