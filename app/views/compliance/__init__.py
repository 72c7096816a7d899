"""Compliance checks on pages."""
