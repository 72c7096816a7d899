"""Stages, duties, materiality and version numbers."""

from tests.rules.loading import Rules
from tests.rules.test_access_rules import codes

DUTIES = {
    "DEVELOPMENT": "UPLOAD_EVIDENCE START_VALIDATION ANSWER REMEDIATE_FINDING REQUEST_CHANGE RESUME_CHANGE",
    "VALIDATION": "ASK RAISE_FINDING CLOSE_FINDING CONCLUDE_VALIDATED CONCLUDE_NOT_VALIDATED",
    "APPROVAL": "RETURN_CHANGE RETURN_TO_VALIDATION ANSWER_ITEM VOTE_APPROVE VOTE_REJECT APPROVE REJECT",
    "EXECUTION": "EXECUTE SUPERSEDE RETURN RETIRE",
    "NONE": "WITHDRAW_CHANGE",
}
# action: the stages it leads from and to, as the cycle is described to reviewers; "=" stays where it is
LEADS = {
    "UPLOAD_EVIDENCE": {
        "DRAFT": "=", "IN_VALIDATION": "=", "VALIDATED": "IN_VALIDATION", "NOT_VALIDATED": "IN_VALIDATION",
        "IN_APPROVAL": "IN_VALIDATION",
    },
    "START_VALIDATION": {"DRAFT": "IN_VALIDATION", "IN_VALIDATION": "="},
    "ASK": {"IN_VALIDATION": "=", "VALIDATED": "=", "IN_APPROVAL": "="},
    "ANSWER": {"IN_VALIDATION": "=", "VALIDATED": "=", "NOT_VALIDATED": "=", "IN_APPROVAL": "="},
    "RAISE_FINDING": {
        "IN_VALIDATION": "=", "VALIDATED": "=", "IN_APPROVAL": "=", "APPROVED": "=", "IN_PRODUCTION": "=",
        "SUPERSEDED": "=",
    },
    "REMEDIATE_FINDING": {
        "IN_VALIDATION": "=", "VALIDATED": "=", "NOT_VALIDATED": "=", "IN_APPROVAL": "=", "APPROVED": "=",
        "IN_PRODUCTION": "=", "SUPERSEDED": "=",
    },
    "CLOSE_FINDING": {
        "IN_VALIDATION": "=", "VALIDATED": "=", "NOT_VALIDATED": "=", "IN_APPROVAL": "=", "APPROVED": "=",
        "IN_PRODUCTION": "=", "SUPERSEDED": "=",
    },
    "CONCLUDE_VALIDATED": {"IN_VALIDATION": "VALIDATED"},
    "CONCLUDE_NOT_VALIDATED": {"IN_VALIDATION": "NOT_VALIDATED"},
    "REQUEST_CHANGE": {"VALIDATED": "IN_APPROVAL"},
    "RESUME_CHANGE": {"VALIDATED": "IN_APPROVAL"},
    "RETURN_CHANGE": {"IN_APPROVAL": "VALIDATED"},
    "RETURN_TO_VALIDATION": {"IN_APPROVAL": "IN_VALIDATION"},
    "WITHDRAW_CHANGE": {"IN_APPROVAL": "VALIDATED", "IN_VALIDATION": "=", "VALIDATED": "=", "NOT_VALIDATED": "="},
    "ANSWER_ITEM": {"IN_APPROVAL": "="},
    "VOTE_APPROVE": {"IN_APPROVAL": "="},
    "VOTE_REJECT": {"IN_APPROVAL": "="},
    "APPROVE": {"IN_APPROVAL": "APPROVED"},
    "REJECT": {"IN_APPROVAL": "NOT_VALIDATED"},
    "EXECUTE": {"APPROVED": "IN_PRODUCTION"},
    "SUPERSEDE": {"IN_PRODUCTION": "SUPERSEDED"},
    "RETURN": {"SUPERSEDED": "IN_PRODUCTION"},
    "RETIRE": {"APPROVED": "RETIRED", "IN_PRODUCTION": "RETIRED", "SUPERSEDED": "RETIRED"},
}  # fmt: skip
DONE = {"DEVELOPMENT": "contributors", "VALIDATION": "validators", "APPROVAL": "approvers"}
# SR 26-2 III asks for exposure and purpose; rows: low, medium, high exposure; columns: operational, financial, rights
TIERS = ((4, 3, 2), (3, 2, 1), (2, 1, 1))


def cycle() -> set[tuple[str, str, str]]:
    """The moves as (from, act, to)."""
    return {
        (source, action, source if target == "=" else target)
        for action, leads in LEADS.items()
        for source, target in leads.items()
    }


def test_the_table_of_moves_is_the_cycle_that_reviewers_know(rules: Rules) -> None:
    moves = [(move.source.name, move.action.name, move.target.name) for move in rules.inventory.MOVES]

    assert set(moves) == cycle()
    assert len(moves) == len(cycle())


def test_every_act_belongs_to_its_duty(rules: Rules) -> None:
    duties = {action.name: duty.name for action, duty in rules.inventory.DUTY_OF.items()}

    assert duties == {action: duty for duty, actions in DUTIES.items() for action in actions.split()}


