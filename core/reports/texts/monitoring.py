"""The sentences of the monitoring summary."""

TITLE = "Monitoring summary"
WHAT = "What is on record of models at work in a period: recorded events, drift and performance runs, and what served."
QUIET, SEEN, FAILED = "Nothing recorded", "Recorded", "Checks failed"
STATEMENT = (
    "{figures} of production data, {breaches} of them in breach; {alerts}. {events} in {files}; {checks} of "
    "validations on drift and performance, {failed} of them failed."
)
CARDS = (
    "Events recorded", "Files of events", "Checks on drift and performance", "Checks that failed",
    "Figures of production data", "in breach", "Alerts",
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
THRESHOLDS = "Figures by chunk"
GAP = (
    "The figures of each chunk with their thresholds stand on the pages of monitoring; the ledger binds them by the "
    "digests that its entries of checks name, and this report counts them."
)
