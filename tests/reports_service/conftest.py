"""What the tests of exports share: an office with a validated version, and keys made once."""

from tests.reports_service.test_exports import keys, office

__all__ = ["keys", "office"]
