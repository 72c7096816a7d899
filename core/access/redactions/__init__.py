"""What was erased from files for people who asked for it, as those who rely on the files have to say."""

from collections.abc import Collection, Mapping

from sqlmodel import Session, col, select

from core.access.redactions.tables import FileRedaction
from core.store.files import Redaction

AT_ONCE = 500


def redactions_of(session: Session, digests: Collection[str]) -> Mapping[str, Redaction]:
    """By the digest of a file, what was erased from it; a file that is whole is left out."""
    wanted, found = sorted(set(digests) - {""}), dict[str, Redaction]()
    for start in range(0, len(wanted), AT_ONCE):
        query = select(FileRedaction).where(col(FileRedaction.former).in_(wanted[start : start + AT_ONCE]))
        for row in session.exec(query.order_by(col(FileRedaction.id))):
            found[row.former] = Redaction(row.former, row.replacement, row.request, row.entry, row.rows)
    return found
