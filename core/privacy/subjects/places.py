"""Where an installation keeps files, as a search for a person has to know them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.store import EvidenceFiles


@dataclass(frozen=True)
class Places:
    """The folders of one installation; `orders` holds the orders of erasure, apart from what they are about.

    Keep a copy of `orders` outside, and never restore an older state of it: it is what erases again after a restore.
    """

    evidence: EvidenceFiles
    events: EvidenceFiles
    exports: EvidenceFiles
    imports: EvidenceFiles
    orders: Path

    @classmethod
    def within(cls, data: Path) -> "Places":
        """Those of the installation whose data lie in this folder."""
        evidence, events, exports, imports = (
            EvidenceFiles(data / name) for name in ("evidence", "events", "exports", "imports")
        )
        return cls(evidence, events, exports, imports, data / "erasures")

    @property
    def keys(self) -> Path:
        """The folder of keys, by which sealed texts and files are read."""
        return self.evidence.sealed.vault.keys

    def searched(self) -> Iterator[tuple[str, EvidenceFiles]]:
        """The folders whose files are read by their content; events have a search of their own."""
        yield from (("evidence", self.evidence), ("exports", self.exports), ("imports", self.imports))
