"""The reports that can be asked for, and the one way to build any of them."""

from core.reports.templates.building import TEMPLATES, build_report, build_reports, report_problems
from core.reports.templates.values import Built, Frame, Template

__all__ = ["TEMPLATES", "Built", "Frame", "Template", "build_report", "build_reports", "report_problems"]
