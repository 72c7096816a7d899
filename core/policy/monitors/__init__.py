"""What a policy has checked on production data: kinds of checks, chunks and thresholds."""
