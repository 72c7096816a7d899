"""The record as it was: every report reads a copy in which nothing of what came after its moment is to be found."""

from core.reports.history.ledger import Entry, LedgerThen, ledger_as_of
from core.reports.history.record import Then, record_as_of

__all__ = ["Entry", "LedgerThen", "Then", "ledger_as_of", "record_as_of"]
