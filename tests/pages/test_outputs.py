"""Outputs, controls and quarantine as each person sees them: what waits, what is possible, and what comes of it."""

from dataclasses import dataclass
from datetime import timedelta

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from streamlit.testing.v1 import AppTest

from app.composition import Workplace
from app.work import work_of
from core.access.rules import Actor
from core.inventory.rules import Stage
from core.monitoring.controls.declaring import declare_control
from core.monitoring.controls.queries import control_states, output_page, quarantine
from core.monitoring.controls.rules import HeldStatus, OutputVerdict
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.service import record_production
from core.policy.controls.rules import Control, ControlAction, ControlKind, Side
from core.store.types import microseconds
from tests.builders import Cast, a_version
from tests.pages.desk import Desk, column, today, words

WHY = "As agreed with everybody concerned."
HARM = "It names a reason that was never given."


@dataclass
class Stream:
    """A model of tier 2 whose outputs a content rule puts up, and a stranger."""

    place: Workplace
    cast: Cast
    model: str

    def send(self, model: str = "", version: str = "1.0.0", *, texts: list[str]) -> None:
        at = today()
        rows = pa.table(
            {
                "id": [f"{model or 'ours'}-{n}" for n in range(len(texts))],
                "at": [microseconds(at - timedelta(hours=1))] * len(texts),
                "question": ["Why was my loan refused? I am jo@example.org."] * len(texts),
                "prediction": texts,
            }
        )
        record_production(
            self.place.store, self.place.ledger, self.place.files, model=model or self.model,
            kind=BatchKind.INFERENCES, rows=rows, version=version, actor=self.cast.developer, at=at,
        )  # fmt: skip


@pytest.fixture
def stream(place: Workplace, cast: Cast) -> Stream:
    at = today()
    model, _ = a_version(place.store, cast, tier=3, stage=Stage.APPROVED, at=at)
    rule = Control("", "Promises", Side.OUTPUTS, ControlKind.WORDS, ControlAction.FLAG, values=("guarantee",),
                   alert_above=0.5)  # fmt: skip
    declare_control(place.store, place.ledger, model=model, control=rule, reason=WHY, actor=cast.owner, at=at)
    return Stream(place, cast, model)


def said(page: AppTest) -> str:
    return words(page).replace("\u00a0", " ").replace("**", "").replace("\\", "")


def verdict(stream: Stream, number: str) -> OutputVerdict | None:
    with stream.place.store.reading() as session:
        return output_page(session, number, stream.cast.validator).row.verdict


def test_an_empty_queue_says_where_outputs_come_from(stream: Stream, desk: Desk) -> None:
    assert "No output waits for a person." in said(desk.open(stream.cast.validator, "outputs"))


def test_outputs_are_listed_due_first_and_masked(stream: Stream, desk: Desk) -> None:
    stream.send(texts=["We guarantee it.", "No.", "A guarantee, write to jo@example.org."])

    page = desk.open(stream.cast.validator, "outputs")

    assert column(page, "Why it is here") == ["Promises: has one of the words guarantee"] * 2
    assert "jo@" not in "".join(column(page, "Says"))
    assert "2 outputs wait, 2 of them for you." in said(page)
    assert "jo@" not in said(desk.open(stream.cast.validator, "outputs", output="OR0001"))


def test_a_reviewer_decides_with_words_and_goes_on_to_the_next(stream: Stream, desk: Desk) -> None:
    stream.send(texts=["We guarantee it.", "We guarantee it all."])
    page = desk.open(stream.cast.validator, "outputs", output="OR0001")

    page.button(key="decide harmful").click().run()
    assert "Your decision was not recorded." in page.error[0].value
    assert verdict(stream, "OR0001") is None

    page.text_area(key="words OR0001").input(HARM)
    page.button(key="decide harmful").click().run()
    assert verdict(stream, "OR0001") is OutputVerdict.HARMFUL

    page = desk.open(stream.cast.validator, "outputs", output="OR0001")
    assert HARM in said(page)
    assert "Alert [AL" in said(page)


def test_who_may_not_review_reads_why(stream: Stream, desk: Desk) -> None:
    stream.send(texts=["We guarantee it."])

    for person, reason in ((stream.cast.auditor, "You act as auditor"), (stream.cast.developer, "You developed this")):
        page = desk.open(person, "outputs", output="OR0001")
        assert page.button(key="decide fine").disabled
        assert reason in said(page)


def test_an_output_waits_on_the_desk_of_who_may_decide(stream: Stream) -> None:
    stream.send(texts=["We guarantee it.", "We guarantee it all."])

    def waiting(person: Actor) -> list[str]:
        with stream.place.store.reading() as session:
            return [
                task.what.replace("\u00a0", " ")
                for task in work_of(session, person, today()).waiting
                if task.address == "/outputs"
            ]

    assert waiting(stream.cast.validator) == ["Review 2 outputs of what it answers"]
    assert waiting(stream.cast.developer) == []


def test_an_owner_declares_a_control_and_a_looser_one_is_refused(stream: Stream, desk: Desk) -> None:
    page = desk.open(stream.cast.owner, "controls", model=stream.model)
    page.selectbox(key=f"kind own {stream.model}").select(ControlKind.LENGTH).run()
    key = f"own {stream.model} length"
    page.text_input(key=f"title {key}").input("Long questions")
    page.selectbox(key=f"action {key}").select(ControlAction.REFUSE)
    page.number_input(key=f"longest {key}").set_value(30_000)
    page.text_input(key=f"own reason {stream.model}").input(WHY)
    page.button(key=f"FormSubmitter:{key}-Declare control").click().run()
    assert "looser than the policy" in page.error[0].value

    page.number_input(key=f"longest {key}").set_value(500)
    page.button(key=f"FormSubmitter:{key}-Declare control").click().run()

    with stream.place.store.reading() as session:
        states = control_states(session, stream.model, "production", at=today())
    assert [(one.control.title, one.control.longest) for one in states if one.own][-1] == ("Long questions", 500)
    assert "21.5" not in [one.control.clause for one in states]


def test_a_model_page_of_controls_says_what_each_found(stream: Stream, desk: Desk) -> None:
    stream.send(texts=["We guarantee it.", "We guarantee it all."])

    page = desk.open(stream.cast.auditor, "controls", model=stream.model)

    assert "1 output waits" not in said(page)
    assert "2 outputs wait for a person" in said(page)
    assert any("Above bound" in one for one in column(page, "State"))
    assert "Declaring a control of this model is not possible yet" in said(page)


def test_rows_of_a_stranger_are_registered_from_their_draft_and_discarded_with_a_reason(
    stream: Stream, desk: Desk
) -> None:
    stream.send("Letters", "0.3.0", texts=["Dear reader"])

    form = desk.open(stream.cast.owner, "register", discovery="U0001")
    assert form.text_input(key="draft name").value == "Letters"
    assert form.text_area(key="draft purpose").value == "Answers from question."

    page = desk.open(stream.cast.owner, "quarantine")
    page.text_input(key="held reason QR0001").input("A trial of the vendor, never in use.")
    page.button(key="discard").click().run()

    with stream.place.store.reading() as session:
        (row,) = quarantine(session, stream.cast.owner, status=HeldStatus.DISCARDED, limit=5).rows
    assert (row.number, row.rows) == ("QR0001", 1)
    assert "Nothing lies in quarantine." in said(desk.open(stream.cast.owner, "quarantine"))
