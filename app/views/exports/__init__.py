"""The parts of the exports page."""
