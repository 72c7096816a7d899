"""What a model is and how much is at stake: scope, the grid of materiality, inherent risk, the tier, and the packs."""

from collections.abc import Mapping

import streamlit as st

from app.components import act_button, attempt, blocked, label, paragraphs, plain, section, status, table
from app.components.formats import NOTHING, moment
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.model_reading import person_name
from core.inventory.changing import change_refusals
from core.inventory.profile.queries import Profile
from core.inventory.profile.rules import Answer, Factor, RiskLevel, Scope, proposed_packs
from core.inventory.profile.service import assess_risk, confirm_packs, decide_scope
from core.inventory.profile.tiering import against_deciding_tier, decide_tier, propose_tier
from core.inventory.rules import TIERS, Exposure, Purpose
from core.inventory.tables import Model
from core.policy.packs.service import known_packs

LONG = 4000
MEANS: Mapping[Scope, str] = {
    Scope.MODEL: "Turns inputs into estimates by a method that can be wrong: all of model governance applies.",
    Scope.NOT_A_MODEL: "Arithmetic, look-up or a fixed rule: kept on record, with the reason.",
    Scope.GENERATIVE: "Generates text, images or code: outside SR 26-2, within the organisation’s own policy.",
}


def scope(place: Workplace, viewer: Me, model: Model) -> None:
    """The decision as it stands, and the form for another."""
    section("Scope")
    decided = plain(model.scope_reason) if model.scope_reason else "not decided by a person yet"
    st.markdown(f"{label(word(model.scope))} :gray[{decided}]")
    st.markdown(f":small[{MEANS[model.scope]}]")
    reasons = change_refusals(viewer.actor, model)
    if reasons:
        return
    with st.expander("Decide the scope"), st.form("scope", border=False):
        chosen = st.radio("This is", [one.value for one in Scope], index=list(Scope).index(model.scope),
                          captions=[MEANS[one] for one in Scope], format_func=word)  # fmt: skip
        why = st.text_area("Why", max_chars=LONG, height=80)
        sent = st.form_submit_button("Record the scope")
    if sent and chosen:
        with attempt("The scope was not recorded."):
            done = decide_scope(place.store, place.ledger, model=model.number, scope=Scope(chosen), reason=why,
                                actor=viewer.actor, at=now())  # fmt: skip
            _done(f"The scope is on record: ledger entry {done.entry}.")


def grid(model: Model) -> None:
    """The published rule, with this model's cell marked by a word."""
    section("Materiality: exposure × purpose")
    rows: list[Mapping[str, str]] = []
    for exposure in reversed(Exposure):
        row = {"Exposure": word(exposure)}
        for purpose in Purpose:
            here = (exposure, purpose) == (model.exposure, model.purpose_class)
            row[word(purpose)] = (
                f"**Tier {TIERS[exposure, purpose]}, this model**" if here else f"Tier {TIERS[exposure, purpose]}"
            )
        rows.append(row)
    table(rows, alt="The tier by exposure and purpose; the cell of this model says so")
    st.markdown(
        ":small[:gray[The organisation’s own grid. SR 26-2, III asks for purpose and exposure and gives no tiers.]]"
    )


def tier(place: Workplace, viewer: Me, model: Model, profile: Profile, known: Mapping[str, str]) -> None:
    """The tier in force and where it comes from; a proposal, its confirmation by another, and what was before."""
    section("Tier")
    override = profile.override
    source = f"by override; the rule gives {profile.rule_tier}" if override else "by rule"
    st.markdown(f"{label(f'Tier {model.tier}')} {source}")
    if override:
        by = plain(person_name(override.proposed_by, known)), plain(person_name(override.decided_by, known))
        st.markdown(f":small[{paragraphs(override.reason)} :gray[Proposed by {by[0]}, confirmed by {by[1]}.]]")
    if profile.waiting:
        _decide(place, viewer, model, profile, known)
    elif not change_refusals(viewer.actor, model):
        _propose(place, viewer, model)
    _former(profile, known)


def _propose(place: Workplace, viewer: Me, model: Model) -> None:
    with st.expander("Propose another tier"), st.form("propose", border=False):
        chosen = st.selectbox(
            "Tier", [one for one in (1, 2, 3, 4) if one != model.tier], format_func=lambda one: f"Tier {one}"
        )
        why = st.text_area("Why the rule’s tier does not fit", max_chars=LONG, height=80)
        st.markdown(":small[:gray[It takes effect when an approver who is another person confirms it.]]")
        sent = st.form_submit_button("Propose tier")
    if sent and chosen:
        with attempt("The tier was not proposed."):
            entry = propose_tier(place.store, place.ledger, model=model.number, tier=chosen, reason=why,
                                 actor=viewer.actor, at=now())  # fmt: skip
            _done(f"Tier {chosen} waits for confirmation: ledger entry {entry}.")


def _decide(place: Workplace, viewer: Me, model: Model, profile: Profile, known: Mapping[str, str]) -> None:
    waiting = profile.waiting
    if waiting is None:
        return
    with st.container(border=True):
        st.markdown(f"{status('Waiting')} **Tier {waiting.tier}** is proposed by "
                    f"{plain(person_name(waiting.proposed_by, known))}, {moment(waiting.proposed_at)}.")  # fmt: skip
        st.markdown(paragraphs(waiting.reason))
        reasons = against_deciding_tier(viewer.actor, model, waiting)
        blocked("Confirming it", reasons)
        why = "" if reasons else st.text_area("Why you decide so", key="tier_why", max_chars=LONG, height=70)
        with st.container(horizontal=True):
            yes = act_button("Confirm tier", reasons, key="confirm_tier")
            no = act_button("Decline tier", reasons, key="decline_tier", kind="secondary")
        if yes or no:
            with attempt("Nothing was decided."):
                entry = decide_tier(place.store, place.ledger, model=model.number, confirm=yes, rationale=why,
                                    actor=viewer.actor, at=now())  # fmt: skip
                _done(f"The tier is {'confirmed' if yes else 'declined'}: ledger entry {entry}.")


