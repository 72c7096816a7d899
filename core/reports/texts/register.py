"""The sentences of the policy and exception register."""

TITLE = "Policy and exception register"
WHAT = "Every published policy with the one in force, and every exception from it with its figure, controls and end."
STATEMENT = "{policy} is in force; {standing} stand, {requested} asked for."
NO_POLICY = "No policy was in force."
NONE_STANDS = "No exception stands"
STAND = "Exceptions stand"
CARDS = ("Policies published", "Exceptions standing", "Ending within 30 days", "Expired or ended early")
POLICIES = "Policies"
POLICIES_CAPTION = "Published policies, the newest first"
POLICIES_COLUMNS = ("Policy", "State", "In force from", "Published", "Thresholds", "SHA-256")
IN_FORCE, WITHDRAWN, LATER, FORMER = "In force", "Withdrawn", "Not in force yet", "Superseded"
NO_POLICIES = "No policy was published."
EXCEPTIONS = "Exceptions"
EXCEPTIONS_CAPTION = "Exceptions, those that stand first and the soonest to end of these first"
EXCEPTIONS_COLUMNS = ("Exception", "Of", "Clause", "Required", "Reviewed", "State", "Until")
NO_EXCEPTIONS = "No exception was asked for."
DETAILS_CAPTION = "Exception {number}"
DETAILS_ROWS = ("Change request", "Asked for by", "Compensating controls", "In force", "Ended", "Carries on")
ALL_VERSIONS = "every version"
