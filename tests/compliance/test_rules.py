"""Each rule of a routine check: on the line, before it and after it; and the catalogue that names them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.compliance import rules
from core.compliance.catalogue import catalogue
from core.compliance.checks import CHECKS
from core.compliance.rules import Cause, Deviation, Settings
from core.policy.packs.shipped import packs
from tests.builders import NOON

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PARAMETERS = {"longest_days": 7, "grace_days": 3, "keep_days": 184, "longest_hours": 24}
KEPT = rules.KeptFile("evidence " + "0" * 64, "evidence E0001", "")
AT = Settings(NOON, PARAMETERS)
APPROVAL = rules.ProductionApproval("M0001 1.0.0", "M0001", "P0001", "1.0.0", "C0001", True, 2, 2)
APPROVER = rules.Approver("C0001 P0002", "M0001", "P0001", "1.0.0", "C0001", "P0002", ())
RELIED = rules.ReliedOn("E0001 M0001 1.0.0", "M0001", "P0001", "1.0.0", "E0001", "P-2", NOON - DAY, True, False)
CONDITION = rules.ConditionTerm("C0001 condition 1", "M0001", "P0003", "C0001", NOON, False)
DECISION = rules.Decision("C0001", "M0001", "", "C0001", NOON)
REVIEW = rules.ReviewTerm("M0001", "M0001", "P0001", NOON - 3 * DAY)
FINDING = rules.OpenFinding("F0001", "M0001", "P0001", "high", NOON)
ACTION = rules.AuditAction("AF0001", "P0001", "response to the finding", NOON)
EVIDENCE = rules.EvidenceAge("M0001 1.0.0", "M0001", "P0001", NOON - 365 * DAY, 12)
ANSWER = rules.AnswerTerm("CA0001", "M0001", "P0001", "gdpr", "GDPR-9", NOON, False, True)
DOCUMENT = rules.KeptDocument("M0001 1.0.0 plan", "M0001", "P0001", "1.0.0", "validation plan", True, 0)
LEDGER = rules.LedgerOutcome("ledger", True, "")
HEAD = rules.Head("ledger", 7, 7, 7)
OUTSIDE = rules.SentOutside("AD0001", "mailbox", NOON - 30 * DAY, NOON - 7 * DAY, True)
EVENTS = rules.RemovedEvents("BE0001", NOON - 366 * DAY, NOON, 366)
ROLES = rules.PersonRoles("P0001", ("owner", "developer", "approver"))
BIAS = rules.BiasTerm("BD0001", "D0001", "P0001", NOON - 3 * DAY)
COLUMNS = rules.BiasColumns("M0001 1.0.0 E0001", "M0001", "P0001", "1.0.0", ())
HELD = rules.HeldData("D0001", "", "P0001", ())
DRILLED = rules.Drilled("access", "AD0001", NOON - 7 * DAY)
REVIEWED = rules.AccessReviewed("access review", "AR0001", NOON - 7 * DAY, NOON)
ENDED = rules.EndedAccess("BG0001", "P0002", NOON - 7 * DAY)
TEXT = rules.PersonalDataText("finding F0001, detail", "detail", Cause.FINDING, "F0001", "M0001", ())
MESSAGE = rules.Outgoing("msg_1", "A webhook message to W0001", NOON - 24 * HOUR, False)

LINES = (
    (rules.production_is_approved, APPROVAL, {"change": ""}, "without any change request"),
    (rules.production_is_approved, APPROVAL, {"executed": False}, "was not executed"),
    (rules.production_is_approved, APPROVAL, {"approvals": 1}, "1 of 2 approvals"),
    (rules.approver_is_independent, APPROVER, {"duties": ("development",)}, "contributed to it"),
    (rules.approver_is_independent, APPROVER, {"duties": ("development", "validation")}, "and took part in"),
    (rules.reliance_is_lifted, replace(RELIED, covered=True), {"covered": False}, "ended 2026-11-19"),
    (rules.reliance_is_lifted, replace(RELIED, failing=False), {"failing": True}, "fails clause P-2"),
    (rules.condition_is_met, CONDITION, {"due": NOON - DAY}, "not met; it was due 1 day ago"),
    (rules.condition_is_met, CONDITION, {"due": NOON - HOUR, "reported": True}, "not verified; it was due today"),
    (rules.decision_is_made, DECISION, {"due": NOON - 2 * DAY}, "due 2 days ago"),
    (rules.review_is_in_time, REVIEW, {"due": NOON - 3 * DAY - HOUR}, "due 3 days ago"),
    (rules.finding_is_in_time, FINDING, {"due": NOON - HOUR}, "high severity was due today"),
    (rules.action_is_in_time, ACTION, {"due": NOON - 5 * DAY}, "response to the finding was due 5 days ago"),
    (rules.evidence_is_fresh, EVIDENCE, {"newest": NOON - 366 * DAY}, "more than 12 months old"),
    (rules.evidence_is_fresh, EVIDENCE, {"newest": None}, "No evidence"),
    (rules.answer_stands, replace(ANSWER, renewed=True), {"renewed": False}, "expired today"),
    (rules.answer_stands, replace(ANSWER, applies=False), {"applies": True}, "GDPR-9 of gdpr"),
    (rules.answer_stands, replace(ANSWER, ends=NOON + HOUR), {"ends": NOON}, "expired today"),
    (rules.document_is_current, DOCUMENT, {"kept": False}, "is not kept"),
    (rules.document_is_current, DOCUMENT, {"left": 2}, "has 2 places to fill in"),
    (rules.file_is_whole, KEPT, {"wrong": "is not there"}, "named by evidence E0001, is not there"),
    (rules.bias_data_are_deleted, BIAS, {"delete_by": NOON - 3 * DAY - HOUR}, "were to be deleted 3 days ago"),
    (rules.bias_data_have_a_purpose, COLUMNS, {"uncovered": ("race",)}, "Groups by race are compared in 1.0.0"),
    (rules.data_are_described, HELD, {"missing": ("no purpose: race",)}, "not described in full: no purpose: race"),
    (rules.ledger_verifies, LEDGER, {"passed": False, "faults": "step 8, root"}, "step 8, root"),
    (rules.ledger_grew, HEAD, {"stored": 6}, "6 entries are stored"),
    (rules.ledger_grew, HEAD, {"seen": 8}, "an earlier run saw 8"),
    (rules.checkpoint_is_outside, OUTSIDE, {"newest": NOON - 8 * DAY}, "the last arrived 8 days ago"),
    (rules.checkpoint_is_outside, OUTSIDE, {"newest": None}, "none ever arrived"),
    (rules.checkpoint_is_outside, replace(OUTSIDE, newest=None, behind=False), {"behind": True}, "mailbox AD0001"),
    (rules.events_were_kept, EVENTS, {"removed": NOON - HOUR}, "removed 365 days after the newest of them, not 366"),
    (
        rules.events_were_kept,
        replace(EVENTS, removed=NOON - 182 * DAY, demanded=30),
        {"removed": NOON - 182 * DAY - HOUR},
        "183 days after the newest of them, not 184",
    ),
    (rules.roles_are_apart, ROLES, {"roles": ("auditor", "owner")}, "auditor and owner"),
    (rules.drill_finds_nothing, DRILLED, {"made": NOON - 8 * DAY}, "The last drill of access, AD0001, was 8 days ago"),
    (rules.drill_finds_nothing, DRILLED, {"cell": "owner may approve"}, "Drill AD0001 found: owner may approve"),
    (rules.access_was_reviewed, REVIEWED, {"due": NOON - 2 * DAY}, "AR0001 was due 2 days ago and is open"),
    (rules.access_was_reviewed, REVIEWED, {"begun": NOON - 8 * DAY}, "AR0001, was opened 8 days ago"),
    (
        rules.access_was_reviewed,
        replace(REVIEWED, number="none", due=None),
        {"begun": NOON - 8 * DAY},
        "No access review was ever opened; the oldest grant was given 8 days ago",
    ),
    (rules.break_glass_was_reviewed, ENDED, {"ended": NOON - 8 * DAY}, "BG0001 of P0002 ended 8 days ago unjudged"),
    (rules.text_is_clean, TEXT, {"kinds": ("e-mail address",)}, "what reads as e-mail address"),
    (rules.message_leaves, MESSAGE, {"since": NOON - 25 * HOUR}, "waits since 2026-11-19 11:00 UTC"),
    (rules.message_leaves, MESSAGE, {"given_up": True}, "was given up"),
)


@pytest.mark.parametrize(("rule", "fact", "changed", "said"), LINES)
def test_a_rule_holds_on_its_line_and_deviates_beyond(rule, fact, changed, said) -> None:  # type: ignore[no-untyped-def]
    assert rule(fact, AT) is None

    found = rule(replace(fact, **changed), AT)
    assert isinstance(found, Deviation)
    assert said in found.said
    assert found.subject == fact.subject
    assert found.key


def test_every_check_of_the_catalogue_has_a_read_and_a_rule_that_is_tested_here() -> None:
    assert set(CHECKS) == set(catalogue())
    assert {one.judge for one in CHECKS.values()} == {rule for rule, *_ in LINES}


def test_the_catalogue_says_what_the_packs_and_the_rules_know() -> None:
    for text in catalogue().values():
        assert text.title
        assert text.why
        assert text.reads
        for shown in text.shows:
            pack, _, item = shown.partition(" ")
            assert packs()[pack].item(item), shown
        for one in text.parameters:
            assert one.least <= one.default <= one.most
    assert catalogue()["events-kept"].parameters[0].least == 184
