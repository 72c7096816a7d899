"""Production of a model: who and what stood at any moment, the way back with its rehearsals, and the code behind it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import streamlit as st

from app.components import act_button, attempt, blocked, empty, facts, plain, section, status, table
from app.components.formats import NOTHING, moment
from app.components.me import Me
from app.components.status import word
from app.components.text import link
from app.composition import Workplace, now
from app.navigation import page_file
from app.spans import Span, show_spans
from app.views.confirmation import confirm_next
from app.views.drills import drills
from app.views.model_reading import Reading
from app.views.placing import placing
from app.views.restrictions import in_force, lifted
from app.views.rollback import rollback_conditions, rollback_decisions
from core.approval.rollout.queries import CommitRow, ReviewLine, WayBackPage, code_of, way_back_page
from core.approval.rollout.returning import return_to_former
from core.inventory.deployments.queries import (
    StayRow,
    environments,
    in_production_at,
    lifted_restrictions,
    restrictions,
    stays,
)
from core.inventory.deployments.rules import PRODUCTION, Ending
from core.policy.rules import Phase

MOST = 50
ENDED = {
    Ending.ADVANCED: "Next step",
    Ending.SUPERSEDED: "Superseded",
    Ending.ROLLED_BACK: "Rolled back",
    Ending.ABORTED: "Aborted",
    Ending.RETIRED: "Retired",
}


def production(place: Workplace, viewer: Me, reading: Reading, at: datetime) -> None:
    """The whole tab."""
    model = reading.model.number
    with place.store.reading() as session:
        known = environments(session)
    left, right = st.columns([5, 3], gap="large")
    with left:
        environment, asked = _asked(known, at)
        with place.store.reading() as session:
            standing = in_production_at(session, model, at=asked or at, environment=environment)
            bounds = restrictions(session, model, at=asked or at)
            former = lifted_restrictions(session, model)
            history = stays(session, model, environment=environment, limit=MOST)
            code = code_of(session, model, reading.version.version)
        _standing(reading, standing, environment, asked)
        st.page_link(
            page_file("challenger"),
            label="Compare a challenger on the same cases",
            icon=":material/compare_arrows:",
            query_params={"model": model},
        )
        rollback_decisions(place, model, at, environment=environment)
        in_force(reading, bounds)
        lifted(reading, former)
    with right:
        if environment != PRODUCTION:
            placing(place, viewer, reading, environment)
        with place.store.reading() as session:
            back = way_back_page(session, model, viewer.actor, at=at)
        _way_back(place, viewer, reading, back)
        rollback_conditions(place, model, at)
        drills(place, viewer, reading, back, at)
    _history(reading, history.rows, environment, at)
    _code(reading, code)


def stands_in_words(place: Workplace, model: str, at: datetime) -> str:
    """What stands in production, in one line: “v1.0.0, canary 1.1.0 10 %”; empty when nothing does."""
    with place.store.reading() as session:
        found = in_production_at(session, model, at=at)
    return ", ".join(("v" if row.phase is Phase.FULL else "") + row.words for row in found)


def _asked(known: tuple[str, ...], at: datetime) -> tuple[str, datetime | None]:
    """The environment, and the moment that is asked about; None: now."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        environment = st.selectbox("Environment", known, key="environment", bind="query-params", width=190)
        asked = st.datetime_input(
            "As it stood (UTC)", value=None, key="as_of", width=230, max_value=at.replace(tzinfo=None)
        )
    if not isinstance(asked, datetime):
        return environment or PRODUCTION, None
    return environment or PRODUCTION, asked.replace(tzinfo=UTC)


def _standing(reading: Reading, standing: tuple[StayRow, ...], environment: str, asked: datetime | None) -> None:
    section(f"In {environment}" if asked is None else f"In {environment} on {moment(asked)}")
    if not standing:
        said = "Nothing stands there." if asked is None else "Nothing stood there at that moment."
        with empty(said, _comes_in(environment)):
            return
    rows: list[Mapping[str, str]] = [
        {
            "Version": f"v{row.version}",
            "Part": _part(row),
            "Since": moment(row.since),
            "Brought by": plain(reading.name_of(row.moved_by)),
            "Change": link(row.change, "/approval", change=row.change) if row.change else plain(row.reason),
        }
        for row in standing
    ]
    table(rows, alt=f"What stands in {environment}, the version in full first", unbroken=["Brought by"])


