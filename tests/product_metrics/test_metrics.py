"""The figures of the product itself: for whom they are, that Prometheus's own parsers read them, and what they say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app.composition import Workplace, now
from app.metrics.measuring import Measured, route_class
from app.metrics.scraping import metrics_routes
from app.settings import SettingError, Settings, load
from core.compliance.service import COMPLIANCE_JOB
from core.jobs.outbox.service import enqueue_message
from core.jobs.outbox.tables import Channel
from core.jobs.service import enqueue, finish, take
from core.jobs.tables import WorkerRole
from core.jobs.workers import join
from core.ledger.service import Ledger
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.reports.keys import open_keys
from core.store import EvidenceFiles, Store
from core.validation.rules import Severity

TOKEN = "a-token-of-sixteen-or-more"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PERSONAL = ("Ana Ruiz", "P0001", "M0001", "ana@example.org")


def settings(folder: Path, **more: str) -> Settings:
    return load({"COUNTERSIGN_DATA_DIR": str(folder), **{f"COUNTERSIGN_{name}": value for name, value in more.items()}})


@pytest.fixture
def place(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> Workplace:
    """Two jobs and a message that wait, one job that failed, a worker, and an alert about somebody's model."""
    keys = open_keys(tmp_path / "keys", origin="test", at=now())
    files = EvidenceFiles(tmp_path / "evidence")
    early = now() - timedelta(hours=2)
    with sqlite_store.transaction() as tx:
        for slot in ("1", "2", "3"):
            enqueue(tx, COMPLIANCE_JOB, slot, at=early)
        enqueue(tx, "of another version", "1", at=early)
        enqueue_message(tx, Channel.WEBHOOK, "hook", "topic", "{}", at=early)
        signal = Signal(AlertKind.BREACH, "breach M0001", Severity.HIGH, "Error rate of Ana Ruiz", "P0001", "M0001")
        raise_alert(tx, ledger, signal, at=now())
    lease = take(sqlite_store, at=now())
    assert lease is not None
    finish(sqlite_store, lease, at=now(), error="broken")
    join(sqlite_store, WorkerRole.PROCESS, at=now())
    return Workplace(settings(tmp_path, METRICS_TOKEN=TOKEN), sqlite_store, ledger, files, files, keys)


def client(place: Workplace, host: str = "203.0.113.7") -> TestClient:
    def answer(_request: object) -> Response:
        return PlainTextResponse("here")

    routes = [*metrics_routes(place), Route("/inventory", answer)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Measured)]), client=(host, 50_000))


@pytest.fixture
def scraper(place: Workplace) -> Iterator[TestClient]:
    with client(place) as opened:
        yield opened


