"""Timers that act: production data go when their time is over, unless something holds them, and never unseen."""

from datetime import datetime, timedelta

import polars as pl
import pytest
from sqlmodel import col, select

from core.audits.population import AuditScope
from core.audits.rules.life import AuditKind, AuditStatus
from core.audits.tables import Audit
from core.errors import Refused
from core.improvement.incidents.rules.life import IncidentStatus
from core.improvement.incidents.tables import Incident
from core.ledger.events import Event
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.metrics.monitoring.chunks import position_of
from core.monitoring.checks.gone import Gone
from core.monitoring.intake.arrivals import arrivals, standing
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.kept import Stream
from core.monitoring.intake.reading import Span, read_span, rows_held, rows_in
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.monitoring.intake.tables import ProductionBatch
from core.policy.monitors.rules import ChunkSize, ChunkUnit
from core.policy.service import default_policy_text
from core.privacy.retention import removing
from core.privacy.retention.planning import dataset_ends, endings, terms_by_model, timers_run
from core.privacy.retention.removing import Cleared, remove_due_data
from core.privacy.retention.terms import hold_data, keep_data_for, lift_hold
from core.privacy.subjects.rules import Regime, RequestKind
from core.privacy.subjects.tables import SubjectRequest
from core.store.named import Folder, named_files
from core.validation.rules import Severity
from tests.builders import NOON, a_policy
from tests.data_classes.conftest import BIAS, PERSONAL, classed
from tests.production_data.conftest import Line, inferences

WHY = "As long as an outcome can be contested"
LATER = NOON + timedelta(days=400)
DAY = timedelta(days=1)


def keep(line: Line, days: int | None = 200, *, actor=None, holder: str = "") -> None:  # type: ignore[no-untyped-def]
    keep_data_for(
        line.store, line.ledger, holder=holder or line.model, days=days, reason=WHY,
        actor=actor or line.cast.owner, at=NOON,
    )  # fmt: skip


def remove(line: Line, at: datetime = LATER) -> Cleared:
    return remove_due_data(line.store, line.ledger, line.files, at=at)


def batches(line: Line) -> list[ProductionBatch]:
    with line.store.reading() as session:
        return list(session.exec(select(ProductionBatch).order_by(col(ProductionBatch.id))))


def test_due_data_are_removed_on_record_and_only_their_files_go(everywhere: Line) -> None:
    line = everywhere
    line.inferences(3, first=9000, at=LATER)  # a year later: not due
    keep(line)

    done = remove(line)

    rows = batches(line)
    gone, left = rows[:3], rows[3]
    assert (done.batches, done.rows, done.held) == (tuple(row.number for row in gone), 12, 0)
    assert not any(line.files.holds(digest) for row in gone for digest in (row.digest, row.ids))
    assert line.files.holds(left.digest)
    assert {row.removed_reason for row in gone} == {f"kept for 200 days by a decision on {line.model}"}
    with line.store.reading() as session:
        entries = session.exec(select(LogEntry.idx).where(LogEntry.action == Event.PRODUCTION_REMOVED.value)).all()
        assert verify_store(session, line.ledger.vkey).passed
        assert named_files(session.connection()).needed[Folder.EVIDENCE] == {left.digest}
        assert arrivals(session, line.model, "production", since=NOON - DAY)[-1].removed_entry == entries[0]
        assert standing(session, line.model, "production").rows == 7  # what came is still counted
    assert [row.removed_entry for row in gone] == list(entries)
    assert remove(line) == Cleared()


def test_what_was_removed_is_absent_where_it_is_read_and_rows_keep_their_place(stream: Line) -> None:
    stream.inferences(3, first=9000, at=LATER)
    keep(stream)
    remove(stream)

    with stream.store.reading() as session:
        span = Span(stream.model, "production", NOON - 100 * DAY, LATER)
        assert pl.DataFrame(pl.from_arrow(read_span(session, stream.files, span)))["id"].to_list() == [
            "i-09000", "i-09001", "i-09002"
        ]  # fmt: skip
        assert rows_held(session, stream.model, "production") == 7
        across = rows_in(session, stream.files, stream.model, "production", first=3, limit=2)
        assert across["id"].to_pylist() == ["i-09000"]
        model = batches(stream)[0].model_id
        found = Gone.of(session, Stream(model, "production"))
        assert found.touches(ChunkSize(2, ChunkUnit.ROWS), 1)
        assert not found.touches(ChunkSize(4, ChunkUnit.ROWS), 1)
        day = position_of(NOON - 10 * DAY, 1, "day")
        assert found.said(ChunkSize(1, ChunkUnit.DAY), day).startswith("Rows of it were removed")
    again = stream.inferences(2, at=NOON)  # the ids are known no more
    assert (again.rows, again.repeated) == (2, 0)


def test_the_policy_ends_what_people_classed_and_no_proposal_does(stream: Line) -> None:
    text = default_policy_text() + "\n[data_keeping]\npersonal = 300\nspecial_category = 200\nattributes = 30\n"
    a_policy(stream.store, text)
    with stream.store.reading() as session:
        assert timers_run(session, at=NOON)
        assert set(terms_by_model(session, at=NOON)[stream.model]) == {BatchKind.ATTRIBUTES}

    classed(stream, PERSONAL, "id", "label")
    classed(stream, BIAS, "race")

    with stream.store.reading() as session:
        terms = {kind: term.days for kind, term in terms_by_model(session, at=NOON)[stream.model].items()}
    assert terms == {BatchKind.INFERENCES: 300, BatchKind.LABELS: 300, BatchKind.ATTRIBUTES: 30}
    assert remove(stream, NOON + 31 * DAY).rows == 4  # the attributes alone
    with stream.store.reading() as session:
        ahead = endings(session, at=NOON + 265 * DAY)
        assert endings(session, at=NOON + 200 * DAY) == ()
    assert [one.kind for one in ahead] == [BatchKind.INFERENCES, BatchKind.LABELS]
    assert not any(one.due(NOON + 265 * DAY) for one in ahead)


