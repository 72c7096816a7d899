"""The permission monitor: what the ledger says people may, held against the tables that open doors."""
