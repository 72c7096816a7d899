"""Raises an alert for each breach, and settles it when the figure holds again."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from sqlmodel import col, select

from core.inventory.deployments.rules import PRODUCTION
from core.ledger.service import Ledger
from core.links import RecordKind, Ref
from core.metrics.verdicts import Verdict
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.monitoring.alerts.tables import Alert
from core.monitoring.checks.checking import Checked, Found
from core.monitoring.checks.newest import newest_decided
from core.monitoring.checks.subject import Subject
from core.policy.monitors.rules import NEED_LABELS, MonitorKind
from core.store import Transaction
from core.validation.rules import Severity

LONGEST_SUBJECT = 200  # in a key
KINDS = ("breach", "no data")
UNASKED = "The policy in force does not ask for it any more."
LABELS_CAME = "Labels have come: the realised figure decides."
LATER_HOLDS = "A later chunk, which was checked before, holds."


def signal_breaches(
    tx: Transaction, ledger: Ledger, subject: Subject, stored: Sequence[tuple[str, Checked]], *, at: datetime
) -> None:
    """One alert a clause and column or attribute, for as long as its newest figure with a verdict is a breach.

    A revision of an earlier chunk raises an alert too, and settles one only where no later chunk has a verdict.
    """
    latest = _Latest(tx, subject, max((chunk.ends_at for _, chunk in stored), default=at))
    standing = _open_keys(tx, subject)
    for number, chunk in stored:
        for found in chunk.found:
            key, said = key_of(subject, found), ""
            if _superseded(found, chunk):
                said = LABELS_CAME
            elif found.verdict is Verdict.FAIL:
                raise_alert(tx, ledger, _signal(subject, key, number, chunk, found), at=at)
                standing.add(key)
                said = latest.holds_since(found)
            elif found.verdict is Verdict.PASS and key in standing and latest.is_newest(found, chunk):
                said = f"{number}: {found.reason}."[:1000]
            if said and key in standing:
                settle_alert(tx, ledger, key, said=said, at=at)
                standing.discard(key)


def settle_unasked(tx: Transaction, ledger: Ledger, subject: Subject, *, at: datetime) -> None:
    """Settle alerts of clauses that the policy in force does not have any more for this model."""
    asked = {one.clause for one in subject.monitors}
    for key in sorted(_open_keys(tx, subject)):
        for kind in KINDS:
            prefix = f"{kind} {subject.words} "
            if key.startswith(prefix) and key.removeprefix(prefix).split(" ")[0] not in asked:
                settle_alert(tx, ledger, key, said=UNASKED, at=at)


def key_of(subject: Subject, found: Found) -> str:
    """The condition that an alert is about."""
    kind = KINDS[found.kind is MonitorKind.FRESHNESS]
    return f"{kind} {subject.words} {found.clause} {found.subject[:LONGEST_SUBJECT]}".rstrip()


def _superseded(found: Found, chunk: Checked) -> bool:
    """An estimate of which the chunk has the realised figure."""
    if found.kind is not MonitorKind.ESTIMATED:
        return False
    realised = any(
        one.kind in NEED_LABELS and one.metric == found.metric and one.verdict is not Verdict.INSUFFICIENT
        for one in chunk.found
    )
    return realised or (chunk.rows > 0 and chunk.labelled_rows == chunk.rows)


class _Latest:
    """The newest chunk with a verdict by clause and subject; what was just stored is among them."""

    def __init__(self, tx: Transaction, subject: Subject, stored_until: datetime) -> None:
        self._tx, self._subject, self._stored_until = tx, subject, stored_until

    @cached_property
    def _found(self) -> dict[tuple[str, str], tuple[datetime, Verdict]]:
        """Read when it is first asked for: where nothing fails and nothing is open it is not."""
        newest = newest_decided(self._tx.session, self._subject)
        return {(one.clause, one.subject): (one.ends_at, one.verdict) for one in newest}

    def is_newest(self, found: Found, chunk: Checked) -> bool:
        """Whether no later chunk has a verdict on this."""
        known = self._found.get((found.clause, found.subject))
        return known is None or chunk.ends_at >= known[0]

    def holds_since(self, found: Found) -> str:
        """What to say where a chunk that is long past failed and a later one, checked before, holds; else nothing."""
        known = self._found.get((found.clause, found.subject))
        if known is None or known[1] is not Verdict.PASS or known[0] <= self._stored_until:
            return ""
        return LATER_HOLDS


def _open_keys(tx: Transaction, subject: Subject) -> set[str]:
    """The conditions of this model and environment that last."""
    query = select(Alert.key).where(
        Alert.model == subject.model.number,
        Alert.environment == subject.environment,
        col(Alert.closed_at).is_(None),
        col(Alert.recovered_at).is_(None),
    )
    return set(tx.session.exec(query))


def _where(subject: Subject) -> str:
    return "" if subject.environment == PRODUCTION else f", in {subject.environment}"


def _signal(subject: Subject, key: str, number: str, chunk: Checked, found: Found) -> Signal:
    about = f" of {found.subject}" if found.subject else ""
    rows = f" with {found.rows} rows" if chunk.rows else ""
    estimated = ", estimated without labels" if found.estimated else ""
    versions = sorted(chunk.versions, key=lambda one: -chunk.versions[one])
    return Signal(
        kind=AlertKind.NO_DATA if found.kind is MonitorKind.FRESHNESS else AlertKind.BREACH,
        key=key,
        severity=Severity(found.severity),
        title=found.title + (f", {found.subject}" if found.subject else "") + _where(subject),
        detail=f"{found.metric}{about}{estimated}: {found.reason}, in {number}{rows} (clause {found.clause}).",
        model=subject.model.number,
        version=versions[0] if versions else "",
        environment=subject.environment,
        about=(Ref(RecordKind.CHUNK, number),),
    )