def _incident(line: Line) -> object:
    return Incident(
        number="IN0001", title="Wrong letters", severity=Severity.HIGH, status=IncidentStatus.CONTAINED, what="…",
        model=line.model, aware_at=NOON, declared_by="P0001", declared_at=NOON,
    )  # fmt: skip


def _audit(_line: Line) -> object:
    return Audit(
        number="AU0001", kind=AuditKind.INTERNAL, status=AuditStatus.FIELDWORK, title="Data", objective="…",
        scope=AuditScope(tiers=(1,)).to_json(), period_from=NOON - 30 * DAY, period_to=NOON, starts_at=NOON,
        ends_at=LATER, lead="P0001", planned_by="P0001", planned_at=NOON,
    )  # fmt: skip


def _request(_line: Line) -> object:
    return SubjectRequest(
        number="SR0001", kind=RequestKind.ACCESS, regime=Regime.GDPR, channel="letter", salt=b"1", reference="0",
        filed_by="P0001", received_at=LATER, due_at=LATER + 30 * DAY,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("holding", "kind", "let_go"),
    [
        (_incident, "incident", {"status": IncidentStatus.CLOSED}),
        (_audit, "audit", {"status": AuditStatus.CLOSED}),
        (_audit, "audit", {"period_to": NOON - 20 * DAY}),  # the data are younger than what is audited
        (_request, "subject request", {"searched_at": LATER}),
    ],
)
def test_what_somebody_still_needs_is_held(stream: Line, holding, kind: str, let_go) -> None:  # type: ignore[no-untyped-def]
    keep(stream)
    with stream.store.transaction() as tx:
        row = holding(stream)
        tx.session.add(row)

    assert remove(stream).held == 3
    with stream.store.reading() as session:
        assert {hold.kind for one in endings(session, at=LATER) for hold in one.holds} == {kind}

    with stream.store.transaction() as tx:
        held = tx.session.merge(row)
        for name, value in let_go.items():
            setattr(held, name, value)
    assert len(remove(stream).batches) == 3


def test_a_hold_by_a_person_stands_until_it_is_lifted(stream: Line) -> None:
    keep(stream)
    claim = "A claim is before the court"
    store, ledger, model = stream.store, stream.ledger, stream.model
    with pytest.raises(Refused):
        hold_data(store, ledger, holder=model, reason=claim, actor=stream.cast.developer, at=NOON)
    hold_data(store, ledger, holder=model, reason=claim, actor=stream.cast.approver, at=NOON)

    assert remove(stream).batches == ()

    lift_hold(store, ledger, holder=model, reason="The claim was settled", actor=stream.cast.approver, at=NOON)
    assert len(remove(stream).batches) == 3


def test_reference_data_in_use_are_held(stream: Line) -> None:
    stream.take(BatchKind.REFERENCE, inferences(3, first=20))
    declare_monitored(
        stream.store, stream.ledger, model=stream.model, data=MonitoredData(positive_label="1"), expected_revision=0,
        actor=stream.cast.owner, at=NOON,
    )  # fmt: skip
    keep(stream)

    assert remove(stream).held == 1


@pytest.mark.parametrize(
    ("days", "code"),
    [(183, "too-short"), (301, "too-long"), (40_000, "too-long")],
)
def test_a_period_is_no_shorter_than_the_law_and_no_longer_than_the_policy(stream: Line, days: int, code: str) -> None:
    a_policy(stream.store, default_policy_text() + "\n[data_keeping]\npersonal = 300\n")
    classed(stream, PERSONAL, "id")

    with pytest.raises(Refused) as refused:
        keep(stream, days)

    assert code in {one.code for one in refused.value.refusals}
    with pytest.raises(Refused):
        keep(stream, 250, actor=stream.cast.validator)


def test_a_dataset_past_its_day_is_told_until_it_is_retired(stream: Line) -> None:
    keep(stream, 40, holder="D0001")

    with stream.store.reading() as session:
        assert dataset_ends(session, at=NOON) == ()
        (soon,) = dataset_ends(session, at=NOON + 11 * DAY)
    assert (soon.dataset, soon.days) == ("D0001", 40)


def test_a_crash_after_the_commit_leaves_a_file_that_the_next_run_takes(
    stream: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(stream)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> int:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(removing, "remove_files", killed)
        with pytest.raises(Killed):
            remove(stream)
    first = batches(stream)[0]
    assert first.removed_at is not None
    assert stream.files.holds(first.digest)

    done = remove(stream)

    assert (done.batches, done.files) == ((), 4)  # one index for the three
    assert not stream.files.holds(first.digest)


def test_a_file_that_another_row_names_stays(stream: Line) -> None:
    keep(stream)
    with stream.store.transaction() as tx:
        twin = tx.session.get_one(ProductionBatch, 1).model_dump(exclude={"id", "number"})
        tx.session.add(ProductionBatch(**{**twin, "number": "PB0099", "last_at": LATER, "received_at": LATER}))

    remove(stream)

    assert stream.files.holds(batches(stream)[0].digest)
