"""Every row of a batch is looked at by every control: what is found, masked, refused, held back, put up for people."""

import hashlib
from dataclasses import replace

import polars as pl
import pytest

from core.monitoring.controls.screening import Applied, Screening, screen
from core.policy.controls.rules import Control, ControlAction, ControlKind, Side

ROWS = pl.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "at": [1, 2, 3, 4],
        "age": [17, 30, None, 101],
        "sector": ["1", "2", "9", None],
        "note": ["call me", "jane.doe@example.com asks", "IBAN DE89 3704 0044 0532 0130 00", " "],
        "prediction": ["yes", "no, you liar", "A guarantee.", "write to jo@example.org"],
        "score": [0.1, 0.5, 0.52, 0.9],
    }
)
A_RANGE = Control("1", "Age", Side.INPUTS, ControlKind.RANGE, ControlAction.COUNT, ("age",), low=18.0, high=100.0)
NOTE = replace(A_RANGE, columns=("note",), low=None, high=None)
MAIL = replace(NOTE, columns=(), kind=ControlKind.PERSONAL_DATA, values=("e-mail address", "bank account (IBAN)"))


def seen(*controls: Control, rows: pl.DataFrame = ROWS, seed: str = "seed", most: int = 50) -> Screening:
    return screen(rows, [Applied(one) for one in controls], inputs=["age", "sector", "note"], seed=seed,
                  most_per_control=most)  # fmt: skip


@pytest.mark.parametrize(
    ("control", "ids"),
    [
        (A_RANGE, "ad"),  # an empty cell lies nowhere
        (replace(A_RANGE, high=None), "a"),
        (replace(A_RANGE, columns=("note",)), "abcd"),  # what is no number lies outside
        (replace(NOTE, kind=ControlKind.REQUIRED, columns=("age", "note")), "cd"),
        (replace(NOTE, kind=ControlKind.VOCABULARY, columns=("sector",), values=("1", "2")), "c"),
        (replace(NOTE, kind=ControlKind.VOCABULARY, columns=("age",), values=("17", "30.0")), "d"),
        (replace(NOTE, kind=ControlKind.LENGTH, longest=7), "bc"),
        (replace(NOTE, kind=ControlKind.PATTERN, pattern="^[a-z ]+$", must_match=True), "bc"),
        (replace(NOTE, kind=ControlKind.PATTERN, pattern="^[a-z ]+$"), "ad"),
        (MAIL, "bc"),
        (replace(MAIL, values=("payment card",)), ""),
        (replace(NOTE, side=Side.OUTPUTS, columns=(), kind=ControlKind.WORDS, values=("Liar", "guarantee")), "bc"),
        (replace(NOTE, side=Side.OUTPUTS, columns=(), kind=ControlKind.WORDS, values=("lia",)), ""),  # whole words
        (replace(NOTE, side=Side.OUTPUTS, columns=(), kind=ControlKind.WORDS, values=("$%", "(a.b)+")), ""),
    ],
)
def test_a_control_finds_the_rows_it_says(control: Control, ids: str) -> None:
    refusing = replace(control, action=ControlAction.REFUSE)

    found = seen(refusing)

    assert "".join(found.refused["id"]) == ids
    assert "".join(found.kept["id"]) == "".join(one for one in "abcd" if one not in ids)
    (outcome,) = found.outcomes
    assert (outcome.rows, outcome.found) == (4, len(ids))


def test_a_column_that_must_be_there_and_is_not_is_missing_in_every_row() -> None:
    (outcome,) = seen(replace(NOTE, kind=ControlKind.REQUIRED, columns=("postcode", "note"))).outcomes

    assert (outcome.found, outcome.absent, dict(outcome.columns)) == (4, ("postcode",), {"postcode": 4, "note": 1})


def test_a_control_of_a_column_that_is_not_there_looks_at_nothing_and_says_so() -> None:
    (outcome,) = seen(replace(A_RANGE, columns=("income",), alert_above=0.0)).outcomes

    assert (outcome.rows, outcome.found, outcome.absent, outcome.is_exceeded) == (0, 0, ("income",), False)


