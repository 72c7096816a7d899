"""The form that changes a model's fields, with what the change entails, and the acts of review and retirement."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

import streamlit as st

from app.components import act_button, attempt, blocked, paragraphs, plain, section, status, table
from app.components.formats import counted, day
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now, workplace
from app.views.confirmation import confirm_next
from app.views.model_reading import person_name
from app.views.part import breaks_table
from app.views.register_fields import EXPOSURES, PURPOSES
from app.work.tasks import urgency
from core.approval.retirement import retire_model
from core.errors import Refusal
from core.inventory.changing import change_model, change_refusals
from core.inventory.parts.finding import Named
from core.inventory.parts.rules import Step
from core.inventory.reviews.rules import ReviewOutcome, latest_next
from core.inventory.reviews.service import ReviewRow, against_review, review_done
from core.inventory.tables import Model
from core.policy.packs.service import known_packs

LONG = 4000


def form(place: Workplace, viewer: Me, model: Model, people: Mapping[str, str], lines: Sequence[str]) -> None:
    """Every field as it is; what is left as it is stays."""
    section("Fields")
    reasons = change_refusals(viewer.actor, model)
    if reasons:
        blocked("A change", reasons)
        return
    with st.form("edit", border=False):
        entered = _entered(model, people, lines)
        why = st.text_area(
            "Why it changes", max_chars=LONG, height=80, placeholder="Kept with every field that differs"
        )
        st.markdown(":small[:gray[Tier follows exposure and purpose. What a decision under way rests on is closed.]]")
        sent = st.form_submit_button("Change model", type="primary")
    if sent:
        with attempt("Nothing was changed."):
            done = change_model(place.store, place.ledger, model=model.number, changes=entered, reason=why,
                                expected_revision=model.revision, actor=viewer.actor, at=now())  # fmt: skip
            if done.entry is None:
                confirm_next("Nothing differs, so nothing was changed.")
            else:
                confirm_next(f"{counted(len(done.fields), 'field')} changed: ledger entry {done.entry}.")
            st.rerun()


def _entered(model: Model, people: Mapping[str, str], lines: Sequence[str]) -> dict[str, object]:
    with workplace().store.reading() as session:
        titles = {one.id: one.title for one in known_packs(session).values()}
    name = st.text_input("Name", value=model.name, max_chars=200)
    purpose = st.text_area("Purpose", value=model.purpose, max_chars=LONG, height=90)
    left, right = st.columns(2, gap="large")
    with left:
        options = list(dict.fromkeys([model.business_line, *lines]))
        line = st.selectbox("Business line", options, accept_new_options=True)
        owner = _person("Owner", model.owner, people)
        exposure = st.selectbox("Exposure", list(EXPOSURES), index=list(EXPOSURES).index(model.exposure),
                                format_func=lambda one: EXPOSURES[one])  # fmt: skip
    with right:
        vendor = st.text_input("Vendor (empty: our own)", value=model.vendor, max_chars=200)
        developer = _person("Developer", model.developer, people)
        purpose_class = st.selectbox("Purpose class", list(PURPOSES), index=list(PURPOSES).index(model.purpose_class),
                                     format_func=lambda one: PURPOSES[one])  # fmt: skip
    users = st.text_input("Users", value=model.users, max_chars=1000)
    held = model.packs.split()
    applying = st.multiselect("Regulation packs", list(dict.fromkeys([*titles, *held])), default=held,
                              format_func=lambda one: titles.get(one, one))  # fmt: skip
    kept = [one for one in held if one in applying]
    return {
        "name": name or "", "purpose": purpose or "", "business_line": line or "", "owner": owner,
        "developer": developer, "users": users or "", "vendor": vendor or "", "exposure": str(exposure),
        "purpose_class": str(purpose_class), "packs": [*kept, *(one for one in applying if one not in kept)],
    }  # fmt: skip


def _person(label: str, held: str, people: Mapping[str, str]) -> str:
    options = list(dict.fromkeys([held, *people]))
    return st.selectbox(label, options, format_func=lambda one: people.get(one, one)) or ""


def review(place: Workplace, viewer: Me, model: Model, months: int, at: datetime) -> None:
    """When the next review is due, and the form for one that was done."""
    section("Periodic review")
    said = status(*urgency(model.next_review, at, "Not due")) if model.next_review else status("No data")
    st.markdown(
        f"{said} :gray[Due] {day(model.next_review)} :gray[· every {counted(months, 'month')} in tier {model.tier}]"
    )
    reasons = against_review(viewer.actor, model)
    if reasons:
        act_button("Record the review", reasons, key="review", kind="secondary")
        return
    latest = latest_next(at, months)
    with st.form("review", border=False):
        outcome = st.selectbox("Outcome", [one.value for one in ReviewOutcome], format_func=word)
        summary = st.text_area("What was looked at and found", max_chars=LONG, height=90)
        chosen = st.date_input("Next review, at the latest as proposed", value=latest.date(), max_value=latest.date(),
                               min_value=at.date())  # fmt: skip
        sent = st.form_submit_button("Record the review")
    if sent and outcome:
        following = latest if chosen == latest.date() else datetime.combine(chosen, time(12), UTC)
        with attempt("The review was not recorded."):
            done = review_done(place.store, place.ledger, model=model.number, outcome=ReviewOutcome(outcome),
                               summary=summary, next_review=following, actor=viewer.actor, at=now())  # fmt: skip
            confirm_next(f"The review is on record: ledger entry {done.entry}. Next on {day(following)}.")
            st.rerun()


def reviews_table(rows: Sequence[ReviewRow], known: Mapping[str, str]) -> None:
    """Reviews that were done, newest first."""
    if not rows:
        return
    table(
        [
            {
                "Done": day(row.reviewed_at),
                "Outcome": word(row.outcome),
                "Summary": paragraphs(row.summary),
                "Was due": day(row.due_at),
                "By": plain(person_name(row.reviewed_by, known)),
            }
            for row in rows[:20]
        ],
        alt="Periodic reviews, newest first, with outcome and who did them",
        right=["Done", "Was due"],
    )


def retire(
    place: Workplace,
    viewer: Me,
    model: Model,
    reasons: Sequence[Refusal],
    breaks: Sequence[Step],
    nodes: Mapping[str, Named],
    known: Mapping[str, str],
) -> None:
    """What breaks, and the act: the model stays on record with all its versions."""
    section("Retirement")
    if model.retired_at:
        st.markdown(f"{status('Retired')} {day(model.retired_at)}: {plain(model.retired_reason)}")
        return
    if breaks:
        st.markdown(f"**{counted(len(breaks), 'record')} depend on it**, directly or through others.")
        breaks_table(tuple(breaks), nodes, known)
    else:
        st.markdown("Nothing on record depends on it.")
    blocked("Retirement", reasons)
    why = "" if reasons else st.text_area("Why it is retired", key="retire_why", max_chars=LONG, height=70)
    if act_button(f"Retire {model.number}", reasons, key="retire_model", kind="secondary"):
        with attempt("It was not retired."):
            entry = retire_model(place.store, place.ledger, model=model.number, reason=why,
                                 seen=[step.number for step in breaks], actor=viewer.actor, at=now())  # fmt: skip
            confirm_next(f"{model.number} is retired with its versions: ledger entry {entry}.")
            st.rerun()
