"""The monitoring summary tells of alerts as they stood at the moment that is asked for."""

from datetime import timedelta

import pytest

from core.access.rules import SYSTEM
from core.ledger.service import Ledger
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.policy.service import default_policy_text, publish
from core.reports.templates.monitoring import MonitoringSummary
from core.reports.values.report import Asked, Subject, SubjectKind
from core.store import Store
from core.validation.rules import Severity
from tests.builders import NOON, a_cast, a_version
from tests.reports_templates.asking import report

HOUR = timedelta(hours=1)


@pytest.fixture
def models(sqlite_store: Store, ledger: Ledger) -> tuple[str, str]:
    """Two models; of the first an alert was raised after an hour and recovered after three."""
    with sqlite_store.transaction() as tx:
        publish(tx, ledger, default_policy_text(), actor=SYSTEM, at=NOON)
    cast = a_cast(sqlite_store)
    first, second = (a_version(sqlite_store, cast, at=NOON)[0] for _ in range(2))
    title = "Error rate above its threshold"
    signal = Signal(AlertKind.BREACH, "one", Severity.HIGH, title, "", first, "1.0.0", "production")
    with sqlite_store.transaction() as tx:
        raise_alert(tx, ledger, signal, at=NOON + HOUR)
    with sqlite_store.transaction() as tx:
        settle_alert(tx, ledger, "one", said="It holds again.", at=NOON + 3 * HOUR)
    return first, second


@pytest.mark.parametrize(
    ("place", "hours", "alerts", "recovered"), [(0, 0, 0, False), (0, 2, 1, False), (0, 4, 1, True), (1, 4, 0, False)]
)
def test_an_alert_stands_as_it_did_then_and_with_its_model_alone(
    sqlite_store: Store,
    ledger: Ledger,
    models: tuple[str, str],
    place: int,
    hours: int,
    alerts: int,
    *,
    recovered: bool,
) -> None:
    asked = Asked("monitoring", Subject(SubjectKind.MODEL, models[place]), NOON + hours * HOUR)

    found = report(sqlite_store, ledger, asked, at=NOON + 9 * HOUR)

    assert isinstance(found.data, MonitoringSummary)
    assert [one.title for one in found.data.alerts] == ["Error rate above its threshold"] * alerts
    assert [one.recovered_at is not None for one in found.data.alerts] == [recovered] * alerts
