"""Simulation: what a draft policy would change, before it is published."""
