"""The list of models as a file: every row of a filter, as CSV, XLSX or JSON."""

from core.inventory.exporting.formats import Format
from core.inventory.exporting.service import ExportedList, export_inventory, export_refusals

__all__ = ["ExportedList", "Format", "export_inventory", "export_refusals"]
