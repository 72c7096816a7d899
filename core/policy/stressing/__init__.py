"""What a policy says of stress tests: how their figures are judged, and which models take one before a decision."""
