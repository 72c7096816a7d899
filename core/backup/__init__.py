"""Backups of an installation: made while writers run, checked on their own, restored into an empty place, drilled."""
