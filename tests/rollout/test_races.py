"""Two people move production at the same moment: one after the other, and the place is never shared."""

import pytest

from core.approval.rollout import returning
from core.errors import Refused
from core.inventory.rules import Stage
from core.store import Store
from tests.approval.test_races import together
from tests.builders import NOON, REASON
from tests.rollout.conftest import DAY, Line, Starter

ROUNDS = 60


def serving(line: Line) -> list[str]:
    return [row.version for row in line.history() if row.until is None]


def in_stage(line: Line, versions: list[str], stage: Stage) -> list[str]:
    return [version for version in versions if line.stage(version) is stage]


def test_of_sixty_executions_at_the_same_moment_each_leaves_one_version_in_production(
    store: Store, started: Starter
) -> None:
    line = started(store)
    line.in_production("0.1.0")
    versions: list[str] = ["0.1.0"]
    for number in range(ROUNDS):
        pair = [f"1.{2 * number}.0", f"1.{2 * number + 1}.0"]
        versions += pair
        first, second = (line.bare(version) for version in pair)

        results = together(lambda first=first: line.begin(first), lambda second=second: line.begin(second))

        assert not [one for one in results if isinstance(one, Exception)]
    assert len(serving(line)) == 1
    assert len(in_stage(line, versions, Stage.IN_PRODUCTION)) == 1


def test_sixty_executions_race_a_rollback_and_the_pointer_stage_and_history_agree(
    store: Store, started: Starter
) -> None:
    line = started(store)
    line.in_production("1.0.0")
    versions = ["1.0.0"]
    for number in range(1, ROUNDS + 1):
        version = f"1.{number}.0"
        versions.append(version)
        change = line.bare(version)

        executed, returned = together(
            lambda change=change, number=number: line.begin(change, at=NOON + number * DAY),
            lambda number=number: returning.return_to_former(
                line.store, line.ledger, model=line.model, reason=REASON, actor=line.cast.owner, at=NOON + number * DAY
            ),
        )

        assert not isinstance(executed, Exception)
        assert not isinstance(returned, Exception) or isinstance(returned, Refused)
        assert len(line.standing(NOON + number * DAY)) == 1
    (standing,) = serving(line)
    assert in_stage(line, versions, Stage.IN_PRODUCTION) == [standing]


@pytest.mark.parametrize("rounds", [10])
def test_one_change_is_begun_once(store: Store, started: Starter, rounds: int) -> None:
    line = started(store)
    line.in_production("0.1.0")
    for number in range(rounds):
        change = line.bare(f"1.{number}.0")

        results = together(*[lambda change=change: line.begin(change)] * 3)

        assert sum(isinstance(one, Refused) for one in results) == 2
