"""What this process measures of itself: answers by class of address, pages drawn, time in the database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, disable_created_metrics
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import ExecutionContext

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a counter began is one more series each that nobody reads
REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)
Info("countersign_build", "The version of the product", registry=REGISTRY).info({"version": version("countersign")})
REQUESTS = Counter(
    "countersign_requests", "Answers by class of address and status", ("route", "status"), registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "countersign_request_seconds", "Time until an answer was given", ("route",), buckets=QUICK, registry=REGISTRY
)
SOCKETS = Gauge("countersign_sockets_open", "Browsers that have a page open in this process", registry=REGISTRY)
PAGE_SECONDS = Histogram(
    "countersign_page_seconds", "Time in which a page was drawn", ("page",), buckets=QUICK, registry=REGISTRY
)
DATABASE_SECONDS = Counter("countersign_database_seconds", "Time spent in the database", registry=REGISTRY)
STATEMENTS = Counter("countersign_database_statements", "Statements sent to the database", registry=REGISTRY)

_BEGAN = "_countersign_began"


@contextmanager
def drawing(page: str) -> Iterator[None]:
    """Measure a page, by its address; also one that ends in an error or is drawn anew before its end."""
    begin = time.perf_counter()
    try:
        yield
    finally:
        PAGE_SECONDS.labels(page).observe(time.perf_counter() - begin)


def watch(engine: Engine) -> None:
    """Measure every statement that this engine sends."""
    event.listen(engine, "before_cursor_execute", _before)
    event.listen(engine, "after_cursor_execute", _after)


def _before(
    _connection: Connection,
    _cursor: object,
    _statement: str,
    _parameters: object,
    context: ExecutionContext,
    _many: bool,
) -> None:
    setattr(context, _BEGAN, time.perf_counter())


def _after(
    _connection: Connection,
    _cursor: object,
    _statement: str,
    _parameters: object,
    context: ExecutionContext,
    _many: bool,
) -> None:
    STATEMENTS.inc()
    DATABASE_SECONDS.inc(time.perf_counter() - getattr(context, _BEGAN, time.perf_counter()))