@pytest.mark.parametrize("action", [ControlAction.MASK, ControlAction.REFUSE, ControlAction.BLOCK])
def test_personal_data_is_masked_in_what_is_kept_and_in_what_is_refused(action: ControlAction) -> None:
    found = seen(replace(MAIL, action=action))

    everything = pl.concat([found.kept, found.refused]).sort("id")
    assert everything["note"].to_list()[:3] == ["call me", "[e-mail address] asks", "IBAN [bank account (IBAN)]"]
    assert everything["prediction"].to_list() == ROWS["prediction"].to_list()  # the control is of inputs


def test_a_control_that_counts_changes_nothing() -> None:
    assert seen(MAIL, A_RANGE).kept.equals(ROWS)


def test_words_and_patterns_are_masked_where_the_policy_says_so() -> None:
    words = replace(NOTE, side=Side.OUTPUTS, columns=(), kind=ControlKind.WORDS, values=("liar",))
    pattern = replace(words, clause="2", kind=ControlKind.PATTERN, pattern="[Gg]uaran[a-z]+")

    found = seen(replace(words, action=ControlAction.MASK), replace(pattern, action=ControlAction.MASK))

    assert found.kept["prediction"].to_list()[1:3] == ["no, you [masked]", "A [masked]."]


def test_a_batch_is_held_back_by_every_clause_that_finds_something() -> None:
    blocking = replace(A_RANGE, action=ControlAction.BLOCK)

    assert seen(blocking, replace(blocking, clause="2", low=0.0, high=200.0)).held_by == ("1",)


def test_a_flagged_output_is_shown_masked_whatever_the_policy_masks() -> None:
    band = replace(NOTE, side=Side.OUTPUTS, kind=ControlKind.SCORE_BAND, columns=(), action=ControlAction.FLAG)
    words = replace(band, clause="2", title="Words", kind=ControlKind.WORDS, values=("write", "guarantee"))

    found = seen(replace(band, low=0.5, high=0.52), replace(words, low=None))

    assert [(one.id, one.clauses) for one in found.flags] == [("b", ("1",)), ("c", ("1", "2")), ("d", ("2",))]
    assert found.flags[2].output == {"prediction": "write to [e-mail address]", "score": "0.9"}
    assert found.flags[0].inputs == {"age": "30", "sector": "2", "note": "[e-mail address] asks"}
    assert found.flags[1].reasons == ("Age: a score from 0.5 to 0.52", "Words: has one of the words write, guarantee")


def test_a_row_that_is_refused_is_not_reviewed() -> None:
    band = replace(NOTE, side=Side.OUTPUTS, kind=ControlKind.SCORE_BAND, columns=(), action=ControlAction.FLAG, low=0.0)

    found = seen(band, replace(A_RANGE, clause="2", action=ControlAction.REFUSE))

    assert [one.id for one in found.flags] == ["b", "c"]


def test_a_sample_can_be_drawn_again_from_its_seed_by_anybody() -> None:
    rows = pl.DataFrame({"id": [f"i{n}" for n in range(5000)], "at": range(5000), "prediction": ["x"] * 5000})
    sample = replace(NOTE, clause="21.6", side=Side.OUTPUTS, kind=ControlKind.SAMPLE, columns=(), share=0.01,
                     action=ControlAction.FLAG)  # fmt: skip

    found = seen(sample, rows=rows, seed="4f", most=10)

    share = {one: int(hashlib.sha256(f"4f 21.6 {one}".encode()).hexdigest()[:16], 16) / 2**64 for one in rows["id"]}
    drawn = sorted((number, one) for one, number in share.items() if number < 0.01)
    assert found.outcomes[0].found == len(drawn)
    assert 25 < len(drawn) < 80
    assert {one.id for one in found.flags} == {one for _, one in drawn[:10]}
    assert found.outcomes[0].put_up == 10


def test_an_alert_is_due_above_the_share_and_not_on_it() -> None:
    half, less = (replace(A_RANGE, alert_above=share) for share in (0.5, 0.49))

    assert [one.is_exceeded for one in seen(half, replace(less, clause="2")).outcomes] == [False, True]
