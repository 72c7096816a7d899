"""Events at volume: inferences, pipeline steps and user activity, kept as files of rows, one ledger entry a file."""
