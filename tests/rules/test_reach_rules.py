"""Reach of grants: every pair of roles x every pair of reaches x every kind of record, against the table of holders."""

import json
from itertools import product
from types import ModuleType

import pytest

from tests.rules.loading import Rules
from tests.rules.test_access_rules import HOLDERS, codes

RETAIL, CARDS, GROUP = "Retail", "Cards", "MG0001"


def reaches(access: ModuleType) -> dict[str, object]:
    return {
        "everywhere": access.EVERYWHERE,
        "retail": access.Reach(lines=frozenset({RETAIL})),
        "group": access.Reach(groups=frozenset({GROUP})),
        "both": access.Reach(frozenset({RETAIL}), frozenset({GROUP})),
        "nothing": access.Reach(),
    }


def records(access: ModuleType) -> dict[str, tuple[object, ...]]:
    retail, cards = access.Belonging(RETAIL), access.Belonging(CARDS)
    grouped = access.Belonging(CARDS, frozenset({GROUP}))
    return {
        "retail": (retail,),
        "cards": (cards,),
        "grouped": (grouped,),
        "of another group": (access.Belonging(CARDS, frozenset({"MG0002"})),),
        "retail and grouped": (retail, grouped),
        "retail and cards": (retail, cards),
        "organisation": access.ORGANISATION,
    }


COVERS = {
    "everywhere": {
        "retail", "cards", "grouped", "of another group", "retail and grouped", "retail and cards", "organisation"
    },
    "retail": {"retail"},
    "group": {"grouped"},
    "both": {"retail", "grouped", "retail and grouped"},
    "nothing": set(),
}  # fmt: skip


def limits_of(access: ModuleType, chosen: dict[str, str]) -> tuple[tuple[object, object], ...]:
    known = reaches(access)
    return tuple((access.Role(role), known[reach]) for role, reach in chosen.items() if reach != "everywhere")


def test_a_reach_covers_exactly_the_records_all_of_whose_models_lie_within(rules: Rules) -> None:
    for name, reach in reaches(rules.access).items():
        covered = {what for what, about in records(rules.access).items() if reach.covers(about)}  # type: ignore[attr-defined]
        assert covered == COVERS[name], name


def test_a_record_is_read_by_whom_one_of_its_models_lies_within_reach_of_and_without_a_model_by_everybody(
    rules: Rules,
) -> None:
    access = rules.access
    for name, reach in reaches(access).items():
        single = {what for what in ("retail", "cards", "grouped") if what in COVERS[name]}
        expected = {
            "retail": "retail" in single,
            "cards": "cards" in single,
            "retail and grouped": bool({"retail", "grouped"} & single),
            "retail and cards": bool({"retail", "cards"} & single),
            "organisation": True,
        }
        seen = {what: reach.touches(records(access)[what]) for what in expected}  # type: ignore[attr-defined]
        assert seen == expected, name


def test_what_two_reaches_cover_together_is_what_either_covers(rules: Rules) -> None:
    known, singles = reaches(rules.access), ("retail", "cards", "grouped", "organisation")
    for (one, first), (other, second) in product(known.items(), repeat=2):
        joined = first.with_(second)  # type: ignore[attr-defined]
        covered = {what for what in singles if joined.covers(records(rules.access)[what])}
        assert covered == {what for what in singles if what in COVERS[one] | COVERS[other]}, (one, other)


def test_on_a_record_count_the_roles_that_reach_it_and_no_others(rules: Rules) -> None:
    access = rules.access
    plain = ("owner", "developer", "validator", "approver")
    for first, second in ((first, second) for first in plain for second in plain if first < second):
        for here, there in product(COVERS, repeat=2):
            limits = limits_of(access, {first: here, second: there})
            actor = access.Actor("P0001", frozenset({access.Role(first), access.Role(second)}), limits=limits)
            for what, about in records(access).items():
                reaching = {role for role, reach in ((first, here), (second, there)) if what in COVERS[reach]}
                expected = {permission for permission, holders in HOLDERS.items() if reaching & set(holders.split())}
                assert set(actor.permissions_on(about)) == expected, (first, here, second, there, what)


def test_before_no_record_every_role_counts(rules: Rules) -> None:
    access = rules.access
    limits = limits_of(access, {"validator": "nothing"})
    actor = access.Actor("P0001", frozenset({access.Role.VALIDATOR}), limits=limits)

    assert actor.permissions == actor.permissions_on(None) == access.PERMISSIONS[access.Role.VALIDATOR]


