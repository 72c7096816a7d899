"""Computes a stored result again from its evidence, and says where it cannot or what came out differently."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from sqlmodel import Session

from core.errors import NotFound, Refusal, Refused
from core.policy.service import PublishedPolicy, policy_by_id
from core.policy.tables import PolicyVersion
from core.store import EvidenceFiles, Store
from core.store.sealed_form import CannotBeUnsealed
from core.validation.computing import Files, compute
from core.validation.inputs import METHOD, RunInputs, inputs_of
from core.validation.removed import removals_of
from core.validation.results import to_json
from core.validation.rules import RunStatus
from core.validation.runs import digest_of
from core.validation.storing import load_run
from core.validation.tables import Run
from core.validation.uploads.strict_json import Json

MOST_DIFFERENCES = 50


@dataclass(frozen=True)
class WrongInput:
    """An input that is not what the run was computed from: what it is, its digest then, and what is found now.

    `why` says it where it is on record, as for rows that were erased for a person.
    """

    what: str
    expected: str
    found: str
    why: str = ""


@dataclass(frozen=True)
class Difference:
    """A figure that came out differently: its place in the result, as stored and as computed again."""

    place: str
    stored: str
    computed: str


@dataclass(frozen=True)
class Reproduction:
    """What computing again came to. With a wrong input nothing was computed, and `computed_digest` is empty.

    A newer method may compute more than was stored then: `same_figures` asks for every stored figure, `same_bytes`
    for the very digest.
    """

    run: str
    stored_digest: str
    computed_digest: str
    wrong_inputs: tuple[WrongInput, ...]
    differences: tuple[Difference, ...]
    method_then: int
    method_now: int = METHOD

    @property
    def same_figures(self) -> bool:
        """Every stored figure came out the same."""
        return bool(self.computed_digest) and not self.differences

    @property
    def same_bytes(self) -> bool:
        """The result is the same to the byte."""
        return self.computed_digest == self.stored_digest


def reproduce(
    store: Store, files: EvidenceFiles, *, run: str, say: Callable[[str], None] = lambda _step: None
) -> Reproduction:
    """Compute the result of a finished run again; nothing is stored. Raises `NotFound`, or `Refused` without result."""
    with store.reading() as session:
        row = load_run(session, run)
        if row.status is not RunStatus.FINISHED:
            raise Refused([Refusal("no-result", f"{run} is {row.status}, so it has no result", "reproducibility")])
        inputs, policy = inputs_of(session, row), policy_by_id(session, row.policy_version_id)
        against = (*_wrong_record(row, inputs, policy), *_wrong_policy(session, row))
        gone = removals_of(session, [one.evidence for one in (*inputs.evidence, *inputs.approved)])
    with files.opened() as path:
        wrong = (*against, *_wrong_files(files, path, inputs, gone))
        if wrong:
            return Reproduction(run, row.result_digest, "", wrong, (), inputs.method)
        computed = to_json(compute(path, inputs, policy.policy, say))
    digest = hashlib.sha256(computed).hexdigest()
    if digest == row.result_digest:
        return Reproduction(run, row.result_digest, digest, (), (), inputs.method)
    older = inputs.method < METHOD
    found = tuple(_differences(json.loads(row.result), json.loads(computed), older=older))
    return Reproduction(run, row.result_digest, digest, (), found[:MOST_DIFFERENCES], inputs.method)


def _wrong_record(row: Run, inputs: RunInputs, policy: PublishedPolicy) -> Iterator[WrongInput]:
    """The row itself against its own digests."""
    found = hashlib.sha256(row.result.encode()).hexdigest()
    if found != row.result_digest:
        yield WrongInput("the stored result", row.result_digest, found)
    if (row.inputs or row.inputs_digest) and inputs.digest != row.inputs_digest:
        yield WrongInput("the list of inputs", row.inputs_digest, inputs.digest)
    if inputs.policy and inputs.policy != policy.digest:
        yield WrongInput(f"the policy {policy.name} {policy.version}", inputs.policy, policy.digest)


def _wrong_files(files: EvidenceFiles, path: Files, inputs: RunInputs, gone: Mapping[str, str]) -> Iterator[WrongInput]:
    groups = (("", inputs.evidence), (f" of version {inputs.approved_version}", inputs.approved))
    for of, given in groups:
        for one in given:
            what, redaction = f"{one.kind}{of} {one.evidence}", files.redaction(one.table)
            why = redaction.said if redaction else gone.get(one.evidence, "")
            try:
                found = digest_of(path(one.table))
            except NotFound:
                yield WrongInput(what, one.table, "", why)
            except CannotBeUnsealed:
                yield WrongInput(what, one.table, "a sealed file that does not open", why)
            else:
                if found != one.table:
                    yield WrongInput(what, one.table, found, why)


def _wrong_policy(session: Session, row: Run) -> Iterator[WrongInput]:
    """The text of the policy against the digest it was published under."""
    policy = session.get(PolicyVersion, row.policy_version_id)
    found = hashlib.sha256(policy.body.encode()).hexdigest() if policy else ""
    if policy is None or found != policy.digest:
        yield WrongInput("the text of the policy", policy.digest if policy else "", found)


def _differences(stored: Json, computed: Json, *, older: bool, place: str = "") -> Iterator[Difference]:
    """Every leaf of the stored result that came out differently; what is new in the computed one is not compared.

    A list of figures grows only with the method: of an `older` one each figure is looked for by its name.
    """
    if older:
        stored, computed = _by_name(stored), _by_name(computed)
    if isinstance(stored, dict) and isinstance(computed, dict):
        for key, value in stored.items():
            where = f"{place}.{key}" if place else key
            yield from _differences(value, computed.get(key), older=older, place=where)
    elif isinstance(stored, list) and isinstance(computed, list) and len(stored) == len(computed):
        for number, (one, other) in enumerate(zip(stored, computed, strict=True)):
            yield from _differences(one, other, older=older, place=f"{place}[{number}]")
    elif stored != computed and not (older and _same_number(stored, computed)):
        yield Difference(place, json.dumps(stored)[:200], json.dumps(computed)[:200])


def _by_name(value: Json) -> Json:
    """A list of figures as an object by metric and subject; anything else as it is."""
    if not isinstance(value, list):
        return value
    named = {f"{one['metric']} {one.get('subject', '')}".strip(): one for one in value if _is_figure(one)}
    return dict(named) if len(named) == len(value) else value


def _is_figure(value: Json) -> TypeGuard[dict[str, Json]]:
    return isinstance(value, dict) and "metric" in value


def _same_number(stored: Json, computed: Json) -> bool:
    """Whether both are texts of one number: the first method wrote the ends of a column as 0.0, the second as 0."""
    if not isinstance(stored, str) or not isinstance(computed, str):
        return False
    try:
        return float(stored) == float(computed)
    except ValueError:
        return False
