"""What is refused is undone and put on record, alone; what fails otherwise leaves nothing at all."""

import json

import pytest

from core.access.deciding import deciding
from core.access.verification import verify_ledger
from core.errors import Conflict, GovernanceError, Refusal, Refused, Unreadable
from core.jobs.service import enqueue, take
from core.ledger.queries import EntryDetail, entries, entry
from core.ledger.service import Entity, Ledger
from core.store import Store
from tests.builders import NOON, a_cast

ENTITY = Entity("model", "M0001")


def newest(store: Store) -> EntryDetail:
    with store.reading() as session:
        return entry(session, entries(session, limit=1).rows[0].index)


def decide(store: Store, ledger: Ledger, error: GovernanceError) -> None:
    """Queue a job, then say no."""
    with deciding(store, ledger, "try", entity=ENTITY, actor=a_cast(store).owner, at=NOON) as tx:
        enqueue(tx, "validation", "R0001", at=NOON)
        raise error


def test_a_refusal_undoes_everything_and_is_on_record_with_its_reasons(store: Store, ledger: Ledger) -> None:
    reasons = (Refusal("stage", "No."), Refusal("permission", "No."), Refusal("stage", "No again."))

    with pytest.raises(Refused) as caught:
        decide(store, ledger, Refused(reasons))

    found = newest(store)
    assert caught.value.refusals == reasons
    assert take(store, at=NOON) is None
    assert (found.row.index, found.row.action, found.row.entity_id) == (0, "act.refused", "M0001")
    assert json.loads(found.payload or "") == {"act": "try", "reasons": "permission,stage"}


@pytest.mark.parametrize("error", [Conflict("1", "2"), Unreadable([]), GovernanceError("No.")], ids=repr)
def test_other_errors_undo_everything_and_are_not_on_record(
    store: Store, ledger: Ledger, error: GovernanceError
) -> None:
    with pytest.raises(type(error)):
        decide(store, ledger, error)

    assert take(store, at=NOON) is None
    with store.reading() as session:
        assert entries(session).total == 0


def test_a_verification_is_on_record_and_so_is_its_refusal(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    nobody = type(cast.auditor)("P0099")
    with pytest.raises(Refused):
        verify_ledger(store, ledger, actor=nobody, at=NOON)
    refused = newest(store)

    report = verify_ledger(store, ledger, actor=cast.auditor, at=NOON)

    assert (refused.row.action, refused.row.actor) == ("act.refused", "P0099")
    assert report.passed
    assert newest(store).row.action == "ledger.verified"
    assert json.loads(newest(store).payload or "") == {"failed": "", "passed": True}
