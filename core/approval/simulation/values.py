"""What a simulation says, as one value that is stored with the draft's digest and read back as it was."""

from dataclasses import dataclass

from pydantic import TypeAdapter

NOT_JUDGED = "not judged"
UNKNOWN = "not known"  # only a new validation can tell


@dataclass(frozen=True)
class Move:
    """How many figures of a clause go from one verdict to another; both may be “not judged” or “not known”."""

    before: str
    after: str
    count: int


@dataclass(frozen=True)
class ClauseEffect:
    """What a clause of the draft, or one that it leaves out, does to stored results.

    `judged` counts the results that it applies to and has evidence in, `held` those that hold its figure; with none of
    these nothing can be said about it.
    """

    clause: str
    title: str
    metric: str
    required: bool
    judged: int
    held: int
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Demand:
    """An open change request that would need more under the draft than it was asked for."""

    change: str
    tier: int
    votes: int  # further ones
    functions: tuple[str, ...]  # further ones
    code_reviews: int = 0


@dataclass(frozen=True)
class Overdue:
    """How many are overdue now, and how many would be under the draft's deadlines."""

    now: int
    then: int


@dataclass(frozen=True)
class Summary:
    """What the draft would change. Counts are of versions unless their name says otherwise.

    `outcomes` moves the worst required verdict of a version; `breaches` are versions in production that would fail a
    required clause, `breaches_before` those that do on record; `lacking` are versions in validation or production
    without evidence or dataset records that the draft requires. What granted exceptions cover is in none of these, but
    in `excepted`, `excepted_before` and `lacking_excepted`.
    """

    draft: str
    against: str
    judged: int
    without_result: int
    changed: int
    outcomes: tuple[Move, ...]
    clauses: tuple[ClauseEffect, ...]
    productions: int
    breaches: int
    breaches_before: int
    productions_not_known: int
    regrouped: int  # whose fairness only a new validation can tell, because groups are of another least size
    lacking: int
    open_changes: int
    demands: tuple[Demand, ...]
    reviews: Overdue
    findings: Overdue
    seconds: float
    excepted: int = 0
    excepted_before: int = 0
    lacking_excepted: int = 0

    @property
    def unknown_clauses(self) -> tuple[ClauseEffect, ...]:
        """Clauses on metrics that no stored result holds."""
        return tuple(one for one in self.clauses if not one.held)


@dataclass(frozen=True)
class ChangedVerdict:
    """One figure whose verdict changes, or whose clause becomes required or advisory."""

    clause: str
    title: str
    subject: str
    value: float | None
    before: str
    after: str
    was_required: bool
    required: bool


SUMMARY = TypeAdapter(Summary)
CHANGES = TypeAdapter(tuple[ChangedVerdict, ...])
