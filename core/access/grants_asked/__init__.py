"""Grants of sensitive roles that wait for a second administrator."""
