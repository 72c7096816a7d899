"""Removes files of records that are over, under the ledger's head: nobody puts a row that names one on record then."""

from collections.abc import Iterable

from core.ledger.head import lock_head
from core.store import EvidenceFiles, Store
from core.store.named import Folder, standing_names

AT_ONCE = 100  # files for which writers wait


def remove_unnamed(store: Store, files: EvidenceFiles, digests: Iterable[str]) -> int:
    """Delete those of these evidence files that no row names, and what stands for them since people were erased.

    Says how many there were. To be called once it is on record that they go; a crash before leaves files that the next
    call takes.
    """
    wanted = {one for digest in digests if digest for one in (digest, files.stands_for(digest))}
    there, done = sorted(one for one in wanted if files.holds(one)), 0
    for first in range(0, len(there), AT_ONCE):
        with store.transaction() as tx:
            lock_head(tx.session)
            named = standing_names(tx.session.connection(), Folder.EVIDENCE)
            done += sum(files.remove(one) for one in there[first : first + AT_ONCE] if one not in named)
    return done
