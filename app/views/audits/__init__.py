"""Audits on pages."""
