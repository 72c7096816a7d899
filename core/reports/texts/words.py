"""The words that stand in every report: states, nouns that are counted, months, units."""

from collections.abc import Mapping
from types import MappingProxyType

# stored states as they are said; one that is not here is said as it is stored, with a capital letter
STATES: Mapping[str, str] = MappingProxyType(
    {
        "approve": "Approved",
        "approved": "Approved",
        "cancelled": "Cancelled",
        "critical": "Critical",
        "draft": "Draft",
        "executed": "Executed",
        "fail": "Failed",
        "failed": "Failed",
        "finished": "Finished",
        "high": "High",
        "in approval": "In approval",
        "in production": "In production",
        "in review": "In review",
        "in validation": "In validation",
        "insufficient evidence": "Not enough evidence",
        "low": "Low",
        "medium": "Medium",
        "met": "Met",
        "new version": "New version",
        "not met": "Not met",
        "not validated": "Not validated",
        "open": "Open",
        "pass": "Passed",
        "production": "Production",
        "queued": "Queued",
        "reference": "Reference",
        "reject": "Rejected",
        "rejected": "Rejected",
        "remediated": "Remediated",
        "requested": "Waiting",
        "retired": "Retired",
        "running": "Running",
        "small sample": "Small sample",
        "superseded": "Superseded",
        "test": "Test",
        "training": "Training",
        "validated": "Validated",
        "verified closed": "Verified closed",
        "void": "Void",
        "withdrawn": "Withdrawn",
    }
)
# by the word that the code uses: one, and several
NOUNS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "act": ("act", "acts"),
        "action": ("action", "actions"),
        "alert": ("alert", "alerts"),
        "change": ("change", "changes"),
        "check": ("check", "checks"),
        "dissent": ("dissent", "dissents"),
        "duty": ("duty", "duties"),
        "entry": ("entry", "entries"),
        "event": ("event", "events"),
        "exception": ("exception", "exceptions"),
        "field": ("field", "fields"),
        "figure": ("figure", "figures"),
        "file": ("file", "files"),
        "finding": ("finding", "findings"),
        "incident": ("incident", "incidents"),
        "item": ("item", "items"),
        "matter": ("matter", "matters"),
        "model": ("model", "models"),
        "part": ("part", "parts"),
        "person": ("person", "people"),
        "person or pipeline": ("person or pipeline", "people and pipelines"),
        "row": ("row", "rows"),
        "table": ("table", "tables"),
        "test": ("test", "tests"),
        "time": ("time", "times"),
        "vote": ("vote", "votes"),
    }
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOMENT = "{day},\u00a0{time}\u00a0UTC"
UNITS = ("GB", "MB", "kB")
BYTES = "{octets}\u00a0bytes"
INTERVAL = "{value}{unit} ({low}\u00a0to\u00a0{high})"
PAGE, PAGE_OF = "Page", "of"
CONTENTS = "Contents"
COVERS = "What this report covers"
SIGNATURE = "Signature"
