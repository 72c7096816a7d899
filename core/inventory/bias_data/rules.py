"""What it takes to process special categories of personal data to find bias (EU AI Act, article 4a)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal


class Basis(StrEnum):
    """On what special categories of personal data are processed to find and correct bias."""

    CONSENT = "explicit consent"  # GDPR 9(2)(a)
    PUBLIC_INTEREST = "substantial public interest"  # GDPR 9(2)(g)
    RESEARCH = "statistics and research"  # GDPR 9(2)(j)
    BIAS_DETECTION = "bias detection and correction"  # EU AI Act 4a; before it 10(5)


LONGEST_TERM = timedelta(days=3 * 366)
SHORTEST = 20


# GDPR 9(1), by the words that columns are called by; a column of another name is declared with its purpose all the same
SPECIAL = re.compile(
    r"race|racial|ethnic\w*|hispanic|religio\w*|faith|belief|politic\w*|union|genetic\w*|biometric\w*|health\w*|disab\w*|"
    r"diagnos\w*|pregnan\w*|hiv|orientation|sexuality"
)
PART = re.compile(r"[^a-z]+")


def special_categories(columns: frozenset[str]) -> frozenset[str]:
    """Those whose names say that they hold a special category of personal data; sex and age are none (GDPR 9(1))."""
    return frozenset(
        column for column in columns if any(SPECIAL.fullmatch(part) for part in PART.split(column.casefold()))
    )


@dataclass(frozen=True)
class BiasFacts:
    """What is declared about special categories of data in a dataset that are to find bias."""

    columns: tuple[str, ...]
    purpose: str
    necessity: str
    basis: Basis
    basis_detail: str
    safeguards: str
    readers: str
    delete_by: datetime


def purpose_refusals(facts: BiasFacts, actor: Actor, at: datetime) -> tuple[Refusal, ...]:
    """Why a purpose of bias-test data cannot be declared: every condition of AI Act 4a(1) is answered, with an end."""
    reasons = list(permission_refusals(actor, Permission.DATA_CLASSIFY))
    if not facts.columns:
        reasons.append(Refusal("columns", "No column is named", "EU AI Act 4a", "Name the columns it is about."))
    for what, said in (
        ("the purpose", facts.purpose), ("why other data would not do", facts.necessity),
        ("what the basis rests on", facts.basis_detail), ("the safeguards", facts.safeguards),
        ("who may read", facts.readers),
    ):  # fmt: skip
        if len(said.strip()) < SHORTEST:
            message = f"{what.capitalize()} is said in fewer than {SHORTEST} characters"
            reasons.append(Refusal("said", message, "EU AI Act 4a", "Say it so that others understand."))
    if not at < facts.delete_by <= at + LONGEST_TERM:
        reasons.append(
            Refusal(
                "delete-by",
                "The day of deletion lies in the past, or more than three years ahead",
                "EU AI Act 4a(1)(e)",
                "Name the day on which the bias has been corrected or the data reach the end of their retention.",
            )
        )
    return tuple(reasons)


def end_refusals(ended: bool, how: str, actor: Actor) -> tuple[Refusal, ...]:
    """Why a purpose cannot be ended."""
    reasons = list(permission_refusals(actor, Permission.DATA_CLASSIFY))
    if ended:
        reasons.append(Refusal("ended", "The purpose has ended"))
    if len(how.strip()) < SHORTEST:
        reasons.append(Refusal("said", "It is not said how the data were deleted", "EU AI Act 4a(1)(e)", "Say how."))
    return tuple(reasons)
