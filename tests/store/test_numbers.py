"""Numbers that people read are given once, in order and without a gap, however many ask."""

import threading

from sqlmodel import Session

from core.store import Store
from core.store.numbers import NumberSeries, next_number


class Broken(Exception):
    """What a use case may run into."""


def test_numbers_have_four_digits_and_then_more(store: Store) -> None:
    with store.transaction() as tx:
        first = next_number(tx.session, "M")
        series = tx.session.get(NumberSeries, "M")
        assert series is not None
        series.last = 9999
        tx.session.add(series)
        tx.session.flush()
        later, other = next_number(tx.session, "M"), next_number(tx.session, "D")

    assert (first, later, other) == ("M0001", "M10000", "D0001")


def test_eight_writers_at_once_get_every_number_once_and_without_a_gap(store: Store) -> None:
    given: list[str] = []

    def write(session: Session) -> str:
        return next_number(session, "M")

    def work(writer: int) -> None:
        for turn in range(5):
            try:
                with store.transaction() as tx:
                    number = write(tx.session)
                    if (writer + turn) % 4 == 0:
                        raise Broken  # what is undone leaves no gap
                given.append(number)
            except Broken:
                pass

    writers = [threading.Thread(target=work, args=(writer,)) for writer in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert sorted(given) == [f"M{number:04d}" for number in range(1, 31)]
