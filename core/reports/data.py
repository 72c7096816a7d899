"""A report as data: one canonical JSON text, every figure in full precision."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum

from core.reports.formats.canonical import Plain, canonical
from core.reports.formats.laying import laid
from core.reports.values.dossier import Attachment
from core.reports.values.report import Report

SCHEMA, SCHEMA_VERSION = "countersign/report", 1


def to_json(report: Report) -> bytes:
    """The report as RFC 8785 JSON, times in UTC with microseconds, attachments by SHA-256.

    Raises ValueError for a time without a zone and for a figure that is not finite.
    """
    return canonical(
        {
            "schema": {"name": SCHEMA, "version": SCHEMA_VERSION},
            "template": report.template_version,
            "reference": report.reference,
            "asked": plain(report.asked),
            "complete": report.complete,
            "gaps": plain(report.gaps),
            "personal_data": report.screening.words,
            "generated": {"at": utc(report.generated_at), "by": report.generated_by, "origin": report.origin},
            "title": report.document.title,
            "data": plain(report.data),
            "sources": [
                {"number": number, "path": one.path, "sha256": one.digest, "entry": one.entry}
                for one, number in laid(report).numbers.items()
            ],
            "checkpoint": plain(report.checkpoint),
            "entries": list(report.entries),
            "attachments": [described(one) for one in report.attachments],
        }
    )


def plain(value: object) -> Plain:
    """A value of a report, or a part of it, as JSON types; nothing is rounded."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date):
        return utc(value) if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Attachment):
        return described(value)
    if is_dataclass(value):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset):
        items = [plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, frozenset) else items
    raise TypeError(f"A report does not hold values of type {type(value).__name__}.")


def utc(at: datetime) -> str:
    """2026-11-23T09:38:00.000000Z; a time without a zone raises ValueError."""
    if at.tzinfo is None:
        raise ValueError("A time in a report has a zone.")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def described(attachment: Attachment) -> dict[str, Plain]:
    """What is said of an attachment: name, type, description, size in bytes, SHA-256."""
    return {
        "name": attachment.name,
        "mime": attachment.mime,
        "description": attachment.description,
        "size": len(attachment.content),
        "sha256": hashlib.sha256(attachment.content).hexdigest(),
    }
