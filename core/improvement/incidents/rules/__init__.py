"""What stands against an act on an incident, every reason at once."""

from core.improvement.incidents.rules.judging import (
    IncidentFacts,
    commander_refusals,
    declare_refusals,
    refusals,
    text_refusals,
)

__all__ = ["IncidentFacts", "commander_refusals", "declare_refusals", "refusals", "text_refusals"]
