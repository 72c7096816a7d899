"""The queue of outputs that people review: how it stands, the list due first, and one output at a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import streamlit as st

from app.components import (
    Back,
    clear_filters,
    empty,
    fact,
    facts,
    facts_line,
    filter_row,
    head,
    label,
    link,
    paragraphs,
    plain,
    search,
    section,
    status,
    table,
)
from app.components.filters import choose
from app.components.formats import NOTHING, counted, day, moment, percent
from app.components.status import word
from app.navigation import page_file
from app.views.model_reading import person_name
from app.work.tasks import urgency
from core.monitoring.controls.queries import (
    Narrowed,
    OutputPage,
    OutputRow,
    Queued,
    QueueFigures,
)
from core.monitoring.controls.rules import OPEN, OutputStatus, OutputVerdict

FILTERS: Mapping[str, str | None] = {"shown": Queued.WAITING.value, "model_number": "", "verdict": "All"}
SHOWN = {
    Queued.WAITING: "Waiting",
    Queued.MINE: "Waiting for me",
    Queued.OVERDUE: "Overdue",
    Queued.DECIDED: "Decided",
}
LONGEST = 160
SHORT = 40  # a class rather than a text


def first_line(figures: QueueFigures, mine: int, at: datetime) -> str:
    """“**7 outputs wait**, 3 of them for you, 2 are overdue. The oldest waits since 3 Nov.”"""
    if not figures.waiting:
        return "**No output waits for a person.**"
    parts = [f"**{counted(figures.waiting, 'output')} {'waits' if figures.waiting == 1 else 'wait'}**"]
    parts += [f"{mine} of them for you"] if mine else []
    parts += [f"{figures.overdue} {'is' if figures.overdue == 1 else 'are'} overdue"] if figures.overdue else []
    oldest = f" The oldest waits since {day(figures.oldest, today=at)}." if figures.oldest else ""
    return f"{', '.join(parts)}.{oldest}\u2002 :gray[Due first]"


def narrowed_by() -> Narrowed:
    """The row of filters; all of them live in the address."""
    with filter_row():
        shown = st.selectbox(
            "Shown", [one.value for one in SHOWN], format_func=lambda one: SHOWN[Queued(one)], key="shown",
            bind="query-params", width=190,
        )  # fmt: skip
        model = search("Model", key="model_number", placeholder="Number, for example M0001", width=220)
        decided = shown == Queued.DECIDED
        verdict = choose("Decision", list(OutputVerdict), key="verdict", width=150) if decided else None
        clear_filters(FILTERS)
    return Narrowed(Queued(shown), model.upper(), OutputVerdict(verdict) if verdict else None)


def queue_table(rows: tuple[OutputRow, ...], at: datetime) -> None:
    """One row an output; what it says is masked, and cut."""
    decided = bool(rows) and rows[0].status is OutputStatus.DECIDED
    cells: list[Mapping[str, str]] = [
        {
            "Output": link(row.number, "/outputs", output=row.number),
            "Says": plain(said(row)),
            "Why it is here": plain("; ".join(row.reasons)[:LONGEST]),
            "Model": f"{plain(row.model_name)} :gray[{row.model}]",
            "Version": plain(row.version),
            "Answered": day(row.output_at, today=at),
            "Decided" if decided else "Due": day(row.decided_at if decided else row.due_at, today=at),
            "State": state(row, at),
        }
        for row in rows
    ]
    table(
        cells,
        alt="Outputs for people to review: what each says, why it is here, model, version, when it is due, and state",
        right=["Answered", "Decided" if decided else "Due"],
        unbroken=["Output", "Version"],
    )


def said(row: OutputRow) -> str:
    """What the model answered, in one line."""
    prediction, score = row.output.get("prediction", ""), row.output.get("score", "")
    text = prediction if len(prediction) <= LONGEST else prediction[: LONGEST - 1] + "…"
    shown = f"score {_number(score)}" if score else ""
    return f"{text} ({shown})" if text and shown else text or shown


def state(row: OutputRow, at: datetime) -> str:
    """Overdue or due soon before where it stands; what was decided shows the decision."""
    if row.verdict is not None:
        return status(row.verdict)
    return status(*urgency(row.due_at, at, word(row.status)))


def by_model(rows: tuple[QueueFigures, ...], at: datetime) -> None:
    """How the queue stands for each model: what waits, since when, and what came of it within 30 days."""
    if not rows:
        return
    section("By model")
    cells: list[Mapping[str, str]] = [
        {
            "Model": link(f"{row.model_name} ({row.model})", "/controls", model=row.model),
            "Waiting": str(row.waiting),
            "Overdue": str(row.overdue),
            "Oldest": _age(row.oldest, at),
            "Reviewed, 30 days": str(row.reviewed),
            "Wrong": str(row.decided.get(OutputVerdict.WRONG, 0)),
            "Harmful": str(row.harmful),
            "Share harmful": percent(row.harmful / row.reviewed) if row.reviewed else NOTHING,
        }
        for row in rows
    ]
    right = ["Waiting", "Overdue", "Oldest", "Reviewed, 30 days", "Wrong", "Harmful", "Share harmful"]
    table(cells, alt="Outputs for review by model: waiting, overdue, age, and decisions of 30 days", right=right)
    st.caption("Harmful counts what was escalated too. Two people’s decisions count as the graver of the two.")


def quarantine_line(held: int) -> None:
    """A way to the rows that wait beside the outputs."""
    if held:
        words = f"{counted(held, 'lot')} of rows {'lies' if held == 1 else 'lie'} in quarantine"
        st.page_link(page_file("quarantine"), label=words, icon=":material/lock:")


def nothing_here(figures: QueueFigures, narrowed: Narrowed) -> None:
    """Nothing waits at all, or nothing with these filters."""
    if not figures.waiting and narrowed.shown is not Queued.DECIDED:
        with empty(
            "No output waits for a person.",
            "Controls put outputs up: content rules, score bands and random samples. They look at every batch.",
        ):
            st.page_link(page_file("policies"), label="Read the controls of the policy")
        return
    with empty("No output matches these filters.", f"{counted(figures.waiting, 'output')} waiting in all."):
        clear_filters(FILTERS, label="Clear all filters", key="clear_all")


def output_head(page: OutputPage, at: datetime) -> None:
    """Number, model, state, due date."""
    row = page.row
    head(
        f"Output {row.number}",
        facts_line(
            label(f"Tier {row.tier}"),
            state(row, at),
            fact("Model", f"{plain(row.model_name)} v{plain(row.version)}"),
            fact("Environment", plain(row.environment)),
            fact("Answered", moment(row.output_at)),
            fact("Due", day(row.due_at, today=at)),
        ),
        back=Back("outputs", "Outputs for review"),
    )


def output_record(page: OutputPage) -> None:
    """What the model answered, why it is here, and what it was given; all of it masked."""
    row = page.row
    section("What the model answered")
    with st.container(border=True):
        prediction = row.output.get("prediction")
        if prediction is None:
            st.markdown(":gray[No prediction]")
        else:
            st.markdown(paragraphs(prediction) if len(prediction) > SHORT else fact("Prediction", plain(prediction)))
        if "score" in row.output:
            st.markdown(fact("Score", _number(row.output["score"])))
    section("Why it is here")
    st.markdown(
        "\n".join(
            f"- {plain(why)} :gray[({plain(clause)})]" for why, clause in zip(row.reasons, row.clauses, strict=True)
        )
    )
    section("What it was given")
    if page.inputs:
        table(
            [{"Input": plain(name), "Value": plain(value)} for name, value in page.inputs.items()],
            alt="Inputs of this output, personal data masked",
        )
    else:
        st.markdown(":gray[Nothing of its inputs was handed in.]")
    st.caption("What looks like personal data is masked in what is kept for review, whatever the policy masks.")
    facts(
        {
            "Row": plain(row.output_id),
            "Batch": plain(row.batch),
            "Put up": moment(row.flagged_at),
            "Model": link(f"{row.model} v{row.version}", "/model", model=row.model, version=row.version),
            "Controls": link("Controls of this model", "/controls", model=row.model),
        },
        alt=f"Where output {row.number} comes from",
    )


def opinions(page: OutputPage, known: Mapping[str, str]) -> None:
    """What people decided; of two, nothing before both have."""
    section("Decisions")
    if page.row.verdict is not None and len(page.opinions) > 1:
        st.markdown(f"**Together** {status(page.row.verdict)} {moment(page.row.decided_at)}")
    for one in page.opinions:
        st.markdown(f"{status(one.verdict)} **{plain(person_name(one.person, known))}**, {moment(one.at)}")
        if one.words:
            st.markdown(paragraphs(one.words))
    if page.row.status in OPEN and page.row.people > 1:
        waiting = (
            f"{page.given} of {page.row.people} people have decided, each on their own. The graver decision counts."
        )
        st.markdown(f":gray[{waiting}]")
    elif not page.opinions:
        st.markdown(":gray[Nobody has decided yet.]")


def _age(since: datetime | None, at: datetime) -> str:
    if since is None:
        return NOTHING
    return counted((at - since) // timedelta(days=1), "day")


def _number(text: str) -> str:
    try:
        return f"{float(text):.3f}"
    except ValueError:
        return plain(text)
