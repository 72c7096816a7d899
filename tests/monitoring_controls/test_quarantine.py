"""Strangers: what nobody registered waits in quarantine, an alert tells of it, and a person decides what it becomes."""

import threading
from dataclasses import replace

import pytest
from sqlmodel import select

from core.access.rules import Role
from core.errors import Conflict, NotFound, Refused
from core.inventory.importing.discovering import ignore
from core.inventory.importing.queries import discoveries
from core.inventory.importing.rules import DiscoveryStatus
from core.inventory.tables import Model
from core.ledger.queries import entries
from core.monitoring.alerts.tables import Alert
from core.monitoring.controls.adopting import As, adopt, discard
from core.monitoring.controls.declaring import declare_control, end_control
from core.monitoring.controls.tables import HeldRows
from core.monitoring.intake.rules import BatchKind
from core.policy.controls.rules import Control, ControlAction, ControlKind, Side
from core.store.files import Redaction
from core.validation.findings.proof import FILE
from core.validation.tables import Finding, FindingEvidence
from tests.builders import NOON, a_finding, a_version, an_actor
from tests.production_data.conftest import Line, inferences, labels

OWNER = an_actor("P0003", Role.OWNER)
WHY = "Registered by its owner today."


def a_stranger(line: Line, note: list[str] | None = None) -> str:
    stranger = replace(line, model="Loan limits", version="0.9")
    (number,) = stranger.inferences(3, note=note).quarantined
    return number


def held(line: Line) -> list[HeldRows]:
    with line.store.reading() as session:
        return list(session.exec(select(HeldRows).order_by(HeldRows.id)).all())  # type: ignore[arg-type]


def alerts(line: Line) -> list[Alert]:
    with line.store.reading() as session:
        return [one for one in session.exec(select(Alert)).all() if one.kind == "unknown model"]


def test_a_stranger_is_kept_discovered_and_told_of_once(line: Line) -> None:
    number = a_stranger(line, note=["x", "ask jo@example.org", "x"])
    assert a_stranger(line, note=["x", "ask jo@example.org", "x"]) == number  # the same rows once more

    (row,) = held(line)
    assert (row.model, row.version, row.rows, row.because, row.environment) == (
        "Loan limits", "0.9", 3, "unknown model", "production",
    )  # fmt: skip
    with line.files.opened() as path:
        assert b"jo@example" not in path(row.digest).read_bytes()
    with line.store.reading() as session:
        (found,) = discoveries(session, limit=9, offset=0).rows
    assert (found.number, found.name, found.version, found.sightings) == (row.discovery, "Loan limits", "0.9", 2)
    (alert,) = alerts(line)
    assert (alert.count, alert.model, alert.severity) == (2, "", "high")
    assert found.number in alert.detail


def test_an_unknown_version_of_a_known_model_waits_and_its_other_rows_are_taken(small_line: Line) -> None:
    versions = ["1.0.0", "2.0.0", "1.0.0"]

    received = small_line.take(BatchKind.INFERENCES, inferences(3, version=versions), version=None)

    assert (received.rows, received.held) == (2, 1)
    (row,) = held(small_line)
    assert (row.model, row.version, row.because) == (small_line.model, "2.0.0", "unknown version")
    (alert,) = alerts(small_line)
    assert (alert.model, alert.version) == (small_line.model, "2.0.0")


def test_a_model_may_be_called_by_its_name(small_line: Line) -> None:
    with small_line.store.reading() as session:
        name = session.exec(select(Model.name)).one()

    assert replace(small_line, model=name).inferences(2).rows == 2


def test_rows_are_taken_over_once_their_version_is_registered(line: Line) -> None:
    number = a_stranger(line)
    with pytest.raises(Refused, match="does not know “Loan limits”"):
        take_over(line, number, As())
    with pytest.raises(Refused, match=r"does not know version “0\.9” of this model"):
        take_over(line, number, As(model=line.model))
    a_version(line.store, line.cast, model=line.model, version="1.1.0")

    received = take_over(line, number, As(line.model, "1.1.0"))

    assert (received.rows, received.batches) == (3, ("PB0001",))
    assert line.all(version="1.1.0")["id"] == ["i-00000", "i-00001", "i-00002"]
    (row,) = held(line)
    assert (row.status, row.decided_by, row.taken_as) == ("taken over", OWNER.id, '["PB0001"]')
    with line.store.reading() as session:
        (found,) = discoveries(session, status=DiscoveryStatus.REGISTERED, limit=9, offset=0).rows
        actions = [one.action for one in entries(session, limit=5).rows]
    assert found.model == line.model
    assert "rows.taken_over" in actions
    assert alerts(line)[0].recovered_at == NOON
    with pytest.raises(Refused, match="were taken over"):
        take_over(line, number, As(line.model, "1.1.0"))


