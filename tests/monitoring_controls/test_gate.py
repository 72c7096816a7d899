"""The gate: rows that controls refuse lie in quarantine, outputs wait for people, and alerts say how often."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.access.rules import Role
from core.errors import Refused, Unreadable
from core.inventory.rules import Stage
from core.ledger.queries import entries
from core.monitoring.alerts.tables import Alert
from core.monitoring.controls.declaring import declare_control, end_control
from core.monitoring.controls.tables import ControlResult, HeldRows, OutputReview
from core.monitoring.intake.rules import BatchKind
from core.policy.controls.rules import Control, ControlAction, ControlKind, Side
from tests.builders import NOON, a_version, an_actor
from tests.production_data.conftest import Line, inferences

OWNER = an_actor("P0003", Role.OWNER)
INCOME = Control(
    "", "Income", Side.INPUTS, ControlKind.RANGE, ControlAction.REFUSE, ("income",), low=1001.0, alert_above=0.1
)
MAILS = ["nothing", "ask jane.doe@example.org", "nothing"]


def declare(line: Line, control: Control) -> str:
    said = "Agreed with credit risk."
    return declare_control(
        line.store, line.ledger, model=line.model, control=control, reason=said, actor=OWNER, at=NOON
    )


def every(line: Line, kind: type) -> list:  # type: ignore[type-arg]
    with line.store.reading() as session:
        return list(session.exec(select(kind)).all())


def test_a_row_with_personal_data_is_refused_and_kept_masked(line: Line) -> None:
    received = line.inferences(3, note=MAILS)

    assert (received.rows, received.held, received.quarantined) == (2, 1, ("QR0001",))
    assert line.all()["id"] == ["i-00000", "i-00002"]
    (held,) = every(line, HeldRows)
    assert (held.rows, held.because, held.clauses) == (1, "refused rows", '["21.1"]')
    with line.files.opened() as path:
        assert b"jane" not in path(held.digest).read_bytes()
    with line.store.reading() as session:
        found = {row.action: row for row in entries(session, limit=9).rows}
    assert {"rows.held", "alert.raised", "production.recorded"} <= set(found)


def test_what_each_control_found_is_kept_beside_its_batch(small_line: Line) -> None:
    number = declare(small_line, INCOME)

    small_line.inferences(4, note=[*MAILS, None])

    found = {row.clause: (row.batch, row.rows, row.found, row.own) for row in every(small_line, ControlResult)}
    assert found["21.1"] == ("PB0001", 4, 1, False)
    assert found[number] == ("PB0001", 4, 1, True)
    assert found["21.5"] == ("PB0001", 4, 0, False)


def test_too_many_violations_raise_one_alert_that_recovers(small_line: Line) -> None:
    small_line.inferences(3, note=MAILS)
    small_line.inferences(3, first=3, note=MAILS)
    (alert,) = [one for one in every(small_line, Alert) if one.kind == "control"]
    assert (alert.count, alert.severity, alert.model) == (2, "high", small_line.model)
    assert "1 of 3 rows" in alert.detail

    small_line.inferences(3, first=6)

    (alert,) = [one for one in every(small_line, Alert) if one.kind == "control"]
    assert alert.recovered_at == NOON


def test_a_clause_that_blocks_holds_the_whole_batch_back_once(small_line: Line) -> None:
    declare(small_line, Control("", "Region", Side.INPUTS, ControlKind.VOCABULARY, ControlAction.BLOCK, ("region",),
                                values=("north",)))  # fmt: skip

    first, again = small_line.inferences(3), small_line.inferences(3)

    assert (first.batches, first.rows, first.held, first.quarantined) == ((), 0, 3, ("QR0001",))
    assert again.quarantined == ("QR0001",)
    assert small_line.all()["id"] == []
    assert {row.batch for row in every(small_line, ControlResult)} == {"QR0001"}


def test_an_output_waits_for_people_once_however_often_it_is_handed_in(small_line: Line) -> None:
    declare(small_line, Control("", "Unsure", Side.OUTPUTS, ControlKind.SCORE_BAND, ControlAction.FLAG, low=0.1,
                                high=0.2))  # fmt: skip

    small_line.inferences(4)
    small_line.inferences(4)
    small_line.inferences(6)

    waiting = every(small_line, OutputReview)
    assert [(one.number, one.output_id, one.people) for one in waiting] == [
        ("OR0001", "i-00001", 2),
        ("OR0002", "i-00002", 2),
    ]
    assert waiting[0].due_at == NOON + timedelta(days=2)
    assert '"prediction": "0"' in waiting[0].output
    assert '"income": "1001.5"' in waiting[0].inputs


def test_a_control_of_a_model_may_not_be_looser_than_the_policy(small_line: Line) -> None:
    with pytest.raises(Refused, match=r"looser than the policy: it lets 30,000 characters pass.*clause 21.5"):
        declare(small_line, Control("", "Length", Side.INPUTS, ControlKind.LENGTH, ControlAction.REFUSE,
                                    longest=30_000, alert_above=0.01))  # fmt: skip

    tighter = declare(small_line, Control("", "Length", Side.INPUTS, ControlKind.LENGTH, ControlAction.REFUSE,
                                          longest=20, alert_above=0.0))  # fmt: skip
    small_line.inferences(1)
    clauses = {row.clause for row in every(small_line, ControlResult)}
    assert tighter in clauses
    assert "21.5" not in clauses  # the tighter one stands in for it


def test_a_control_that_was_ended_looks_no_more(small_line: Line) -> None:
    number = declare(small_line, INCOME)
    end_control(
        small_line.store, small_line.ledger, control=number, reason="The range was wrong.", actor=OWNER, at=NOON
    )

    assert small_line.inferences(2).rows == 2


def test_who_may_not_edit_the_model_declares_nothing(small_line: Line) -> None:
    with pytest.raises(Refused, match="owner"):
        declare_control(small_line.store, small_line.ledger, model=small_line.model, control=INCOME,
                        reason="Agreed with credit risk.", actor=an_actor("P0009", Role.APPROVER), at=NOON)  # fmt: skip
    with pytest.raises(Unreadable, match="“title” is missing"):
        declare(small_line, Control("", "", Side.INPUTS, ControlKind.LENGTH, ControlAction.COUNT, longest=3))


def test_an_unapproved_version_raises_one_alert_and_its_rows_are_kept(small_line: Line) -> None:
    small_line.inferences(2)
    small_line.inferences(2, first=2)

    (alert,) = [one for one in every(small_line, Alert) if one.kind == "unapproved version"]
    assert (alert.count, alert.version, alert.severity) == (2, "1.0.0", "critical")
    assert len(small_line.all()["id"]) == 4


def test_an_approved_version_raises_none(small_line: Line) -> None:
    a_version(small_line.store, small_line.cast, model=small_line.model, version="1.1.0", stage=Stage.APPROVED)

    small_line.take(BatchKind.INFERENCES, inferences(2), version="1.1.0")

    assert every(small_line, Alert) == []
