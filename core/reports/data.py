"""The dossier as data: one JSON text, the same bytes for the same value, every figure in full precision."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

from core.reports.values import Attachment, Dossier

SCHEMA = "countersign/dossier/1"
Plain: TypeAlias = "str | int | float | bool | Sequence[Plain] | Mapping[str, Plain] | None"


def to_json(dossier: Dossier) -> bytes:
    """The dossier as UTF-8 JSON with sorted keys, times in UTC with microseconds, attachments by SHA-256.

    Raises ValueError for a time without a zone and for a figure that is not finite.
    """
    text = json.dumps(
        {"schema": SCHEMA, "dossier": plain(dossier)}, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True
    )
    return text.encode("utf-8", errors="backslashreplace") + b"\n"  # a lone surrogate becomes its JSON escape


def plain(value: object) -> Plain:
    """A dossier value, or a part of it, as JSON types; nothing is rounded."""
    if isinstance(value, Attachment):
        return described(value)
    if is_dataclass(value):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("A figure that is not finite is not available, and has to say so.")
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"A dossier does not hold values of type {type(value).__name__}.")


def utc(at: datetime) -> str:
    """2026-11-23T09:38:00.000000Z; a time without a zone raises ValueError."""
    if at.tzinfo is None:
        raise ValueError("A time in a dossier has a zone.")
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
