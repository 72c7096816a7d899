"""Timers that act: production data are removed when their time is over, unless something holds them."""
