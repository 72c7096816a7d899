"""The agenda of a review: what the record says of its models at a moment, frozen when the review is held."""

from core.register.agenda.gathering import agenda_of
from core.register.agenda.holding import hold_review
from core.register.agenda.values import Agenda, Line, Section, Topic, parse

__all__ = ["Agenda", "Line", "Section", "Topic", "agenda_of", "hold_review", "parse"]
