"""Audits, internal and external: plan, sample, fieldwork, findings, responses and closing."""
