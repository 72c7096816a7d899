"""The scratch record of a drill: people with a part in versions at every stage, made through the use cases."""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

from core.access.rules import TOKEN_SCOPES, Permission
from core.access.tokens import issue_token, revoke_token
from core.approval.retirement import retire_version
from core.approval.rules import Choice
from core.approval.service import (
    resume_change,
    withdraw_change,
)
from core.assurance.drill.rehearsal import Rehearsal
from core.assurance.drill.world.people import (
    APPROVED,
    CAST,
    DRAFT,
    IN_APPROVAL,
    IN_PRODUCTION,
    IN_VALIDATION,
    ITEM,
    NOT_VALIDATED,
    PACK,
    REASON,
    RETIRED,
    VALIDATED,
    WITHDRAWN,
    At,
    World,
    digest_of,
    hire,
)
from core.assurance.drill.world.stages import (
    answer_all,
    hand_in_within,
    put_into_production,
    registered,
    sent_back,
    voted,
)
from core.ledger.service import Ledger
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.store import EvidenceFiles
from core.validation.rules import Severity

__all__ = [
    "DRAFT",
    "IN_APPROVAL",
    "IN_PRODUCTION",
    "IN_VALIDATION",
    "ITEM",
    "PACK",
    "REASON",
    "ROWS",
    "SEED",
    "VALIDATED",
    "At",
    "World",
    "answer_all",
    "build_world",
    "digest_of",
    "hand_in_within",
    "hire",
]


ROWS, SEED = 600, 7


def build_world(store: Rehearsal, ledger: Ledger, files: EvidenceFiles, folder: Path, *, now: datetime) -> World:
    """People, and a version at every stage with contributors, validators and voters on record."""
    world = World(store, ledger, files, folder, now)
    _write_data(world.data, SEED)
    _write_data(world.other_data, SEED + 1)
    for part, role in CAST.items():
        world.people[part] = hire(world, part, frozenset({role} if role else ()))
    world.at[DRAFT] = registered(world, DRAFT)
    for stage in (IN_VALIDATION, VALIDATED, WITHDRAWN, NOT_VALIDATED, IN_APPROVAL, APPROVED, RETIRED):
        world.at[stage] = sent_back(world, registered(world, stage), to_validation=stage == IN_VALIDATION)
    for stage in (WITHDRAWN, RETIRED):
        place = world.at[stage]
        world.do(withdraw_change, change=place.change, reason=REASON, actor=world.actor("requester"))
    for stage in (NOT_VALIDATED, IN_APPROVAL, APPROVED):
        world.do(resume_change, change=world.at[stage].change, actor=world.actor("requester"))
    voted(world, world.at[NOT_VALIDATED], Choice.REJECT)
    voted(world, world.at[APPROVED], Choice.APPROVE)
    place = world.at[RETIRED]
    world.do(retire_version, model=place.model, version=place.version, reason=REASON, actor=world.actor("owner"))
    put_into_production(world)
    _issue_tokens(world)
    with store.transaction() as tx:
        raise_alert(tx, ledger, Signal(AlertKind.ACCESS, "drill", Severity.LOW, "Drill", REASON), at=now)
    return world


def _issue_tokens(world: World) -> None:
    """Of somebody who is a developer: with every scope, with one that opens little, and one of each end."""
    holder, ends = world.actor("tokens"), world.now + timedelta(hours=1)
    every = TOKEN_SCOPES & holder.permissions
    for name, scopes in (("kept", every), ("narrow", frozenset({Permission.CODE_REPORT})), ("revoked", every)):
        world.tokens[name] = world.do(issue_token, name=name, scopes=scopes, expires_at=ends, actor=holder)
    began, over = world.now - timedelta(hours=2), world.now - timedelta(hours=1)
    world.tokens["expired"] = issue_token(
        world.store, world.ledger, name="expired", scopes=every, expires_at=over, actor=holder, at=began
    )
    world.do(revoke_token, number=world.tokens["revoked"].number, actor=holder)


def _write_data(path: Path, seed: int) -> None:
    """Predictions that pass what every tier is asked for; the same at every drill."""
    chance = random.Random(seed)  # noqa: S311  the same data every time, and no secret
    with path.open("w", newline="", encoding="utf-8") as sink:
        out = csv.writer(sink)
        out.writerow(("row", "label", "prediction", "score"))
        for row in range(ROWS):
            label = row % 2
            right = chance.random() < 0.9
            score = (0.6 + 0.39 * chance.random()) if (label == 1) == right else 0.4 * chance.random()
            out.writerow((f"r{row}", label, int(score >= 0.5), f"{score:.6f}"))
