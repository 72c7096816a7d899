"""Links between records: made once, ended and never deleted, followed through circles and versions."""

import threading

import pytest

from core.errors import NotFound, Refused
from core.inventory.parts.graph import dependents, foundations, system_of
from core.inventory.parts.intake import NewAsset
from core.inventory.parts.linking import end_link, make_link
from core.inventory.parts.queries import links_of
from core.inventory.parts.registering import Recorded, register_asset
from core.inventory.parts.rules import AssetKind, Relation
from core.inventory.rules import Stage
from tests.builders import NOON, set_stage
from tests.inventory.conftest import Desk, at_once

R = Relation


def link(desk: Desk, source: str, relation: Relation, target: str) -> Recorded:
    return make_link(
        desk.store, desk.ledger, source=source, relation=relation, target=target, actor=desk.cast.owner, at=NOON
    )


def end(desk: Desk, number: str) -> None:
    end_link(
        desk.store, desk.ledger, link=number, reason="It was never sent there.", actor=desk.cast.owner, at=NOON
    )  # fmt: skip


def a_system(desk: Desk) -> None:
    """D0001, D0002 to M0001 by its version; M0001 feeds W0001, which leads to H0001 and back; V0001 supplies W0001."""
    desk.register()
    for kind, details in (
        (AssetKind.WORKFLOW, {"trigger": "A request", "outcome": "A letter"}),
        (AssetKind.DECISION_POINT, {"decider": "A case worker", "override": "In writing"}),
        (AssetKind.VENDOR, {}),
    ):
        asset = NewAsset(kind, f"The {kind}", desk.cast.owner.id, details=details)
        register_asset(desk.store, desk.ledger, asset=asset, actor=desk.cast.owner, at=NOON)
    link(desk, "M0001", R.FEEDS, "W0001")
    link(desk, "W0001", R.LEADS_TO, "H0001")
    link(desk, "H0001", R.LEADS_TO, "W0001")
    link(desk, "V0001", R.SUPPLIES, "W0001")


def below(desk: Desk, number: str) -> list[tuple[str, int]]:
    with desk.store.reading() as session:
        return [(step.number, step.distance) for step in dependents(session, number)]


def above(desk: Desk, number: str) -> list[tuple[str, int]]:
    with desk.store.reading() as session:
        return [(step.number, step.distance) for step in foundations(session, number)]


def test_what_breaks_is_followed_through_versions_links_and_circles(desk: Desk) -> None:
    a_system(desk)

    assert below(desk, "D0001") == [("M0001", 1), ("W0001", 2), ("H0001", 3)]
    assert below(desk, "W0001") == [("H0001", 1)]
    assert above(desk, "H0001") == [("W0001", 1), ("M0001", 2), ("V0001", 2), ("D0001", 3), ("D0002", 3)]


def test_a_system_is_everything_around_a_record_with_each_edge_once(desk: Desk) -> None:
    a_system(desk)

    with desk.store.reading() as session:
        system = system_of(session, "M0001")

    assert system.drawn == {"D0001", "D0002", "M0001", "W0001", "H0001", "V0001"}  # the vendor bears on W0001 too
    assert {step.number for step in system.breaks} == {"W0001", "H0001"}
    assert [(edge.source, edge.relation, edge.target) for edge in system.edges] == [
        ("D0001", R.TRAINS, "M0001"),
        ("D0002", R.TESTS, "M0001"),
        ("H0001", R.LEADS_TO, "W0001"),
        ("M0001", R.FEEDS, "W0001"),
        ("V0001", R.SUPPLIES, "W0001"),
        ("W0001", R.LEADS_TO, "H0001"),
    ]


def test_of_a_large_system_the_nearest_records_are_drawn(small_desk: Desk) -> None:
    a_system(small_desk)

    with small_desk.store.reading() as session:
        system = system_of(session, "M0001", most=3)

    assert len(system.drawn) == 3
    assert {step.number for step in system.breaks} == {"W0001", "H0001"}  # what breaks is never cut


@pytest.mark.parametrize("stage", [Stage.SUPERSEDED, Stage.RETIRED])
def test_a_version_that_is_no_longer_used_needs_no_data(small_desk: Desk, stage: Stage) -> None:
    small_desk.register()
    set_stage(small_desk.store, "M0001", "1.0.0", stage)

    assert below(small_desk, "D0001") == []


def test_an_ended_link_stays_on_record_and_leads_nowhere(desk: Desk) -> None:
    a_system(desk)

    end(desk, "L0001")

    assert below(desk, "D0001") == [("M0001", 1)]
    assert desk.on_record()[-2:] == [("link.made", "link L0004"), ("link.ended", "link L0001")]
    with pytest.raises(Refused, match="L0001 ended already"):
        end(desk, "L0001")
    assert link(desk, "M0001", R.FEEDS, "W0001").number == "L0005"  # it can be made again


def test_a_link_is_made_once_even_by_four_at_the_same_moment(desk: Desk) -> None:
    a_system(desk)
    end(desk, "L0001")
    start, outcomes = threading.Barrier(4), list[str]()

    def work(_number: int) -> None:
        start.wait()
        try:
            outcomes.append(link(desk, "M0001", R.FEEDS, "W0001").number)
        except Refused as refused:
            outcomes.append(refused.refusals[0].code)

    at_once(work)

    assert sorted(outcomes) == ["L0005", "link-standing", "link-standing", "link-standing"]


def test_ends_that_a_relation_does_not_join_are_refused_with_those_that_do(small_desk: Desk) -> None:
    a_system(small_desk)

    with pytest.raises(Refused, match="A vendor does not “feeds” a model") as caught:
        link(small_desk, "V0001", R.FEEDS, "M0001")

    assert "supplies" in caught.value.refusals[0].way_out
    with pytest.raises(NotFound, match="There is no record “M0009”"):
        link(small_desk, "M0009", R.FEEDS, "M0001")


def test_both_ends_are_named_and_what_a_version_says_has_no_number(small_desk: Desk) -> None:
    a_system(small_desk)

    with small_desk.store.reading() as session:
        rows = links_of(session, "M0001")

    assert [(row.edge.number, row.source.name, row.target.name) for row in rows] == [
        ("", "applications-train 2024", "Credit default"),
        ("", "applications-test 2025", "Credit default"),
        ("L0001", "Credit default", "The workflow"),
    ]


@pytest.mark.parametrize("role", ["validator", "approver", "auditor", "administrator"])
def test_others_do_not_link(small_desk: Desk, role: str) -> None:
    a_system(small_desk)

    with pytest.raises(Refused):
        make_link(
            small_desk.store, small_desk.ledger, source="D0001", relation=R.FEEDS, target="W0001",
            actor=getattr(small_desk.cast, role), at=NOON,
        )  # fmt: skip
    assert small_desk.on_record()[-1] == ("act.refused", "link new")
