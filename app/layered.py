"""Places for the nodes of a graph: what is needed stands left of what needs it, circles or not, with few crossings."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A column from the left and a row from the top, both from 0; rows may lie between two others."""

    column: int
    row: float


def placed(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, Place]:
    """Columns by the longest way from a beginning, with edges that close a circle left out; rows by neighbours."""
    forward = _without_circles(nodes, edges)
    columns = _columns(nodes, forward)
    layers: list[list[str]] = [[] for _ in range(max(columns.values(), default=-1) + 1)]
    for node in nodes:
        layers[columns[node]].append(node)
    _order(layers, forward)
    tallest = max((len(layer) for layer in layers), default=0)
    return {
        node: Place(column, row + (tallest - len(layer)) / 2)
        for column, layer in enumerate(layers)
        for row, node in enumerate(layer)
    }


def _without_circles(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The edges that a walk in depth does not find leading back to a node it is still inside of."""
    leaving: dict[str, list[str]] = {node: [] for node in nodes}
    entered = {target for source, target in edges if source != target}
    for source, target in sorted(set(edges)):
        if source in leaving and target in leaving and source != target:
            leaving[source].append(target)
    kept: list[tuple[str, str]] = []
    done: set[str] = set()
    for start in sorted(nodes, key=lambda node: (node in entered, node)):  # beginnings first
        _walk(start, leaving, kept, done)
    return kept


def _walk(start: str, leaving: dict[str, list[str]], kept: list[tuple[str, str]], done: set[str]) -> None:
    if start in done:
        return
    inside: dict[str, int] = {start: 0}
    path = [start]
    while path:
        node = path[-1]
        following = leaving[node]
        if inside[node] == len(following):
            done.add(node)
            del inside[path.pop()]
            continue
        target = following[inside[node]]
        inside[node] += 1
        if target in inside:
            continue
        kept.append((node, target))
        if target not in done:
            inside[target] = 0
            path.append(target)


def _columns(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The longest way that leads to each node; `edges` hold no circle."""
    column = dict.fromkeys(nodes, 0)
    for _ in nodes:
        moved = False
        for source, target in edges:
            if column[target] < column[source] + 1:
                column[target], moved = column[source] + 1, True
        if not moved:
            break
    entered = {target for _, target in edges}
    for node in nodes:  # a beginning stands next to what needs it, not at the far left
        needed_by = [column[target] for source, target in edges if source == node]
        if node not in entered and needed_by:
            column[node] = min(needed_by) - 1
    return column


def _order(layers: list[list[str]], edges: Sequence[tuple[str, str]], rounds: int = 4) -> None:
    """Each layer by the mean row of its neighbours, to and fro (Sugiyama, Tagawa and Toda 1981)."""
    near: dict[str, list[str]] = {}
    for source, target in edges:
        near.setdefault(source, []).append(target)
        near.setdefault(target, []).append(source)
    for turn in range(rounds):
        for layer in layers if turn % 2 == 0 else reversed(layers):
            rows = {node: row for other in layers for row, node in enumerate(other)}
            layer.sort(
                key=lambda node: (sum(rows[one] for one in near.get(node, [])) / max(1, len(near.get(node, []))), node)
            )
