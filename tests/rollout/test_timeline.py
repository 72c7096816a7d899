"""The time line of a model: everything from the cycle in one order, from one statement."""

import pytest
from sqlalchemy import event

from core.approval.rollout.returning import rehearse, return_to_former
from core.approval.rollout.timeline import Happening, timeline
from core.store import Store
from tests.builders import NOON, REASON, a_finding
from tests.rollout.conftest import DAY, Line, Starter


def story(line: Line) -> None:
    line.in_production("1.0.0")
    line.in_production("1.1.0", at=NOON + DAY)
    a_finding(line.store, line.model, "1.1.0", at=NOON + 2 * DAY)
    rehearse(line.store, line.ledger, model=line.model, actor=line.cast.owner, at=NOON + 3 * DAY)
    return_to_former(line.store, line.ledger, model=line.model, reason=REASON, actor=line.cast.owner, at=NOON + 4 * DAY)


@pytest.mark.parametrize("database", ["sqlite_store", "postgresql_store"])
def test_everything_that_happened_stands_in_one_order_with_who_and_what(
    database: str, request: pytest.FixtureRequest, started: Starter
) -> None:
    store: Store = request.getfixturevalue(database)
    line = started(store)
    story(line)
    statements: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

    with store.reading() as session:
        page = timeline(session, line.model, limit=100)
        moves = timeline(session, line.model, kinds=[Happening.DEPLOYMENT, Happening.DRILL], limit=100)
        second = timeline(session, line.model, limit=2, offset=2)

    assert {row.kind for row in page.rows} == set(Happening) - {Happening.CODE, Happening.RESTRICTION}
    assert [row.at for row in page.rows] == sorted((row.at for row in page.rows), reverse=True)
    assert page.total == len(page.rows)
    assert second.rows == page.rows[2:4]
    owner = line.cast.owner.id
    assert [(row.act, row.version, row.person, row.says) for row in moves.rows] == [
        ("moved", "1.0.0", owner, "full"),
        ("ended", "1.1.0", owner, "rolled back"),
        ("rehearsed", "1.0.0", owner, "passed"),
        ("moved", "1.1.0", owner, "full"),
        ("moved", "1.0.0", owner, "full"),
    ]
    assert len([one for one in statements if one.lstrip().upper().startswith("SELECT")]) == 6
