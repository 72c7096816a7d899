"""A test is carried out against a real server, within its bounds, and judged by the policy."""

import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sqlmodel import select

from app.composition import now
from app.delivery.guard import parse_hosts, resolve_target
from app.stress.running import SETTING, allowing, carry_out, order_of
from app.worker import LONG_LANE, SHORT_LANE, work_once
from core.errors import Refused, Unreadable
from core.inventory.rules import Stage
from core.ledger.tables import LogEntry
from core.metrics.verdicts import Verdict
from core.monitoring.alerts.tables import Alert
from core.monitoring.stress.filing import Begun
from core.monitoring.stress.gathering import Rows
from core.monitoring.stress.outcome import outcome_from_json
from core.monitoring.stress.plans import read_plan
from core.monitoring.stress.scheduling import due_stress_tests, end_schedule, run_slot, schedule_stress_test
from core.monitoring.stress.service import cancel_stress_test, request_stress_test
from core.validation.stress.queries import StressFilter, StressPage, stress_schedules, stress_test, stress_tests
from core.validation.stress.tables import StressStatus
from tests.builders import NOON, set_stage
from tests.stress.conftest import AWAY, BACK, CALM, RICH, Bench, Scoring, a_plan

ROWS = Rows(({"income": 10, "age": 30},), pl.DataFrame({"prediction": ["0"]}), "1", "binary", "one row")


def asked(bench: Bench, plan: str) -> str:
    place = bench.place
    return request_stress_test(
        place.store, place.ledger, model=bench.model, version=bench.version, plan=plan, allow=allowing(place),
        actor=bench.cast.developer, at=now(),
    )  # fmt: skip


def done(bench: Bench, plan: str) -> StressPage:
    number = asked(bench, plan)
    while work_once(bench.place):
        pass
    return page(bench, number)


def page(bench: Bench, number: str) -> StressPage:
    with bench.place.store.reading() as session:
        return stress_test(session, number)


def alerts(bench: Bench) -> list[Alert]:
    with bench.place.store.reading() as session:
        return list(session.exec(select(Alert)).all())


def test_load_cases_and_a_lost_dependency_in_one_test(bench: Bench, scoring: Scoring) -> None:
    found = done(bench, a_plan(scoring.port, phases=CALM + AWAY + BACK, cases=RICH))

    verdicts = {one.metric: one.verdict for one in found.figures}
    assert found.row.status is StressStatus.FINISHED
    assert verdicts["error_share"] is verdicts["invalid_share"] is verdicts["latency_p95_ms"] is Verdict.PASS
    assert verdicts["fault_error_share"] is Verdict.FAIL  # advisory in the policy that ships
    assert found.row.verdict is Verdict.PASS
    outcome = outcome_from_json(bench.place.files.path(found.outcome_digest).read_bytes())
    calm, away, back = outcome.phases
    assert (calm.errors, away.errors, back.errors) == (0, away.requests, 0)
    assert away.failures == {"status 503": away.requests}
    assert 0 < outcome.recovery["credit bureau"] < 1
    (case,) = outcome.cases
    poor = sum(row["income"] < 50 for row in scoring.rows[-40:] if row["income"] != 90)  # type: ignore[operator]
    assert (case.n, case.by, case.errors) == (20, "the model", 0)
    assert case.changed == poor > 0
    assert all(headers["Authorization"] == "Bearer a-token-of-the-endpoint" for headers in scoring.seen)
    made = pl.read_parquet(bench.place.files.path(found.requests_digest))
    assert len(made) == len(scoring.seen) == sum(one.requests for one in outcome.phases) + 40
    assert calm.requests <= 20 + 2
    times = made.filter(pl.col("phase") == "calm")["ms"].to_numpy()
    assert calm.p95 == pytest.approx(float(np.percentile(times, 95, method="inverted_cdf")))
    with bench.place.store.reading() as session:
        actions = [one.action for one in session.exec(select(LogEntry)).all()]
    assert actions[-2:] == ["stress_test.requested", "stress_test.finished"]


def test_a_required_clause_that_fails_raises_one_alert_and_a_pass_settles_it(bench: Bench, scoring: Scoring) -> None:
    scoring.odd = True
    first = done(bench, a_plan(scoring.port, phases=CALM))
    second = done(bench, a_plan(scoring.port, phases=CALM))
    scoring.odd = False
    third = done(bench, a_plan(scoring.port, phases=CALM))

    assert [one.row.verdict for one in (first, second, third)] == [Verdict.FAIL, Verdict.FAIL, Verdict.PASS]
    (alert,) = alerts(bench)
    assert alert.title == f"{bench.model} v1.0.0 failed stress test ST0002"
    assert "clause 13.3" in alert.detail
    assert alert.recovered_at is not None


def test_slow_answers_are_errors_once_the_time_is_out(bench: Bench, scoring: Scoring) -> None:
    scoring.slow = 0.6
    found = done(bench, a_plan(scoring.port, phases=CALM, more="timeout = 0.2"))

    outcome = outcome_from_json(bench.place.files.path(found.outcome_digest).read_bytes())
    assert outcome.phases[0].errors == outcome.phases[0].requests > 0
    assert found.row.verdict is Verdict.FAIL


