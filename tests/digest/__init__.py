"""The digest of a person's own work by mail."""
