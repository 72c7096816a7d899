"""What bounds an automatic rollback, holds a canary, and lets a comparison of two models recommend anything."""
