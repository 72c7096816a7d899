"""Findings, from the first word to the verified closure: raise, remediate, return, close, hand on, give more time."""

from core.validation.findings.moving import extend_due, link_finding, reassign
from core.validation.findings.proof import FILE, Shown
from core.validation.findings.raising import open_finding, raise_finding
from core.validation.findings.settling import Done, close_finding, remediate, return_finding

__all__ = [
    "FILE",
    "Done",
    "Shown",
    "close_finding",
    "extend_due",
    "link_finding",
    "open_finding",
    "raise_finding",
    "reassign",
    "remediate",
    "return_finding",
]
