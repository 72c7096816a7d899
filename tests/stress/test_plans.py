"""A plan says what it says, or where it is wrong."""

import pytest

from core.errors import Unreadable
from core.frames.scenarios import ScenarioKind
from core.monitoring.stress.inputs import disturbed, without
from core.monitoring.stress.plans import planned_requests, read_plan
from core.monitoring.stress.values import AnswerForm, From, Shape
from tests.stress.conftest import AWAY, CALM, RICH, a_plan

ROWS = [{"income": 10.0, "region": "north"}, {"income": 30.0, "region": None}, {"income": None, "region": "south"}]


def problems(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(Unreadable) as refused:
        read_plan(text)
    return [(one.line, one.reason) for one in refused.value.problems]


def test_a_plan_is_read_whole() -> None:
    plan = read_plan(a_plan(5001, phases=CALM + AWAY, cases=RICH))

    assert (plan.rows_from, plan.rows, plan.shape, plan.answer_form) == (
        From.EVIDENCE, 20, Shape.RECORDS, AnswerForm.LABEL,
    )  # fmt: skip
    assert [(one.name, one.users, one.missing) for one in plan.phases] == [
        ("calm", 2, ()),
        ("bureau away", 2, ("age",)),
    ]
    assert (plan.phases[1].headers, plan.cases[0].kind) == ({"X-Away": "bureau"}, ScenarioKind.EXTREME)
    assert planned_requests(plan) == 20 + 20 + 2 * 20


@pytest.mark.parametrize(
    ("written", "instead", "line", "reason"),
    [
        ("users = 2", "users = 51", 13, "“users” is out of range"),
        ("rate = 20", "rate = 201", 14, "“rate” is out of range"),
        ("rate = 20", "rate = 0", 14, "“rate” is out of range"),
        ("seconds = 1", "seconds = 241", 15, "“seconds” is out of range"),
        ("rows = 20", "rows = 1001", 5, "“rows” is out of range"),
        ('kind = "extreme"', 'kind = "reweight"', 20, "a re-weighting changes no input"),
        ("quantile = 1.0", "quantile = 1.5", 22, "“quantile” is out of range"),
        ('labels = ["0", "1"]', "", None, "the labels that an answer may have are not named"),
        ('name = "calm"', 'name = "everybody rich"', None, "the name “everybody rich” stands twice"),
        ('name = "Monday morning"', 'name = "Monday morning"\nspeed = 3', 3, "“speed” is not known here"),
        ('from = "evidence"', 'from = "thin air"', 4, "“from” is not known"),
        ("[inputs]", "[inputs", 3, "Expected"),
    ],
)
def test_a_mistake_is_named_with_its_line(written: str, instead: str, line: int | None, reason: str) -> None:
    text = a_plan(5001, phases=CALM, cases=RICH)
    assert written in text

    found = problems(text.replace(written, instead, 1))

    assert any(reason in said and (line is None or where == line) for where, said in found), found


def test_a_phase_adds_no_header_that_decides_where_a_request_goes_or_who_asks() -> None:
    for header in ("Host: elsewhere", "Authorization: Bearer x", "Content-Length: 3", "X: a\\nY: b"):
        found = problems(a_plan(5001, phases=AWAY.replace("X-Away: bureau", header)))
        assert any("not a header" in said for _, said in found), header


def test_all_phases_together_keep_within_the_bounds() -> None:
    long = "".join(CALM.replace("calm", f"calm {n}").replace("seconds = 1", "seconds = 130") for n in (1, 2))

    assert any("take too long together" in said for _, said in problems(a_plan(5001, phases=long)))


def test_load_needs_a_target_and_cases_do_not() -> None:
    text = 'name = "by a surrogate"\n[inputs]\nfrom = "production"\nrows = 500\n'

    assert read_plan(text + RICH).address == ""
    assert any("load needs a [target]" in said for _, said in problems(text + CALM))
    assert any("neither a [[phase]] nor a [[case]]" in said for _, said in problems(text))


def test_cases_change_their_columns_and_nothing_else() -> None:
    def case(kind: str, more: str, column: str = "income") -> list[dict[str, object]]:
        text = f'[[case]]\nname = "c"\nkind = "{kind}"\ncolumns = ["{column}"]\n{more}\n'
        plan = read_plan('name = "n"\n[inputs]\nfrom = "production"\nrows = 5\n' + text)
        return [dict(row) for row in disturbed(ROWS, plan.cases[0])]

    assert [row["income"] for row in case("shift", "amount = 5")] == [15.0, 35.0, None]
    assert [row["income"] for row in case("scale", "amount = 2")] == [20.0, 60.0, None]
    assert [row["income"] for row in case("extreme", "quantile = 0.5")] == [20.0, 20.0, 20.0]
    assert [row["income"] for row in case("missing", "")] == [None, None, None]
    assert [row["region"] for row in case("category", 'value = "west"', "region")] == ["west"] * 3
    assert [row["region"] for row in case("shift", "amount = 5")] == ["north", None, "south"]
    assert [row["income"] for row in without(ROWS, ["income"])] == [None, None, None]
    with pytest.raises(Unreadable, match="needs numbers"):
        case("shift", "amount = 5", "region")
    with pytest.raises(Unreadable, match="do not have"):
        case("missing", "", "age")
