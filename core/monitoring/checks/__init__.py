"""Checks on production data: chunks, figures against thresholds, breaches, and all of it computed again on demand."""
