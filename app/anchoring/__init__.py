"""Carries checkpoints of the ledger outside, and looks there whether this store is behind."""