def test_no_redirect_is_followed(bench: Bench, scoring: Scoring) -> None:
    scoring.redirect = f"http://127.0.0.1:{scoring.port}/elsewhere"
    found = done(bench, a_plan(scoring.port, phases=CALM))

    outcome = outcome_from_json(bench.place.files.path(found.outcome_digest).read_bytes())
    assert outcome.phases[0].failures == {"status 302": outcome.phases[0].requests}
    assert len(scoring.seen) == outcome.phases[0].requests


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:{port}/", "http://localhost:1/", "http://elsewhere.example/", "file:///etc/passwd",
     "http://user@localhost:{port}/", "https://[::1]/"],
)  # fmt: skip
def test_no_load_goes_to_an_address_that_is_not_allowed(bench: Bench, scoring: Scoring, address: str) -> None:
    plan = a_plan(scoring.port, phases=CALM)
    written = f"http://localhost:{scoring.port}/invocations"

    with pytest.raises(Unreadable, match=f"{SETTING}|a host's name|https"):
        asked(bench, plan.replace(written, address.format(port=scoring.port)))
    assert page_count(bench) == 0


def page_count(bench: Bench) -> int:
    with bench.place.store.reading() as session:
        return stress_tests(session, StressFilter()).total


def test_an_address_that_turned_inward_since_is_refused_and_told(bench: Bench, scoring: Scoring) -> None:
    """The name was allowed as a public one; it resolves to this machine when the load is to be made."""
    number = asked(bench, a_plan(scoring.port, phases=CALM))
    public = parse_hosts(f"localhost:{scoring.port}")
    place = replace(bench.place, settings=replace(bench.place.settings, stress_hosts=public))

    while work_once(place):
        pass

    found = page(bench, number)
    assert found.row.status is StressStatus.FAILED
    assert "https" in found.row.error or "public address" in found.row.error
    assert [one.kind for one in alerts(bench)] == ["check failed"]
    assert not scoring.seen


def test_a_cancelled_test_ends_its_load(bench: Bench, scoring: Scoring) -> None:
    number = asked(bench, a_plan(scoring.port, phases=CALM.replace("seconds = 1", "seconds = 60")))
    thread = threading.Thread(target=carry_out, args=(bench.place, number, lambda: True))
    thread.start()
    while not scoring.seen and thread.is_alive():
        time.sleep(0.05)

    cancel_stress_test(bench.place.store, bench.place.ledger, test=number, actor=bench.cast.developer, at=now())
    thread.join(timeout=20)

    assert not thread.is_alive()
    seen = len(scoring.seen)
    time.sleep(0.3)
    assert len(scoring.seen) == seen
    assert page(bench, number).row.status is StressStatus.CANCELLED


def test_without_an_endpoint_a_surrogate_answers_and_says_so(bench: Bench) -> None:
    plan = 'name = "by a surrogate"\n[inputs]\nfrom = "evidence"\nrows = 200\n' + RICH
    found = done(bench, plan)

    outcome = outcome_from_json(bench.place.files.path(found.outcome_digest).read_bytes())
    (case,) = outcome.cases
    assert case.by.startswith("a surrogate of fidelity")
    assert case.changed
    assert found.row.verdict is Verdict.INSUFFICIENT  # nothing was said of load, which the policy requires


def test_who_may_not_and_what_is_pending_or_gone_is_refused(bench: Bench, scoring: Scoring) -> None:
    plan, place = a_plan(scoring.port, phases=CALM), bench.place

    def codes(actor: object) -> set[str]:
        with pytest.raises(Refused) as refused:
            request_stress_test(
                place.store, place.ledger, model=bench.model, version=bench.version, plan=plan,
                allow=allowing(place), actor=actor, at=now(),  # type: ignore[arg-type]
            )  # fmt: skip
        return {one.code for one in refused.value.refusals}

    assert codes(bench.cast.auditor) == {"permission"}
    asked(bench, plan)
    assert codes(bench.cast.developer) == {"pending"}
    set_stage(place.store, bench.model, bench.version, Stage.RETIRED)
    assert codes(bench.cast.developer) == {"pending", "stage"}


def test_a_schedule_queues_each_slot_once_and_says_when_nothing_serves(bench: Bench, scoring: Scoring) -> None:
    place = bench.place
    number = schedule_stress_test(
        place.store, place.ledger, model=bench.model, plan=a_plan(scoring.port, phases=CALM), every_days=7,
        allow=allowing(place), actor=bench.cast.validator, at=NOON,
    )  # fmt: skip

    def slots(days: float) -> list[str]:
        with place.store.reading() as session:
            return list(due_stress_tests(session, at=NOON + timedelta(days=days)))

    assert slots(0) == slots(6.9) == [f"{number} 0"]
    assert slots(7) == [f"{number} 1"]
    assert run_slot(place.store, place.ledger, slot=f"{number} 0", allow=allowing(place), at=NOON) is None
    with place.store.reading() as session:
        assert stress_schedules(session)[0].said == f"No version of {bench.model} serves production."
    end_schedule(place.store, place.ledger, schedule=number, actor=bench.cast.validator, at=NOON)
    assert slots(7) == []


def test_the_load_ends_with_the_process_that_asked_for_it(bench: Bench, scoring: Scoring, tmp_path: Path) -> None:
    begun = Begun(
        "ST0001", read_plan(a_plan(scoring.port, phases=CALM.replace("seconds = 1", "seconds = 60"))), "", ROWS
    )
    target = resolve_target(begun.plan.address, bench.place.settings.stress_hosts)
    order = tmp_path / "order.json"
    order.write_text(json.dumps(order_of(begun, target, {})), encoding="utf-8")
    command = [sys.executable, "-Im", "app.stress.load", str(order), str(tmp_path / "made.jsonl")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    while not scoring.seen and process.poll() is None:
        time.sleep(0.05)

    assert process.stdin is not None
    process.stdin.close()

    assert process.wait(timeout=10) == 1


def test_a_long_test_keeps_no_other_work_waiting(bench: Bench, scoring: Scoring) -> None:
    asked(bench, a_plan(scoring.port, phases=CALM))

    assert not work_once(bench.place, lane=SHORT_LANE)
    assert work_once(bench.place, lane=LONG_LANE)
