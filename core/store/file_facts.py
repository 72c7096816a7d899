"""What is known of a stored file, and what became of one from which a person was erased."""

from dataclasses import dataclass

DIGITS = 64  # of a SHA-256 in hexadecimal
NOTE = ".redacted"


@dataclass(frozen=True)
class StoredFile:
    """A file that is in the store: lower-case hexadecimal SHA-256 and size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True)
class Redaction:
    """What became of a file from which a person was erased: another without their rows, or nothing.

    `former` and `replacement` are digests, the latter empty where the whole file was destroyed; `request` is the
    subject request, `entry` the index of the ledger entry of the erasure.
    """

    former: str
    replacement: str
    request: str
    entry: int
    rows: int

    @property
    def said(self) -> str:
        """In words, for whoever misses the file or its rows."""
        if not self.replacement:
            return f"destroyed for {self.request}, ledger entry {self.entry}"
        rows = f"{self.rows:,} {'row' if self.rows == 1 else 'rows'}"
        return f"{rows} erased by {self.request}, ledger entry {self.entry}"
