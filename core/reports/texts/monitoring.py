"""The sentences of the monitoring summary."""

TITLE = "Monitoring summary"
WHAT = (
    "What is on record of models at work in a period: figures against their limits, alerts, recorded "
    "events, drift and performance runs, and what served."
)
QUIET, SEEN, FAILED = "Nothing recorded", "Recorded", "Checks failed"
STATEMENT = (
    "{figures} of production data, {breaches} of them in breach; {alerts}. {events} in {files}; {checks} of "
    "validations on drift and performance, {failed} of them failed."
)
CARDS = (
    "Events recorded", "Files of events", "Checks on drift and performance", "Checks that failed",
    "Figures of production data", "Figures in breach", "Alerts",
)  # fmt: skip
ALERTS = "Alerts"
ALERTS_CAPTION = "Alerts that were raised in the period or not closed when it began, the newest first"
ALERTS_COLUMNS = ("Alert", "Model", "What", "Severity", "Raised", "Recovered", "Closed")
NO_ALERTS = "No alert was raised in the period, and none was open when it began."
EVENTS = "Recorded events"
EVENTS_CAPTION = "Files of inferences, pipeline steps and user activity, the newest first"
EVENTS_COLUMNS = ("File", "Events", "Size", "First event", "Last event", "Recorded", "Rows")
KEPT, REMOVED = "Kept", "Removed by retention; its proofs stay"
NO_EVENTS = "No event was recorded in the period."
EVENTS_ARE = "Files of events are the installation's; which model an event is about stands in the event."
CHART = "Events recorded by month"
CHECKS = "Drift and performance"
CHECKS_CAPTION = "Checks of runs that finished in the period, the newest run first"
CHECKS_COLUMNS = ("Run", "Version", "Check", "Figure", "Required", "Result", "Finished")
NO_CHECKS = "No run on drift or performance finished in the period."
SERVED = "What served"
SERVED_CAPTION = "Versions that stood in an environment in the period, the newest stay first"
SERVED_COLUMNS = ("Version", "Environment", "Share", "Since", "Until")
NO_SERVED = "No version stood in any environment in the period."
FIGURES = "Figures of production data"
STREAMS_CAPTION = "Chunks that were checked in the period, by model and environment, each in its last revision"
STREAMS_COLUMNS = ("Model", "Environment", "Chunks", "Figures", "In breach", "Too little evidence", "Newest data")
NO_FIGURES = "No production data were checked in the period."
MONITORS_CAPTION = "Monitors with their newest figure in the period, most breaches first"
MONITORS_COLUMNS = ("Model", "Monitor", "Checks", "In breach", "Newest", "Limits", "Result")
NO_MONITORS = "No monitor was in breach in the period."
BREACHES_CAPTION = "Every breach of the period, the newest data first"
BREACHES_COLUMNS = ("Model", "Monitor", "Chunk", "Data until", "Figure", "Limits")
NO_BREACHES = "No figure was in breach in the period."
AT_LEAST, AT_MOST, WITHIN = "at least {limit}", "at most {limit}", "{lower} to {upper}"
