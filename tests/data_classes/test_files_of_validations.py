"""Timers over files of validations and over quarantine: what nothing rests on goes, on record, and is told of."""

import os
import signal
import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlmodel import Session, col, select

from core.audits.population import AuditScope
from core.audits.rules.life import AuditKind, AuditStatus
from core.audits.tables import Audit
from core.errors import NotFound
from core.improvement.incidents.rules.life import IncidentStatus
from core.improvement.incidents.tables import Incident
from core.inventory.bias_data.rules import Basis
from core.inventory.bias_data.tables import BiasPurpose
from core.inventory.classes.rules import ClassFacts
from core.inventory.rules import Stage
from core.ledger import unnamed
from core.ledger.events import Event
from core.ledger.head import lock_head
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.monitoring.controls.adopting import discard
from core.monitoring.controls.rules import HeldStatus
from core.monitoring.controls.tables import HeldRows
from core.policy.keeping.rules import DataClass
from core.policy.service import default_policy_text
from core.privacy.classes.deciding import classify_columns
from core.privacy.classes.noting import locked_holder, note_columns
from core.privacy.retention import removing
from core.privacy.retention.evidence import evidence_endings
from core.privacy.retention.planning import FileEnding
from core.privacy.retention.quarantine import quarantine_endings
from core.privacy.retention.queries import removed_lately
from core.privacy.retention.removing import Cleared, remove_due_data
from core.privacy.retention.removing_files import clear_files, remove_due_rows
from core.privacy.retention.rules import Resting, evidence_holds
from core.privacy.retention.terms import hold_data, keep_data_for, lift_hold
from core.privacy.sensitive.holding import held_attributes
from core.privacy.subjects.rules import Regime, RequestKind, Treatment
from core.privacy.subjects.tables import SubjectFound, SubjectRequest
from core.store import Store, Transaction
from core.store.named import Folder, named_files, standing_names
from core.validation.redacted import removed_in_words
from core.validation.reproducing import reproduce
from core.validation.rules import FindingStatus, RunStatus, Severity
from core.validation.tables import Evidence, Finding, Run
from tests.builders import NOON, a_finding, a_policy, conclude, finish_run
from tests.production_data.conftest import Line, make_line
from tests.validation.conftest import Bench, codes, lines, make_bench

POLICY = default_policy_text() + "\n[data_keeping]\npersonal = 300\nspecial_category = 200\n"
LATER, DAY = NOON + timedelta(days=300), timedelta(days=1)
PERSONAL = ClassFacts(DataClass.PERSONAL, "To test the model", None)


def classed(bench: Bench) -> Bench:
    """A file that was judged, replaced by another, and a policy that ends what is personal after 300 days."""
    bench.hand_in(lines(60))
    finish_run(bench.store, bench.model, bench.version, by=bench.cast.developer)
    bench.hand_in(lines(62), at=NOON + DAY)
    a_policy(bench.store, POLICY)
    note_columns(bench.store, bench.ledger, bench.files, at=NOON)
    classify_columns(
        bench.store, bench.ledger, holder="D0002", decisions={"case": PERSONAL}, actor=bench.cast.owner, at=NOON
    )
    return bench


