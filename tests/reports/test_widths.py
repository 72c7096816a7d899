"""Columns of printed tables: what cannot be divided has its place, and no column runs into the next."""

from dataclasses import replace

import pytest

from core.reports.layout.blocks import Align, Badge, Column, Tone
from core.reports.layout.words import moment
from core.reports.typeset.widths import PAGE, shares
from tests.reports.dossiers import AT

COLUMNS = (
    Column("What", 3), Column("Result", 0.6), Column("Raised", 0.6, Align.RIGHT), Column("Closed", 0.6, Align.RIGHT),
)  # fmt: skip
ROW = ("Drift of a column", Badge("Not enough evidence", Tone.NONE), moment(AT), moment(AT))


def test_shares_stay_where_everything_has_its_place() -> None:
    wide = tuple(replace(one, share=1.0) for one in COLUMNS)

    assert shares(wide, [ROW]) == (1.0, 1.0, 1.0, 1.0)
    assert shares(COLUMNS, []) == (3, 0.6, 0.6, 0.6)
    assert shares((Column("As wide as it is", 0), *COLUMNS), [("A" * 30, *ROW)])[0] == 0


def test_a_column_that_is_too_narrow_takes_from_those_that_have_room() -> None:
    what, result, raised, closed = (width / PAGE for width in shares(COLUMNS, [ROW]))

    assert what + result + raised + closed == pytest.approx(1)
    assert result > 0.6 / 4.8
    assert raised == closed
    assert what > 0.4  # it gives no more than is needed
