"""Review meetings: planned by scope and cadence, held on an agenda from the record, closed by another person."""
