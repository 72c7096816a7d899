"""Reads tables that people keep, CSV and XLSX, as untrusted input: cells with their line, or problems with theirs."""

from core.inventory.importing.sheets.reading import read_sheet
from core.inventory.importing.sheets.values import Cell, CellKind, Encoding, Sheet, SheetLimits, SheetRow

__all__ = ["Cell", "CellKind", "Encoding", "Sheet", "SheetLimits", "SheetRow", "read_sheet"]
