"""Where the example's versions stand before production, the code behind them, and a rehearsal of the way back."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from app.composition import Workplace
from app.example.accounts import Account
from core.approval.code.rules import CheckState, ReviewState
from core.approval.code.service import report_code
from core.approval.code.values import CodeReport, SaidChange, SaidCheck, SaidReview
from core.approval.rollout.placing import add_environment, place_version
from core.approval.rollout.returning import rehearse

MODEL, STAGING = "M0001", "staging"
REPOSITORY = "public-services/employment-outreach"


def add_staging(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """The environment in which versions stand before production."""
    add_environment(
        place.store,
        place.ledger,
        name=STAGING,
        note="Letters are printed here, none is sent.",
        actor=known["administrator"].actor,
        at=at,
    )


def stage(place: Workplace, known: Mapping[str, Account], version: str, number: int, at: datetime) -> None:
    """Report the code behind a validated version, reviewed by a colleague, and let it stand in staging."""
    commit = hashlib.sha1(f"{REPOSITORY} {version}".encode(), usedforsecurity=False).hexdigest()
    report = CodeReport(
        REPOSITORY,
        commit,
        SaidChange(number, "developer", f"Release {version}", head=commit, merged_as=commit),
        (SaidReview("validator", ReviewState.APPROVED, at),),
        (SaidCheck("unit tests", CheckState.PASSED, at), SaidCheck("build", CheckState.PASSED, at)),
    )
    developer, owner = known["developer"].actor, known["owner"].actor
    report_code(place.store, place.ledger, model=MODEL, version=version, report=report, actor=developer, at=at)
    place_version(
        place.store,
        place.ledger,
        model=MODEL,
        version=version,
        environment=STAGING,
        reason="To be tried by the outreach teams.",
        actor=owner,
        at=at,
    )


def rehearse_return(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """A rehearsal that finds what is true: no version stood in production before the first."""
    rehearse(place.store, place.ledger, model=MODEL, actor=known["owner"].actor, at=at)