@pytest.fixture
def used(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> Bench:
    return classed(make_bench(sqlite_store, ledger, tmp_path))


@pytest.fixture
def used_everywhere(store: Store, ledger: Ledger, tmp_path: Path) -> Bench:
    return classed(make_bench(store, ledger, tmp_path))


def ending(bench: Bench, at: datetime = LATER) -> dict[str, FileEnding]:
    with bench.store.reading() as session:
        return {one.record: one for one in evidence_endings(session, at=at)}


def remove(bench: Bench, at: datetime = LATER) -> Cleared:
    return remove_due_data(bench.store, bench.ledger, bench.files, at=at)


def add(bench: Bench, *rows: object) -> None:
    with bench.store.transaction() as tx:
        tx.session.add_all(rows)


def test_a_replaced_file_goes_on_record_and_what_rests_on_it_stays(used_everywhere: Bench) -> None:
    bench = used_everywhere
    conclude(bench.store, bench.model, bench.version, by=bench.cast.validator)
    bench.set_stage(Stage.RETIRED)  # nothing rests on its decision any more
    first, second = bench.evidence()

    done = remove(bench)

    assert (done.evidence, done.batches, done.rows) == (("E0001",), (), 60)
    assert not any(bench.files.holds(one) for one in (first.file_digest, first.table_digest))
    assert bench.files.holds(second.table_digest)  # handed in a day later
    gone = bench.evidence()[0]
    assert gone.removed_reason == "kept for 300 days by policy [data_keeping]"
    with bench.store.reading() as session:
        (entry,) = session.exec(select(LogEntry).where(LogEntry.action == Event.EVIDENCE_REMOVED.value)).all()
        assert (entry.idx, entry.entity_id) == (gone.removed_entry, f"{bench.model} {bench.version}")
        assert verify_store(session, bench.ledger.vkey).passed
        assert first.table_digest not in named_files(session.connection()).needed[Folder.EVIDENCE]
        run = session.exec(select(Run)).one()
        assert run.result_digest
        assert removed_in_words(session, run).startswith("Input removed since it was computed (E0001 was removed on ")
        assert [(one.record, one.reason) for one in removed_lately(session)] == [("E0001", gone.removed_reason)]
        with pytest.raises(NotFound, match="E0001 was removed on 2027-"):
            held_attributes(session, "E0001")
    (wrong,) = [one for one in reproduce(bench.store, bench.files, run="R0001").wrong_inputs if "E0001" in one.what]
    assert wrong.why.startswith("E0001 was removed on ")
    assert remove(bench) == Cleared()


def _approved(bench: Bench) -> None:
    conclude(bench.store, bench.model, bench.version, by=bench.cast.validator)
    bench.set_stage(Stage.IN_PRODUCTION)


def _pending(bench: Bench) -> None:
    with bench.store.transaction() as tx:
        tx.session.exec(select(Run)).one().status = RunStatus.QUEUED


def _finding(bench: Bench) -> None:
    a_finding(bench.store, bench.model, bench.version)


def _incident(bench: Bench) -> None:
    add(bench, Incident(
        number="IN0001", title="Wrong letters", severity=Severity.HIGH, status=IncidentStatus.CONTAINED, what="…",
        model=bench.model, aware_at=NOON, declared_by="P0001", declared_at=NOON,
    ))  # fmt: skip


def _audit(bench: Bench) -> None:
    add(bench, Audit(
        number="AU0001", kind=AuditKind.INTERNAL, status=AuditStatus.FIELDWORK, title="Data", objective="…",
        scope=AuditScope(tiers=(1,)).to_json(), period_from=NOON, period_to=NOON + DAY, starts_at=NOON,
        ends_at=LATER, lead="P0001", planned_by="P0001", planned_at=NOON,
    ))  # fmt: skip


def _request(bench: Bench) -> None:
    request = SubjectRequest(
        number="SR0001", kind=RequestKind.ACCESS, regime=Regime.GDPR, channel="letter", salt=b"1", reference="0",
        filed_by="P0001", received_at=LATER, due_at=LATER + 30 * DAY, searched_at=LATER,
    )  # fmt: skip
    add(bench, request)
    found = SubjectFound(request_id=1, place="evidence", record="E0001", hits=1, treatment=Treatment.ROWS)
    add(bench, found)


def _hold(bench: Bench) -> None:
    hold_data(
        bench.store, bench.ledger, holder="D0002", reason="A claim is before the court", actor=bench.cast.approver,
        at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("happens", "kind"),
    [
        (_approved, "approval"), (_pending, "validation"), (_finding, "finding"), (_incident, "incident"),
        (_audit, "audit"), (_request, "subject request"), (_hold, "hold"),
    ],
)  # fmt: skip
def test_what_something_rests_on_is_held(used: Bench, happens, kind: str) -> None:  # type: ignore[no-untyped-def]
    if kind != "approval":
        used.set_stage(Stage.RETIRED)
    happens(used)

    done = remove(used)

    assert (done.evidence, done.held) == ((), 1)
    assert kind in {hold.kind for hold in ending(used)["E0001"].holds}


def test_what_held_a_file_lets_it_go_when_it_ends(used: Bench) -> None:
    used.set_stage(Stage.NOT_VALIDATED)  # nothing was decided on it that stands
    _finding(used)
    _hold(used)
    assert remove(used).held == 1

    with used.store.transaction() as tx:
        tx.session.exec(select(Finding)).one().status = FindingStatus.VERIFIED_CLOSED
    assert remove(used).held == 1
    lift_hold(used.store, used.ledger, holder="D0002", reason="It was settled", actor=used.cast.approver, at=NOON)

    assert remove(used).evidence == ("E0001",)


def test_files_of_a_version_that_is_not_decided_on_stay_and_are_told_of_before(used: Bench) -> None:
    """In validation: the file at hand stays, and the one that the newest run judged."""
    assert remove(used, LATER + DAY).held == 2

    assert set(ending(used, NOON + 270 * DAY)) == {"E0001"}  # 30 days ahead
    assert not ending(used, NOON + 269 * DAY)
    assert [one.number for one in ending(used)["E0002"].holds] == [f"{used.model} {used.version}"]


def test_a_validation_of_files_that_are_gone_is_refused_with_the_reason(used: Bench) -> None:
    used.set_stage(Stage.RETIRED)
    remove(used, LATER + DAY)
    used.set_stage(Stage.IN_VALIDATION)

    assert codes(used.start) == ["evidence-removed"]

    again = used.hand_in(lines(62), at=LATER + DAY)  # the same bytes, and they lie there again
    assert used.files.holds(again.table_digest)
    assert used.start(at=LATER + DAY)


def test_a_dataset_ends_its_files_and_so_does_the_purpose_of_bias_test_data(used: Bench) -> None:
    used.set_stage(Stage.RETIRED)
    add(used, BiasPurpose(
        number="BD0001", dataset_id=2, columns="Sex", purpose="…", necessity="…", basis=Basis.CONSENT,
        basis_detail="…", safeguards="…", readers="…", delete_by=NOON + 90 * DAY, declared_by="P0003", declared_at=NOON,
    ))  # fmt: skip
    assert ending(used, NOON + 91 * DAY)["E0001"].term.by == "purpose BD0001"

    keep_data_for(
        used.store, used.ledger, holder="D0002", days=40, reason="As long as it is tested", actor=used.cast.owner,
        at=NOON,
    )  # fmt: skip

    done = remove(used, NOON + 41 * DAY)
    assert done.evidence == ("E0001", "E0002")
    assert {one.removed_reason for one in used.evidence()} == {"kept for 40 days by a decision on D0002"}


def test_a_removal_of_evidence_that_is_killed_is_finished_by_the_next(used: Bench) -> None:
    """kill -9 between the commit and the files."""
    used.set_stage(Stage.RETIRED)
    child = os.fork()
    if child == 0:  # pragma: no cover  # the child ends by its own signal
        removing.clear_files = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment,attr-defined]
        remove(used)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    (gone, _) = used.evidence()

    assert (os.WTERMSIG(status), gone.removed_at) == (signal.SIGKILL, LATER)
    assert used.files.holds(gone.file_digest)
    assert (remove(used).files, used.files.holds(gone.file_digest)) == (2, False)


