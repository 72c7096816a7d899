"""Where everything is kept: one relational store, one folder of evidence files named by their digest."""

from core.store.engine import Store, StoreAway, Transaction, open_store
from core.store.files import EvidenceFiles, StoredFile

__all__ = ["EvidenceFiles", "Store", "StoreAway", "StoredFile", "Transaction", "open_store"]
