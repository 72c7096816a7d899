"""Change requests of the generated versions, with votes and conditions."""

from collections.abc import Iterator

from core.access.rules import Role
from core.approval.rules import ChangeStatus, Choice
from core.approval.tables import ChangeRequest, Condition, Vote
from core.inventory.rules import Stage
from core.seeding.bulk import Bulk, Value
from core.seeding.organisation import DAY, AVersion, Organisation
from core.store.numbers import NumberSeries

STATUS = {
    Stage.IN_APPROVAL: ChangeStatus.IN_REVIEW,
    Stage.APPROVED: ChangeStatus.APPROVED,
    Stage.IN_PRODUCTION: ChangeStatus.EXECUTED,
    Stage.SUPERSEDED: ChangeStatus.EXECUTED,
}
QUORUM = 2
WITH_CONDITION = 0.1
Rows = Iterator[tuple[Value, ...]]


def write_changes(bulk: Bulk, made: Organisation) -> int:
    """A request for every version that came that far; how many."""
    asked = [version for version in made.stored if version.stage in STATUS]
    bulk.add(
        ChangeRequest,
        (
            "id", "number", "version_id", "policy_version_id", "status", "rationale", "quorum", "requested_by",
            "requested_at", "due_at", "approved_digest", "decided_at", "executed_by", "executed_at", "tier",
        ),
        (_request(made, key, version) for key, version in enumerate(asked, start=1)),
    )  # fmt: skip
    votes = list(_votes(made, asked))
    bulk.add(Vote, ("id", "change_id", "person", "choice", "rationale", "evidence_digest", "cast_at"), votes)
    bulk.add(
        Condition,
        ("id", "change_id", "vote_id", "text", "owner", "due_at", "done_by", "done_at", "verified_by", "verified_at"),
        _conditions(made, asked, votes),
    )
    for kind in (ChangeRequest, Vote, Condition):
        bulk.number_on(kind)
    bulk.add(NumberSeries, ("prefix", "last"), [("CR", len(asked))])
    return len(asked)


def _request(made: Organisation, key: int, version: AVersion) -> tuple[Value, ...]:
    status = STATUS[version.stage]
    decided = status is not ChangeStatus.IN_REVIEW
    executed = status is ChangeStatus.EXECUTED
    at = version.at + 3 * DAY
    due = at + 14 * DAY if decided else made.until + made.random.randint(-10, 20) * DAY
    return (
        key, f"CR{key:04d}", version.id, 1, status.value, "Better on the newest year.", QUORUM, version.developer, at,
        due, version.digest if decided else None, at + 5 * DAY if decided else None,
        version.owner if executed else None, at + 6 * DAY if executed else None, version.tier,
    )  # fmt: skip


def _votes(made: Organisation, asked: list[AVersion]) -> Rows:
    key = 0
    for change, version in enumerate(asked, start=1):
        count = QUORUM if version.stage is not Stage.IN_APPROVAL else made.random.randint(0, QUORUM - 1)
        for person in made.random.sample(made.people[Role.APPROVER], count):
            key += 1
            yield (
                key, change, person, Choice.APPROVE.value, "Read in full and convincing.", version.digest,
                version.at + 4 * DAY,
            )  # fmt: skip


def _conditions(made: Organisation, asked: list[AVersion], votes: list[tuple[Value, ...]]) -> Rows:
    key = 0
    for vote, change, *_ in votes:
        if made.random.random() < WITH_CONDITION:
            key += 1
            due = made.until + made.random.randint(-20, 200) * DAY
            version = asked[int(str(change)) - 1]
            met = version.stage is Stage.SUPERSEDED or made.random.random() < 0.8
            parts = (version.owner, version.at + 30 * DAY, made.person(Role.APPROVER), version.at + 31 * DAY)
            text = "Watch the ratio of the smallest group each month."
            yield key, change, vote, text, version.owner, due, *(parts if met else (None, None, None, None))
