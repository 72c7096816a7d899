"""Which models answered, as recorded events say it; what the inventory does not know becomes a discovery."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from core.inventory.importing.discovering import LONGEST_NAME, LONGEST_VERSION, discover, is_known
from core.ledger.service import Ledger
from core.store import Transaction

SOURCE = "recorded events"
MOST = 200  # models that are looked up for one group of events; the others are looked up when they answer again
REMEMBERED = 10_000


class Sightings:
    """Notes each group of events; what was known once stays known, and is not looked up again."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()

    def note(self, tx: Transaction, ledger: Ledger, tables: Sequence[pa.Table], *, at: datetime) -> None:
        """Discover the models and versions of these inferences that the inventory does not know.

        `tables` have the columns of `core.ledger.batches.rows.SCHEMA`. To be called before the ledger's head is
        locked; the order is the same for everybody, so that two who note the same do not wait for one another.
        """
        unseen = {pair for table in tables for pair in answering(table)} - self._known
        for model, version in sorted(unseen)[:MOST]:
            if not is_known(tx.session, model, version):
                discover(tx, ledger, source=SOURCE, name=model, version=version, at=at)
            elif len(self._known) < REMEMBERED:
                self._known.add((model, version))


def answering(table: pa.Table) -> Iterator[tuple[str, str]]:
    """Model and version of every inference, each pair once; names that a discovery cannot hold are left out."""
    inferences = table.filter(pc.equal(table.column("kind"), "inference")).select(["model", "version"])
    for row in inferences.group_by(["model", "version"]).aggregate([]).to_pylist():
        model, version = row["model"].strip(), row["version"].strip()
        if model and len(model) <= LONGEST_NAME and len(version) <= LONGEST_VERSION:
            yield model, version
