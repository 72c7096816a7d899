"""Routine compliance checks: data that says what, one rule and one statement for each, and what every run came to."""
