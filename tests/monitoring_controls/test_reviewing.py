"""People decide on outputs: who may, when two are needed, what harm leads to, and that no two decide at once."""

import itertools
import threading

import pytest
from sqlmodel import select

from core.access.rules import Actor, Role
from core.errors import Refused, Unreadable
from core.improvement.incidents.tables import Incident
from core.improvement.outputs.escalating import Escalated, decide_on_output
from core.ledger.queries import entries
from core.links import RecordKind, Ref, linked
from core.monitoring.alerts.tables import Alert
from core.monitoring.controls.declaring import declare_control
from core.monitoring.controls.rules import (
    OutputFacts,
    OutputStatus,
    OutputVerdict,
    review_refusals,
    settled,
)
from core.monitoring.controls.tables import OutputOpinion, OutputReview
from core.policy.controls.rules import Control, ControlAction, ControlKind, Side
from tests.builders import NOON, an_actor
from tests.production_data.conftest import Line

FIRST, SECOND = an_actor("P0021", Role.VALIDATOR), an_actor("P0022", Role.APPROVER)
OWNER = an_actor("P0003", Role.OWNER)
BAD = "It names a person without a reason."
V = OutputVerdict


def some_waiting(line: Line) -> None:
    """OR0001 and OR0002, of a model of tier 1: two people decide."""
    control = Control("", "Unsure", Side.OUTPUTS, ControlKind.SCORE_BAND, ControlAction.FLAG, low=0.1, high=0.2)
    declare_control(line.store, line.ledger, model=line.model, control=control, reason="Agreed with the users.",
                    actor=OWNER, at=NOON)  # fmt: skip
    line.inferences(3)


def decide(
    line: Line, verdict: OutputVerdict, words: str = "", actor: Actor = FIRST, output: str = "OR0001"
) -> Escalated:
    return decide_on_output(line.store, line.ledger, output=output, verdict=verdict, words=words, actor=actor, at=NOON)


def row(line: Line, number: str = "OR0001") -> OutputReview:
    with line.store.reading() as session:
        return session.exec(select(OutputReview).where(OutputReview.number == number)).one()


def test_two_people_decide_on_an_output_of_tier_1(line: Line) -> None:
    some_waiting(line)

    assert decide(line, V.FINE).reviewed.verdict is None
    assert row(line).status is OutputStatus.SECOND
    with pytest.raises(Refused, match="You gave your opinion"):
        decide(line, V.FINE)
    assert decide(line, V.WRONG, BAD, SECOND).reviewed.verdict is V.WRONG

    assert (row(line).status, row(line).verdict, row(line).decided_at) == (OutputStatus.DECIDED, V.WRONG, NOON)
    with pytest.raises(Refused, match="was decided on"):
        decide(line, V.FINE, actor=an_actor("P0023", Role.VALIDATOR))
    with line.store.reading() as session:
        assert [one.action for one in entries(session, limit=4).rows].count("output.reviewed") == 2


def test_the_graver_opinion_counts_and_harm_raises_an_alert(small_line: Line) -> None:
    some_waiting(small_line)
    decide(small_line, V.HARMFUL, BAD)
    done = decide(small_line, V.FINE, actor=SECOND)

    assert done.reviewed.verdict is V.HARMFUL
    with small_line.store.reading() as session:
        alert = session.exec(select(Alert).where(Alert.number == done.reviewed.alert)).one()
        ends = [one.ref for one in linked(session, Ref(RecordKind.ALERT, alert.number))]
    assert (alert.kind, alert.severity, alert.version) == ("flagged output", "high", "1.0.0")
    assert "names a person" not in alert.title + alert.detail  # nothing of what people write goes out by mail
    assert ends == [Ref(RecordKind.OUTPUT, "OR0001")]


def test_whoever_escalates_declares_an_incident_in_the_same_act(line: Line) -> None:
    some_waiting(line)

    done = decide(line, V.ESCALATE, BAD)

    assert (done.reviewed.verdict, done.incident) == (V.ESCALATE, "IN0001")
    with line.store.reading() as session:
        incident = session.exec(select(Incident)).one()
        ends = {one.ref for one in linked(session, Ref(RecordKind.INCIDENT, "IN0001"))}
    assert (incident.model, incident.what, incident.declared_by) == (line.model, BAD, FIRST.id)
    assert {Ref(RecordKind.OUTPUT, "OR0001"), Ref(RecordKind.ALERT, done.reviewed.alert)} <= ends


def test_what_is_not_fine_needs_words(small_line: Line) -> None:
    some_waiting(small_line)
    for verdict in (V.WRONG, V.HARMFUL, V.ESCALATE):
        with pytest.raises(Refused, match="needs at least 10 characters"):
            decide(small_line, verdict, "bad")
    with pytest.raises(Unreadable, match="too long"):
        decide(small_line, V.FINE, "x" * 4001)
    assert row(small_line).status is OutputStatus.WAITING


def test_who_developed_a_version_does_not_judge_what_it_answers(small_line: Line) -> None:
    some_waiting(small_line)
    developer = Actor(small_line.cast.developer.id, frozenset({Role.DEVELOPER, Role.VALIDATOR}))

    with pytest.raises(Refused, match="You developed this version"):
        decide(small_line, V.FINE, actor=developer)


def test_two_reviewers_at_once_leave_one_verdict_and_one_alert(line: Line) -> None:
    some_waiting(line)
    people = [FIRST, SECOND, an_actor("P0023", Role.VALIDATOR), an_actor("P0024", Role.APPROVER)]
    start, said = threading.Barrier(len(people)), list[str]()

    def act(person: Actor) -> None:
        start.wait()
        try:
            decide(line, V.HARMFUL, BAD, person)
            said.append("done")
        except Refused:
            said.append("told")

    threads = [threading.Thread(target=act, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said) == ["done", "done", "told", "told"]
    with line.store.reading() as session:
        assert len(session.exec(select(OutputOpinion)).all()) == 2
        assert [one.count for one in session.exec(select(Alert)).all() if one.kind == "flagged output"] == [1]


@pytest.mark.parametrize("opinions", list(itertools.product(V, repeat=2)))
def test_two_opinions_come_to_the_graver_whatever_their_order(opinions: tuple[OutputVerdict, ...]) -> None:
    assert settled(opinions, 2) is settled(opinions[::-1], 2) is max(opinions, key=list(V).index)
    assert settled(opinions[:1], 2) is (V.ESCALATE if opinions[0] is V.ESCALATE else None)
    assert settled(opinions[:1], 1) is opinions[0]


@pytest.mark.parametrize("role", Role)
def test_the_roles_that_review_outputs(role: Role) -> None:
    facts = OutputFacts(OutputStatus.WAITING, 1, frozenset())
    may = role in {Role.OWNER, Role.VALIDATOR, Role.APPROVER}

    assert (review_refusals(facts, an_actor("P0001", role)) == ()) is may
