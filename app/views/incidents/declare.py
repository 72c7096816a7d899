"""The form with which an incident is declared, filled from an alert or a model of the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import streamlit as st
from sqlmodel import Session, select

from app.components import attempt
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.confirmation import confirm_next
from app.views.incidents.acting import moment_input
from core.errors import NotFound
from core.improvement.incidents.declaring import NewIncident, declare_incident
from core.inventory.deployments.queries import environments
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.queries import model_page
from core.monitoring.alerts.tables import Alert
from core.validation.rules import Severity


@dataclass(frozen=True)
class Asked:
    """What the address names, and what the form offers: versions of the model, environments."""

    alert: str = ""
    title: str = ""
    what: str = ""
    model: str = ""
    model_name: str = ""
    version: str = ""
    environment: str = PRODUCTION
    severity: Severity = Severity.HIGH
    versions: Sequence[str] = ()
    in_production: str = ""
    environments: Sequence[str] = ()


def asked_for(session: Session, *, alert: str, model: str, version: str) -> Asked:
    """Read what the address names; raises `NotFound` for an alert or a model that is not there."""
    asked = Asked(model=model.strip().upper(), version=version, environments=environments(session))
    if alert:
        found = session.exec(select(Alert).where(Alert.number == alert)).first()
        if found is None:
            raise NotFound("alert", alert)
        asked = replace(
            asked, alert=alert, title=found.title, what=found.detail, model=asked.model or found.model,
            version=version or found.version, severity=found.severity,
            environment=found.environment or PRODUCTION,
        )  # fmt: skip
    if asked.model:
        page = model_page(session, asked.model)
        versions = tuple(row.version for row in page.versions)
        asked = replace(asked, model_name=page.model.name, versions=versions, in_production=page.production or "")
    return asked


def declare_form(place: Workplace, viewer: Me, asked: Asked, known: Mapping[str, str], at: datetime) -> None:
    """Sent, it leads to the incident."""
    with st.form("declare", border=False):
        left, right = st.columns(2, gap="large")
        with left:
            title = st.text_input("What went wrong, in one line", value=asked.title, max_chars=300)
            what = st.text_area("What was seen, by whom, where", value=asked.what, max_chars=4000, height=120)
            weights = list(Severity)[::-1]
            severity = st.radio(
                "Severity", weights, index=weights.index(asked.severity), format_func=word, horizontal=True
            )
            people = st.text_area("People affected", max_chars=4000, height=70)
            harm = st.text_area("Harm", max_chars=4000, height=70)
        with right:
            likely = [one for one in (asked.version or asked.in_production,) if one in asked.versions]
            versions = st.multiselect("Affected versions (none: the whole model)", asked.versions, default=likely)
            places = list(dict.fromkeys((asked.environment, *asked.environments)))
            environment = st.selectbox("Environment", places, index=0)
            commander = st.selectbox(
                "Commander", list(known), index=None, format_func=lambda one: f"{known[one]} ({one})",
                placeholder="Nobody yet",
            )  # fmt: skip
            aware = moment_input("Aware since", at, latest=at, key=f"declared_aware_{asked.alert}_{asked.model}")
            st.caption("Regulators’ clocks count from when the organisation became aware.")
        sent = st.form_submit_button("Declare the incident", type="primary")
    if not sent or severity is None:
        return
    with attempt("No incident was declared."):
        new = NewIncident(
            title=title, severity=severity, what=what, model=asked.model, versions=tuple(versions),
            environment=environment or "", from_alert=asked.alert or None, commander=commander,
            people_affected=people, harm=harm, aware_at=aware.moment(),
        )  # fmt: skip
        done = declare_incident(place.store, place.ledger, new=new, actor=viewer.actor, at=now())
        confirm_next(f"{done.number} is declared: ledger entry {done.entry}.")
        st.switch_page(page_file("incident"), query_params={"incident": done.number})
