"""The next version of the employment model in shadow: the same cases answered a second time, and the comparison."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl

from app.composition import Workplace
from app.example.accounts import Account
from core.approval.rollout.placing import add_environment
from core.improvement.comparisons.asking import Question, ask_comparison
from core.improvement.comparisons.performing import perform_comparison
from core.inventory.deployments.rules import PRODUCTION
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.reading import Span, mapping_of, read_span
from core.monitoring.intake.rules import AT, ID, LATENCY, PREDICTION, SCORE, BatchKind
from core.monitoring.intake.service import record_production

MODEL, CHAMPION, CHALLENGER = "M0001", "1.0.0", "1.1.0"
SHADOW = "shadow"
SINCE = timedelta(weeks=7)
IN_WORK = (25, 54)  # years of age at which the challenger expects work more often than the champion
MORE = 0.06


def tell_challenger(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """Let the candidate answer what production answered, in an environment that serves nobody, and compare."""
    developer = known["developer"].actor
    add_environment(
        place.store,
        place.ledger,
        name=SHADOW,
        note="Candidates answer here beside production; nobody reads what they say.",
        actor=known["administrator"].actor,
        at=at - timedelta(hours=2),
    )
    with place.store.reading() as session:
        declared = mapping_of(session, MODEL, PRODUCTION)
        span = Span(MODEL, PRODUCTION, at - SINCE, at, CHAMPION)
        rows = pl.DataFrame(pl.from_arrow(read_span(session, place.files, span)))
    if declared is None or not rows.height:
        return
    declare_monitored(
        place.store,
        place.ledger,
        model=MODEL,
        data=declared,
        environment=SHADOW,
        expected_revision=0,
        actor=known["owner"].actor,
        at=at - timedelta(hours=2),
    )
    record_production(
        place.store,
        place.ledger,
        place.files,
        model=MODEL,
        kind=BatchKind.INFERENCES,
        rows=_answered(rows).to_arrow(),
        version=CHALLENGER,
        environment=SHADOW,
        actor=developer,
        at=at - timedelta(hours=1),
    )
    question = Question(MODEL, CHAMPION, CHALLENGER, challenger_environment=SHADOW)
    number = ask_comparison(place.store, place.ledger, question=question, actor=developer, at=at).number
    perform_comparison(place.store, place.ledger, place.files, comparison=number, clock=lambda: at)


def _answered(rows: pl.DataFrame) -> pl.DataFrame:
    """The cases as the candidate sees them: age counts for more, and an answer takes less time."""
    of_age = pl.col("age").cast(pl.Float64).is_between(*IN_WORK)
    score = (pl.col(SCORE) + pl.when(of_age).then(MORE).otherwise(-MORE)).clip(0.001, 0.999)
    return rows.select(
        ID,
        AT,
        score.alias(SCORE),
        (score >= 0.5).cast(pl.Int64).alias(PREDICTION),
        "age",
        "schooling",
        "marital_status",
        (pl.col(LATENCY) * 0.8).alias(LATENCY),
    )
