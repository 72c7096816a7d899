"""Figures of chunks of production data beside a reference, with the chunk in memory and the reference read once."""
