"""The mathematics of checks on production data: chunks of time, limits, realised and expected performance, groups."""
