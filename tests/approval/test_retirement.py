"""An owner retires what is not in use, version by version or a whole model, and nothing is deleted."""

import pytest

from core.access.rules import Actor
from core.approval.retirement import retire_model, retire_version
from core.approval.service import request_change
from core.errors import Refused
from core.inventory.changing import field_history
from core.inventory.moves import load_model, load_version
from core.inventory.rules import Stage
from core.ledger.service import Ledger
from core.store import Store
from tests.builders import NOON, Cast, a_cast, a_version, set_stage

WHY = "Replaced by a model of another department."


def of_model(store: Store, ledger: Ledger, model: str, actor: Actor, *seen: str) -> None:
    retire_model(store, ledger, model=model, reason=WHY, seen=seen, actor=actor, at=NOON)


def stages(store: Store, model: str, *versions: str) -> list[Stage]:
    with store.reading() as session:
        return [load_version(session, model, version)[1].stage for version in versions]


@pytest.fixture
def cast(sqlite_store: Store) -> Cast:
    return a_cast(sqlite_store)


def test_a_version_that_was_never_used_is_retired_with_its_reason(
    sqlite_store: Store, ledger: Ledger, cast: Cast
) -> None:
    model, version = a_version(sqlite_store, cast, stage=Stage.NOT_VALIDATED)

    retire_version(sqlite_store, ledger, model=model, version=version, reason=WHY, actor=cast.owner, at=NOON)

    assert stages(sqlite_store, model, version) == [Stage.RETIRED]
    with sqlite_store.reading() as session:
        (row,) = field_history(session, f"{model} {version}").rows
    assert (row.field, row.old, row.new, row.reason) == ("stage", "not validated", "retired", WHY)


@pytest.mark.parametrize("stage", [Stage.IN_APPROVAL, Stage.APPROVED, Stage.IN_PRODUCTION, Stage.SUPERSEDED])
def test_what_is_in_use_or_a_way_back_takes_a_change_request(
    sqlite_store: Store, ledger: Ledger, cast: Cast, stage: Stage
) -> None:
    model, version = a_version(sqlite_store, cast, stage=stage)

    with pytest.raises(Refused) as caught:
        retire_version(sqlite_store, ledger, model=model, version=version, reason=WHY, actor=cast.owner, at=NOON)

    assert [reason.code for reason in caught.value.refusals] == ["in-use"]
    assert stages(sqlite_store, model, version) == [stage]


@pytest.mark.parametrize("role", ["developer", "validator", "approver", "auditor", "administrator"])
def test_only_an_owner_retires(sqlite_store: Store, ledger: Ledger, cast: Cast, role: str) -> None:
    model, version = a_version(sqlite_store, cast)

    with pytest.raises(Refused):
        retire_version(
            sqlite_store, ledger, model=model, version=version, reason=WHY, actor=getattr(cast, role), at=NOON
        )
    with pytest.raises(Refused):
        of_model(sqlite_store, ledger, model, getattr(cast, role))


def test_a_version_whose_approval_is_asked_for_is_not_retired(sqlite_store: Store, ledger: Ledger, cast: Cast) -> None:
    model, version = a_version(sqlite_store, cast, stage=Stage.VALIDATED)
    request_change(
        sqlite_store, ledger, model=model, version=version, rationale="First use of this model.", actor=cast.developer,
        at=NOON,
    )  # fmt: skip

    with pytest.raises(Refused) as caught:
        of_model(sqlite_store, ledger, model, cast.owner)

    assert {reason.code for reason in caught.value.refusals} == {"in-use", "open-request"}


def test_a_model_is_retired_with_all_its_versions_and_takes_no_new_one(
    sqlite_store: Store, ledger: Ledger, cast: Cast
) -> None:
    model, _ = a_version(sqlite_store, cast, stage=Stage.VALIDATED)
    a_version(sqlite_store, cast, model=model, version="1.1.0")
    set_stage(sqlite_store, model, "1.0.0", Stage.SUPERSEDED)

    of_model(sqlite_store, ledger, model, cast.owner)

    assert stages(sqlite_store, model, "1.0.0", "1.1.0") == [Stage.RETIRED, Stage.RETIRED]
    with sqlite_store.reading() as session:
        row = load_model(session, model)
    assert (row.retired_at, row.retired_by, row.next_review) == (NOON, cast.owner.id, None)
    with pytest.raises(Refused, match=f"{model} is retired"):
        of_model(sqlite_store, ledger, model, cast.owner)
