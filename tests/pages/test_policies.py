"""Policies on the pages: read in words, drafted by text and by form, simulated, published by another, withdrawn."""

from datetime import UTC, datetime, timedelta

import pytest

from app.composition import Workplace
from core.approval.simulation.queries import newest_simulation
from core.approval.simulation.service import perform_simulation, request_simulation
from core.policy.draft_facts import load_draft
from core.policy.drafts import begin_draft, publish_draft, submit_draft
from core.policy.keeping.rules import KeptInput
from core.policy.monitors.rules import Against, MonitorKind
from core.policy.parse import parse_policy
from core.policy.queries import policies
from core.policy.service import default_policy_text, policy_in_force
from core.policy.tables import PolicyDraft
from tests.builders import Cast
from tests.pages.desk import Desk, button, column, today, words

WHY = "The yearly review of thresholds."
RATIO = 'title = "Impact ratio, lowest judged group"\ndirection = "at least"\nvalue = '
NEXT = default_policy_text().replace("2026.1", "2031.1").replace(f"{RATIO}0.80", f"{RATIO}0.85")


@pytest.fixture
def draft(place: Workplace, cast: Cast) -> str:
    return begin_draft(place.store, place.ledger, text=NEXT, reason=WHY, actor=cast.owner, at=today()).draft


def row_of(place: Workplace, number: str) -> PolicyDraft:
    with place.store.reading() as session:
        return load_draft(session, number)


def simulated(place: Workplace, cast: Cast, number: str) -> None:
    simulation = request_simulation(place.store, place.ledger, draft=number, actor=cast.owner, at=today())
    perform_simulation(place.store, place.ledger, simulation=simulation.simulation, clock=today)


def submitted(place: Workplace, cast: Cast, number: str) -> None:
    simulated(place, cast, number)
    submit_draft(
        place.store, place.ledger, draft=number, reason=WHY, seen_digest=row_of(place, number).digest,
        actor=cast.owner, at=today(),
    )  # fmt: skip


def test_everybody_sees_what_is_in_force_and_may_read_it_in_words(desk: Desk, cast: Cast, place: Workplace) -> None:
    with place.store.reading() as session:
        in_force = policy_in_force(session, at=today())
    listed = desk.open(cast.administrator, "policies")
    read = desk.open(cast.administrator, "policy", policy=str(in_force.id))

    assert "Model governance 2026.1 is in force since" in words(listed)
    assert "No draft is open." in words(listed)
    assert "at least 0.80" in column(read, "Must be", table=4)
    assert "A published policy never changes." in words(read)


def test_a_draft_is_begun_from_the_policy_in_force_with_a_reason(desk: Desk, cast: Cast, place: Workplace) -> None:
    at = desk.open(cast.owner, "policies")
    button(at, "Begin draft").click().run()
    assert "The reason has fewer than 10 characters" in words(at)

    at.text_area[0].input(WHY)
    button(at, "Begin draft").click().run()

    assert not at.exception
    assert row_of(place, "PD0001").body == default_policy_text()


def test_who_may_not_draft_sees_why(desk: Desk, cast: Cast) -> None:
    at = desk.open(cast.developer, "policies")

    assert button(at, "Begin draft").disabled
    assert "this takes the role approver or owner or validator" in words(at)


def test_a_text_that_is_no_policy_is_saved_and_each_line_named(
    desk: Desk, cast: Cast, place: Workplace, draft: str
) -> None:
    at = desk.open(cast.owner, "policy", draft=draft, tab="Edit")
    at.text_area[0].input(NEXT.replace("value = 0.85", "value = oops"))
    next(one for one in at.text_input if one.label.startswith("What changed")).input(WHY)
    button(at, "Save text").click().run()

    assert "value = oops" in row_of(place, draft).body
    assert "value = oops" in column(at, "What stands there")
    assert "The form opens once the text is a policy." in words(at)


