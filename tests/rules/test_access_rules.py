"""Roles and permissions: who holds what, what no combination of roles gives, and who grants."""

from itertools import chain, combinations

from tests.rules.loading import Rules

ALL = "owner developer validator approver auditor administrator"
HOLDERS = {
    "record:read": ALL,
    "ledger:read": ALL,
    "model:register": "owner developer",
    "model:edit": "owner developer",
    "model:retire": "owner",
    "model:review": "owner validator",
    "tier:confirm": "approver",
    "version:register": "owner developer",
    "evidence:upload": "developer",
    "event:record": "developer",
    "validation:start": "developer",
    "challenge:ask": "validator",
    "challenge:answer": "owner developer",
    "finding:raise": "validator",
    "finding:remediate": "owner developer",
    "finding:close": "validator",
    "validation:conclude": "validator",
    "change:request": "owner developer",
    "change:vote": "approver",
    "change:execute": "owner approver",
    "policy:draft": "owner validator approver",
    "policy:publish": "approver",
    "document:write": "owner developer",
    "document:review": "validator approver",
    "coverage:answer": "owner developer validator approver",
    "coverage:answer_for_all": "approver",
    "pack:publish": "approver",
    "template:publish": "approver",
    "export:make": "owner developer validator approver auditor",
    "production:return": "owner approver",
    "code:report": "developer",
    "audit:run": "auditor",
    "audit:respond": "owner developer validator approver",
    "compliance:run": "owner developer validator approver",
    "compliance:manage": "approver",
    "production:report": "developer",
    "monitor:run": "owner developer validator",
    "alert:handle": "owner developer validator approver",
    "output:review": "owner validator approver",
    "stress:run": "developer validator",
    "comparison:run": "developer validator",
    "incident:declare": "owner developer validator approver",
    "incident:handle": "owner developer validator approver",
    "incident:review": "validator approver",
    "review:hold": "owner validator approver",
    "job:run": "owner developer validator administrator",
    "person:manage": "administrator",
    "grant:confirm": "administrator",
    "access:review": "approver",
    "break_glass:open": "owner developer validator administrator",
    "break_glass:review": "approver",
    "access:drill": "approver administrator",
    "data:classify": "owner developer",
    "personal_data:decide": "owner validator approver",
    "sensitive:read": "validator",
    "subject_request:handle": "approver",
    "subject_request:confirm": "administrator",
    "hook:manage": "administrator",
    "anchor:manage": "administrator",
    "event:erase": "administrator",
    "token:own": "developer owner",
}
TAKES = {
    "UPLOAD_EVIDENCE": "evidence:upload",
    "START_VALIDATION": "validation:start",
    "ASK": "challenge:ask",
    "ANSWER": "challenge:answer",
    "RAISE_FINDING": "finding:raise",
    "REMEDIATE_FINDING": "finding:remediate",
    "CLOSE_FINDING": "finding:close",
    "CONCLUDE_VALIDATED": "validation:conclude",
    "CONCLUDE_NOT_VALIDATED": "validation:conclude",
    "REQUEST_CHANGE": "change:request",
    "WITHDRAW_CHANGE": "change:request",
    "RESUME_CHANGE": "change:request",
    "ANSWER_ITEM": "change:vote",
    "VOTE_APPROVE": "change:vote",
    "VOTE_REJECT": "change:vote",
    "RETURN_CHANGE": "change:vote",
    "RETURN_TO_VALIDATION": "change:vote",
    "APPROVE": "change:vote",
    "REJECT": "change:vote",
    "EXECUTE": "change:execute",
    "SUPERSEDE": "change:execute",
    "RETURN": "production:return",
    "RETIRE": "change:execute",
}
MANAGES = (
    "person:manage", "hook:manage", "anchor:manage", "event:erase", "job:run", "grant:confirm", "break_glass:open",
    "access:drill", "subject_request:confirm",
)  # fmt: skip
APART = {
    "administrator": {"approver", "validator", "developer", "owner", "auditor"},
    "auditor": {"administrator", "developer", "validator", "approver", "owner"},
}
PIPELINE_SCOPES = {
    "record:read", "model:register", "model:edit", "version:register", "evidence:upload", "event:record",
    "validation:start", "change:request", "policy:draft", "production:return", "code:report", "compliance:run",
    "export:make", "production:report", "monitor:run", "stress:run", "comparison:run", "incident:declare",
    "document:write", "coverage:answer", "alert:handle", "finding:remediate", "data:classify",
}  # fmt: skip


