"""The use cases between plan and fieldwork: draw a sample, begin, cancel."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, func, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.audits.facts import Done, audit_facts, check_lengths, load_audit, recorded, refuse, save
from core.audits.population import AuditScope, Population, members, query_words
from core.audits.rules import refusals, text_refusals
from core.audits.rules.life import Act, AuditStatus
from core.audits.sampling import Method, digest_of, draw, listed
from core.audits.tables import Audit, AuditItem, AuditSample
from core.errors import Problem, Refusal, Unreadable
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.head import read_head
from core.ledger.service import Entity, Ledger
from core.store import Store

LARGEST = 500  # items in one sample: fieldwork is done by hand


def draw_sample(
    store: Store,
    ledger: Ledger,
    *,
    audit: str,
    population: Population,
    method: Method,
    size: int,
    seed: str = "",
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> Done:
    """Draw from the audit's scope as it is now; see `core.audits.sampling` for how.

    Without a seed it is made from the ledger's newest checkpoint, which nobody at the desk chose. A further sample
    takes a reason, and the first one stays, so that nobody draws until it suits.
    """
    check_lengths(seed=seed, reason=reason)
    if not 1 <= size <= LARGEST:
        raise Unreadable([Problem("not a size", column="size", found=str(size), expected=f"from 1 to {LARGEST}")])
    with deciding(store, ledger, Act.DRAW, entity=Entity("audit", audit), actor=actor, at=at) as tx:
        row = load_audit(tx.session, audit, to_change=True)
        reasons = list(refusals(audit_facts(tx.session, row, actor), Act.DRAW, actor))
        ordinal = 1 + _samples(tx.session, row)
        reasons += text_refusals(reason=reason) if ordinal > 1 else ()
        scope = AuditScope.parse(row.scope)
        taken = _taken(tx.session, row)
        everything = members(tx.session, scope, population, (row.period_from, row.period_to))
        found = tuple(one for one in everything if one.key not in taken)
        if not found:
            reasons.append(
                Refusal(
                    "empty-population",
                    f"There are no {population} in the scope{' that are not sampled already' if taken else ''}",
                    "audits",
                )
            )
        refuse(reasons)
        words = query_words(scope, population, (row.period_from, row.period_to))
        words += "; not sampled before" if taken else ""
        said, source = _seed(tx.session, row, ordinal, seed.strip())
        chosen = draw(found, seed=said, size=size, method=method)
        text = listed(found)
        sample = AuditSample(
            audit_id=row.id or 0, ordinal=ordinal, population=population,
            query=words, members=text,
            population_size=len(found), population_digest=digest_of(text), method=method, seed=said,
            seed_source=source, size=len(chosen), reason=reason.strip(), drawn_by=actor.id, drawn_at=at,
        )  # fmt: skip
        tx.session.add(sample)
        tx.session.flush()
        tx.session.add_all(
            AuditItem(audit_id=row.id or 0, sample_id=sample.id or 0, position=place, key=one.key, tier=one.tier,
                      model=one.model)
            for place, one in enumerate(chosen, start=1)
        )  # fmt: skip
        payload = _drawn(sample, [one.key for one in chosen])
        return recorded(tx, ledger, Event.AUDIT_SAMPLE_DRAWN, row, payload, actor=actor, at=at)


def begin_fieldwork(store: Store, ledger: Ledger, *, audit: str, actor: Actor, at: datetime) -> Done:
    """The plan is fixed from now on, and fieldwork can be recorded."""
    with deciding(store, ledger, Act.BEGIN, entity=Entity("audit", audit), actor=actor, at=at) as tx:
        row = load_audit(tx.session, audit, to_change=True)
        refuse(refusals(audit_facts(tx.session, row, actor), Act.BEGIN, actor))
        save(tx.session, row, {"status": AuditStatus.FIELDWORK, "begun_at": at})
        return recorded(tx, ledger, Event.AUDIT_BEGUN, row, {}, actor=actor, at=at)


def cancel_audit(store: Store, ledger: Ledger, *, audit: str, reason: str, actor: Actor, at: datetime) -> Done:
    """End an audit before its findings are issued; what was recorded stays."""
    check_lengths(reason=reason)
    with deciding(store, ledger, Act.CANCEL, entity=Entity("audit", audit), actor=actor, at=at) as tx:
        row = load_audit(tx.session, audit, to_change=True)
        refuse((*refusals(audit_facts(tx.session, row, actor), Act.CANCEL, actor), *text_refusals(reason=reason)))
        ended = {"conclusion": reason.strip(), "ended_by": actor.id, "ended_at": at}
        save(tx.session, row, {"status": AuditStatus.CANCELLED, **ended})
        return recorded(tx, ledger, Event.AUDIT_CANCELLED, row, {"reason": reason.strip()}, actor=actor, at=at)


def _taken(session: Session, row: Audit) -> frozenset[str]:
    """What earlier samples of this audit hold: a further one is drawn from the others."""
    return frozenset(session.exec(select(AuditItem.key).where(AuditItem.audit_id == row.id)).all())


def _samples(session: Session, row: Audit) -> int:
    return session.exec(select(func.count()).select_from(AuditSample).where(AuditSample.audit_id == row.id)).one()


def _seed(session: Session, row: Audit, ordinal: int, given: str) -> tuple[str, str]:
    """The seed and where it comes from."""
    if given:
        return given, "entered by the lead"
    head = read_head(session)
    material = f"{row.number}\n{ordinal}\n{head.checkpoint_digest}"
    source = f"SHA-256 of {row.number}, {ordinal} and the checkpoint of {head.pending.size} entries"
    return hashlib.sha256(material.encode()).hexdigest(), source


def _drawn(sample: AuditSample, keys: Sequence[str]) -> dict[str, JsonValue]:
    return {
        "sample": sample.ordinal,
        "population": sample.query,
        "population_size": sample.population_size,
        "population_digest": sample.population_digest,
        "method": sample.method.value,
        "seed": sample.seed,
        "seed_source": sample.seed_source,
        "size": sample.size,
        "items": ", ".join(keys),
        "reason": sample.reason,
    }