def test_the_form_writes_the_text_and_keeps_its_comments(desk: Desk, cast: Cast, place: Workplace, draft: str) -> None:
    at = desk.open(cast.owner, "policy", draft=draft, tab="Edit")
    next(one for one in at.selectbox if one.label == "Clause").select("4.2").run()
    next(one for one in at.number_input if one.label == "Value").set_value(0.9)
    next(one for one in at.multiselect if one.label == "Tiers").set_value([1, 2])
    button(at, "Save clause").click().run()

    text = row_of(place, draft).body
    assert "value = 0.9\nrequired = true\ntasks" in text
    assert "tiers = [1, 2]" in text
    assert text.count("#") == NEXT.count("#")
    assert "Revision 2 of PD0001 is saved." in words(at)


def test_numbers_and_paths_and_the_version_are_changed_by_form(
    desk: Desk, cast: Cast, place: Workplace, draft: str
) -> None:
    at = desk.open(cast.owner, "policy", draft=draft, tab="Edit")
    part = next(one for one in at.selectbox if one.label == "Part of the policy")
    part.select("Quorum and deadlines").run()
    at.number_input[0].set_value(3)
    button(at, "Save numbers").click().run()
    next(one for one in at.selectbox if one.label == "Part of the policy").select("Paths of changes").run()
    next(one for one in at.text_input if one.label == "Clause").input("10.1")
    button(at, "Save path").click().run()
    next(one for one in at.selectbox if one.label == "Part of the policy").select("Name and version").run()
    next(one for one in at.text_input if one.label == "Version").input("2032.1")
    button(at, "Save name and version").click().run()

    text = row_of(place, draft).body
    assert "1 = 3\n" in text
    assert '[[path]]\nclause = "10.1"\nchange = "first use"\nquorum = 1\n' in text
    assert 'version = "2032.1"' in text


def test_how_events_are_kept_is_changed_by_form(desk: Desk, cast: Cast, place: Workplace, draft: str) -> None:
    at = desk.open(cast.owner, "policy", draft=draft, tab="Edit")
    next(one for one in at.selectbox if one.label == "Part of the policy").select("Events").run()
    next(one for one in at.number_input if one.label == "Days that events are kept").set_value(200)
    next(one for one in at.selectbox if one.label == "Inputs to models of tier 2").select(KeptInput.MASKED)
    button(at, "Save how events are kept").click().run()

    kept = parse_policy(row_of(place, draft).body).events
    assert (kept.days, kept.inputs(1), kept.inputs(2)) == (200, KeptInput.COMMITMENT, KeptInput.MASKED)


def test_a_monitor_is_changed_and_another_is_added_by_form(
    desk: Desk, cast: Cast, place: Workplace, draft: str
) -> None:
    at = desk.open(cast.owner, "policy", draft=draft, tab="Edit")
    next(one for one in at.selectbox if one.label == "Part of the policy").select("Monitors").run()
    next(one for one in at.number_input if one.label == "Value").set_value(0.02)
    button(at, "Save monitor").click().run()
    next(one for one in at.selectbox if one.label == "Monitor").select("A new monitor").run()
    next(one for one in at.selectbox if one.label == "What is checked").select(MonitorKind.DRIFT).run()
    next(one for one in at.selectbox if one.label == "Held against").select(Against.REFERENCE).run()
    next(one for one in at.text_input if one.label == "Clause").input("20.90")
    next(one for one in at.text_input if one.label == "What it is called").input("Drift by rows")
    next(one for one in at.text_input if one.label == "Chunk").input("4 parsecs")
    button(at, "Save monitor").click().run()
    refused = words(at)
    next(one for one in at.text_input if one.label == "Chunk").input("5000 rows")
    button(at, "Save monitor").click().run()

    first, *_, last = parse_policy(row_of(place, draft).body).monitors
    assert (first.metric, first.threshold.value) == ("failed_share", 0.02)
    assert "“chunk” is not known" in refused
    assert (last.clause, last.metric, str(last.chunk)) == ("20.90", "wasserstein", "5000 rows")
    assert (last.threshold.direction, last.threshold.deviations) == (None, 3.0)


