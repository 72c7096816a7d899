"""The steps of a rollout."""
