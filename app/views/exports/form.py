"""Choose a report, look at it as a page, and have it built."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import streamlit as st

from app.components import act_button, attempt, section
from app.components.formats import NOTHING
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.exports.choosing import choose_form, choose_subject, choose_template
from app.views.exports.words import STAMP, form_title, parsed_moment, title_of
from core.reports.formats.kinds import Format
from core.reports.service import asked_problems, export_refusals, request_export
from core.reports.templates import TEMPLATES
from core.reports.values.report import Asked, Subject, SubjectKind

USUAL_PERIOD = timedelta(days=91)
PREVIEW_HEIGHT = 720


def make_form(place: Workplace, viewer: Me) -> None:
    """Report, subject, moment or period, and form: all in the address, so that a link presets them."""
    with st.container(border=True):
        section("Make a report")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            template = choose_template("template")
            subject = choose_subject(place, template, "", every_version=template == "dossier")
        st.markdown(f":gray[{TEMPLATES[template].what}]")
        at = now()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            since, as_of, unread = _moments(template, at)
            form = choose_form(template, "form")
        for line in unread:
            st.markdown(line)
        if subject is None or unread:
            return
        asked = Asked(template, subject, as_of, since)
        _acts(place, viewer, asked, form, at)


def _moments(template: str, at: datetime) -> tuple[datetime | None, datetime, list[str]]:
    """The period's beginning, its end or the one moment, and what could not be read."""
    unread: list[str] = []
    since: datetime | None = None
    if TEMPLATES[template].has_period:
        text = st.text_input(
            "From (UTC)", key="since", placeholder=f"{at - USUAL_PERIOD:{STAMP}}", bind="query-params", width=180
        )
        since = parsed_moment(text) if text else at - USUAL_PERIOD
        if text and since is None:
            unread.append(f"“From” reads as a date and time: {at:{STAMP}}.")
    label = "Until (UTC)" if TEMPLATES[template].has_period else "As of (UTC)"
    text = st.text_input(label, key="as_of", placeholder="now", bind="query-params", width=180)
    as_of = parsed_moment(text) if text else at
    if as_of is None:
        unread.append(f"“{label[:5]}” reads as a date and time: {at:{STAMP}}. Left empty it means now.")
    return since, as_of or at, unread


def _acts(place: Workplace, viewer: Me, asked: Asked, form: Format, at: datetime) -> None:
    problems = asked_problems(asked, form, at=at)
    for problem in problems:
        st.error(str(problem), icon=":material/block:")
    with st.container(horizontal=True, vertical_alignment="center"):
        if not problems and act_button("Build report", export_refusals(viewer.actor), key="build"):
            with attempt("No report was made."):
                made = request_export(place.store, place.ledger, asked=asked, form=form, actor=viewer.actor, at=now())
                st.query_params["export"] = made.export
                confirm_next(f"{title_of(asked.template)} as {form_title(form)} is being built: {made.export}.")
                st.rerun()
        shown = st.toggle("Preview", key="preview", disabled=bool(problems), bind="query-params")
    if shown and not problems:
        _preview(place, asked)


def _preview(place: Workplace, asked: Asked) -> None:
    """The report as the page that HTML would be, in a frame that runs no script and loads nothing."""
    if asked.subject.kind is SubjectKind.MODEL and TEMPLATES[asked.template].subjects == (SubjectKind.VERSION,):
        st.caption("A bundle of every version has no preview; choose one version.")
        return
    st.iframe(
        f"{place.settings.public_url}/exports/preview?{preview_query(asked)}",
        height=PREVIEW_HEIGHT,
        alt=f"Preview of {title_of(asked.template)}",
    )


def preview_query(asked: Asked) -> str:
    """The part of the preview's address after “?”."""
    subject: Subject = asked.subject
    parts = {
        "template": asked.template,
        "about": subject.kind.value,
        "model": subject.number,
        "version": subject.version,
        "as_of": asked.as_of.isoformat(),
        "since": asked.since.isoformat() if asked.since else "",
    }
    return urlencode({name: value for name, value in parts.items() if value and value != NOTHING})
