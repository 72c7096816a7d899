"""Incidents: what went wrong with a model, what was done about it, who was told, and what was learnt."""
