"""Looks at every row of a batch by every control that holds, in the engine."""

from core.monitoring.controls.screening.screen import screen
from core.monitoring.controls.screening.values import Applied, Flag, Outcome, Screening

__all__ = ["Applied", "Flag", "Outcome", "Screening", "screen"]
