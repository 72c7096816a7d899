"""A report as one HTML file: no script, nothing from elsewhere, readable in light, dark and print."""

from core.reports.formats.html.page import html_page

__all__ = ["html_page"]
