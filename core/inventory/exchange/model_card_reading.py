"""Reads a Hugging Face model card as fields of an import, and lists everything in it that no field holds."""

import hashlib
import re
from collections.abc import Iterator, Mapping

import yaml  # type: ignore[import-untyped]

from core.errors import Problem, Unreadable
from core.inventory.exchange.leaves import Taking
from core.inventory.exchange.model_card import (
    CHANGES,
    DESCRIPTION,
    LIMITS,
    OWN,
    RESULTS,
    TESTING,
    TRAINING,
    USE,
    unescaped,
)
from core.inventory.exchange.values import Figure, Understood, Unknown
from core.inventory.importing.rules import ImportKind

LARGEST = 2 << 20
DEEPEST = 40
HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
SECTIONS: Mapping[str, str] = {
    DESCRIPTION.casefold(): "purpose",
    "model summary": "purpose",
    "summary": "purpose",
    USE.casefold(): "intended_use",
    "uses": "intended_use",
    "intended use": "intended_use",
    "intended uses": "intended_use",
    "intended uses & limitations": "intended_use",
    LIMITS.casefold(): "limitations",
    "limitations": "limitations",
    "limitations and bias": "limitations",
    "out-of-scope use": "limitations",
    CHANGES.casefold(): "rationale",
    "changelog": "rationale",
    "what changed": "rationale",
}
FOLLOWING = {TRAINING.casefold(), TESTING.casefold(), RESULTS.casefold(), "technical specifications"}
EMPTY_TEXTS = {"[more information needed]", "<!-- provide a longer summary of what this model is. -->"}


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Safe YAML without anchors, which can unfold without bound, and without keys that stand twice."""

    def compose_node(self, parent: object, index: object) -> object:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("anchors are not read")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if any(not isinstance(key, (str, int, float, bool)) for key in keys) or len(set(map(str, keys))) < len(keys):
            raise yaml.YAMLError("a key stands twice, or is no word")
        found: dict[object, object] = super().construct_mapping(node, deep=deep)
        return found


def read_model_card(content: bytes) -> Understood:
    """The card as fields; raises `Unreadable` where it is none."""
    if len(content) > LARGEST:
        raise Unreadable([Problem("the document is too large", expected=f"at most {LARGEST:,} bytes")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable([Problem("the card is not UTF-8", found=f"byte offset {error.start}")]) from None
    metadata, body, first = _split(text)
    taking = Taking(metadata)
    fields = _from_metadata(taking)
    said, unknown = _from_body(body, first)
    figures = tuple(_figures(taking))
    whole = {**said, **fields}
    digest = hashlib.sha256(content).hexdigest()
    named = {key: value for key, value in whole.items() if value}
    return Understood(ImportKind.MODEL_CARD, digest, named, (*taking.unknown(), *unknown), figures)


def _split(text: str) -> tuple[object, list[str], int]:
    """The metadata, the lines of the body, and the line that the body starts on."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        raise Unreadable([Problem("not a model card", line=1, expected="YAML metadata between lines of ---")])
    end = next((place for place, line in enumerate(lines[1:], start=1) if line.strip() == "---"), None)
    if end is None:
        raise Unreadable([Problem("the metadata has no end", line=1, expected="a second line of ---")])
    source = "\n".join(lines[1:end])
    if max((len(line) - len(line.lstrip()) for line in source.splitlines()), default=0) > DEEPEST * 2:
        raise Unreadable([Problem("the metadata is nested too deeply", expected=f"at most {DEEPEST} levels")])
    try:
        metadata = yaml.load(source, Loader=_Loader)  # noqa: S506  our own safe loader
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else None
        raise Unreadable(
            [Problem("the metadata is not YAML that is read", line, found=str(error).split("\n")[0][:120])]
        ) from None
    if not isinstance(metadata, dict):
        raise Unreadable([Problem("the metadata is not a list of keys", line=2)])
    return metadata, lines[end + 1 :], end + 2


def _from_metadata(taking: Taking) -> dict[str, str]:
    own = "countersign"
    fields = {key: taking.text(own, key) for key in OWN}
    for key in ("number", "tier", "stage", "evidence_digest"):
        taking.take(own, key)
    fields["name"] = taking.text("model_name") or taking.text("model-index", 0, "name")
    taking.take("model-index", 0, "name")
    names = taking.texts("datasets")
    for order, part in enumerate(("training", "test")):
        taking.take(own, part, "number")
        fields[f"{part}_dataset"] = taking.text(own, part, "name") or (names[order] if order < len(names) else "")
        for key, column in (("version", "version"), ("source", "source"), ("licence", "licence"),
                            ("classification", "personal")):  # fmt: skip
            fields[f"{part}_{column}"] = taking.text(own, part, key)
    return fields


def _from_body(lines: list[str], first: int) -> tuple[dict[str, str], list[Unknown]]:
    """Texts by the headings above them; a section that no heading of ours covers is reported."""
    said: dict[str, str] = {}
    unknown: list[Unknown] = []
    for trail, text, line in _sections(lines, first):
        if not text or text.casefold() in EMPTY_TEXTS:
            continue
        heading = trail[-1].casefold() if trail else ""
        key = next((SECTIONS[one.casefold()] for one in reversed(trail) if one.casefold() in SECTIONS), "")
        if key:
            said[key] = f"{said[key]}\n\n{text}" if said.get(key) else text
        elif heading not in FOLLOWING:
            unknown.append(Unknown(f"line {line}: {' / '.join(trail) or 'before any heading'}", text[:120]))
    return said, unknown


def _sections(lines: list[str], first: int) -> Iterator[tuple[tuple[str, ...], str, int]]:
    trail: list[tuple[int, str]] = []
    held: list[str] = []
    start, fenced = first, False
    for place, line in enumerate(lines, start=first):
        fenced ^= line.startswith("```")
        found = None if fenced else HEADING.fullmatch(line)
        if found is None:
            held.append(line)
            continue
        yield tuple(name for _, name in trail), unescaped("\n".join(held)).strip(), start
        depth = len(found[1])
        trail = [*((level, name) for level, name in trail if level < depth), (depth, unescaped(found[2]))]
        held, start = [], place
    yield tuple(name for _, name in trail), unescaped("\n".join(held)).strip(), start


def _figures(taking: Taking) -> Iterator[Figure]:
    where: tuple[str | int, ...] = ("model-index", 0, "results")
    for result in range(taking.size(*where)):
        one = (*where, result)
        part = taking.text(*one, "dataset", "config")
        for key in ("name", "type"):
            taking.take(*one, "dataset", key)
        taking.take(*one, "task")
        for place in range(taking.size(*one, "metrics")):
            metric = (*one, "metrics", place)
            for key in ("verified", "source", "name"):
                taking.take(*metric, key)
            yield Figure(
                taking.text(*metric, "type"),
                taking.text(*metric, "value"),
                part,
                taking.text(*metric, "args", "low"),
                taking.text(*metric, "args", "high"),
                "the document",
            )
