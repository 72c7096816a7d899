"""Regulation coverage: what shows each item of each pack for each model, what is missing, and what expires."""
