"""Which models answered, as recorded events say it; what the inventory does not know becomes a discovery."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from sqlalchemy.event import listen
from sqlmodel import Session

from core.inventory.importing.discovering import LONGEST_NAME, LONGEST_VERSION, discover, is_known
from core.ledger.service import Ledger
from core.store import Transaction

SOURCE = "recorded events"
EVERY = timedelta(minutes=1)  # how often a stranger that answers all the time is counted once more
MOST = 200  # models that are looked up for one group of events; the others are looked up when they answer again
REMEMBERED = 10_000

Pair = tuple[str, str]  # model and version, as events name them


class Sightings:
    """Notes each group of events; what was known once stays known, a stranger is counted at most every minute."""

    def __init__(self) -> None:
        self._known: set[Pair] = set()
        self._counted: dict[Pair, datetime] = {}

    def note(self, tx: Transaction, ledger: Ledger, pairs: Iterable[Pair], *, at: datetime) -> None:
        """Discover the models and versions among those that answered that the inventory does not know.

        To be called before the ledger's head is locked; the order is the same for everybody, so that two who note the
        same do not wait for one another.
        """
        recent = {pair: when for pair, when in self._counted.items() if abs(at - when) < EVERY}
        strangers = dict[Pair, datetime]()
        for model, version in sorted({*pairs}.difference(self._known, recent))[:MOST]:
            if not is_known(tx.session, model, version):
                discover(tx, ledger, source=SOURCE, name=model, version=version, at=at)
                strangers[model, version] = at
            elif len(self._known) < REMEMBERED:
                self._known.add((model, version))

        def counted(_session: Session) -> None:
            self._counted = strangers | (recent if len(recent) < REMEMBERED else {})

        if strangers:  # what is rolled back was not counted
            listen(tx.session, "after_commit", counted, once=True)


def answering(tables: Sequence[pa.Table]) -> frozenset[Pair]:
    """Model and version of every inference in these tables of the columns of `core.ledger.batches.rows.SCHEMA`.

    Names that a discovery cannot hold are left out.
    """
    whole = pa.concat_tables([table.select(["kind", "model", "version"]) for table in tables]).combine_chunks()
    inferences = whole.filter(pc.equal(whole.column("kind"), "inference")).select(["model", "version"])
    found = set[Pair]()
    for row in inferences.group_by(["model", "version"]).aggregate([]).to_pylist():
        model, version = row["model"].strip(), row["version"].strip()
        if model and len(model) <= LONGEST_NAME and len(version) <= LONGEST_VERSION:
            found.add((model, version))
    return frozenset(found)
