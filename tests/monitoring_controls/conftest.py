"""A model in use and what comes of it; the same line of production data as the tests of its intake."""

from tests.production_data.conftest import line, small_line

__all__ = ["line", "small_line"]
