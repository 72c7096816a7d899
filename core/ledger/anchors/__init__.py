"""What holds the ledger from outside: copies of its checkpoints, witnesses' cosignatures, and time stamps."""