def test_a_reach_frees_nobody_of_a_pair_of_roles_that_may_not_meet(rules: Rules) -> None:
    access = rules.access
    for cut in ("administrator", "auditor"):
        roles = frozenset({access.Role(cut), access.Role.VALIDATOR})
        actor = access.Actor("P0001", roles, limits=limits_of(access, {cut: "nothing"}))
        assert access.Permission.VALIDATION_CONCLUDE not in actor.permissions_on(records(access)["cards"])


def test_a_token_reaches_no_further_than_its_owner(rules: Rules) -> None:
    access = rules.access
    limits, scopes = limits_of(access, {"developer": "retail"}), frozenset({access.Permission.EVIDENCE_UPLOAD})
    token = access.Actor("P0001", frozenset({access.Role.DEVELOPER}), "T0001", scopes, limits)

    assert token.permissions_on(records(access)["retail"]) == scopes
    assert not token.permissions_on(records(access)["cards"])


def test_the_decision_of_the_moment_goes_before_the_record_that_one_stands_before(rules: Rules) -> None:
    access = rules.access
    limits = limits_of(access, {"validator": "retail"})
    here = access.Actor("P0001", frozenset({access.Role.VALIDATOR}), limits=limits, about=records(access)["retail"])

    assert access.Permission.FINDING_RAISE in here.permissions
    with access.deciding_about(records(access)["cards"]):
        assert access.about_of_the_moment() == records(access)["cards"]
        assert access.Permission.FINDING_RAISE not in here.permissions
    assert access.about_of_the_moment() is None
    with pytest.raises(ValueError, match="as any"), access.deciding_about(access.ORGANISATION):
        raise ValueError("as any")
    assert access.about_of_the_moment() is None


def test_the_refusal_says_which_role_falls_short_how_far_it_reaches_and_the_way_out(rules: Rules) -> None:
    access = rules.access
    limits = limits_of(access, {"validator": "both", "approver": "retail"})
    roles = frozenset({access.Role.VALIDATOR, access.Role.APPROVER, access.Role.OWNER})
    actor = access.Actor("P0001", roles, limits=limits, about=records(access)["cards"])

    (reason,) = access.permission_refusals(actor, access.Permission.FINDING_RAISE)

    assert reason.code == "reach"
    assert reason.message.endswith("may do it for: your role validator reaches Retail, group MG0001")
    assert "administrator" in reason.way_out
    assert codes(access.permission_refusals(actor, access.Permission.PERSON_MANAGE)) == ["permission"]
    assert not access.permission_refusals(actor, access.Permission.MODEL_RETIRE)


def test_one_reads_as_far_as_any_role_reaches(rules: Rules) -> None:
    access = rules.access
    known = reaches(access)
    roles = {access.Role.OWNER, access.Role.VALIDATOR}

    def reach(*limited: tuple[str, str]) -> object:
        return access.Actor("P0001", frozenset(roles), limits=limits_of(access, dict(limited))).reach

    assert reach() == access.EVERYWHERE
    assert reach(("owner", "retail")) == access.EVERYWHERE
    assert reach(("owner", "retail"), ("validator", "group")) == known["both"]


def test_a_reach_is_stored_as_a_text_and_read_back_the_same(rules: Rules) -> None:
    access = rules.access
    for reach in reaches(access).values():
        assert access.reach_from(reach.text) == reach  # type: ignore[attr-defined]
    assert access.EVERYWHERE.text == "everywhere"
    assert json.loads(reaches(access)["both"].text) == {"lines": [RETAIL], "groups": [GROUP]}  # type: ignore[attr-defined]


def test_a_reach_is_said_in_words(rules: Rules) -> None:
    words = {name: reach.words for name, reach in reaches(rules.access).items()}  # type: ignore[attr-defined]

    assert words == {
        "everywhere": "everywhere",
        "retail": "Retail",
        "group": "group MG0001",
        "both": "Retail, group MG0001",
        "nothing": "nothing",
    }


def test_an_administrator_reaches_everywhere_and_nobody_reaches_nothing(rules: Rules) -> None:
    access = rules.access
    known = reaches(access)
    for role in access.Role:
        for name, reach in known.items():
            expected = (
                []
                if name == "everywhere"
                else ["reach-administrator"]
                if role is access.Role.ADMINISTRATOR
                else ["reach-empty"]
                if name == "nothing"
                else []
            )
            assert codes(access.reach_refusals(role, reach)) == expected, (role, name)
