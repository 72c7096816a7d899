"""The whole installation as one folder that verifies, and the way back from it."""