def _former(profile: Profile, known: Mapping[str, str]) -> None:
    """Proposals that were decided, newest first; the one that waits stands above."""
    decided = [one for one in profile.overrides if one.id != _key(profile)]
    if not decided:
        return
    table(
        [
            {
                "Tier": f"{one.tier}, rule {one.rule_tier}",
                "State": word(one.status),
                "Why": plain(one.reason),
                "Decided by": plain(person_name(one.decided_by, known)) if one.decided_by else NOTHING,
            }
            for one in decided
        ],
        alt="Tiers that were proposed and decided, newest first, with what the rule gave then",
    )


def _key(profile: Profile) -> int | None:
    return profile.waiting.id if profile.waiting else None


def risk(place: Workplace, viewer: Me, model: Model, profile: Profile, known: Mapping[str, str]) -> None:
    """The four factors, an axis of its own beside materiality."""
    section("Inherent risk")
    said = word(profile.inherent) if profile.inherent else "Not assessed in full"
    st.markdown(f"{label(said)} :gray[The highest of four factors (SR 26-2, III); it does not change the tier.]")
    table(
        [
            {
                "Factor": word(factor),
                "Level": word(row.level) if (row := profile.factors.get(factor)) else "Not assessed",
                "Why": paragraphs(row.reason) if row else NOTHING,
                "Assessed by": plain(person_name(row.assessed_by, known)) if row else NOTHING,
            }
            for factor in Factor
        ],
        alt="Inherent-risk factors with level, reason and who assessed them",
    )
    if change_refusals(viewer.actor, model):
        return
    with st.expander("Assess inherent risk"), st.form("risk", border=False):
        levels: dict[Factor, RiskLevel] = {}
        reasons: dict[Factor, str] = {}
        for factor in Factor:
            held = profile.factors.get(factor)
            left, right = st.columns([1, 3])
            at = list(RiskLevel).index(held.level) if held else None
            with left:
                chosen = st.selectbox(word(factor), [one.value for one in RiskLevel], index=at, format_func=word,
                                      key=f"risk {factor}")  # fmt: skip
            with right:
                why = st.text_input(f"Why: {factor}", value=held.reason if held else "", max_chars=LONG,
                                    key=f"why {factor}")  # fmt: skip
            if chosen:
                levels[factor], reasons[factor] = RiskLevel(chosen), why
        sent = st.form_submit_button("Record the assessment")
    if sent:
        with attempt("The assessment was not recorded."):
            done = assess_risk(place.store, place.ledger, model=model.number, levels=levels, reasons=reasons,
                               actor=viewer.actor, at=now())  # fmt: skip
            _done(f"The assessment is on record: ledger entry {done.entry}." if done.entry else "Nothing differs.")


def regulation(place: Workplace, viewer: Me, model: Model, profile: Profile, known: Mapping[str, str]) -> None:
    """The packs that apply, who confirmed them, and the questions that propose them."""
    section("Regulation packs")
    with place.store.reading() as session:
        titles = known_packs(session)
    held = profile.packs
    said = (
        f"Confirmed by {plain(person_name(held.confirmed_by, known))}, {moment(held.confirmed_at)}"
        if held
        else ("Chosen at registration; no person confirmed them yet")
    )
    st.markdown(f":gray[{said}.]")
    for one in model.packs.split():
        st.markdown(f"- {plain(titles[one].title if one in titles else one)}")
    if not model.packs:
        st.markdown("None applies.")
    if change_refusals(viewer.actor, model):
        return
    with st.expander("Answer and confirm"):
        answers = st.multiselect(
            "What is true of its use", [one.value for one in Answer], key="answers", format_func=word,
            default=[one.value for one in Answer if held and one in held.answers],
        )  # fmt: skip
        given = frozenset(Answer(one) for one in answers)
        proposal = proposed_packs(given)
        if given:
            st.markdown("Proposed:" if proposal else "No pack is proposed.")
        for found in proposal:
            named = titles[found.pack].title if found.pack in titles else found.pack
            st.markdown(f"- **{plain(named)}**: {plain(found.why)}")
        chosen = st.multiselect(
            "Packs that apply", [one.id for one in titles.values() if one.superseded_by is None],
            default=[one.pack for one in proposal if one.pack in titles] if given else model.packs.split(),
            format_func=lambda one: titles[one].title, key=f"confirmed {'.'.join(sorted(answers))}",
        )  # fmt: skip
        why = st.text_area("Why, where it differs from the proposal", key="pack_why", max_chars=LONG, height=70)
        st.markdown(":small[:gray[A proposal by rule, no legal advice. What you confirm joins the checklists.]]")
        if act_button("Confirm packs", (), key="confirm_packs", kind="secondary"):
            with attempt("Nothing was confirmed."):
                done = confirm_packs(place.store, place.ledger, model=model.number, answers=given, confirmed=chosen,
                                     reason=why, actor=viewer.actor, at=now())  # fmt: skip
                _done(f"The packs are confirmed: ledger entry {done.entry}.")


def _done(said: str) -> None:
    confirm_next(said)
    st.rerun()
