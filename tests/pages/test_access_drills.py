"""The page of drills says what differs first, shows who may do what, and lets only those who may have one run."""

from sqlmodel import select

from app.assurance.watching import look_at_permissions
from core.access.tables import Person
from core.assurance.drill.playing import Cell
from core.assurance.drill.service import ask_drill, keep_drill
from core.assurance.rules import DrillStatus, Part, Seen
from core.assurance.tables import AccessDrill
from tests.builders import Cast
from tests.pages.desk import Desk, button, column, today, words


def keep(desk: Desk, cast: Cast, *cells: Cell) -> None:
    place = desk.place
    number = ask_drill(place.store, place.ledger, reason="After a release", actor=cast.approver, at=today())
    keep_drill(
        place.store, place.ledger, place.exports, place.keys, drill=number, cells=cells, milliseconds=7, at=today()
    )


def a_cell(who: str, wanted: str, seen: Seen, answer: str = "done") -> Cell:
    return Cell(Part.USE_CASES, who, "vote to approve", "in approval", "nobody", wanted, answer, seen)


def test_before_the_first_drill_the_page_says_when_one_runs_and_lets_an_approver_run_it(desk: Desk, cast: Cast) -> None:
    at = desk.open(cast.approver, "access_drills")
    assert "No drill was run yet" in words(at)

    at.text_input(key="drill_reason").set_value("After a release")
    button(at, "Run a drill now").click()
    at.run()

    with desk.place.store.reading() as session:
        row = session.exec(select(AccessDrill)).one()
        assert (row.number, row.status, row.reason) == ("AD0001", DrillStatus.QUEUED, "After a release")
    assert button(at, "Run a drill now").disabled


def test_what_differs_stands_first_and_the_matrix_shows_it(desk: Desk, cast: Cast) -> None:
    keep(desk, cast, a_cell("approver", "allowed", Seen.AS_EXPECTED), a_cell("owner", "refused: permission", Seen.OPEN))

    at = desk.open(cast.auditor, "access_drills")

    assert "AD0001" in words(at)
    assert "1 of 2 cells differ from policy" in words(at)
    assert column(at, "Who") == ["owner"]
    assert "May 1 of 1" in column(at, "Approver", 1)[0]
    assert "Differs" in column(at, "Owner", 1)[0]
    assert [one for one in at.button if one.label == "Run a drill now"] == []


def test_what_stands_in_the_tables_and_not_on_record_is_named(desk: Desk, cast: Cast) -> None:
    place = desk.place
    with place.store.transaction() as tx:
        tx.session.add(Person(number="P0666", username="unseen", name="Unseen", created_at=today()))
    look_at_permissions(place, at=today())

    at = desk.open(cast.administrator, "access_drills")

    assert "P0666 was added, and no entry says so" in words(at)
