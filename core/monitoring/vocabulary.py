"""The kinds of background work by which monitoring goes from data to a check and from a check to an act."""

MONITOR_JOB = "monitor"  # slot: model, environment, and the batch that arrived or the moment of the schedule
ROLLBACK_JOB = "rollback"  # slot: model, environment, and the chunk that was checked
