"""The example workspace: real data, example accounts by role, models in different stages of the cycle."""
