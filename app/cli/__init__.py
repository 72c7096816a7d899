"""The command line: `countersign COMMAND`."""

from app.cli.main import main

__all__ = ["main"]
