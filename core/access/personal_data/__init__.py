"""Personal data: found in every row, shown only by its shape, stopped or sent to a person by level."""

from core.access.personal_data.detect import scan
from core.access.personal_data.masking import mask
from core.access.personal_data.rules import ColumnFinding, Kind, Level, ScanResult, standing_blocks

__all__ = ["ColumnFinding", "Kind", "Level", "ScanResult", "mask", "scan", "standing_blocks"]
