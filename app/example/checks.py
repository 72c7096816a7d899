"""The checks of the example: the employment model drifts in use, and stands calm where it was tried before."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl

from app.composition import Workplace
from app.example.accounts import Account
from app.example.production import STAGING
from app.example.production_data import DATA, MODEL, VERSION
from core.inventory.deployments.rules import PRODUCTION
from core.monitoring.checks.service import perform_monitor
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.reading import mapping_of
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.service import record_production
from core.store.types import microseconds

TRIED = 2  # weeks of cases with which the outreach teams tried the model
APART = timedelta(minutes=12)


def tell_checks(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """Hand in what was tried in staging, then have everything checked that has come, as a worker does."""
    _try_out(place, known, at)
    for environment in (STAGING, PRODUCTION):
        slot = f"{MODEL} {environment} {at:%Y-%m-%dT%H}"
        perform_monitor(place.store, place.ledger, place.files, slot=slot, clock=lambda: at)


def _try_out(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    owner, developer = known["owner"].actor, known["developer"].actor
    with place.store.reading() as session:
        declared = mapping_of(session, MODEL, PRODUCTION)
    if declared is None:
        return
    declare_monitored(
        place.store, place.ledger, model=MODEL, data=declared, environment=STAGING, expected_revision=0, actor=owner,
        at=at,
    )  # fmt: skip
    rows = pl.read_parquet(DATA).filter(pl.col("week") < TRIED)
    moment = microseconds(at - rows.height * APART) + pl.int_range(pl.len()) * (APART // timedelta(microseconds=1))
    rows = rows.with_columns(pl.format("trial-{}", "id").alias("id"), moment.alias("at"))
    answers = rows.select(
        "id", "at", "prediction", pl.col("predicted_probability").alias("score"), "age", "schooling", "marital_status",
        "sex",
    )  # fmt: skip
    outcomes = rows.select("id", pl.col("employed").alias("label"))
    for kind, sent in ((BatchKind.INFERENCES, answers), (BatchKind.LABELS, outcomes)):
        record_production(
            place.store, place.ledger, place.files, model=MODEL, kind=kind, rows=sent.to_arrow(), environment=STAGING,
            version=VERSION if kind is BatchKind.INFERENCES else None, actor=developer, at=at,
        )  # fmt: skip
