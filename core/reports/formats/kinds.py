"""The forms in which a report leaves, with the media type and the ending of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Format(StrEnum):
    """A form of a report."""

    PDF = "pdf"
    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    OSCAL = "oscal"
    ML_BOM = "ml-bom"
    BUNDLE = "bundle"


@dataclass(frozen=True)
class Kind:
    """What a form is called, what its file ends in, and its media type."""

    title: str
    ending: str
    media_type: str


ZIP = "application/zip"
CSV_TYPE = "text/csv; charset=utf-8"
KINDS: Mapping[Format, Kind] = MappingProxyType(
    {
        Format.PDF: Kind("PDF, signed", "pdf", "application/pdf"),
        Format.HTML: Kind("HTML, one file", "html", "text/html; charset=utf-8"),
        Format.XLSX: Kind(
            "Workbook (XLSX)", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        ),
        Format.CSV: Kind("Tables (CSV)", "zip", ZIP),
        Format.JSON: Kind("Data (JSON)", "json", "application/json"),
        Format.OSCAL: Kind("OSCAL assessment results", "oscal.json", "application/json"),
        Format.ML_BOM: Kind("CycloneDX ML-BOM", "cdx.json", "application/vnd.cyclonedx+json; version=1.6"),
        Format.BUNDLE: Kind("Bundle with proofs", "zip", ZIP),
    }
)