def test_the_differences_are_said_by_clause(desk: Desk, cast: Cast, draft: str) -> None:
    at = desk.open(cast.auditor, "policy", draft=draft, tab="Differences")

    assert column(at, "Clause") == ["4.2"]
    assert column(at, "Says") == ["at least 0.80 → 0.85"]
    assert "+value = 0.85" in at.code[0].value


def test_a_simulation_is_begun_and_read_on_the_page(desk: Desk, cast: Cast, place: Workplace, draft: str) -> None:
    at = desk.open(cast.owner, "policy", draft=draft, tab="Simulation")
    assert "This draft was not simulated." in words(at)
    button(at, "Simulate draft").click().run()
    with place.store.reading() as session:
        begun = newest_simulation(session, load_draft(session, draft).id or 0)
    assert begun is not None
    perform_simulation(place.store, place.ledger, simulation=begun.number, clock=today)

    read = desk.open(cast.auditor, "policy", draft=draft, tab="Simulation")

    assert "0 of 0 versions would change a verdict; 0 of 0 in production would be in breach" in words(read)
    assert any(one.label.startswith("Nothing is known about") for one in read.expander)


def test_the_author_submits_and_cannot_publish_what_another_then_does(
    desk: Desk, cast: Cast, place: Workplace, draft: str
) -> None:
    simulated(place, cast, draft)
    at = desk.open(cast.owner, "policy", draft=draft)
    at.text_area[0].input(WHY)
    button(at, "Submit draft").click().run()
    assert "is submitted" in words(at)
    assert button(at, "Publish policy").disabled

    other = desk.open(cast.approver, "policy", draft=draft)
    assert "The simulation of this text:" in words(other)
    other.text_area[0].input(WHY)
    button(other, "Publish policy").click().run()

    with place.store.reading() as session:
        assert policy_in_force(session, at=datetime.now(UTC)).version == "2031.1"
    assert "2031.1 is published and never changes" in words(other)


def test_what_was_not_simulated_cannot_be_published(desk: Desk, cast: Cast, place: Workplace, draft: str) -> None:
    submit_draft(
        place.store, place.ledger, draft=draft, reason=WHY, seen_digest=row_of(place, draft).digest,
        actor=cast.owner, at=today(),
    )  # fmt: skip
    at = desk.open(cast.approver, "policy", draft=draft)

    assert button(at, "Publish policy").disabled
    assert "This text was not simulated against the policy in force" in words(at)


def test_a_scheduled_policy_is_withdrawn_on_its_page(desk: Desk, cast: Cast, place: Workplace, draft: str) -> None:
    submitted(place, cast, draft)
    published = publish_draft(
        place.store, place.ledger, draft=draft, reason=WHY, seen_digest=row_of(place, draft).digest,
        effective_from=today() + timedelta(days=30), actor=cast.approver, at=today(),
    )  # fmt: skip
    at = desk.open(cast.second_approver, "policy", policy=str(published.id))
    at.text_area[0].input(WHY)
    button(at, "Withdraw policy").click().run()

    assert "is withdrawn and will not take effect" in words(at)
    with place.store.reading() as session:
        assert [row.standing for row in policies(session, at=today()).rows] == ["withdrawn", "in force"]
    assert "Former" in words(desk.open(cast.auditor, "policies"))


@pytest.mark.parametrize("query", [{"policy": "99"}, {"policy": "x"}, {"draft": "PD9"}, {}])
def test_what_is_not_there_is_said(desk: Desk, cast: Cast, query: dict[str, str]) -> None:
    at = desk.open(cast.auditor, "policy", **query)

    assert ("There is no policy" if query else "The address names no policy") in words(at)


def test_a_submitted_draft_waits_on_the_desk_of_whoever_may_publish_it(
    desk: Desk, cast: Cast, place: Workplace, draft: str
) -> None:
    submitted(place, cast, draft)

    assert "Publish or return a policy" in words(desk.open(cast.approver, "my_work"))
    assert "Publish or return a policy" not in words(desk.open(cast.owner, "my_work"))
