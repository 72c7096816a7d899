"""Improve: incidents, corrective actions, challengers, rollback, reviews."""