def every_set_of_roles(rules: Rules) -> list[frozenset[str]]:
    roles = list(rules.access.Role)
    return [frozenset(chosen) for chosen in chain.from_iterable(combinations(roles, n) for n in range(len(roles) + 1))]


def codes(reasons: tuple[object, ...]) -> list[str]:
    return [reason.code for reason in reasons]  # type: ignore[attr-defined]


def test_each_role_holds_exactly_its_permissions(rules: Rules) -> None:
    held = {
        permission.value: {role.value for role in rules.access.Role if permission in rules.access.PERMISSIONS[role]}
        for permission in rules.access.Permission
    }

    assert held == {permission: set(roles.split()) for permission, roles in HOLDERS.items()}


def test_several_roles_give_what_each_gives_and_nothing_more(rules: Rules) -> None:
    for roles in every_set_of_roles(rules):
        if {"administrator", "auditor"} & roles:
            continue
        expected = {permission for permission, holders in HOLDERS.items() if roles & set(holders.split())}
        assert set(rules.access.Actor("P0001", roles).permissions) == expected, roles


def test_an_administrator_of_any_kind_decides_nothing(rules: Rules) -> None:
    for roles in every_set_of_roles(rules):
        if "administrator" in roles:
            held = set(rules.access.Actor("P0001", roles).permissions)
            assert held <= {"record:read", "ledger:read", *MANAGES}, roles
            assert ("person:manage" in held) == ("auditor" not in roles), roles


def test_an_auditor_changes_nothing_but_audits_whatever_else_they_hold(rules: Rules) -> None:
    for roles in every_set_of_roles(rules):
        if "auditor" in roles:
            held = set(rules.access.Actor("P0001", roles).permissions)
            reads = {"record:read", "ledger:read"}
            assert held == (reads if "administrator" in roles else reads | {"audit:run", "export:make"}), roles


def test_each_act_takes_its_permission_at_every_stage_from_every_set_of_roles(rules: Rules) -> None:
    inventory = rules.inventory
    assert {action.name for action in inventory.Action} == set(TAKES)
    actors = [rules.access.Actor("P0001", roles) for roles in every_set_of_roles(rules)]
    allowed = {actor: {permission.value for permission in actor.permissions} for actor in actors}
    for action, permission in TAKES.items():
        for stage in inventory.Stage:
            possible = (stage, inventory.Action[action]) in inventory.BY_ACTION
            for actor in actors:
                reasons = inventory.move_refusals(inventory.VersionFacts(stage), inventory.Action[action], actor)
                assert (not reasons) == (possible and permission in allowed[actor]), (action, stage, actor.roles)


def test_every_act_is_one_permission_and_one_duty_wherever_it_starts(rules: Rules) -> None:
    for action in rules.inventory.Action:
        moves = [move for move in rules.inventory.MOVES if move.action is action]
        assert len({(move.permission, move.duty) for move in moves}) == 1, action


def test_a_person_without_a_role_may_nothing_and_is_told_who_may(rules: Rules) -> None:
    for permission, holders in HOLDERS.items():
        (reason,) = rules.access.permission_refusals(rules.access.Actor("P0001"), rules.access.Permission(permission))
        assert reason.code == "permission"
        assert "a person without a role" in reason.message
        assert reason.message.endswith(f"role {' or '.join(sorted(holders.split()))}")


def test_a_refusal_names_the_roles_one_acts_in(rules: Rules) -> None:
    actor = rules.access.Actor("P0001", frozenset({rules.access.Role.OWNER, rules.access.Role.DEVELOPER}))

    (reason,) = rules.access.permission_refusals(actor, rules.access.Permission.CHANGE_VOTE)

    assert reason.message.startswith("You act as developer and owner;")