def _comes_in(environment: str) -> str:
    if environment == PRODUCTION:
        return "A version comes in by an approved change. In other environments it is placed: choose one above."
    return "A version is placed there without a change request."


def _part(row: StayRow) -> str:
    if row.phase is Phase.FULL:
        stands = status("In production" if row.environment == PRODUCTION else "Standing")
        return stands + (f" {plain(row.slot)}" if row.slot else "")
    return status(word(row.phase), f"{row.share} %" if row.phase is Phase.CANARY else "")


def _history(reading: Reading, rows: tuple[StayRow, ...], environment: str, at: datetime) -> None:
    section("History")
    if not rows:
        st.markdown(":gray[No version ever stood there.]")
        return
    picture(rows, environment, at)
    said: list[Mapping[str, str]] = [
        {
            "Version": f"v{row.version}",
            "Part": f"{word(row.phase)} {row.share}\u00a0%" if row.phase is Phase.CANARY else word(row.phase),
            "From": moment(row.since),
            "Until": moment(row.until) if row.until else "Still",
            "In place of": f"v{row.replaced}" if row.replaced else NOTHING,
            "Brought by": plain(reading.name_of(row.moved_by)),
            "Ended": _ended(reading, row),
            "Change": link(row.change, "/approval", change=row.change) if row.change else plain(row.reason),
        }
        for row in rows
    ]
    table(said, alt=f"Every stay in {environment}, newest first", right=["From", "Until"])


def picture(rows: Sequence[StayRow], environment: str, at: datetime) -> None:
    """Which version stood there when, one bar a stay."""
    spans = [
        Span(f"v{row.version}", row.since, row.until, row.phase, f"{row.words}, since {moment(row.since)}")
        for row in rows
    ]
    show_spans(spans, now=at, key=f"spans_{environment}", title=f"Versions in {environment} over time")
    st.markdown(":small[:gray[Solid: in full. Hatched: canary. Dotted: shadow.]]")


def _ended(reading: Reading, row: StayRow) -> str:
    if row.ended_as is None:
        return NOTHING
    why = f": {plain(row.ended_because)}" if row.ended_because else ""
    return f"{ENDED[row.ended_as]} by {plain(reading.name_of(row.ended_by))}{why}"


def _way_back(place: Workplace, viewer: Me, reading: Reading, back: WayBackPage) -> None:
    with st.container(border=True):
        section("Way back in production")
        if back.former:
            st.markdown(
                f"From **v{plain(back.current)}** back to **v{plain(back.former)}**, at once, without a new vote."
            )
        blocked("A return", back.refusals)
        if back.refusals and not back.former:
            return
        reason = st.text_area("Reason, kept in the ledger", key="return_reason", max_chars=2000, height=80)
        if act_button(f"Return to v{back.former}", back.refusals, key="return"):
            with attempt("Nothing was moved."):
                done = return_to_former(
                    place.store,
                    place.ledger,
                    model=reading.model.number,
                    reason=reason,
                    seen=back.current,
                    actor=viewer.actor,
                    at=now(),
                )
                confirm_next(f"v{plain(done.now)} is in production again: ledger entry {done.entry}.")
                st.rerun()


def _code(reading: Reading, code: tuple[CommitRow, ...]) -> None:
    section(f"Code behind v{reading.version.version}")
    if not code:
        with empty("No commit is on record.", "A pipeline reports it with `countersign code`; forges tell of reviews."):
            return
    for row in code:
        facts(
            {
                "Repository": plain(row.repository),
                "Commit": plain(row.revision[:12]),
                "Pull request": plain(f"{row.number} {row.title}") if row.number else NOTHING,
                "Author": plain(row.author),
                "Merged": "Yes" if row.merged else "No",
                "Reviews": "  \n".join(map(_review, row.reviews)),
                "Checks": "  \n".join(f"{plain(name)}: {state}" for name, state in row.checks),
                "Reported": f"{moment(row.told_at)}, {plain(reading.name_of(row.told_by))}",
            },
            alt=f"Code in {row.repository}",
        )


def _review(one: ReviewLine) -> str:
    remark = ", the author: does not count" if one.is_author else ""
    return f"{plain(one.reviewer)}: {one.state}{remark} :gray[told by {one.source}]"
