"""Rollback where policy says so, guarded against flapping; holds of canaries; rehearsals on schedule."""
