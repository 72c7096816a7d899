"""Production data: what models did once they were in use, taken in exactly once and read back by time or by rows."""
