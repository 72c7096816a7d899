"""Corrective and preventive actions: who does what by when, what shows it, and who verified it."""
