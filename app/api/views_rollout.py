"""Turns stays and bounds into what the API answers."""

from collections.abc import Sequence
from datetime import datetime

from app.api.answers.rollout import Production, RestrictionView, StayView
from core.inventory.deployments.queries import RestrictionRow, StayRow
from core.policy.rules import Phase


def production_view(
    model: str, environment: str, at: datetime, standing: Sequence[StayRow], bounds: Sequence[RestrictionRow]
) -> Production:
    """Who and what stood in the environment at this moment."""
    full = next((row for row in standing if row.phase is Phase.FULL), None)
    return Production(
        model=model,
        environment=environment,
        at=at,
        version=full.version if full else None,
        stage=full.stage if full else None,
        evidence_digest=full.evidence_digest if full else None,
        artefact_digest=(full.artefact_digest or None) if full else None,
        since=full.since if full else None,
        moved_by=full.moved_by if full else None,
        change=(full.change or None) if full else None,
        beside=[stay_view(row) for row in standing if row.phase is not Phase.FULL],
        restrictions=[
            RestrictionView(text=one.text, version=one.version, change=one.change, since=one.since) for one in bounds
        ],
    )


def stay_view(row: StayRow) -> StayView:
    """One stay."""
    return StayView(
        version=row.version,
        phase=row.phase,
        share=row.share,
        since=row.since,
        moved_by=row.moved_by,
        replaced=row.replaced,
        change=row.change or None,
        slot=row.slot or None,
        until=row.until,
        ended_as=row.ended_as,
        evidence_digest=row.evidence_digest,
        artefact_digest=row.artefact_digest or None,
    )