def test_rows_are_discarded_with_a_reason_and_their_file_is_gone(small_line: Line) -> None:
    number = a_stranger(small_line)
    with pytest.raises(Refused, match="reason"):
        throw_away(small_line, number, "no")
    with pytest.raises(Refused, match="role"):
        throw_away(small_line, number, "A load test.", an_actor("P0009", Role.AUDITOR))

    throw_away(small_line, number, "A load test.")

    (row,) = held(small_line)
    assert (row.status, row.decision) == ("discarded", "A load test.")
    with pytest.raises(NotFound):
        small_line.files.path(row.digest)
    with pytest.raises(Refused, match="were discarded"):
        take_over(small_line, number, As(small_line.model, "1.0.0"))


def test_what_stands_for_rows_of_which_a_person_was_erased_goes_with_them(small_line: Line) -> None:
    number = a_stranger(small_line)
    (row,), stands = held(small_line), small_line.files.add([b"the rows of the others"], sealing=True).digest
    small_line.files.redact(Redaction(row.digest, stands, "SR0001", 1, 1))

    throw_away(small_line, number, "A load test.")

    assert not small_line.files.holds(stands)


def test_a_file_that_proves_a_finding_stays_when_the_same_bytes_are_discarded(small_line: Line) -> None:
    number = a_stranger(small_line)
    finding = a_finding(small_line.store, small_line.model, small_line.version)
    with small_line.store.transaction() as tx:
        about = tx.session.exec(select(Finding.id).where(Finding.number == finding)).one()
        tx.session.add(FindingEvidence(
            finding_id=about or 0, kind=FILE, key=held(small_line)[0].digest, added_by="P0003", added_at=NOON,
        ))  # fmt: skip

    throw_away(small_line, number, "A load test.")

    assert small_line.files.holds(held(small_line)[0].digest)


def test_labels_of_a_stranger_wait_too(small_line: Line) -> None:
    received = replace(small_line, model="Loan limits").take(BatchKind.LABELS, labels(2))

    assert received.held == 2
    assert take_over(small_line, received.quarantined[0], As(small_line.model)).waiting == 2


def test_rows_that_a_control_refused_pass_once_the_control_is_put_right(small_line: Line) -> None:
    control = Control("", "Income", Side.INPUTS, ControlKind.RANGE, ControlAction.REFUSE, ("income",), low=1001.0)
    own = declare_control(small_line.store, small_line.ledger, model=small_line.model, control=control,
                          reason="Agreed with credit risk.", actor=OWNER, at=NOON)  # fmt: skip
    (number,) = small_line.inferences(3).quarantined
    with pytest.raises(Refused, match=rf"The controls that hold now refuse these rows \(clause {own}\)"):
        take_over(small_line, number, As())
    end_control(small_line.store, small_line.ledger, control=own, reason="The bound was wrong.", actor=OWNER, at=NOON)

    assert take_over(small_line, number, As()).rows == 1
    assert small_line.all()["id"] == ["i-00000", "i-00001", "i-00002"]


def test_of_two_who_decide_at_once_one_is_told(line: Line) -> None:
    number = a_stranger(line)
    a_version(line.store, line.cast, model=line.model, version="1.1.0")
    start, said = threading.Barrier(2), list[str]()

    def decide() -> None:
        start.wait()
        try:
            take_over(line, number, As(line.model, "1.1.0"))
            said.append("done")
        except (Conflict, Refused):
            said.append("told")

    both = [threading.Thread(target=decide) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(said) == ["done", "told"]
    assert len(line.all()["id"]) == 3


def take_over(line: Line, number: str, as_: As):  # type: ignore[no-untyped-def]
    return adopt(line.store, line.ledger, line.files, quarantine=number, as_=as_, reason=WHY, actor=OWNER, at=NOON)


def throw_away(line: Line, number: str, reason: str, actor=OWNER) -> None:  # type: ignore[no-untyped-def]
    discard(line.store, line.ledger, line.files, quarantine=number, reason=reason, actor=actor, at=NOON)


def test_a_stranger_that_was_left_out_with_a_reason_raises_no_more_alerts(small_line: Line) -> None:
    a_stranger(small_line)
    ignore(small_line.store, small_line.ledger, discovery="U0001", reason="A vendor's trial.", actor=OWNER, at=NOON)

    replace(small_line, model="Loan limits", version="0.9").inferences(2, first=5)

    (alert,) = alerts(small_line)
    assert (alert.count, alert.recovered_at) == (1, NOON)
    assert [row.rows for row in held(small_line)] == [3, 2]  # its rows wait all the same