def test_development_validation_and_approval_of_a_version_never_meet_in_one_person(rules: Rules) -> None:
    inventory = rules.inventory
    for duty, actions in DUTIES.items():
        for action in (inventory.Action[name] for name in actions.split()):
            stage = next(move.source for move in inventory.MOVES if move.action is action)
            for done, field in DONE.items():
                facts = inventory.VersionFacts(stage, **{field: frozenset({"P0001"})})
                actor = rules.access.Actor("P0001", frozenset(set(rules.access.Role) - {"administrator", "auditor"}))
                expected = [f"duty-{done.lower()}"] if duty in DONE and duty != done else []
                assert codes(inventory.move_refusals(facts, action, actor)) == expected, (action, done)


def test_what_others_did_on_a_version_stands_against_nobody(rules: Rules) -> None:
    inventory, others = rules.inventory, frozenset({"P0002"})
    actor = rules.access.Actor("P0001", frozenset({rules.access.Role.APPROVER}))
    facts = inventory.VersionFacts(inventory.Stage.IN_APPROVAL, others, others, others)

    assert inventory.move_refusals(facts, inventory.Action.VOTE_APPROVE, actor) == ()


def test_a_stage_without_a_line_in_the_table_refuses_everything(rules: Rules) -> None:
    inventory = rules.inventory
    for stage in (inventory.Stage.RETIRED,):
        for action in inventory.Action:
            (reason,) = inventory.stage_refusals(inventory.VersionFacts(stage), action)
            assert (reason.code, reason.way_out) == ("stage", "Register a new version.")


def test_a_refused_move_says_from_which_stages_it_leads(rules: Rules) -> None:
    inventory = rules.inventory
    (reason,) = inventory.stage_refusals(
        inventory.VersionFacts(inventory.Stage.VALIDATED), inventory.Action.START_VALIDATION
    )

    assert reason.message == "The version is validated; to start validation it must be draft or in validation"
    assert reason.way_out == ""


def test_the_way_out_of_a_closed_version_is_a_new_one(rules: Rules) -> None:
    inventory = rules.inventory
    for stage in ("APPROVED", "IN_PRODUCTION", "SUPERSEDED", "RETIRED"):
        facts = inventory.VersionFacts(inventory.Stage[stage])
        (reason,) = inventory.stage_refusals(facts, inventory.Action.UPLOAD_EVIDENCE)
        assert reason.way_out == "Register a new version."


def test_every_reason_is_given_at_once(rules: Rules) -> None:
    inventory, both = rules.inventory, frozenset({"P0001"})
    facts = inventory.VersionFacts(inventory.Stage.DRAFT, contributors=both, validators=both)

    reasons = inventory.move_refusals(facts, inventory.Action.VOTE_APPROVE, rules.access.Actor("P0001"))

    assert codes(reasons) == ["stage", "permission", "duty-development", "duty-validation"]


def test_an_experimental_version_does_not_lead_to_production(rules: Rules) -> None:
    inventory, access = rules.inventory, rules.access
    actor = access.Actor("P0001", frozenset({access.Role.OWNER}))
    barred = {"REQUEST_CHANGE", "RESUME_CHANGE", "EXECUTE"}
    for move in inventory.MOVES:
        for line in inventory.Line:
            found = codes(inventory.move_refusals(inventory.VersionFacts(move.source, line=line), move.action, actor))
            expected = line is inventory.Line.EXPERIMENTAL and move.action.name in barred
            assert ("experimental" in found) == expected, (move.action, line)


def test_the_tier_follows_from_exposure_and_purpose(rules: Rules) -> None:
    inventory = rules.inventory
    grid = tuple(
        tuple(inventory.materiality(exposure, purpose) for purpose in inventory.Purpose)
        for exposure in inventory.Exposure
    )

    assert grid == TIERS


def version(rules: Rules, text: str, *earlier: str) -> list[str]:
    known = tuple(rules.inventory.parse_version(one) for one in earlier)
    return codes(rules.inventory.version_refusals(text, known))


def test_the_first_version_may_have_any_number(rules: Rules) -> None:
    for text in ("0.1.0", "1.0.0", "7.4.2"):
        assert version(rules, text) == []


def test_the_next_version_raises_one_part_by_one(rules: Rules) -> None:
    for text in ("1.2.4", "1.3.0", "2.0.0"):
        assert version(rules, text, "1.2.3", "0.9.0") == []


def test_gaps_and_steps_back_are_refused(rules: Rules) -> None:
    for text in ("1.2.5", "1.4.0", "3.0.0", "1.3.1", "2.0.1", "1.1.9", "0.9.1"):
        assert version(rules, text, "0.9.0", "1.2.3") == ["version-order"], text


def test_a_version_number_is_never_used_twice(rules: Rules) -> None:
    assert version(rules, "0.9.0", "0.9.0", "1.2.3") == ["version-reuse"]


def test_what_is_not_a_semantic_version_is_refused(rules: Rules) -> None:
    # Semantic Versioning 2.0.0, items 2, 9 and 10: three numbers without leading zeros; we take no suffixes
    for text in ("", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-rc.1", "1.0.0+5", "v1.0.0", "1.0.0\n", "１.0.0", "-1.0.0"):
        assert version(rules, text) == ["version-form"], text