def value(text: str, name: str, **labels: str) -> float:
    """The one sample of this name with these labels."""
    found = [
        sample.value
        for family in plain(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    assert len(found) == 1, (name, labels, found)
    return found[0]


def test_the_figures_say_what_waits_what_failed_and_what_is_open(scraper: TestClient) -> None:
    said = scraper.get("/metrics", headers=BEARER).text

    assert value(said, "countersign_jobs", kind=COMPLIANCE_JOB, status="queued") == 2
    assert value(said, "countersign_jobs", kind=COMPLIANCE_JOB, status="failed") == 1
    assert value(said, "countersign_jobs", kind="other", status="queued") == 1
    assert 7200 <= value(said, "countersign_job_oldest_seconds", kind=COMPLIANCE_JOB) < 7400
    assert value(said, "countersign_outbox_messages", channel="webhook", status="waiting") == 1
    assert value(said, "countersign_workers", role="process", state="alive") == 1
    assert value(said, "countersign_worker_heartbeat_age_seconds") < 60
    assert value(said, "countersign_alerts_open", severity="high") == 1
    assert value(said, "countersign_alerts_open", severity="low") == 0
    assert value(said, "countersign_models_monitored", state="breach") == 0
    assert value(said, "countersign_ledger_entries") >= 1
    assert value(said, "countersign_ledger_checkpoint_age_seconds") < 3600
    assert value(said, "countersign_store_up") == 1


def test_answers_are_counted_by_class_and_status_and_the_database_is_timed(scraper: TestClient) -> None:
    def counted() -> tuple[float, float]:
        said = scraper.get("/metrics", headers=BEARER).text
        pages = [
            sample.value
            for family in plain(said)
            for sample in family.samples
            if sample.name == "countersign_requests_total"
            and sample.labels == {"route": "page", "status": "200"}
        ]  # fmt: skip
        return sum(pages), value(said, "countersign_database_statements_total")

    before = counted()
    scraper.get("/inventory?search=Ana+Ruiz")
    after = counted()

    assert after[0] == before[0] + 1
    assert after[1] >= before[1] > 0


def test_openmetrics_is_given_to_those_who_ask_and_both_parsers_agree(scraper: TestClient) -> None:
    asked = {**BEARER, "Accept": "application/openmetrics-text; version=1.0.0"}

    opened, text = scraper.get("/metrics", headers=asked), scraper.get("/metrics", headers=BEARER)

    assert opened.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert text.headers["content-type"].startswith("text/plain; version=")
    assert opened.text.endswith("# EOF\n")
    ours = {
        form: {one.name.removesuffix("_info") for one in families if one.name.startswith("countersign_")}
        for form, families in (
            ("open", open_metrics(opened.text)),  # type: ignore[no-untyped-call]
            ("plain", plain(text.text)),
        )
    }
    assert len(ours["open"]) >= 18
    assert {name.removesuffix("_info") for name in ours["plain"]} == {
        name.removesuffix("_info") for name in ours["open"]
    }


def test_no_label_holds_a_name_a_number_or_an_address(scraper: TestClient) -> None:
    scraper.get("/model?model=M0001")
    scraper.get("/Ana Ruiz/ana@example.org")

    said = scraper.get("/metrics", headers=BEARER).text

    assert not any(word in said for word in PERSONAL)


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "page"), ("/inventory", "page"), ("/account", "page"), ("/api/models/M0001", "api"),
        ("/exports/X0001/file", "export"), ("/idp/authorize", "sign-in"), ("/_stcore/health", "health"),
        ("/static/js/x.js", "asset"), ("/wp-login.php", "other"), ("/model/../../etc", "other"),
    ],
)  # fmt: skip
def test_an_address_belongs_to_one_of_a_few_classes(path: str, route: str) -> None:
    assert route_class(path) == route


@pytest.mark.parametrize(
    "sent", ["", "Bearer wrong", f"Bearer {TOKEN}x", f"bearer {TOKEN}", f"Basic {TOKEN}", "Bearer é"]
)
def test_without_the_token_nothing_is_said(scraper: TestClient, sent: str) -> None:
    answer = scraper.get("/metrics", headers={"Authorization": sent.encode("latin-1")} if sent else {})

    assert answer.status_code == 401
    assert "countersign_" not in answer.text


@pytest.mark.parametrize(
    ("host", "status"),
    [("10.1.2.3", 200), ("::ffff:10.1.2.3", 200), ("10.2.0.1", 401), ("2001:db8::1", 401), ("testclient", 401)],
)
def test_a_network_that_is_named_needs_no_token(place: Workplace, tmp_path: Path, host: str, status: int) -> None:
    named = replace(place, settings=settings(tmp_path, METRICS_NETWORKS="10.1.0.0/16"))

    with client(named, host) as opened:
        answer = opened.get("/metrics", headers={"X-Forwarded-For": "10.1.2.3"})

    assert answer.status_code == status


def test_the_address_does_not_exist_until_a_setting_opens_it(place: Workplace, tmp_path: Path) -> None:
    with client(replace(place, settings=settings(tmp_path))) as opened:
        assert opened.get("/metrics", headers=BEARER).status_code == 404


def test_a_store_that_does_not_answer_is_said_and_the_rest_still_given(place: Workplace, tmp_path: Path) -> None:
    class Away(Store):
        def reading(self):  # type: ignore[no-untyped-def]
            from sqlalchemy.exc import OperationalError

            raise OperationalError("SELECT 1", {}, ConnectionError("away"))

    with client(replace(place, store=Away(place.store.engine))) as opened:
        said = opened.get("/metrics", headers=BEARER).text

    assert value(said, "countersign_store_up") == 0
    assert "countersign_requests_total" in said
    assert "countersign_jobs" not in said


@pytest.mark.parametrize(
    "wrong",
    [{"METRICS_TOKEN": "short"}, {"METRICS_TOKEN": "with a space in it, long"}, {"METRICS_NETWORKS": "10.1.2.3/8"}],
)
def test_a_setting_that_cannot_be_read_stops_the_start(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="COUNTERSIGN_METRICS_"):
        settings(tmp_path, **wrong)
