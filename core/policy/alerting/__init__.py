"""What a policy says of alerts: how much each weighs, how they are grouped, and when they are escalated."""
