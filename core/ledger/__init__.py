"""The tamper-evident ledger: what happened, who did it, and the proof that nothing was changed since."""
