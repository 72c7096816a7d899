"""The parts of a system beside its models, how one bears on another, and what a withdrawal reaches."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.errors import Refusal


class AssetKind(StrEnum):
    """What is inventoried beside models and datasets."""

    PROMPT = "prompt"
    WORKFLOW = "workflow"
    DECISION_POINT = "decision point"
    VENDOR = "vendor"


class NodeKind(StrEnum):
    """Everything that a link can begin or end at."""

    MODEL = "model"
    DATASET = "dataset"
    PROMPT = "prompt"
    WORKFLOW = "workflow"
    DECISION_POINT = "decision point"
    VENDOR = "vendor"


class Relation(StrEnum):
    """How the source bears on the target; every relation leads from what is needed to what needs it."""

    FEEDS = "feeds"
    TRAINS = "trains"
    TESTS = "tests"
    INSTRUCTS = "instructs"
    LEADS_TO = "leads to"
    SUPPLIES = "supplies"


N, R = NodeKind, Relation
ENDS: Mapping[Relation, frozenset[tuple[NodeKind, NodeKind]]] = MappingProxyType(
    {
        R.FEEDS: frozenset(
            {
                (N.DATASET, N.DATASET), (N.DATASET, N.MODEL), (N.DATASET, N.WORKFLOW), (N.DATASET, N.DECISION_POINT),
                (N.MODEL, N.MODEL), (N.MODEL, N.DATASET), (N.MODEL, N.WORKFLOW), (N.MODEL, N.DECISION_POINT),
                (N.WORKFLOW, N.DATASET), (N.WORKFLOW, N.MODEL), (N.DECISION_POINT, N.DATASET),
            }
        ),
        R.TRAINS: frozenset({(N.DATASET, N.MODEL)}),
        R.TESTS: frozenset({(N.DATASET, N.MODEL)}),
        R.INSTRUCTS: frozenset({(N.PROMPT, N.MODEL), (N.PROMPT, N.WORKFLOW)}),
        R.LEADS_TO: frozenset(
            {(N.WORKFLOW, N.WORKFLOW), (N.WORKFLOW, N.DECISION_POINT), (N.DECISION_POINT, N.WORKFLOW)}
        ),
        R.SUPPLIES: frozenset(
            {(N.VENDOR, N.DATASET), (N.VENDOR, N.MODEL), (N.VENDOR, N.PROMPT), (N.VENDOR, N.WORKFLOW)}
        ),
    }
)  # fmt: skip
PREFIX: Mapping[AssetKind, str] = MappingProxyType(
    {AssetKind.PROMPT: "PR", AssetKind.WORKFLOW: "W", AssetKind.DECISION_POINT: "H", AssetKind.VENDOR: "V"}
)
WRITTEN = frozenset({AssetKind.PROMPT, AssetKind.WORKFLOW})  # kinds whose text is kept as versions


@dataclass(frozen=True)
class Detail:
    """A field of one kind: its key, its title on screen, what to enter, and whether it may stay empty."""

    key: str
    title: str
    help: str
    required: bool = False


DETAILS: Mapping[AssetKind, tuple[Detail, ...]] = MappingProxyType(
    {
        AssetKind.PROMPT: (
            Detail("settings", "Model and settings", "Which model it is sent to, with temperature and limits."),
            Detail("placeholders", "Placeholders", "What is filled in, and from where."),
        ),
        AssetKind.WORKFLOW: (
            Detail("trigger", "Begins when", "What starts it: a request, a schedule, a person.", True),
            Detail("outcome", "Ends with", "What it leaves behind: a letter, a decision, a record.", True),
        ),
        AssetKind.DECISION_POINT: (
            Detail("decider", "Who decides", "The function that decides, with its authority.", True),
            Detail("shown", "What they see", "What of the model's output and of the case is shown to them."),
            Detail("override", "How they can disagree", "How they depart from the output, and what is recorded.", True),
        ),
        AssetKind.VENDOR: (
            Detail("country", "Country", "Where it is established."),
            Detail("contract", "Contract", "Its reference, and until when it runs."),
            Detail("assurance", "Due diligence", "What was examined, when, and what it came to."),
        ),
    }
)


@dataclass(frozen=True)
class Node:
    """One end of a link: number, kind, and whether it is retired."""

    number: str
    kind: NodeKind
    retired: bool = False


def link_refusals(source: Node, relation: Relation, target: Node, *, standing: bool) -> tuple[Refusal, ...]:
    """Why this link cannot be made: to itself, of kinds that it does not join, retired, or there already."""
    reasons = []
    if source.number == target.number:
        reasons.append(Refusal("link-self", f"{source.number} cannot bear on itself", "links", "Choose another end."))
    if (source.kind, target.kind) not in ENDS[relation]:
        reasons.append(
            Refusal(
                "link-ends",
                f"A {source.kind} does not “{relation}” a {target.kind}",
                "links",
                f"Between these two: {', '.join(relations_between(source.kind, target.kind)) or 'no relation'}.",
            )
        )
    reasons += [
        Refusal("retired", f"{end.number} is retired", "life cycle", "Choose one that is in use.")
        for end in (source, target)
        if end.retired
    ]
    if standing:
        reasons.append(
            Refusal("link-standing", f"{source.number} {relation} {target.number} already", "links", "Nothing to do.")
        )
    return tuple(reasons)


def relations_between(source: NodeKind, target: NodeKind) -> tuple[Relation, ...]:
    """The relations that join these kinds, in the order of the vocabulary."""
    return tuple(relation for relation in Relation if (source, target) in ENDS[relation])


@dataclass(frozen=True)
class Edge:
    """`source` bears on `target`; `number` is the link's, empty where a version's record says it."""

    source: str
    relation: Relation
    target: str
    number: str = ""


@dataclass(frozen=True)
class Step:
    """How a node is reached: in how many steps, by which edge first found."""

    number: str
    distance: int
    by: Edge


def reach(start: str, leaving: Callable[[Collection[str]], Iterable[Edge]], *, most: int = 10_000) -> tuple[Step, ...]:
    """Everything that is reached from `start`, nearest first, each once, whatever circles there are.

    `leaving` gives the edges that leave any of some nodes; it is asked once for each distance. `start` itself is
    never among the answer. At most `most` nodes are followed.
    """
    found: dict[str, Step] = {}
    frontier: list[str] = [start]
    distance = 0
    while frontier and len(found) < most:
        distance += 1
        following: list[str] = []
        for edge in sorted(leaving(frontier), key=lambda one: (one.target, one.source, one.relation)):
            if edge.target != start and edge.target not in found:
                found[edge.target] = Step(edge.target, distance, edge)
                following.append(edge.target)
        frontier = following
    return tuple(found.values())


def seen_refusals(now: frozenset[str], seen: frozenset[str]) -> tuple[Refusal, ...]:
    """A withdrawal is confirmed by somebody who saw all that it breaks."""
    unseen = sorted(now - seen)
    if not unseen:
        return ()
    listed = ", ".join(unseen[:10]) + (f" and {len(unseen) - 10} more" if len(unseen) > 10 else "")
    return (
        Refusal(
            "reach-unseen",
            f"What depends on it was not shown to you in full: {listed}",
            "withdrawal",
            "Read what breaks, then retire it.",
        ),
    )
