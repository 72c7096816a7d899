"""Carries out stress tests: the load in a process of its own, against one address that was allowed and pinned."""
