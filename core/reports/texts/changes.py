"""The sentences of the change history."""

TITLE = "Change history"
WHAT = "What changed in a period: change requests through their phases, fields of the record, and what served where."
STATEMENT = "{requests} asked for, {executed} executed, {fields} changed."
QUIET, ACTIVE = "Nothing changed", "Changed"
CARDS = ("Change requests", "Executed", "Fields changed", "Ledger entries")
REQUESTS = "Change requests"
REQUESTS_CAPTION = "Change requests that were asked for, decided or executed in the period, the newest first"
REQUESTS_COLUMNS = ("Change", "Of", "Status", "Asked", "Decided", "Executed", "Votes")
NO_REQUESTS = "No change was asked for, decided or executed in the period."
FIELDS = "Fields of the record"
FIELDS_CAPTION = "Fields that were changed in the period, the newest first"
FIELDS_COLUMNS = ("Record", "Field", "Was", "Became", "When", "Why")
NO_FIELDS = "No field was changed in the period."
STAYS = "What served where"
STAYS_CAPTION = "Stays of versions in environments that began or ended in the period, the newest first"
STAYS_COLUMNS = ("Version", "Environment", "Share", "Since", "Until", "Ended")
NO_STAYS = "No version came to an environment or left one in the period."
EVENTS = "Entries by month"
CHART = "Ledger entries by month"
EVENTS_CAPTION = "Ledger entries in the period by month"
EVENTS_COLUMNS = ("Month", "Entries")
NO_EVENTS = "The ledger holds no entry of the period."
