"""What people decide of a column that stopped an upload counts for the uploads that follow, until it is withdrawn."""

from datetime import timedelta

from core.access.personal_data.rules import Level, ScanResult
from core.access.personal_data.tables import ColumnVerdict
from core.access.rules import Actor
from core.privacy.columns import decide_column, withdraw_decision
from core.privacy.queries import columns_waiting, decisions
from tests.builders import NOON
from tests.validation.conftest import HEADER, Bench, codes, lines

WITH_MAIL = lines(60, f"{HEADER},contact", ["a.person@example.com"])
WITH_IBAN = lines(60, f"{HEADER},contact", ["DE89 3704 0044 0532 0130 00"])
WHY = "Made-up addresses of a test set, nobody is reached by them."
UNTIL = NOON + timedelta(days=90)


def _decide(bench: Bench, verdict: ColumnVerdict, actor: Actor | None = None, **changed: object) -> str:
    said = {"finding": "PF0001", "verdict": verdict, "reason": WHY, "until": UNTIL, "at": NOON} | changed
    who = actor or bench.cast.validator
    return decide_column(bench.store, bench.ledger, actor=who, **said)  # type: ignore[arg-type]


def _refused(bench: Bench, text: str = WITH_MAIL) -> None:
    assert codes(lambda: bench.hand_in(text)) == ["personal-data"]


def test_a_column_that_stops_an_upload_waits_once_for_a_person_without_its_values(bench: Bench) -> None:
    _refused(bench)
    _refused(bench)

    with bench.store.reading() as session:
        (row,) = columns_waiting(session, bench.cast.validator).rows
    assert (row.number, row.scope, row.column, row.said, row.times) == (
        "PF0001", bench.model, "contact", "e-mail address (60)", 2,
    )  # fmt: skip
    assert row.shape == "x.xxxxxx@xxxxxxx.xxx"
    assert row.refusals == ()


def test_an_allowed_column_goes_to_review_and_a_false_alarm_is_none(small_bench: Bench) -> None:
    for verdict, level in ((ColumnVerdict.ALLOWED, Level.REVIEW), (ColumnVerdict.FALSE_ALARM, Level.NONE)):
        _refused(small_bench)
        with small_bench.store.reading() as session:
            (row,) = columns_waiting(session, small_bench.cast.validator).rows
        decision = _decide(small_bench, verdict, finding=row.number)
        small_bench.hand_in(WITH_MAIL)

        scan = ScanResult.from_json(small_bench.evidence()[-1].scan)
        assert {column.column: column.level for column in scan.columns}["contact"] is level
        withdraw_decision(small_bench.store, small_bench.ledger, decision=decision, reason=WHY,
                          actor=small_bench.cast.owner, at=NOON)  # fmt: skip


def test_a_decision_covers_no_other_kind_and_no_column_that_stays_out(small_bench: Bench) -> None:
    _refused(small_bench)
    _decide(small_bench, ColumnVerdict.ALLOWED)
    _refused(small_bench, WITH_IBAN)

    _decide(small_bench, ColumnVerdict.KEPT_OUT, finding="PF0002")
    _refused(small_bench, WITH_IBAN)


def test_a_decision_ends_on_its_day_and_can_be_withdrawn_at_any_time(small_bench: Bench) -> None:
    _refused(small_bench)
    decision = _decide(small_bench, ColumnVerdict.ALLOWED)
    small_bench.hand_in(WITH_MAIL)

    withdraw_decision(small_bench.store, small_bench.ledger, decision=decision, reason=WHY,
                      actor=small_bench.cast.approver, at=NOON)  # fmt: skip
    _refused(small_bench)
    with small_bench.store.reading() as session:
        (row,) = decisions(session, small_bench.cast.owner).rows
        assert not row.counts(NOON)
        assert not row.counts(UNTIL)
    assert codes(
        lambda: withdraw_decision(small_bench.store, small_bench.ledger, decision=decision, reason=WHY,
                                  actor=small_bench.cast.approver, at=NOON)
    ) == ["withdrawn"]  # fmt: skip


def test_whoever_hands_in_decides_on_nothing_of_their_own(small_bench: Bench) -> None:
    cast = small_bench.cast
    _refused(small_bench)

    assert codes(lambda: _decide(small_bench, ColumnVerdict.ALLOWED, cast.developer)) == ["permission", "own-upload"]
    assert codes(lambda: _decide(small_bench, ColumnVerdict.ALLOWED, cast.auditor)) == ["permission"]
    too_late = {"until": NOON + timedelta(days=400), "reason": "short"}
    assert codes(lambda: _decide(small_bench, ColumnVerdict.ALLOWED, None, **too_late)) == ["reason", "until"]
    _decide(small_bench, ColumnVerdict.ALLOWED)
    assert codes(lambda: _decide(small_bench, ColumnVerdict.ALLOWED)) == ["settled"]
    _refused(small_bench, WITH_IBAN)
