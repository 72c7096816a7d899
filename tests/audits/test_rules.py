"""Audits: every role, part, state and tie in every combination, against a table that is written here by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import pytest

from core.access.rules import Actor, Role
from tests.audits.loading import Mutant, Rules, load, mutants

AUDITOR, ANSWERS = {Role.AUDITOR}, {Role.OWNER, Role.DEVELOPER, Role.VALIDATOR, Role.APPROVER}
# act: in which states, for which roles, as which part, and whether a tie stands against it
TABLE = {
    "CHANGE": ("PLANNED", AUDITOR, "lead", False),
    "DRAW": ("PLANNED FIELDWORK", AUDITOR, "lead", True),
    "BEGIN": ("PLANNED", AUDITOR, "lead", True),
    "TEST": ("FIELDWORK", AUDITOR, "lead team", True),
    "RAISE": ("FIELDWORK", AUDITOR, "lead team", True),
    "ISSUE": ("FIELDWORK", AUDITOR, "lead", True),
    "RESPOND": ("FIELDWORK FOLLOW_UP", ANSWERS, "lead team nobody", False),
    "REPORT": ("FIELDWORK FOLLOW_UP", ANSWERS, "lead team nobody", False),
    "SEND_BACK": ("FIELDWORK FOLLOW_UP", AUDITOR, "lead team", True),
    "VERIFY": ("FIELDWORK FOLLOW_UP", AUDITOR, "lead team", True),
    "CLOSE": ("FOLLOW_UP", AUDITOR, "lead", True),
    "CANCEL": ("PLANNED FIELDWORK", AUDITOR, "lead", False),
}
# a finding's own state: act -> (state, response) in which it is allowed
ANY = ("NONE", "AGREED", "PARTLY", "RISK_ACCEPTED")
SETTLED = {
    "RESPOND": {(state, one) for state in ("OPEN", "ANSWERED") for one in ANY},
    "REPORT": {("ANSWERED", one) for one in ANY[:3]},
    "SEND_BACK": {(state, one) for state in ("ANSWERED", "DONE") for one in ANY},
    "VERIFY": {("DONE", one) for one in ANY} | {("ANSWERED", "RISK_ACCEPTED")},
}
# what is not ready, and which acts of an internal audit it stops; pending findings stop closing of any audit
UNREADY = {"criteria": "BEGIN", "sampled": "BEGIN", "undone": "ISSUE", "unfound": "ISSUE", "pending": "CLOSE"}
READY = {"criteria": 2, "sampled": 3, "undone": 0, "unfound": 0, "pending": ()}
LACKING = {"criteria": 0, "sampled": 0, "undone": 1, "unfound": 1, "pending": ("AF0001",)}
ROLES = [frozenset[Role](), *(frozenset({role}) for role in Role), frozenset({Role.AUDITOR, Role.OWNER})]


def held(roles: frozenset[Role]) -> frozenset[Role]:
    """An auditor acts as an auditor alone, whatever else an identity provider brings."""
    return frozenset({Role.AUDITOR}) if Role.AUDITOR in roles else roles


def circumstances(every: bool) -> Iterator[frozenset[str]]:
    """What is not ready: nothing, one thing at a time, or every combination."""
    if every:
        names = tuple(UNREADY)
        for flags in product((False, True), repeat=len(names)):
            yield frozenset(name for name, flag in zip(names, flags, strict=True) if flag)
    else:
        yield from (frozenset(), *(frozenset({name}) for name in UNREADY))


def explore(rules: Rules, *, every: bool = False) -> int:
    """Ask the rules and the table about everything; how many questions there were."""
    life, judge = rules.life, rules.rules
    asked = 0
    actors = [Actor("P0001", roles) for roles in ROLES]
    parts = {
        "lead": ("P0001", {"P0001", "P0002"}),
        "team": ("P0002", {"P0001", "P0002"}),
        "nobody": ("P0002", {"P0002"}),
    }
    for status, kind, part, tied, lacking in product(
        life.AuditStatus, life.AuditKind, parts, (False, True), list(circumstances(every))
    ):
        lead, team = parts[part]
        ready = {name: (LACKING if name in lacking else READY)[name] for name in READY}
        ties = (judge.Tie("M0001", "developed"),) if tied else ()
        facts = judge.AuditFacts(status, kind, lead, frozenset(team), ties, **ready)
        few = [one for one in actors if one.roles in (ROLES[1], frozenset(AUDITOR))]
        for act, actor in product(life.Act, actors if len(lacking) < 2 else few):
            expected = _allowed(act.name, status.name, kind.name, part, tied, held(actor.roles), lacking)
            assert (not judge.refusals(facts, act, actor)) == expected, (act, status, kind, part, tied, actor, lacking)
            asked += 1
    return asked


def explore_findings(rules: Rules) -> None:
    """As `explore`, for a finding: its state, its response and whose it is."""
    life, judge = rules.life, rules.rules
    responses = {"NONE": None, **{one.name: one for one in life.Response}}
    actors = [Actor("P0001", roles) for roles in ROLES]
    for act, state, response, mine, status, actor, in_team in product(
        SETTLED, life.FindingStatus, responses, (True, False), life.AuditStatus, actors, (True, False)
    ):
        team = frozenset({"P0001", "P0002"}) if in_team else frozenset({"P0002"})
        facts = judge.AuditFacts(status, life.AuditKind.INTERNAL, "P0002", team)
        finding = judge.FindingFacts(state, "P0001" if mine else "P0003", responses[response])
        part = "team" if in_team else "nobody"
        expected = _allowed(act, status.name, "INTERNAL", part, False, held(actor.roles), frozenset())
        expected = expected and (state.name, response) in SETTLED[act]
        expected = expected and (mine or act in ("SEND_BACK", "VERIFY"))
        found = judge.finding_refusals(facts, finding, life.Act[act], actor)
        assert (not found) == expected, (act, state, response, mine, status, actor, in_team)


def _allowed(
    act: str, status: str, kind: str, part: str, tied: bool, roles: frozenset[Role], lacking: frozenset[str]
) -> bool:
    states, holders, parts, independent = TABLE[act]
    stopped = {UNREADY[name] for name in lacking if kind == "INTERNAL" or name == "pending"}
    return (
        status in states.split()
        and bool(roles & holders)
        and part in parts.split()
        and not (independent and tied)
        and act not in stopped
    )


def codes(reasons: object) -> list[str]:
    return [one.code for one in reasons]  # type: ignore[attr-defined]


# ---- what the exploration does not reach: plans, texts, owners


def check_plans(rules: Rules) -> None:
    """A plan needs an auditor, a lead among the auditors, people with the role, and a lead without ties."""
    judge, auditor, owner = (
        rules.rules,
        Actor("P0001", frozenset({Role.AUDITOR})),
        Actor("P0002", frozenset({Role.OWNER})),
    )
    good = {"lead_ties": (), "not_auditors": (), "lead_in_team": True}

    assert judge.plan_refusals(auditor, **good) == ()
    assert codes(judge.plan_refusals(owner, **good)) == ["permission"]
    assert codes(judge.plan_refusals(auditor, **good | {"not_auditors": ("P0005", "P0006")})) == ["not-auditor"] * 2
    assert codes(judge.plan_refusals(auditor, **good | {"lead_in_team": False})) == ["lead"]
    tie = judge.Tie("M0001", "validated")
    assert codes(judge.plan_refusals(auditor, **good | {"lead_ties": (tie,)})) == ["tie-validated"]
    many = tuple(judge.Tie(f"M000{n}", "owned") for n in range(5))
    assert codes(judge.tie_refusals(many)) == ["tie-owned"] * 3 + ["ties"]
    assert codes(judge.tie_refusals(many[:3])) == ["tie-owned"] * 3


def check_texts(rules: Rules) -> None:
    """What conforms has notes or evidence, what does not has notes, what does not apply has a reason."""
    judge, result = rules.rules, rules.life.Result
    long, short = "Read in full and compared.", "ok"

    assert codes(judge.text_refusals(cause=short, effect=long, due_date=" " * 30)) == ["reason", "reason"]
    for given, notes, reason, evidence, allowed in (
        (result.CONFORMS, "", "", "R0001", True),
        (result.CONFORMS, long, "", "", True),
        (result.CONFORMS, short, long, " ", False),
        (result.DOES_NOT, long, "", "", True),
        (result.DOES_NOT, short, long, "R0001", False),
        (result.NOT_APPLICABLE, "", long, "", True),
        (result.NOT_APPLICABLE, long, short, "R0001", False),
    ):
        assert (not judge.result_refusals(given, notes=notes, reason=reason, evidence=evidence)) == allowed


def check_owners(rules: Rules) -> None:
    """A finding is answered by somebody who may answer and did not audit."""
    life, judge = rules.life, rules.rules
    facts = judge.AuditFacts(life.AuditStatus.FIELDWORK, life.AuditKind.INTERNAL, "P0001", frozenset({"P0001"}))

    assert judge.owner_refusals(facts, "P0002", may_respond=True) == ()
    assert codes(judge.owner_refusals(facts, "P0001", may_respond=True)) == ["owner-audits"]
    assert codes(judge.owner_refusals(facts, "P0002", may_respond=False)) == ["owner-role"]


def check_words(rules: Rules) -> None:
    """What is final says what to do instead, and a tie names the model and what was done."""
    life, judge = rules.life, rules.rules
    actor = Actor("P0001", frozenset({Role.AUDITOR}))
    facts = judge.AuditFacts(life.AuditStatus.CLOSED, life.AuditKind.INTERNAL, "P0001", frozenset({"P0001"}))
    planned = replace(facts, status=life.AuditStatus.PLANNED)

    (closed,) = judge.refusals(facts, life.Act.TEST, actor)
    (early,) = judge.refusals(planned, life.Act.TEST, actor)
    assert (closed.way_out, early.way_out) == ("Plan a new audit.", "")
    assert early.message == "The audit is planned; to record fieldwork it must be in fieldwork"
    tied = replace(facts, status=life.AuditStatus.FIELDWORK, ties=(judge.Tie("M0007", "approved"),))
    assert codes(judge.refusals(tied, life.Act.TEST, actor)) == ["tie-approved"]


PROOFS = (check_plans, check_texts, check_owners, check_words, explore_findings, explore)


def test_the_rules_agree_with_the_table_in_every_combination() -> None:
    assert explore(load(), every=True) > 50_000


def test_the_rules_of_findings_plans_and_texts_agree_with_what_is_written_here() -> None:
    for proof in PROOFS[:-1]:
        proof(load())


@pytest.mark.parametrize("mutant", list(mutants()), ids=lambda one: one.name)
def test_a_guard_that_is_gone_is_noticed(mutant: Mutant) -> None:
    bundle = mutant.load()

    assert any(_fails(proof, bundle) for proof in PROOFS)


def _fails(proof: Callable[[Rules], object], bundle: Rules) -> bool:
    try:
        proof(bundle)
    except Exception:  # noqa: BLE001  a proof fails by whatever it raises
        return True
    return False