def test_a_token_does_only_what_its_scopes_and_its_owner_may(rules: Rules) -> None:
    access = rules.access
    scopes = frozenset({access.Permission.EVIDENCE_UPLOAD, access.Permission.PERSON_MANAGE})
    token = access.Actor("P0001", frozenset({access.Role.DEVELOPER}), token="T0001", scopes=scopes)

    assert {permission.value for permission in token.permissions} == {"evidence:upload"}
    assert codes(access.permission_refusals(token, access.Permission.CHANGE_REQUEST)) == ["token-scope"]


def test_no_token_manages_people_or_votes_whatever_its_scopes_say(rules: Rules) -> None:
    access = rules.access
    everything = frozenset(access.Permission)
    for roles in every_set_of_roles(rules):
        token = access.Actor("P0001", roles, token="T0001", scopes=everything)
        held = {permission.value for permission in token.permissions}
        assert not held & {"person:manage", "change:vote", "change:execute", "validation:conclude", "token:own"}, roles


def test_the_ledger_shows_a_token_where_one_was_used(rules: Rules) -> None:
    access = rules.access
    person = access.Actor("P0001", frozenset({access.Role.DEVELOPER}))
    token = access.Actor("P0001", frozenset({access.Role.DEVELOPER}), token="T0001")

    assert (person.acting_as, token.acting_as) == ("P0001", "T0001")
    assert (person.role_words, token.role_words) == ("developer", "pipeline of P0001 (developer)")


def test_no_token_can_be_given_a_part_in_validation_approval_or_administration(rules: Rules) -> None:
    assert {scope.value for scope in rules.access.TOKEN_SCOPES} == PIPELINE_SCOPES


def grant(
    rules: Rules, role: str, *, held: tuple[str, ...] = (), by: str = "P0002", as_: str = "administrator"
) -> list[str]:
    access = rules.access
    actor = access.Actor(by, frozenset({access.Role(as_)}))
    return codes(access.grant_refusals(actor, "P0001", frozenset(map(access.Role, held)), access.Role(role)))


def test_an_administrator_grants_a_role_to_somebody_else(rules: Rules) -> None:
    assert grant(rules, "developer", held=("owner",)) == []


def test_nobody_grants_a_role_to_themselves(rules: Rules) -> None:
    assert grant(rules, "developer", by="P0001") == ["own-grant"]


def test_only_administrators_grant_roles(rules: Rules) -> None:
    for role in set(ALL.split()) - {"administrator"}:
        assert grant(rules, "developer", as_=role) == ["permission"]


def test_a_role_is_granted_once(rules: Rules) -> None:
    assert grant(rules, "developer", held=("developer",)) == ["held"]


def test_administrator_and_auditor_meet_no_other_role(rules: Rules) -> None:
    for first in ALL.split():
        for second in set(ALL.split()) - {first}:
            apart = second in APART.get(first, ()) or first in APART.get(second, ())
            assert grant(rules, first, held=(second,)) == (["toxic-pair"] if apart else []), (first, second)


def test_break_glass_access_reads_and_only_reads_whatever_the_roles(rules: Rules) -> None:
    access = rules.access
    for roles in every_set_of_roles(rules):
        actor = access.Actor("P0001", roles, break_glass="BG0001")
        assert {permission.value for permission in actor.permissions} == {"record:read", "ledger:read"}, roles


def test_break_glass_access_says_why_nothing_else_can_be_done_and_is_named_in_the_ledger(rules: Rules) -> None:
    access = rules.access
    actor = access.Actor("P0001", frozenset({access.Role.OWNER}), break_glass="BG0001")

    assert codes(access.permission_refusals(actor, access.Permission.MODEL_EDIT)) == ["break-glass"]
    assert access.permission_refusals(actor, access.Permission.RECORD_READ) == ()
    assert actor.role_words == "owner, BG0001"


def test_pairs_that_may_not_meet_are_named_where_they_do(rules: Rules) -> None:
    access = rules.access
    for roles in every_set_of_roles(rules):
        pairs = {frozenset(said.split(" and ")) for said in access.met(roles)}
        expected = {frozenset({one, other}) for one in APART for other in APART[one] if {one, other} <= roles}
        assert pairs == expected, roles
