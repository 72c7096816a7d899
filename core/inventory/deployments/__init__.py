"""Which version of a model serves in which environment, now and at any moment before."""
