"""The form of an audit's plan: what is looked at, by which criteria, when and by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from app.components import attempt
from app.components.me import Me
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.confirmation import confirm_next
from core.audits.planning import Plan, change_plan, plan_audit
from core.audits.population import AuditScope
from core.audits.queries import WholeAudit, key_of
from core.audits.rules.life import AuditKind
from core.policy.packs.values import Pack

QUARTER = timedelta(days=91)


@dataclass(frozen=True)
class Offered:
    """What the form offers: people who may audit, business lines and packs."""

    auditors: Mapping[str, str]
    lines: Sequence[str]
    packs: Mapping[str, Pack]


def plan_form(place: Workplace, viewer: Me, offered: Offered, held: WholeAudit | None, at: datetime) -> None:
    """An empty form, or one with the plan that is held; sent, it leads to the audit."""
    with st.form("plan", border=False):
        left, right = st.columns(2, gap="large")
        with left:
            said = _what(held)
            scope = _scope(offered, held.scope if held else AuditScope())
        with right:
            when = _when(held, at)
            lead, auditors = _who(offered, viewer, held)
            criteria = _criteria(offered, held)
        sent = st.form_submit_button("Change the plan" if held else "Plan the audit", type="primary")
    if not sent:
        return
    with attempt("The plan was not recorded."):
        plan = Plan(**said, period=when[0], dates=when[1], lead=lead, auditors=auditors, criteria=criteria, scope=scope)  # type: ignore[arg-type]  # fields by name
        done = (
            change_plan(place.store, place.ledger, audit=held.audit.number, plan=plan,
                        expected_revision=held.audit.revision, actor=viewer.actor, at=now())
            if held
            else plan_audit(place.store, place.ledger, plan=plan, actor=viewer.actor, at=now())
        )  # fmt: skip
        confirm_next(f"The plan of {done.number} is on record: ledger entry {done.entry}.")
        st.switch_page(page_file("audit"), query_params={"audit": done.number})


def _what(held: WholeAudit | None) -> dict[str, object]:
    audit = held.audit if held else None
    title = st.text_input("Title", value=audit.title if audit else "", max_chars=300)
    objective = st.text_area("Objective", value=audit.objective if audit else "", max_chars=4000, height=90)
    kinds = list(AuditKind)
    kind = st.radio(
        "Kind", kinds, index=kinds.index(audit.kind) if audit else 0, horizontal=True,
        format_func=lambda one: one.value.capitalize(),
    )  # fmt: skip
    by = st.text_input("Conducted by (of an external audit)", value=audit.conducted_by if audit else "", max_chars=300)
    reference = st.text_input("The auditor’s own reference", value=audit.reference if audit else "", max_chars=300)
    return {"title": title, "objective": objective, "kind": kind, "conducted_by": by, "reference": reference}


def _scope(offered: Offered, held: AuditScope) -> AuditScope:
    tiers = st.multiselect("Tiers (none: all)", [1, 2, 3, 4], default=list(held.tiers))
    lines = ["", *offered.lines]
    line = st.selectbox(
        "Business line", lines, index=lines.index(held.business_line) if held.business_line in lines else 0,
        format_func=lambda one: one or "All",
    )  # fmt: skip
    packs = ["", *offered.packs]
    pack = st.selectbox(
        "Models to which this pack applies", packs, index=packs.index(held.pack) if held.pack in packs else 0,
        format_func=lambda one: one or "All",
    )  # fmt: skip
    models = st.text_input(
        "Or these models alone, by number", value=" ".join(held.models), placeholder="M0001 M0007",
        help="Where models are named, the filters above do not count.",
    )  # fmt: skip
    return AuditScope(tuple(dict.fromkeys(models.upper().replace(",", " ").split())), tuple(tiers), line, pack)


def _when(held: WholeAudit | None, at: datetime) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    audit = held.audit if held else None
    period = (audit.period_from, audit.period_to) if audit else (at - 4 * QUARTER, at)
    dates = (audit.starts_at, audit.ends_at) if audit else (at, at + QUARTER)
    row = st.columns(2)
    first = row[0].date_input("Period from", value=period[0].date())
    last = row[1].date_input("Period to", value=period[1].date())
    row = st.columns(2)
    starts = row[0].date_input("Fieldwork starts", value=dates[0].date())
    ends = row[1].date_input("Planned end", value=dates[1].date())
    return (_start(first), _end(last)), (_start(starts), _end(ends))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)


def _end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)


def _who(offered: Offered, viewer: Me, held: WholeAudit | None) -> tuple[str, tuple[str, ...]]:
    people: list[str] = list(offered.auditors)
    chosen = held.audit.lead if held else viewer.number
    lead = st.selectbox(
        "Lead",
        people,
        index=people.index(chosen) if chosen in people else 0,
        format_func=lambda one: offered.auditors[one],
    )
    team = [one for one in held.team if one in people] if held else [viewer.number]
    others = st.multiselect(
        "Auditors", people, default=[one for one in team if one in people],
        format_func=lambda one: offered.auditors[one],
    )  # fmt: skip
    return lead or "", tuple(dict.fromkeys([lead or "", *others]))


def _criteria(offered: Offered, held: WholeAudit | None) -> tuple[tuple[str, str], ...]:
    titles = {f"{pack.id} {item.id}": item.title for pack in offered.packs.values() for item in pack.items}
    chosen: list[str] = [key for one in held.criteria if (key := key_of(one)) in titles] if held else []
    named = st.multiselect(
        "Criteria, items of regulation packs", list(titles), default=chosen,
        format_func=lambda one: f"{one} {titles[one]}",
    )  # fmt: skip
    return tuple((pack, item) for pack, _, item in (one.partition(" ") for one in named))
