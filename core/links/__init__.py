"""What one record has to do with another: an alert with its incident, a finding with the chunk that showed it."""

from core.links.queries import Linked, linked
from core.links.service import Ref, link
from core.links.tables import RecordKind

__all__ = ["Linked", "RecordKind", "Ref", "link", "linked"]
