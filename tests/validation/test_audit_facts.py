"""Facts of a bias audit on record, and the summary to publish that has every element with them."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from core.errors import Unreadable
from core.ledger.queries import entries
from core.metrics.bias_audit import DataKind
from core.reports.values.report import Asked, Report, Subject, SubjectKind
from core.validation.audit_facts import state_audit_facts, stated_audit_facts
from core.validation.uploads import ColumnMapping
from tests.bias_audit.test_summary import FACTS
from tests.builders import NOON
from tests.reports_templates.asking import report
from tests.validation.conftest import Bench, codes

DAY = timedelta(days=1)
GROUPS = list(product(("Male", "Female"), ("White", "Black or African American", "Asian")))
MAPPING = ColumnMapping(
    label="label", prediction="prediction", positive_label="1", sensitive=("sex", "race"), audit_sex="sex",
    audit_race="race",
)  # fmt: skip


@pytest.fixture
def audited(small_bench: Bench) -> Bench:
    """A version whose newest run holds a bias audit, computed from 240 people."""
    rows = [f"{n % 2},{(n // 3) % 2},{GROUPS[n % 6][0]},{GROUPS[n % 6][1]},{n}" for n in range(240)]
    small_bench.hand_in("\n".join(["label,prediction,sex,race,case", *rows]) + "\n", MAPPING)
    small_bench.perform(small_bench.start())
    return small_bench


def state(bench: Bench, **changed: object) -> int:
    return state_audit_facts(
        bench.store, bench.ledger, model=bench.model, version=bench.version,
        facts=replace(FACTS, **changed), actor=bench.cast.owner, at=NOON + 2 * DAY,  # type: ignore[arg-type]
    )  # fmt: skip


def summary(bench: Bench, days: int) -> Report:
    asked = Asked("ll144", Subject(SubjectKind.VERSION, bench.model, bench.version), NOON + days * DAY)
    return report(bench.store, bench.ledger, asked, at=NOON + 9 * DAY)


def test_the_summary_is_complete_once_the_facts_are_stated_and_not_for_a_day_before(audited: Bench) -> None:
    entry = state(audited, audit_date=None, data_source="")

    before, after = summary(audited, 1), summary(audited, 3)

    assert [gap.reason for gap in before.gaps] == [
        "Not on record: the explanation of the data (6 RCNY 5-303(a)(1)).",
        "Not on record: the distribution date of the tool (6 RCNY 5-303(a)(2)).",
    ]
    assert after.complete
    assert after.data.audit_date == NOON.date()  # that of the run, since nobody stated another
    assert (after.data.auditor, after.data.distribution_date) == (FACTS.auditor, date(2025, 5, 6))
    assert after.data.data_source  # that of the test dataset
    with audited.store.reading() as session:
        (said,) = [row for row in entries(session, limit=50).rows if row.action == "bias_audit.stated"]
    assert said.index == entry


def test_the_newest_statement_counts_and_the_former_stays(audited: Bench) -> None:
    state(audited)
    state(audited, data_kind=DataKind.TEST, why_test_data="Too few applicants yet", how_test_data="Drawn at random")

    with audited.store.reading() as session:
        known = stated_audit_facts(session, audited.row.id or 0)
        stated = [row for row in entries(session, limit=50).rows if row.action == "bias_audit.stated"]
    assert known == replace(
        FACTS, data_kind=DataKind.TEST, why_test_data="Too few applicants yet", how_test_data="Drawn at random"
    )
    assert len(stated) == 2


def test_who_does_not_answer_for_the_model_states_nothing(audited: Bench) -> None:
    act = {"model": audited.model, "version": audited.version, "facts": FACTS, "at": NOON}

    refused = codes(
        lambda: state_audit_facts(audited.store, audited.ledger, actor=audited.cast.validator, **act)  # type: ignore[arg-type]
    )

    assert refused == ["permission"]
    with audited.store.reading() as session:
        assert stated_audit_facts(session, audited.row.id or 0) is None


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"audit_date": date(2027, 1, 1)}, "audit_date"),
        ({"latest_use": date(2025, 5, 5)}, "latest_use"),
        ({"auditor": "A" * 201}, "auditor"),
    ],
)
def test_facts_that_cannot_be_are_told_with_their_place(
    audited: Bench, changed: dict[str, object], column: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        state(audited, **changed)
    assert [problem.column for problem in caught.value.problems] == [column]
