"""Break-glass access: read access to everything for an hour, with an alert and a later review by somebody else."""
