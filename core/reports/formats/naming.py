"""What the files of a report are called."""

import re

from core.reports.values.report import Asked, Report

_OTHER = re.compile(r"[^A-Za-z0-9._-]")


def safe(text: str) -> str:
    """The text as part of a file name: letters, digits, point, hyphen; everything else is a hyphen."""
    return _OTHER.sub("-", text)


def slug(report: Report) -> str:
    """The template's name as a file name without its ending: dossier, inventory-statement."""
    return _slug(report.asked.template)


def stem(reference: str, asked: Asked) -> str:
    """Reference, subject and template: X0001-M0001-1.0.0-dossier."""
    parts = (reference or "preview", asked.subject.number, asked.subject.version, _slug(asked.template))
    return "-".join(safe(part) for part in parts if part).strip(".-") or "report"


def _slug(template: str) -> str:
    return safe(template).lower().replace("_", "-").strip(".-") or "report"
