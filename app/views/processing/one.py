"""The record of processing and the impact assessment of one model: the text as it would be kept, gaps, and the form."""

import streamlit as st

from app.components import Back, attempt, blocked, fact, facts_line, head, link, plain, section, status, table
from app.components.formats import counted, day, digest, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.documents.filling import PLACE
from core.privacy.processing.fields import NO, QUESTIONS, YES, Field, said_by_people
from core.privacy.processing.rules import PaperKind, paper_refusals
from core.privacy.processing.service import Paper, keep_paper

TITLES = {PaperKind.RECORD: "Record of processing", PaperKind.ASSESSMENT: "Impact assessment"}
ANSWERS = {"": "not answered", YES: "yes", NO: "no"}


def paper_head(paper: Paper) -> None:
    """The model, and how complete its papers are."""
    kept = paper.kept[0] if paper.kept else None
    head(
        f"{TITLES[paper.kind]}: {paper.model.name}",
        facts_line(
            status("To fill in") if paper.gaps else status("Complete"),
            fact("Model", plain(paper.model.number)),
            fact("Kept", f"version {kept.revision}, {day(kept.kept_at)}" if kept else "not yet"),
            fact("Gaps", str(len(paper.gaps))),
        ),
        back=Back("processing", "Records of processing"),
        trail=paper.model.number,
    )


def need(paper: Paper) -> None:
    """Whether an assessment is needed, in one sentence."""
    if paper.need is None:
        return
    if paper.need.needed:
        st.markdown(f"**An impact assessment is needed**: {plain('; '.join(paper.need.because))}.")
    elif paper.need.open:
        st.markdown(f"**Not decided yet**: {plain(', '.join(paper.need.open))} are not answered below.")
    else:
        st.markdown("**No impact assessment is needed** by these answers (GDPR 35(3), WP 248 rev.01).")


def gaps(paper: Paper) -> None:
    """What is missing, each with where it is said."""
    section("Gaps")
    if not paper.gaps:
        st.markdown(":gray[Every place is filled.]")
        return
    st.markdown(f"{counted(len(paper.gaps), 'place')} {'is' if len(paper.gaps) == 1 else 'are'} empty.")
    table(
        [
            {"What is missing": plain(one.title), "Clause": plain(one.clause), "Where to say it": _where(paper, one)}
            for one in paper.gaps
        ],
        alt="Places that nothing fills: what is missing, its clause, and where to say it",
    )


def text_of(paper: Paper) -> None:
    """The text as it would be kept now; places that are empty say so."""
    with st.expander("The whole text", expanded=not paper.gaps):
        for line in PLACE.sub("(nothing yet)", paper.body).splitlines():
            if line.startswith("# "):
                continue
            st.markdown(f"**{plain(line[3:])}**" if line.startswith("## ") else plain(line) or "")


def form(place: Workplace, viewer: Me, paper: Paper) -> None:
    """What a person says, and the button that keeps the next version."""
    section("What people say")
    reasons = paper_refusals(viewer.actor)
    blocked("Keeping a version", reasons)
    if reasons:
        return
    answers: dict[str, str] = {}
    with st.form("paper", border=False):
        if paper.kind is PaperKind.ASSESSMENT:
            for key, question in QUESTIONS.items():
                options = list(ANSWERS)
                given = options.index(paper.answers.get(key, "")) if paper.answers.get(key, "") in options else 0
                answers[key] = (
                    st.radio(
                        question, options, index=given, format_func=ANSWERS.__getitem__, horizontal=True, key=f"q_{key}"
                    )
                    or ""
                )
        for field in said_by_people(paper.kind):
            value = paper.answers.get(field.key, "")
            help_ = field.clause
            entered = (
                st.text_area(field.title, value=value, max_chars=4000, height=30 + 26 * field.lines, help=help_)
                if field.lines > 1
                else st.text_input(field.title, value=value, max_chars=4000, help=help_)
            )
            answers[field.key] = entered or ""
        sent = st.form_submit_button(f"Keep version {paper.kept[0].revision + 1 if paper.kept else 1}", type="primary")
    if sent:
        with attempt("Nothing was kept."):
            done = keep_paper(
                place.store, place.ledger, model=paper.model.number, kind=paper.kind, answers=answers,
                actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"The {paper.kind.value} is kept: ledger entry {done.index}.")
            st.rerun()


def versions(paper: Paper, known: dict[str, str]) -> None:
    """What was kept, newest first, with its file."""
    if not paper.kept:
        return
    section("Versions")
    table(
        [
            {
                "Version": link(
                    str(row.revision),
                    f"/exports/{paper.model.number}/processing",
                    kind=_word(paper.kind),
                    version=str(row.revision),
                ),
                "Kept": moment(row.kept_at),
                "By": plain(known.get(row.kept_by, row.kept_by)),
                "Gaps": str(row.gaps),
                "SHA-256": digest(row.digest),
            }
            for row in paper.kept
        ],
        alt="Versions that were kept, newest first",
        right=["Gaps"],
    )


def _where(paper: Paper, field: Field) -> str:
    if not field.page:
        return "in the form on this page"
    query = {"model": paper.model.number} if field.page not in ("parts", "processing") else {}
    return link(field.page.replace("_", " ").capitalize(), f"/{field.page}", **query)


def _word(kind: PaperKind) -> str:
    return "record" if kind is PaperKind.RECORD else "assessment"


def chosen_kind(word: str) -> PaperKind:
    """The paper that the address names."""
    return PaperKind.ASSESSMENT if word == "assessment" else PaperKind.RECORD
