"""The cycle at a glance: every model by step, each checkpoint met, missing, overdue or without data."""
