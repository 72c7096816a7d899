"""What the files of a report are called."""

import re

from core.reports.values.report import Report

_OTHER = re.compile(r"[^A-Za-z0-9._-]")


def safe(text: str) -> str:
    """The text as part of a file name: letters, digits, point, hyphen; everything else is a hyphen."""
    return _OTHER.sub("-", text)


def slug(report: Report) -> str:
    """The template's name as a file name without its ending: dossier, inventory-statement."""
    return safe(report.asked.template).lower().replace("_", "-").strip(".-") or "report"


def stem(report: Report) -> str:
    """Reference, subject and template: X0001-M0001-1.0.0-dossier."""
    subject = report.asked.subject
    parts = (report.reference or "preview", subject.number, subject.version, slug(report))
    return "-".join(safe(part) for part in parts if part)
