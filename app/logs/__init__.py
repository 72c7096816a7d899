"""The log: one line a record, with the request that it belongs to, and nothing personal or secret in it."""
