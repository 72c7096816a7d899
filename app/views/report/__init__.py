"""The parts of the validation report, one module for each family of checks."""
