"""The words of what could not be built."""

NOT_COMPLETE = "Not complete"
COULD_NOT_BE_BUILT = "{gaps} could not be built from the record as it was then."
