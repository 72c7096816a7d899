"""What shows that a finding was remediated: other records, and files by their digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import NotFound, Problem, Refused, Unreadable
from core.links import RecordKind, Ref, link
from core.links.known import require
from core.store import Transaction
from core.store.files import EvidenceFiles
from core.validation.rules import FindingChange
from core.validation.tables import Finding, FindingAct, FindingEvidence

FILE = "file"
SHOWING = (  # the kinds of records that can show it
    RecordKind.RUN, RecordKind.CHANGE, RecordKind.DOCUMENT, RecordKind.VERSION, RecordKind.CHUNK,
    RecordKind.STRESS_TEST, RecordKind.COMPARISON, RecordKind.ACTION,
)  # fmt: skip
MOST_PIECES, LARGEST = 20, 50_000_000


@dataclass(frozen=True)
class Shown:
    """One piece: a record by kind and number, or `FILE` with its SHA-256, name and size in bytes."""

    kind: str
    key: str
    name: str = ""
    size: int = 0


def check_pieces(session: Session, files: EvidenceFiles | None, pieces: Sequence[Shown]) -> None:
    """Raises `Unreadable` for a kind that shows nothing, and `NotFound` for what is not there."""
    kinds = {kind.value for kind in SHOWING}
    wrong = [
        Problem("shows no remediation", column="evidence", found=one.kind, expected=", ".join(sorted({*kinds, FILE})))
        for one in pieces
        if one.kind not in kinds and one.kind != FILE
    ]
    if len(pieces) > MOST_PIECES:
        wrong.append(Problem("too many pieces of evidence", found=str(len(pieces)), expected=f"at most {MOST_PIECES}"))
    if wrong:
        raise Unreadable(wrong)
    for one in pieces:
        if one.kind != FILE:
            require(session, Ref(RecordKind(one.kind), one.key))
        elif files is None or not files.holds(files.stands_for(one.key)):
            raise NotFound("evidence file", one.key)


def keep_pieces(tx: Transaction, finding: Finding, pieces: Sequence[Shown], *, by: str, at: datetime) -> None:
    """Store them with the finding, and link the records among them."""
    for one in pieces:
        tx.session.add(
            FindingEvidence(
                finding_id=finding.id or 0, kind=one.kind, key=one.key, name=one.name[:300], size=one.size,
                added_by=by, added_at=at,
            )
        )  # fmt: skip
        if one.kind != FILE:
            link(tx, Ref(RecordKind.FINDING, finding.number), Ref(RecordKind(one.kind), one.key), by=by, at=at)
    tx.session.flush()


def pieces_that_count(session: Session, finding: Finding) -> int:
    """How many there are since the finding was last returned for more work."""
    returned = select(func.max(FindingAct.at)).where(
        FindingAct.finding_id == finding.id, FindingAct.what == FindingChange.RETURNED.value
    )
    since = session.exec(returned).one()
    query = select(func.count()).select_from(FindingEvidence).where(FindingEvidence.finding_id == finding.id)
    if since is not None:
        query = query.where(col(FindingEvidence.added_at) > since)
    return session.exec(query).one()


def said(pieces: Sequence[Shown]) -> str:
    """“run R0007, file 9f86d081…” in full, as the ledger keeps it."""
    return ", ".join(f"{one.kind} {one.key}" for one in pieces)


def shown_file(session: Session, *, finding: str, digest: str, actor: Actor) -> FindingEvidence:
    """The file of this digest among the evidence of a finding, for whoever reads the record; raises `NotFound`."""
    reasons = permission_refusals(actor, Permission.RECORD_READ)
    if reasons:
        raise Refused(reasons)
    query = (
        select(FindingEvidence)
        .join(Finding, col(Finding.id) == col(FindingEvidence.finding_id))
        .where(Finding.number == finding, FindingEvidence.kind == FILE, FindingEvidence.key == digest)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound(f"file of {finding}", digest)
    return row
