"""The metrics of a model as its pipelines report them: newest value, shape of the last points, and when they came."""

from collections.abc import Sequence

import streamlit as st

from app.components import plain, section, table
from app.components.formats import NOTHING, count, moment
from app.components.sparkline import sparkline
from app.components.status import word
from app.composition import Workplace
from core.monitoring.intake.queries import Series, newest_values, series_of

MOST = 50


def reported_view(place: Workplace, model: str, environment: str) -> None:
    """A table of every series, as a part of a page; nothing where none was reported."""
    with place.store.reading() as session:
        found = series_of(session, model, environment)
        values = newest_values(session, [one.id for one in found[:MOST]])
    if not found:
        return
    section("Metrics")
    table(
        [
            {
                "Metric": plain(one.name),
                "Version": plain(one.version) if one.version else NOTHING,
                "Labels": _labels(one),
                "Kind": word(one.kind),
                "Points": count(one.points),
                "Newest": f"{one.last_value:,.4g} {plain(one.unit) if one.unit else ''}".strip(),
                "Last points": sparkline(values.get(one.id, ()), alt=_alt(one, values.get(one.id, ()))),
                "Of": moment(one.last_at),
            }
            for one in found[:MOST]
        ],
        alt="Metrics by name: version, labels, kind, how many points, newest value, shape of the last ones, moment",
        right=["Points", "Newest"],
        unbroken=["Metric", "Of"],
    )
    if len(found) > MOST:
        st.caption(f"{count(len(found) - MOST)} more; the API lists all of them.")


def _labels(one: Series) -> str:
    return plain(", ".join(f"{name}={value}" for name, value in sorted(one.labels.items()))) if one.labels else NOTHING


def _alt(one: Series, values: Sequence[float]) -> str:
    return f"{len(values)} points of {one.name}, from {min(values):,.4g} to {max(values):,.4g}" if values else one.name
