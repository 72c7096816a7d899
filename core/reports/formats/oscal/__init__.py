"""A report as OSCAL assessment results (NIST OSCAL 1.1): what was observed, and which clauses are satisfied."""

from core.reports.formats.oscal.document import oscal_results

__all__ = ["oscal_results"]
