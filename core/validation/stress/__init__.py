"""The record of stress tests, which conclusions and decisions ask for; they are carried out in `core.monitoring`."""
