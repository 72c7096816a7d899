"""What somebody may do whose roles reach one business line, or a group of models: every use case of core is tried."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

import pytest
from sqlalchemy import func
from sqlmodel import select

import core
from core.access.deciding import deciding
from core.access.reach.belonging import about
from core.access.reach.entities import TABLES_OF
from core.access.reach.ways import WAYS
from core.access.rules import Actor, Permission, Reach, Role, permission_refusals
from core.errors import GovernanceError, NotFound, Refused
from core.inventory.changing.service import change_model
from core.inventory.groups.tables import ModelGroup, ModelGroupMember
from core.inventory.tables import Model
from core.ledger.service import Entity
from core.ledger.tables import LogEntry
from core.store import Store
from core.store.base import Row
from core.validation.findings.raising import raise_finding
from core.validation.rules import Severity
from tests.reach.conftest import DECIDING, OURS, THEIRS, Here, reaching

THEIR_RECORDS = {
    "model": "M0002",
    "change": "CR0003",
    "finding": "F0001",
    "exception": "PE0001",
    "question": "Q0002",
    "run": "R0002",
    "part": "H0002",
    "asset": "V0001",
    "deviation": "CD0001",
}  # fmt: skip
# what these are handed is read before it is decided whose it is, and what the test makes up cannot be read
READ_FIRST = {
    "core.approval.code.service.report_code",
    "core.audits.following.respond",
    "core.improvement.comparisons.asking.ask_comparison",
    "core.inventory.parts.registering.register_asset",
    "core.inventory.service.register",
    "core.monitoring.stress.scheduling.schedule_stress_test",
    "core.monitoring.stress.service.request_stress_test",
}


def test_a_grant_for_a_line_makes_an_actor_whose_roles_reach_it_alone(here: Here) -> None:
    ours = Reach(lines=frozenset({OURS}))

    actor = reaching(here.place.store, dict.fromkeys(DECIDING, ours), here.at)

    assert actor.reach == ours
    assert actor.roles == DECIDING


USE_CASE = {"store", "ledger", "actor", "at"}


def use_cases() -> Iterator[Callable[..., object]]:
    """Every function of core that changes the store for an actor, found by its signature."""
    for module in pkgutil.walk_packages(core.__path__, "core."):
        if ".migrations" in module.name or module.name in ("core.seeding",):
            continue
        for name, one in vars(importlib.import_module(module.name)).items():
            if inspect.isfunction(one) and one.__module__ == module.name and not name.startswith("_"):
                parameters = set(inspect.signature(one).parameters)
                if parameters >= USE_CASE and parameters & THEIR_RECORDS.keys():
                    yield one


def value_for(name: str, hint: object, here: Here) -> object:
    """Something that this parameter takes: a record of theirs, or what passes as such an entry."""
    if name in THEIR_RECORDS and hint in (str, str | None):
        return THEIR_RECORDS[name]
    if get_origin(hint) in (Union, UnionType):
        return None if type(None) in get_args(hint) else value_for(name, get_args(hint)[0], here)
    if inspect.isclass(hint) and issubclass(hint, StrEnum):
        return next(iter(hint))
    if hint is datetime:
        return here.at
    if hint in (bool, int, float):
        return hint(1)
    if name == "version":
        return "1.0.0"
    return "Long enough to stand as a reason." if hint is str else ()


def called(one: Callable[..., object], here: Here, actor: Actor) -> GovernanceError | Exception | None:
    """What calling the use case for a record of theirs raises."""
    hints, given = get_type_hints(one), {"store": here.place.store, "ledger": here.place.ledger, "actor": actor}
    given |= {"at": here.at, "files": here.place.files, "events": here.place.events, "keys": here.place.keys}
    named = {"exports": here.place.exports}
    arguments = {
        name: {**given, **named}.get(name, value_for(name, hints.get(name, str), here))
        for name in inspect.signature(one).parameters
    }
    try:
        one(**arguments)
    except Exception as error:  # noqa: BLE001  what was made up for the other parameters may not do
        return error
    return None


def entries_of_theirs(store: Store) -> int:
    with store.reading() as session:
        written = (LogEntry.action != "act.refused", LogEntry.subject.in_(THEIR_RECORDS.values()))  # type: ignore[attr-defined]
        return session.exec(select(func.count()).select_from(LogEntry).where(*written)).one()


def test_no_use_case_does_anything_to_a_record_of_another_line(here: Here) -> None:
    actor = reaching(here.place.store, dict.fromkeys(DECIDING, Reach(lines=frozenset({OURS}))), here.at)
    before, refused, other = entries_of_theirs(here.place.store), [], {}

    for one in use_cases():
        error = called(one, here, actor)
        if isinstance(error, NotFound) or (
            isinstance(error, Refused) and "reach" in {reason.code for reason in error.refusals}
        ):
            refused.append(one.__qualname__)
        else:
            other[f"{one.__module__}.{one.__qualname__}"] = repr(error)[:150]

    assert entries_of_theirs(here.place.store) == before
    assert other.keys() == READ_FIRST
    assert len(refused) > 55


def test_the_refusal_names_the_reach_and_is_on_record_and_what_may_not_be_read_is_not_found(here: Here) -> None:
    store, ledger, ours = here.place.store, here.place.ledger, Reach(lines=frozenset({OURS}))
    everywhere = Reach(everywhere=True)
    mixed = reaching(store, {Role.OWNER: everywhere, Role.VALIDATOR: ours}, here.at)
    limited = reaching(store, {Role.VALIDATOR: ours}, here.at)

    def raising(actor: Actor, model: str) -> None:
        version = "1.1.0" if model == "M0002" else "1.0.0"
        raise_finding(
            store, ledger, model=model, version=version, title="A group is missing", detail="It was not looked at.",
            severity=Severity.LOW, actor=actor, at=here.at,
        )  # fmt: skip

    with pytest.raises(Refused) as refused:
        raising(mixed, "M0002")
    with pytest.raises(NotFound):
        raising(limited, "M0002")

    (reason,) = (one for one in refused.value.refusals if one.code == "reach")
    assert f"your role validator reaches {OURS}" in reason.message
    with store.reading() as session:
        newest = select(LogEntry.action, LogEntry.actor).order_by(LogEntry.idx.desc()).limit(2)  # type: ignore[attr-defined]
        assert session.exec(newest).all() == [("act.refused", limited.id), ("act.refused", mixed.id)]
    raising(mixed, "M0001")
    raising(limited, "M0001")


def test_a_role_acts_on_the_models_of_its_group_whatever_their_line(here: Here) -> None:
    store, at = here.place.store, here.at
    with store.transaction() as tx:
        group = ModelGroup(
            number="MG9001", name="Scores", purpose="Scores of people", created_by="system", created_at=at
        )
        tx.session.add(group)
        tx.session.flush()
        model = tx.session.exec(select(Model.id).where(Model.number == "M0002")).one()
        tx.session.add(ModelGroupMember(group_id=group.id or 0, model_id=model or 0, added_by="system", added_at=at))
    actor = reaching(store, {Role.OWNER: Reach(groups=frozenset({"MG9001"}))}, at)

    def changing(model: str, **changes: object) -> None:
        change_model(
            store, here.place.ledger, model=model, changes=changes, reason="The users have changed.",
            expected_revision=None, actor=actor, at=at,
        )  # fmt: skip

    changing("M0002", users="Courts of the county")
    with pytest.raises(NotFound):
        changing("M0001", users="Nobody")


def test_a_model_cannot_be_moved_to_a_line_that_the_role_does_not_reach(here: Here) -> None:
    actor = reaching(here.place.store, {Role.OWNER: Reach(lines=frozenset({OURS}))}, here.at)

    with pytest.raises(Refused) as refused:
        change_model(
            here.place.store, here.place.ledger, model="M0001", changes={"business_line": THEIRS},
            reason="It was handed over.", expected_revision=None, actor=actor, at=here.at,
        )  # fmt: skip

    assert [reason.code for reason in refused.value.refusals] == ["reach"]


@pytest.mark.parametrize(("line", "allowed"), [(OURS, True), (THEIRS, False)])
def test_what_is_new_belongs_to_the_line_that_it_will_stand_in(here: Here, line: str, allowed: bool) -> None:
    actor, new = (
        reaching(here.place.store, {Role.OWNER: Reach(lines=frozenset({OURS}))}, here.at),
        Entity("model", "new"),
    )
    said: list[bool] = []
    try:
        with deciding(here.place.store, here.place.ledger, "try", entity=new, line=line, actor=actor, at=here.at):
            said.append(not permission_refusals(actor, Permission.MODEL_REGISTER))
    except NotFound:
        said.append(False)

    assert said == [allowed]


def test_a_record_of_a_kind_that_no_table_knows_takes_a_grant_that_reaches_everywhere(here: Here) -> None:
    store, ledger, ours = here.place.store, here.place.ledger, Reach(lines=frozenset({OURS}))
    for reach, expected in ((ours, ["reach"]), (Reach(everywhere=True), [])):
        actor = reaching(store, {Role.OWNER: reach}, here.at)
        with deciding(store, ledger, "try", entity=Entity("something new", "S0001"), actor=actor, at=here.at):
            assert [one.code for one in permission_refusals(actor, Permission.MODEL_EDIT)] == expected


def test_every_way_leads_through_tables_and_columns_that_exist(here: Here) -> None:
    assert WAYS.keys() <= Row.metadata.tables.keys()
    with here.place.store.reading() as session:
        for kind in TABLES_OF:
            with pytest.raises(NotFound):
                about(session, Entity(kind, "999999" if kind in ("condition", "difference", "route") else "Z9999"))
        for kind, number in (("review", "RV0001"), ("action", "ACT0003")):
            assert [one.line for one in about(session, Entity(kind, number)) or ()] == [THEIRS, OURS]
        assert about(session, Entity("alert", "AL0003")) == ()
        assert about(session, Entity("export schedule", "XS0001")) is None
