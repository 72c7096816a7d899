"""A repeated call has one effect and one answer, whatever happens in between."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, func, select

from core.access.deciding import deciding
from core.access.idempotency import Answered, Call, KeyReused, answer_once
from core.access.rules import Actor
from core.access.tables import IdempotencyKey
from core.errors import Refusal, Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger, newest_note
from core.ledger.tables import LogEntry
from core.store import Store
from tests.builders import NOON

SOMEBODY = Actor("P0001", token="T0001")
THING = Entity("model", "M0001")


def a_call(key: str = "build-1", request: str = "a" * 64, actor: str = "T0001") -> Call:
    return Call(actor, key, request, NOON)


def registering(ledger: Ledger) -> Callable[[Store], int]:
    """A use case: one change, which its ledger entry stands for."""

    def act(store: Store) -> int:
        with deciding(store, ledger, "register", entity=THING, actor=SOMEBODY, at=NOON) as tx:
            return ledger.record(tx, Event.MODEL_REGISTERED, entity=THING, actor=SOMEBODY, at=NOON).index

    return act


def refusing(ledger: Ledger) -> Callable[[Store], int]:
    def act(store: Store) -> int:
        with deciding(store, ledger, "register", entity=THING, actor=SOMEBODY, at=NOON):
            raise Refused([Refusal("no", "Not today")])

    return act


def index_as_answer(_session: Session, index: int) -> str:
    return f"entry {index}"


def counted(store: Store, table: type[LogEntry] | type[IdempotencyKey]) -> int:
    with store.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_a_repeat_has_no_second_effect_and_gets_the_first_answer(store: Store, ledger: Ledger) -> None:
    first = answer_once(store, a_call(), registering(ledger), index_as_answer)

    second = answer_once(store, a_call(), registering(ledger), index_as_answer)

    assert first == Answered("entry 0", repeated=False)
    assert second == Answered("entry 0", repeated=True)
    assert counted(store, LogEntry) == 1


def test_without_a_key_every_call_has_its_effect(store: Store, ledger: Ledger) -> None:
    answers = [answer_once(store, None, registering(ledger), index_as_answer).answer for _ in range(2)]

    assert answers == ["entry 0", "entry 1"]


def test_the_same_key_with_another_request_is_refused_and_changes_nothing(store: Store, ledger: Ledger) -> None:
    answer_once(store, a_call(), registering(ledger), index_as_answer)

    with pytest.raises(KeyReused):
        answer_once(store, a_call(request="b" * 64), registering(ledger), index_as_answer)

    assert counted(store, LogEntry) == 1


def test_keys_belong_to_their_token(store: Store, ledger: Ledger) -> None:
    answer_once(store, a_call(), registering(ledger), index_as_answer)

    other = answer_once(store, a_call(actor="T0002"), registering(ledger), index_as_answer)

    assert other == Answered("entry 1", repeated=False)


def test_a_refusal_stays_on_record_and_claims_no_key(store: Store, ledger: Ledger) -> None:
    with pytest.raises(Refused):
        answer_once(store, a_call(), refusing(ledger), index_as_answer)

    assert counted(store, IdempotencyKey) == 0
    with store.reading() as session:
        assert session.exec(select(LogEntry.action)).all() == [Event.ACT_REFUSED.value]


def test_a_refused_call_is_judged_anew_under_the_same_key(store: Store, ledger: Ledger) -> None:
    with pytest.raises(Refused):
        answer_once(store, a_call(), refusing(ledger), index_as_answer)

    second = answer_once(store, a_call(), registering(ledger), index_as_answer)

    assert second == Answered("entry 1", repeated=False)


def test_a_fault_before_the_answer_leaves_neither_effect_nor_key(store: Store, ledger: Ledger) -> None:
    def fault(_session: Session, _index: int) -> str:
        raise OSError("the process ends here")

    with pytest.raises(OSError, match="ends here"):
        answer_once(store, a_call(), registering(ledger), fault)

    assert (counted(store, LogEntry), counted(store, IdempotencyKey)) == (0, 0)
    assert answer_once(store, a_call(), registering(ledger), index_as_answer).repeated is False


def test_the_answer_is_said_under_the_checkpoint_of_its_own_commit(store: Store, ledger: Ledger) -> None:
    given = answer_once(
        store, a_call(), registering(ledger), lambda session, index: ledger.receipt(session, index)
    ).answer

    with store.reading() as session:
        assert newest_note(session) is not None
        assert given == ledger.receipt(session, 0)


def test_a_transaction_that_only_looked_does_not_hold_the_store(store: Store, ledger: Ledger) -> None:
    def act(held: Store) -> int:
        with held.transaction() as tx:
            tx.session.exec(select(LogEntry.idx)).all()
        other = threading.Thread(target=registering(ledger), args=(store,))  # writes while the call goes on
        other.start()
        other.join(timeout=20)
        assert not other.is_alive()
        return registering(ledger)(held)

    given = answer_once(store, a_call(), act, index_as_answer)

    assert given.answer == "entry 1"


@pytest.mark.row("20 clients x 50 repeats of the same keys")
def test_many_at_once_with_the_same_keys_have_one_effect_a_key(store: Store, ledger: Ledger) -> None:
    clients, keys = 20, [f"key-{number}" for number in range(50)]
    start = threading.Barrier(clients)

    def client(_number: int) -> list[str]:
        start.wait()
        return [answer_once(store, a_call(key), registering(ledger), index_as_answer).answer for key in keys]

    with ThreadPoolExecutor(clients) as pool:
        answers = list(pool.map(client, range(clients)))

    assert counted(store, LogEntry) == len(keys)
    assert all(given == answers[0] for given in answers)
