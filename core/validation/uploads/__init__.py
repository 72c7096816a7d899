"""Strict reading of uploads: refuse with line, column and reason, or accept to the byte."""

from core.validation.uploads.filenames import safe_label
from core.validation.uploads.guess import guess_mapping
from core.validation.uploads.json_reading import json_to_parquet, looks_like_json, read_json
from core.validation.uploads.limits import Limits
from core.validation.uploads.mapping import ColumnMapping
from core.validation.uploads.profile import ColumnPreview, ColumnType
from core.validation.uploads.reading import Preflight, declare, preflight, to_parquet
from core.validation.uploads.sniff import Kind
from core.validation.uploads.strict_json import Json

__all__ = [
    "ColumnMapping",
    "ColumnPreview",
    "ColumnType",
    "Json",
    "Kind",
    "Limits",
    "Preflight",
    "declare",
    "guess_mapping",
    "json_to_parquet",
    "looks_like_json",
    "preflight",
    "read_json",
    "safe_label",
    "to_parquet",
]
