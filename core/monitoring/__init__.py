"""Monitor: production data and metrics, checks on them, alerts, controls on streams, stress tests."""
