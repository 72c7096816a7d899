"""Where everything is kept: one relational store, one folder of evidence files named by their digest."""

from core.store.engine import Store, StoreAway, Transaction, open_store
from core.store.files import EvidenceFiles, StoredFile
from core.store.full import FULL, disk_is_full

__all__ = ["FULL", "EvidenceFiles", "Store", "StoreAway", "StoredFile", "Transaction", "disk_is_full", "open_store"]
