"""What bears on what: links that stand, and what the records of versions in use say of their data."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.inventory.parts.finding import Named, named
from core.inventory.parts.rules import Edge, Relation, Step, reach
from core.inventory.rules import Stage
from core.inventory.tables import Dataset, Link, Model, ModelVersion

IN_USE = frozenset(Stage) - {Stage.SUPERSEDED, Stage.RETIRED}
SLICE = 500  # numbers in one question to the database


@dataclass(frozen=True)
class System:
    """What one record stands in: records by number, the edges between them, and what is reached in either direction.

    `drawn` are the numbers of the nearest records that are linked to it in any way, itself among them.
    """

    about: Named
    nodes: Mapping[str, Named]
    edges: tuple[Edge, ...]
    rests_on: tuple[Step, ...]
    breaks: tuple[Step, ...]
    drawn: frozenset[str]


def dependents(session: Session, number: str) -> tuple[Step, ...]:
    """What breaks if this is withdrawn: all that it bears on, directly or through others, nearest first."""
    return reach(number, lambda nodes: _leaving(session, nodes))


def foundations(session: Session, number: str) -> tuple[Step, ...]:
    """What this rests on, directly or through others; the edge of a step leads from `number` of the step onward."""
    turned = reach(number, lambda nodes: (_turned(edge) for edge in _entering(session, nodes)))
    return tuple(Step(step.number, step.distance, _turned(step.by)) for step in turned)


def system_of(session: Session, number: str, *, most: int = 60) -> System:
    """Everything that is linked to one record, nearest first and at most `most` drawn; each edge once."""
    below, above = dependents(session, number), foundations(session, number)
    around = reach(number, lambda nodes: _touching(session, nodes), most=most)
    drawn = frozenset({number, *(step.number for step in around[: most - 1])})
    edges = {edge for edge in _leaving(session, drawn) if edge.target in drawn}
    ordered = sorted(edges, key=lambda one: (one.source, one.target, one.relation, one.number))
    nodes = named(session, {*drawn, *(step.number for step in (*below, *above))})
    return System(nodes[number], nodes, tuple(ordered), above, below, drawn)


def _touching(session: Session, nodes: Collection[str]) -> Iterable[Edge]:
    yield from _leaving(session, nodes)
    yield from (_turned(edge) for edge in _entering(session, nodes))


def edges_at(session: Session, number: str) -> tuple[Edge, ...]:
    """The edges that end or begin at one record."""
    found = {*_leaving(session, [number]), *_entering(session, [number])}
    return tuple(sorted(found, key=lambda one: (one.source, one.target, one.relation, one.number)))


def _turned(edge: Edge) -> Edge:
    return Edge(edge.target, edge.relation, edge.source, edge.number)


def _leaving(session: Session, nodes: Collection[str]) -> Iterable[Edge]:
    for some in _slices(nodes):
        links = select(Link).where(col(Link.ended_at).is_(None), col(Link.source).in_(some))
        yield from (_edge(link) for link in session.exec(links).all())
        yield from _from_versions(session, some, by_model=False)


def _entering(session: Session, nodes: Collection[str]) -> Iterable[Edge]:
    for some in _slices(nodes):
        links = select(Link).where(col(Link.ended_at).is_(None), col(Link.target).in_(some))
        yield from (_edge(link) for link in session.exec(links).all())
        yield from _from_versions(session, some, by_model=True)


def _from_versions(session: Session, numbers: Collection[str], *, by_model: bool) -> Iterable[Edge]:
    """The data that versions in use were trained and tested on, as their records name it."""
    narrowed = col(Model.number).in_(numbers) if by_model else col(Dataset.number).in_(numbers)
    for column, relation in (
        (ModelVersion.training_dataset_id, Relation.TRAINS),
        (ModelVersion.test_dataset_id, Relation.TESTS),
    ):
        query = (
            select(Dataset.number, Model.number)
            .join(ModelVersion, col(column) == col(Dataset.id))
            .join(Model, col(Model.id) == col(ModelVersion.model_id))
            .where(narrowed, col(ModelVersion.stage).in_(IN_USE))
            .distinct()
        )
        yield from (Edge(dataset, relation, model) for dataset, model in session.exec(query).all())


def _edge(link: Link) -> Edge:
    return Edge(link.source, link.relation, link.target, link.number)


def _slices(nodes: Collection[str]) -> Iterable[list[str]]:
    ordered = sorted(nodes)
    return (ordered[at : at + SLICE] for at in range(0, len(ordered), SLICE))
