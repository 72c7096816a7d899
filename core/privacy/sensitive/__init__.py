"""Who reads sensitive attributes, and why: each reading by a person is on record; computations show aggregates."""
