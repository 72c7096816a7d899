"""The words of charts."""
