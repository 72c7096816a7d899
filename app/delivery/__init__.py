"""Sends what waits in the outbox: signed webhooks to allowed addresses, and aliases to the model registry."""
