"""One register of every kind: urgent first, narrowed and paged in the database, and counted."""

import itertools

import pytest

from core.ledger.service import Ledger
from core.register.queries import owners, place_of
from core.register.values import Age, Kind, RegisterFilter, Source, State
from core.store import Store
from core.validation.findings import close_finding
from core.validation.rules import Severity
from tests.register.conftest import DAY, WORDS, World, a_register


def test_every_kind_stands_in_one_list_the_overdue_first_then_the_worst(store: Store, ledger: Ledger) -> None:
    world = a_register(store, ledger)
    made = world.one_of_each()

    rows = world.listed()

    assert [one.number for one in rows] == [
        made["seen"], made["audit finding"], made["finding"], made["action"], made["deviation"],
    ]  # fmt: skip
    assert [one.overdue(world.at) for one in rows] == [True, False, False, False, False]
    assert [one.kind for one in rows] == [Kind.FINDING, Kind.AUDIT_FINDING, Kind.FINDING, Kind.ACTION, Kind.DEVIATION]
    assert [one.model for one in rows] == [world.model, "", *[world.model] * 3]
    assert (rows[2].links, rows[4].role, rows[4].owner) == (1, "owner", "")


def test_pages_of_any_size_are_the_list_cut_up(store: Store, ledger: Ledger) -> None:
    world = a_register(store, ledger)
    for place, severity in enumerate(itertools.islice(itertools.cycle(Severity), 11)):
        world.raised(severity, at=world.at - place * 9 * DAY)
    world.deviation(due=-DAY)
    whole = world.numbers()

    assert len(set(whole)) == 12
    for size in (1, 3, 5):
        cut = [world.numbers(limit=size, offset=first) for first in range(0, 12, size)]
        assert list(itertools.chain(*cut)) == whole


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        (RegisterFilter(kind=Kind.DEVIATION), ["deviation"]),
        (RegisterFilter(source=Source.MONITORING), ["seen"]),
        (RegisterFilter(source=Source.AUDIT), ["audit finding"]),
        (RegisterFilter(severity=Severity.CRITICAL), ["audit finding"]),
        (RegisterFilter(overdue=True), ["seen"]),
        (RegisterFilter(state=State.CLOSED), []),
        (RegisterFilter(kind=Kind.ACTION, source=Source.AUDIT), []),
    ],
)
def test_each_filter_narrows(narrowed: RegisterFilter, found: list[str], world: World) -> None:
    made = world.one_of_each()

    assert world.numbers(narrowed) == [made[one] for one in found]


def test_owner_and_model_narrow_every_kind(world: World) -> None:
    made = world.one_of_each()
    mine = RegisterFilter(owner=world.cast.developer.id)

    assert world.numbers(mine) == [made["seen"], made["finding"], made["action"]]
    assert made["audit finding"] not in world.numbers(RegisterFilter(model=world.model))
    assert len(world.numbers(RegisterFilter(model=world.model))) == 4
    assert world.numbers(RegisterFilter(model="M0099")) == []
    with world.store.reading() as session:
        assert set(owners(session)) == {world.cast.developer.id, world.listed()[1].owner}


def test_the_counts_say_how_many_stand_how_and_how_old_they_are(world: World) -> None:
    made = world.one_of_each()
    world.remediated(made["finding"])
    counts = world.counts()

    assert (counts.of(), counts.of(pending=True), counts.of(overdue=True)) == (5, 5, 1)
    assert counts.of(state=State.REMEDIATED) == counts.of(severity=Severity.HIGH) == 1
    assert [counts.of(age=age) for age in Age] == [3, 0, 2, 0]

    close_finding(
        world.store, world.ledger, finding=made["finding"], text=WORDS, actor=world.cast.second_validator, at=world.at
    )
    assert (world.counts().of(pending=True), world.numbers()[-1]) == (4, made["finding"])


def test_what_auditors_have_not_issued_is_not_listed(world: World) -> None:
    from tests.audits.conftest import a_world

    audits = a_world(world.store, world.ledger)
    audits.raised(audits.begun(size=1))

    assert world.numbers() == []


def test_each_number_leads_to_its_page(world: World) -> None:
    made = world.one_of_each()
    with world.store.reading() as session:
        pages = [place_of(session, made[one])[0] for one in ("finding", "deviation", "audit finding")]

    assert pages == ["finding", "compliance_check", "audit"]
