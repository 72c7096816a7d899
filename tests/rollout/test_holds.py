"""A breach holds a version on its way into production; a person releases it with a reason."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlmodel import select

from core.access.rules import Actor
from core.approval.rollout import stepping
from core.approval.rollout.holding import release_hold
from core.approval.rollout.queries import rollout_page
from core.approval.rollout.rules import Act
from core.approval.rollout.stepping import Stepped
from core.errors import Refused
from core.improvement.rollback.canaries import consider_hold
from core.inventory.deployments.rules import Ending
from core.ledger.events import Event
from core.links import RecordKind, Ref, linked
from core.monitoring.alerts.tables import Alert
from core.policy.service import default_policy_text
from core.store import EvidenceFiles, Store
from tests.approval.test_races import together
from tests.builders import NOON, REASON, a_policy
from tests.rollout.chunks import FAIL, PASS, a_chunk
from tests.rollout.conftest import DAY, PLAN, Line, Starter

PLAN_OF_TWO = PLAN.replace("code_reviews = 1\n", "")
LATER = NOON + 9 * DAY


def a_canary(line: Line, *, holds: tuple[str, str] | None = None) -> str:
    """1.0.0 serves, 1.1.0 is a canary of 10 %; the number of its change. `holds` changes the policy's table."""
    line.in_production("1.0.0", at=NOON - DAY)
    text = default_policy_text()
    if holds:
        assert holds[0] in text
        text = text.replace(*holds, 1)
    a_policy(line.store, text + PLAN_OF_TWO)
    change = line.approved("1.1.0")
    line.begin(change)
    return change


def breached(line: Line, position: int = 0, **given: object) -> str:
    return a_chunk(line.store, line.model, "1.1.0", FAIL, position=position, **given)  # type: ignore[arg-type]


def asked(line: Line, environment: str = "production") -> str | None:
    with TemporaryDirectory() as folder:
        files = EvidenceFiles(Path(folder))
        return consider_hold(line.store, line.ledger, files, model=line.model, environment=environment, at=LATER)


def against(line: Line, change: str, act: Act) -> list[str]:
    with line.store.reading() as session:
        page = rollout_page(session, change, line.cast.owner, at=LATER)
    return [one.code for one in page.refusals[act]]


def released(line: Line, change: str, *, reason: str = REASON, actor: Actor | None = None) -> Stepped:
    return release_hold(line.store, line.ledger, change=change, reason=reason, actor=actor or line.cast.owner, at=LATER)


def test_a_breach_of_the_canary_holds_it_where_it_is_and_the_button_says_why(line: Line) -> None:
    change = a_canary(line)
    a_chunk(line.store, line.model, "1.1.0", PASS, position=0)
    assert (asked(line), against(line, change, Act.ADVANCE)) == (None, [])
    chunk = breached(line, 1, severity="low")

    number, again = asked(line), asked(line)

    assert (again, line.standing(LATER)) == (None, ["1.0.0", "canary 1.1.0 10 %"])
    assert (against(line, change, Act.ADVANCE), against(line, change, Act.RELEASE)) == (["breach-held"], [])
    with pytest.raises(Refused) as refused:
        line.advance(change, at=LATER)
    assert [one.code for one in refused.value.refusals] == ["breach-held"]
    with line.store.reading() as session:
        alert = session.exec(select(Alert)).one()
        about = {one.ref for one in linked(session, Ref(RecordKind.CHANGE, change))}
    assert (alert.number, alert.kind, alert.severity.value) == (number, "canary hold", "low")
    assert about >= {Ref(RecordKind.CHUNK, chunk), Ref(RecordKind.ALERT, alert.number)}
    assert line.recorded(Event.ROLLOUT_HELD) == 1


def test_a_released_hold_begins_the_step_anew_and_the_same_breach_does_not_hold_again(line: Line) -> None:
    change = a_canary(line)
    breached(line)
    asked(line)

    done = released(line, change)

    assert (done.change, asked(line), against(line, change, Act.ADVANCE)) == (change, None, ["hold"])
    assert line.recorded(Event.ROLLOUT_RELEASED) == 1
    breached(line, 1, checked_at=LATER + DAY)
    assert asked(line) is not None


def test_a_release_takes_a_reason_the_permission_and_a_breach(line: Line) -> None:
    change = a_canary(line)
    with pytest.raises(Refused) as nothing:
        released(line, change)
    breached(line)
    asked(line)
    with pytest.raises(Refused) as short:
        released(line, change, reason="no")
    with pytest.raises(Refused) as validator:
        released(line, change, actor=line.cast.validator)

    codes = [[one.code for one in found.value.refusals] for found in (nothing, short, validator)]
    assert codes == [["not-held"], ["reason"], ["permission"]]


def test_policy_can_set_the_share_of_a_held_canary_to_nothing(line: Line) -> None:
    change = a_canary(line, holds=('share = "kept"', 'share = "0"'))
    breached(line)
    asked(line)
    held = line.standing(LATER)
    told = [json.loads(one.body)["data"]["share"] for one in line.messages()]

    released(line, change)

    assert (held, line.standing(LATER)) == (["1.0.0", "canary 1.1.0 0 %"], ["1.0.0", "canary 1.1.0 10 %"])
    assert told == []  # no webhook is named here
    stays = [row for row in line.history() if row.version == "1.1.0"]
    assert [(row.share, row.ended_as) for row in stays] == [(10, None), (0, Ending.ADVANCED), (10, Ending.ADVANCED)]
    stepping.abort(line.store, line.ledger, change=change, reason=REASON, actor=line.cast.owner, at=LATER)
    assert line.standing(LATER) == ["1.0.0"]


def test_a_breach_of_the_champion_or_below_the_policys_severity_holds_nothing(line: Line) -> None:
    change = a_canary(line, holds=('[canary_hold]\nseverity = "low"', '[canary_hold]\nseverity = "high"'))
    a_chunk(line.store, line.model, "1.0.0", FAIL, position=0)
    breached(line, 1, severity="medium")
    breached(line, 2, others=9000)  # a tenth of the rows of a chunk of production

    assert (asked(line), against(line, change, Act.ADVANCE)) == (None, [])


def test_a_breach_in_an_environment_of_its_own_holds_it_too(line: Line) -> None:
    a_canary(line)
    breached(line, environment="canary")

    assert asked(line, "canary") is not None


def test_a_hold_and_an_advance_at_the_same_moment_leave_one_of_them(store: Store, started: Starter) -> None:
    line = started(store)
    change = a_canary(line)
    breached(line)

    held, advanced = together(lambda: asked(line), lambda: line.advance(change, at=LATER))

    if isinstance(advanced, Refused):  # the hold came first
        assert (isinstance(held, str), line.standing(LATER)[0]) == (True, "1.0.0")
    else:
        assert (held, line.standing(LATER)) == (None, ["1.1.0"])