def waiting(store: Store, act: Callable[[], object], *, until: Callable[[], object]) -> None:
    """Begin an act while somebody holds a lock, and let it go on by `until` once it waits there, or has ended."""
    doing = threading.Thread(target=act)
    doing.start()
    asked = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    while doing.is_alive():
        with store.engine.connect() as connection:
            if connection.execute(asked).scalar_one():
                break
    until()
    doing.join()


def test_a_hold_that_is_being_set_on_the_dataset_is_waited_for(
    postgresql_store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    bench = classed(make_bench(postgresql_store, ledger, tmp_path))
    bench.set_stage(Stage.RETIRED)
    done = list[Cleared]()
    with Session(bench.store.engine) as session:
        held = locked_holder(Transaction(session), "D0002", at=NOON)
        held.hold_reason, held.hold_by, held.hold_at = "A claim is before the court", "P0001", NOON
        session.add(held)
        session.flush()
        waiting(bench.store, lambda: done.append(remove(bench)), until=session.commit)

    assert [one.evidence for one in done] == [()]


def test_a_row_that_is_being_written_keeps_its_file(postgresql_store: Store, ledger: Ledger, tmp_path: Path) -> None:
    bench = classed(make_bench(postgresql_store, ledger, tmp_path))
    first, _ = bench.evidence()
    done = list[int]()
    with bench.store.transaction() as tx:
        tx.session.merge(first).removed_at = NOON
    with Session(bench.store.engine) as session:
        lock_head(session)
        session.add(Evidence(**{**first.model_dump(exclude={"id"}), "number": "E0099"}))
        session.flush()
        waiting(bench.store, lambda: done.append(clear_files(bench.store, bench.files)), until=session.commit)

    assert (done, bench.files.holds(first.table_digest)) == ([0], True)


def test_writers_wait_once_for_all_files_that_go(used: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    used.set_stage(Stage.RETIRED)
    for row in used.evidence():
        with used.store.transaction() as tx:
            tx.session.merge(row).removed_at = NOON
    asked = list[Folder]()

    def counted(connection: Connection, folder: Folder) -> Collection[str]:
        asked.append(folder)
        return standing_names(connection, folder)

    monkeypatch.setattr(unnamed, "standing_names", counted)

    assert (clear_files(used.store, used.files), asked) == (4, [Folder.EVIDENCE])


def test_a_file_that_another_evidence_names_stays(used: Bench) -> None:
    used.set_stage(Stage.RETIRED)
    with used.store.transaction() as tx:
        first = tx.session.get_one(Evidence, 1).model_dump(exclude={"id", "number"})
        tx.session.add(Evidence(**{**first, "number": "E0099", "uploaded_at": LATER}))

    assert remove(used).evidence == ("E0001",)
    assert used.files.holds(used.evidence()[0].table_digest)


def lots(line: Line) -> list[HeldRows]:
    with line.store.reading() as session:
        return list(session.exec(select(HeldRows).order_by(col(HeldRows.id))))


def test_rows_on_which_nobody_decides_go_after_the_fewest_days_of_the_policy(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    line = make_line(store, ledger, tmp_path)
    a_policy(store, POLICY)
    stranger = replace(line, model="Loan limits", version="0.9")
    stranger.inferences(3)
    stranger.inferences(4, first=50, at=NOON + 30 * DAY)
    (first, second) = lots(line)
    with store.reading() as session:
        (soon,) = quarantine_endings(session, at=NOON + 180 * DAY)
    assert (soon.record, soon.term.days, soon.due(NOON + 180 * DAY)) == (first.number, 200, False)

    done = remove_due_data(store, ledger, line.files, at=NOON + 200 * DAY)

    gone, left = lots(line)
    assert (done.quarantine, done.files) == ((first.number,), 1)
    assert (gone.status, left.status) == (HeldStatus.DISCARDED, HeldStatus.HELD)
    assert (
        gone.decision
        == "Nobody decided on them: kept for 200 days by policy [data_keeping], as nobody classed what they hold"
    )
    assert (line.files.holds(first.digest), line.files.holds(second.digest)) == (False, True)
    with store.reading() as session:
        entry = session.exec(select(LogEntry).where(LogEntry.action == Event.ROWS_REMOVED.value)).one()
        assert entry.idx == gone.removed_entry
        assert [one.record for one in removed_lately(session)] == [first.number]


def test_a_person_who_decides_first_is_not_overruled(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> None:
    line = make_line(sqlite_store, ledger, tmp_path)
    a_policy(line.store, POLICY)
    replace(line, model="Loan limits", version="0.9").inferences(3)
    (row,) = lots(line)
    with line.store.reading() as session:
        due = quarantine_endings(session, at=LATER)
    discard(
        line.store, ledger, line.files, quarantine=row.number, reason="Sent by mistake", actor=line.cast.owner, at=LATER
    )

    assert remove_due_rows(line.store, ledger, due, at=LATER) == []
    assert lots(line)[0].removed_entry is None


@pytest.mark.parametrize(
    ("resting", "kind"),
    [
        (Resting("M0001 1", Stage.APPROVED, at_hand=True), "approval"),
        (Resting("M0001 1", Stage.IN_PRODUCTION, runs=("R0001",)), "approval"),
        (Resting("M0001 1", Stage.IN_PRODUCTION), None),  # replaced, and no run that counts used it
        (Resting("M0001 1", Stage.SUPERSEDED, falls_back=True, runs=("R0001",)), "approval"),
        (Resting("M0001 1", Stage.SUPERSEDED, at_hand=True, runs=("R0001",)), None),
        (Resting("M0001 1", Stage.IN_APPROVAL, at_hand=True), "validation"),
        (Resting("M0001 1", Stage.RETIRED, pending=("R0002",)), "validation"),
        (Resting("M0001 1", Stage.RETIRED, at_hand=True, runs=("R0001",)), None),
    ],
)
def test_a_file_stays_while_a_decision_in_force_or_to_come_rests_on_it(resting: Resting, kind: str | None) -> None:
    assert [hold.kind for hold in evidence_holds([resting], [])] == ([kind] if kind else [])
