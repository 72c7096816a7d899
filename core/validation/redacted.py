"""Which inputs of a run lost rows of a person, or were removed, since it was computed: its figures stay, and say so."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.access.redactions import redactions_of
from core.store.files import Redaction
from core.validation.inputs import inputs_of
from core.validation.removed import removals_of
from core.validation.tables import Run


@dataclass(frozen=True)
class RedactedInput:
    """One input, and what was erased from it."""

    evidence: str
    redaction: Redaction

    @property
    def said(self) -> str:
        """“E0003: 1 row erased by SR0001, ledger entry 812”."""
        return f"{self.evidence}: {self.redaction.said}"


def redacted_inputs(session: Session, run: Run) -> tuple[RedactedInput, ...]:
    """The inputs that lost rows, in the order in which the run names them."""
    inputs = inputs_of(session, run)
    given = [*inputs.evidence, *inputs.approved]
    found = redactions_of(session, [one.table for one in given])
    return tuple(RedactedInput(one.evidence, found[one.table]) for one in given if one.table in found)


def redaction_in_words(found: Sequence[RedactedInput]) -> str:
    """One sentence for whoever reads the figures; empty where every input is whole."""
    if not found:
        return ""
    parts = "; ".join(dict.fromkeys(one.said for one in found))
    return f"Input redacted since it was computed ({parts}). The figures stand as they were decided on."


def removed_in_words(session: Session, run: Run) -> str:
    """One sentence for whoever reads the figures; empty where the files of every input are there."""
    inputs = inputs_of(session, run)
    found = removals_of(session, [one.evidence for one in (*inputs.evidence, *inputs.approved)])
    if not found:
        return ""
    return (
        f"Input removed since it was computed ({'; '.join(found.values())}). The figures stand as they were computed."
    )
