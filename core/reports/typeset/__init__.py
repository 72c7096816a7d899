"""A report as typeset pages."""
