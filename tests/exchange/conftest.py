"""The same desk as for tables."""

from tests.importing.conftest import desk

__all__ = ["desk"]
