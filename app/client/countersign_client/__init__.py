"""Countersign from Python: hand evidence in, start a validation, read its verdicts, gate on them."""

from countersign_client.answers import Check, Count, HandedIn, Proof, Registered, Result, Run, Started
from countersign_client.client import Countersign, Submission
from countersign_client.columns import Columns
from countersign_client.errors import Altered, CountersignError, NotInTime, Problem, Refusal, Rejected, Unreachable
from countersign_client.verdicts import verdict_table

__all__ = [
    "Altered",
    "Check",
    "Columns",
    "Count",
    "Countersign",
    "CountersignError",
    "HandedIn",
    "NotInTime",
    "Problem",
    "Proof",
    "Refusal",
    "Registered",
    "Rejected",
    "Result",
    "Run",
    "Started",
    "Submission",
    "Unreachable",
    "verdict_table",
]
