"""What is entered for a prompt, workflow, decision point or vendor, and what is wrong with it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.errors import Problem
from core.inventory.intake import LONG, SHORT, text_problems
from core.inventory.parts.rules import DETAILS, WRITTEN, AssetKind

LONGEST_TEXT = 200_000  # letters of a prompt or workflow


@dataclass(frozen=True)
class NewAsset:
    """A part of a system as entered; `details` by key of its kind, `text` is the first version of a written one."""

    kind: AssetKind
    name: str
    owner: str
    description: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


def asset_problems(entered: NewAsset) -> Iterable[Problem]:
    """Every field that is missing, too long, unknown, or holds characters that cannot be shown."""
    yield from text_problems("name", entered.name, longest=SHORT, required=True)
    yield from text_problems("owner", entered.owner, longest=16, required=True)
    yield from text_problems("description", entered.description, longest=LONG, required=False)
    known = {detail.key: detail for detail in DETAILS[entered.kind]}
    for key in sorted(set(entered.details) - set(known)):
        yield Problem(f"not a field of a {entered.kind}", column=key, expected=", ".join(known))
    for key, detail in known.items():
        yield from text_problems(key, entered.details.get(key, ""), longest=LONG, required=detail.required)
    if entered.kind in WRITTEN:
        yield from body_problems(entered.text, required=entered.kind is AssetKind.PROMPT)
    elif entered.text:
        yield Problem(f"a {entered.kind} has no text of its own", column="text")


def body_problems(text: str, *, required: bool = True) -> Iterable[Problem]:
    """What is wrong with the text of a version."""
    yield from text_problems("text", text, longest=LONGEST_TEXT, required=required)


def text_digest(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, as `sha256sum` prints it for a file that holds exactly this text."""
    return hashlib.sha256(text.encode()).hexdigest()
