"""The words of OSCAL assessment results that the report itself does not have."""

ASSESSED_AGAINST = "Assessed against the policy and the packs that the report names; there is no OSCAL plan."
NOT_COMPLETE = "Not complete. {gaps}"
PLAN = "The template that says what was assessed; it stands where OSCAL wants an assessment plan."
NO_FIGURE = "No figure"
NO_THRESHOLD = "no threshold"
RESULT_OF = "Result of run {run}"
