"""Stress tests: a plan of load, disturbed inputs and failing dependencies, carried out within bounds and judged."""
