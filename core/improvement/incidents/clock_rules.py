"""Duties to notify: those that ship as data, and the organisation's own, of which the newest of a key holds."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Problem, Unreadable
from core.improvement.incidents.record import Done
from core.improvement.incidents.rules import text_refusals
from core.improvement.incidents.tables import ClockRule
from core.improvement.keeping import SHORT, check_texts, refuse
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.packs.values import RECHECK_AFTER
from core.store import Store

LONGEST_HOURS = 366 * 24


@dataclass(frozen=True)
class Rule:
    """To whom, within how many hours, counted from which moment, on which source; `own` is the organisation's."""

    key: str
    title: str
    authority: str
    clause: str
    hours: int
    starts: str
    applies_when: str
    source: str
    reviewed_on: date
    source_status: str = "own"
    note: str = ""
    own: bool = False

    def needs_recheck(self, on: date) -> bool:
        """Whether the text was last read too long ago."""
        return on > self.reviewed_on + RECHECK_AFTER


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """The duties that ship."""
    text = files("core.improvement.incidents").joinpath("data/clocks.toml").read_text(encoding="utf-8")
    return tuple(Rule(**entry) for entry in tomllib.loads(text)["clock"])


def known_rules(session: Session) -> tuple[Rule, ...]:
    """Those that are asked about in an incident: shipped ones, and own ones that are active."""
    own: dict[str, ClockRule] = {}
    for row in session.exec(select(ClockRule).order_by(col(ClockRule.id))):
        own[row.key] = row
    return (*shipped_rules(), *(_rule(row) for row in own.values() if row.active))


def set_clock_rule(
    store: Store, ledger: Ledger, *, rule: Rule, active: bool = True, reason: str, actor: Actor, at: datetime
) -> Done:
    """Add a duty of the organisation's own, or replace or end the one of that key; incidents keep what they saw."""
    _check(rule)
    with deciding(store, ledger, "set a clock", entity=Entity("clock rule", rule.key), actor=actor, at=at) as tx:
        refuse((*permission_refusals(actor, Permission.PACK_PUBLISH), *text_refusals(reason=reason)))
        tx.session.add(
            ClockRule(
                key=rule.key, title=rule.title.strip(), authority=rule.authority.strip(), clause=rule.clause.strip(),
                starts=rule.starts.strip(), applies_when=rule.applies_when.strip(), hours=rule.hours,
                source=rule.source.strip(), reviewed_on=_midnight(rule.reviewed_on), active=active,
                reason=reason.strip(), added_by=actor.id, added_at=at,
            )
        )  # fmt: skip
        payload: dict[str, JsonValue] = {
            "title": rule.title, "hours": rule.hours, "authority": rule.authority, "clause": rule.clause,
            "active": active, "reason": reason.strip(),
        }  # fmt: skip
        entity = Entity("clock rule", rule.key)
        entry = ledger.record(tx, Event.CLOCK_RULE_SET, entity=entity, actor=actor, at=at, payload=payload)
        return Done(rule.key, entry.index)


def _rule(row: ClockRule) -> Rule:
    return Rule(
        row.key, row.title, row.authority, row.clause, row.hours, row.starts, row.applies_when, row.source,
        row.reviewed_on.date(), own=True,
    )  # fmt: skip


def _check(rule: Rule) -> None:
    texts = {"title": rule.title, "authority": rule.authority, "clause": rule.clause, "starts": rule.starts}
    check_texts(SHORT, **texts)
    check_texts(60, key=rule.key)
    check_texts(2000, applies_when=rule.applies_when)
    check_texts(1000, source=rule.source)
    problems = [
        Problem("is empty", column=name) for name, text in ({"key": rule.key} | texts).items() if not text.strip()
    ]
    if not 1 <= rule.hours <= LONGEST_HOURS:
        problems.append(
            Problem("out of range", column="hours", found=str(rule.hours), expected=f"1 to {LONGEST_HOURS}")
        )
    if rule.key in {one.key for one in shipped_rules()}:
        problems.append(Problem("the key of a duty that ships", column="key", found=rule.key, expected="another key"))
    if problems:
        raise Unreadable(problems)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
