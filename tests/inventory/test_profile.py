"""What a model is and who has which part in it: decided by the right people, dated, and on record."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from core.access.rules import Actor
from core.errors import NotFound, Refused, Unreadable
from core.inventory.changing import change_model, field_history
from core.inventory.drafts import discard_draft, drafts_of, save_draft
from core.inventory.moves import load_model, load_version
from core.inventory.people.queries import PartRow, RaciView, parts_of, raci
from core.inventory.people.rules import Column, Part
from core.inventory.people.service import assign, end
from core.inventory.profile.queries import Profile, profile_of
from core.inventory.profile.rules import Answer, Factor, OverrideStatus, RiskLevel, Scope
from core.inventory.profile.service import assess_risk, confirm_packs, decide_scope
from core.inventory.profile.tiering import decide_tier, propose_tier, withdraw_tier
from core.inventory.reviews.rules import ReviewOutcome
from core.inventory.reviews.service import review_done, reviews_of
from core.inventory.rules import Line, Stage
from core.inventory.tables import Model, TierOverride
from core.inventory.versions.service import move_to_stable
from core.validation.evidence import digest_now
from tests.builders import NOON, a_model, a_person, a_version, set_stage
from tests.inventory.conftest import Desk

WHY = "The score decides nothing by itself."
LATER = NOON + timedelta(days=40)


def model_of(desk: Desk, number: str = "M0001") -> Model:
    with desk.store.reading() as session:
        return load_model(session, number)


def profile(desk: Desk) -> Profile:
    with desk.store.reading() as session:
        return profile_of(session, load_model(session, "M0001"))


def propose(desk: Desk, tier: int = 3, actor: Actor | None = None) -> None:
    propose_tier(
        desk.store, desk.ledger, model="M0001", tier=tier, reason=WHY, actor=actor or desk.cast.owner, at=NOON
    )  # fmt: skip


def decide(desk: Desk, *, confirm: bool = True, actor: Actor | None = None) -> None:
    decide_tier(
        desk.store, desk.ledger, model="M0001", confirm=confirm, rationale="Read and agreed.",
        actor=actor or desk.cast.approver, at=NOON,
    )  # fmt: skip


# ---- tier


def test_a_proposed_tier_takes_effect_when_another_person_confirms_it(desk: Desk) -> None:
    desk.register()
    propose(desk)
    assert model_of(desk).tier == 1

    decide(desk)

    found = profile(desk)
    assert (model_of(desk).tier, found.rule_tier, found.override and found.override.tier) == (3, 1, 3)
    with desk.store.reading() as session:
        (change,) = field_history(session, "M0001", field="tier").rows
    assert (change.old, change.new, change.reason) == ("1", "3", WHY)


def test_a_declined_tier_changes_nothing_and_stays_on_record(small_desk: Desk) -> None:
    small_desk.register()
    propose(small_desk)

    decide(small_desk, confirm=False)

    assert model_of(small_desk).tier == 1
    assert [one.status for one in profile(small_desk).overrides] == [OverrideStatus.DECLINED]
    with pytest.raises(NotFound):
        decide(small_desk)


@pytest.mark.parametrize("role", ["owner", "developer", "validator", "auditor", "administrator"])
def test_only_an_approver_confirms_a_tier(small_desk: Desk, role: str) -> None:
    small_desk.register()
    propose(small_desk)

    with pytest.raises(Refused):
        decide(small_desk, actor=getattr(small_desk.cast, role))

    assert model_of(small_desk).tier == 1


def test_who_proposed_a_tier_does_not_confirm_it_even_as_approver(small_desk: Desk) -> None:
    small_desk.register()
    both = Actor(small_desk.cast.owner.id, small_desk.cast.owner.roles | small_desk.cast.approver.roles)
    propose(small_desk, actor=both)

    with pytest.raises(Refused, match="Nobody confirms the tier that they proposed"):
        decide(small_desk, actor=both)


def test_the_database_itself_refuses_a_tier_confirmed_by_its_proposer(desk: Desk) -> None:
    desk.register()
    propose(desk)

    with pytest.raises(IntegrityError), desk.store.transaction() as tx:  # noqa: PT012  the commit is what fails
        row = profile_of(tx.session, load_model(tx.session, "M0001")).waiting
        assert isinstance(row, TierOverride)
        row.decided_by = row.proposed_by


def test_a_laxer_override_ends_when_exposure_changes_and_a_stricter_one_stands(small_desk: Desk) -> None:
    small_desk.register()
    propose(small_desk, 2)
    decide(small_desk)

    def expose(exposure: str) -> None:
        change_model(
            small_desk.store, small_desk.ledger, model="M0001", reason="The use changed this year.",
            changes={"exposure": exposure}, expected_revision=None, actor=small_desk.cast.owner, at=NOON,
        )  # fmt: skip

    expose("medium")  # the rule still says tier 1, stricter than the override
    assert (model_of(small_desk).tier, profile(small_desk).override) == (1, None)

    change_model(
        small_desk.store, small_desk.ledger, model="M0001", reason="The use changed this year.",
        changes={"exposure": "low", "purpose_class": "operational"}, expected_revision=None,
        actor=small_desk.cast.owner, at=NOON,
    )  # fmt: skip
    propose(small_desk, 2)
    decide(small_desk)
    expose("medium")  # the rule says 3, the stricter override 2 stands
    found = profile(small_desk)
    assert (model_of(small_desk).tier, found.rule_tier, found.override is not None) == (2, 3, True)


def test_a_proposal_is_taken_back_by_who_made_it(small_desk: Desk) -> None:
    small_desk.register()
    propose(small_desk)

    for actor, refused in ((small_desk.cast.developer, True), (small_desk.cast.owner, False)):
        if refused:
            with pytest.raises(Refused, match="Somebody else proposed it"):
                withdraw_tier(small_desk.store, small_desk.ledger, model="M0001", reason=WHY, actor=actor, at=NOON)
        else:
            withdraw_tier(small_desk.store, small_desk.ledger, model="M0001", reason=WHY, actor=actor, at=NOON)
    assert profile(small_desk).waiting is None


def test_a_tier_under_a_decision_in_progress_is_not_changed(small_desk: Desk) -> None:
    small_desk.register()
    propose(small_desk)
    set_stage(small_desk.store, "M0001", "1.0.0", Stage.IN_APPROVAL)

    with pytest.raises(Refused, match=r"v1\.0\.0 is in approval"):
        decide(small_desk)

    assert profile(small_desk).waiting is not None


# ---- scope, risk, packs


def test_the_scope_is_decided_with_a_reason_that_stays(desk: Desk) -> None:
    desk.register()

    decide_scope(
        desk.store, desk.ledger, model="M0001", scope=Scope.NOT_A_MODEL, reason="It adds three numbers.",
        actor=desk.cast.owner, at=NOON,
    )  # fmt: skip

    row = model_of(desk)
    assert (row.scope, row.scope_reason) == (Scope.NOT_A_MODEL, "It adds three numbers.")
    assert desk.on_record()[-1] == ("scope.decided", "model M0001")


def test_inherent_risk_is_assessed_factor_by_factor_with_its_history(desk: Desk) -> None:
    desk.register()

    def assess(level: RiskLevel) -> int | None:
        levels = dict.fromkeys(Factor, RiskLevel.LOW) | {Factor.COMPLEXITY: level}
        return assess_risk(
            desk.store, desk.ledger, model="M0001", levels=levels, reasons=dict.fromkeys(Factor, "Read in full."),
            actor=desk.cast.developer, at=NOON,
        ).entry  # fmt: skip

    assess(RiskLevel.MEDIUM)
    assert profile(desk).inherent is RiskLevel.MEDIUM
    assert assess(RiskLevel.MEDIUM) is None  # the same again is no news
    assess(RiskLevel.HIGH)

    assert profile(desk).inherent is RiskLevel.HIGH
    with desk.store.reading() as session:
        rows = field_history(session, "M0001", field="complexity").rows
    assert [(row.old, row.new, row.reason) for row in rows] == [
        ("medium", "high", "Read in full."),
        ("", "medium", "Read in full."),
    ]
    assert model_of(desk).tier == 1  # an axis of its own


def test_a_factor_without_a_reason_is_not_assessed(small_desk: Desk) -> None:
    small_desk.register()

    with pytest.raises(Unreadable):
        assess_risk(
            small_desk.store, small_desk.ledger, model="M0001", levels={Factor.ASSUMPTIONS: RiskLevel.LOW}, reasons={},
            actor=small_desk.cast.developer, at=NOON,
        )  # fmt: skip
    assert profile(small_desk).factors == {}


def test_packs_are_confirmed_by_a_person_and_a_departure_says_why(desk: Desk) -> None:
    desk.register()

    def confirm(*packs: str, reason: str = "") -> None:
        confirm_packs(
            desk.store, desk.ledger, model="M0001", answers=[Answer.EUROPE, Answer.PERSONAL_DATA, Answer.CREDIT],
            confirmed=packs, reason=reason, actor=desk.cast.owner, at=NOON,
        )  # fmt: skip

    with pytest.raises(Refused, match="eu-ai-act"):
        confirm("gdpr")
    confirm("eu-ai-act", "gdpr")
    assert model_of(desk).packs == "gdpr eu-ai-act"
    confirm("gdpr", reason="Not in an area of annex III.")

    held = profile(desk).packs
    assert held is not None
    assert (held.confirmed, held.proposed, held.confirmed_by) == (("gdpr",), ("eu-ai-act", "gdpr"), desk.cast.owner.id)
    with pytest.raises(Unreadable):
        confirm("no-such-pack", reason="Not in an area of annex III.")


# ---- parts


def parts(desk: Desk) -> tuple[PartRow, ...]:
    with desk.store.reading() as session:
        return parts_of(session, load_model(session, "M0001"))


def view(desk: Desk) -> RaciView:
    with desk.store.reading() as session:
        return raci(session, load_model(session, "M0001"), at=NOON)


def test_parts_begin_and_end_on_a_day_and_none_is_overwritten(desk: Desk) -> None:
    desk.register()
    successor = a_person(desk.store)
    change_model(
        desk.store, desk.ledger, model="M0001", changes={"owner": successor.id}, reason="The former owner moved on.",
        expected_revision=None, actor=desk.cast.owner, at=LATER,
    )  # fmt: skip
    assign(
        desk.store, desk.ledger, model="M0001", person=desk.cast.validator.id, part=Part.VALIDATOR,
        reason="Validates this line.", actor=desk.cast.owner, at=LATER,
    )  # fmt: skip
    end(
        desk.store, desk.ledger, model="M0001", person=desk.cast.validator.id, part=Part.VALIDATOR,
        reason="Moved to another line.", actor=desk.cast.owner, at=LATER + timedelta(days=1),
    )  # fmt: skip

    assert [(row.part, row.person, row.since, row.until) for row in parts(desk)] == [
        (Part.OWNER, successor.id, LATER, None),
        (Part.DEVELOPER, desk.cast.developer.id, NOON, None),
        (Part.OWNER, desk.cast.owner.id, NOON, LATER),
        (Part.VALIDATOR, desk.cast.validator.id, LATER, LATER + timedelta(days=1)),
    ]
    assert desk.on_record()[-2:] == [("part.assigned", "model M0001"), ("part.ended", "model M0001")]


def test_who_contributed_does_not_become_validator_of_the_model(small_desk: Desk) -> None:
    small_desk.register()

    for person in (small_desk.cast.developer, small_desk.cast.owner):
        with pytest.raises(Refused, match="its validation is not theirs"):
            assign(
                small_desk.store, small_desk.ledger, model="M0001", person=person.id, part=Part.VALIDATOR, reason=WHY,
                actor=small_desk.cast.owner, at=NOON,
            )  # fmt: skip


def test_the_raci_view_names_people_and_says_which_part_is_vacant(small_desk: Desk) -> None:
    small_desk.register()
    assert view(small_desk).vacant == (Column.VALIDATOR, Column.USER)

    assign(
        small_desk.store, small_desk.ledger, model="M0001", person=small_desk.cast.validator.id, part=Part.VALIDATOR,
        reason=WHY, actor=small_desk.cast.owner, at=NOON,
    )  # fmt: skip

    found = view(small_desk)
    approvers = (small_desk.cast.approver.id, small_desk.cast.second_approver.id)
    assert found.people[Column.VALIDATOR] == (small_desk.cast.validator.id,)
    assert set(found.people[Column.APPROVER]) == set(approvers)


def test_a_model_from_before_parts_were_dated_has_its_people_since_its_registration(small_desk: Desk) -> None:
    a_model(small_desk.store, small_desk.cast)

    assert [(row.part, row.since) for row in parts(small_desk)] == [(Part.OWNER, NOON), (Part.DEVELOPER, NOON)]


# ---- reviews


def review(desk: Desk, actor: Actor | None = None, **told: object) -> None:
    facts: dict[str, object] = {"outcome": ReviewOutcome.CONFIRMED, "summary": "Read the metrics of the year."}
    review_done(desk.store, desk.ledger, model="M0001", actor=actor or desk.cast.validator, at=LATER, **(facts | told))  # type: ignore[arg-type]


def test_a_review_sets_the_next_by_the_cadence_of_the_tier(desk: Desk) -> None:
    desk.register()
    due = model_of(desk).next_review

    review(desk)

    with desk.store.reading() as session:
        (row,) = reviews_of(session, load_model(session, "M0001"))
    assert (row.due_at, row.reviewed_by) == (due, desk.cast.validator.id)
    assert round((row.next_review - LATER).days / 30.4375) == 6  # the policy: tier 1 every six months
    assert model_of(desk).next_review == row.next_review
    assert desk.on_record()[-1] == ("model.reviewed", "model M0001")


@pytest.mark.parametrize("role", ["developer", "approver", "auditor", "administrator"])
def test_others_do_not_record_a_review(small_desk: Desk, role: str) -> None:
    small_desk.register()

    with pytest.raises(Refused):
        review(small_desk, getattr(small_desk.cast, role))


def test_a_review_is_not_put_off_beyond_the_cadence(small_desk: Desk) -> None:
    small_desk.register()

    with pytest.raises(Refused, match="later than 6 months"):
        review(small_desk, next_review=LATER + timedelta(days=400))


# ---- lines


def test_an_experimental_version_moves_to_the_stable_line_and_its_digest_follows(desk: Desk) -> None:
    model, version = a_version(desk.store, desk.cast, stage=Stage.IN_VALIDATION)
    with desk.store.transaction() as tx:
        model_row, row = load_version(tx.session, model, version)
        row.line = Line.EXPERIMENTAL
        row.evidence_digest = digest_now(tx.session, model_row, row)
        before = row.evidence_digest

    move_to_stable(
        desk.store, desk.ledger, model=model, version=version, reason="It beat the champion.",
        actor=desk.cast.developer, at=NOON,
    )  # fmt: skip

    with desk.store.reading() as session:
        model_row, row = load_version(session, model, version)
        assert (row.line, row.evidence_digest) == (Line.STABLE, digest_now(session, model_row, row))
        assert row.evidence_digest != before
        assert field_history(session, f"{model} {version}").rows[0].field == "line"


# ---- drafts


def test_a_draft_is_its_persons_alone(desk: Desk) -> None:
    mine, other = desk.cast.developer, desk.cast.owner
    number = save_draft(desk.store, form="register", title=" ", body="{}", actor=mine, at=NOON)
    same = save_draft(desk.store, form="register", title="Score", body='{"a": 1}', draft=number, actor=mine, at=LATER)

    with desk.store.reading() as session:
        (row,) = drafts_of(session, mine.id)
        assert drafts_of(session, other.id) == ()
    assert (same, row.title, row.body) == (number, "Score", '{"a": 1}')
    for act in (
        lambda: discard_draft(desk.store, draft=number, actor=other),
        lambda: save_draft(desk.store, form="register", title="x", body="{}", draft=number, actor=other, at=NOON),
    ):
        with pytest.raises(NotFound):
            act()
    discard_draft(desk.store, draft=number, actor=mine)
    with desk.store.reading() as session:
        assert drafts_of(session, mine.id) == ()
    assert desk.on_record() == []  # a draft is not on record
