"""Hands evidence in, starts validations and reads their verdicts: the API as a few calls."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Unpack

from countersign_client.answers import HandedIn, Registered, Result, Run, Started
from countersign_client.columns import PREDICTIONS, Columns, query_of, shared
from countersign_client.errors import NotInTime, Rejected
from countersign_client.server import PENDING, Query, Server

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Submission:
    """What came of predictions that were handed in: the evidence, other files beside it, and the validation."""

    model: str
    version: str
    evidence: HandedIn
    further: tuple[HandedIn, ...]
    run: Run

    @property
    def outcome(self) -> str:
        """`pass`, `fail` or `insufficient evidence`; `failed` or `cancelled` where the validation gave no verdict."""
        verdicts = self.run["verdicts"]
        return verdicts["outcome"] if verdicts else self.run["status"]


class Countersign:
    """A Countersign server, used with one token; a context manager that closes its connections.

    Every call may raise `Unreachable`, and `Rejected` with every reason of the server. Acts are sent under an
    idempotency key, so that a call repeated within has one effect; give your own `key` to repeat it from outside.
    """

    def __init__(self, url: str, token: str) -> None:
        self._server = Server(url, token)

    def __enter__(self) -> "Countersign":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._server.close()

    def register(self, record: Mapping[str, object], *, model: str | None = None, key: str = "") -> Registered:
        """Register a model with its first version and datasets, or the next version of `model`."""
        return self._server.register(record, model, key or _new_key())

    def hand_in(
        self,
        model: str,
        version: str,
        path: str | PathLike[str],
        kind: str = PREDICTIONS,
        *,
        key: str = "",
        **columns: Unpack[Columns],
    ) -> HandedIn:
        """Stream a file of this machine up; it replaces the earlier one of its kind (`training-data`, …). An address
        that begins with `s3://` is fetched by the server instead, where an administrator allowed it."""
        return self._put(model, version, _source(path), kind, query_of(columns), key or _new_key())

    def hand_in_reference(
        self,
        model: str,
        version: str,
        address: str,
        kind: str = PREDICTIONS,
        *,
        key: str = "",
        **columns: Unpack[Columns],
    ) -> HandedIn:
        """Have the server fetch the file itself, from a path on it or `s3://bucket/key`, where that is allowed."""
        return self._put(model, version, address, kind, query_of(columns), key or _new_key())

    def start(self, model: str, version: str, *, key: str = "") -> Started:
        """Start the validation of what is handed in under the policy in force."""
        return self._server.start(model, version, key or _new_key())

    def run(self, number: str) -> Run:
        """How far a validation is and, once it has finished, its verdicts."""
        return self._server.run(number)

    def wait(self, run: str, seconds: float = 900) -> Run:
        """The validation once it has ended, whether with verdicts or without; raises `NotInTime`."""
        found = self._server.wait(run, seconds)
        if found["status"] in PENDING:
            raise NotInTime(found)
        return found

    def result(self, number: str) -> Result:
        """Everything that a finished validation computed, checked against its digest; raises `Altered`."""
        return self._server.result(number)

    def submit(
        self,
        model: str,
        version: str,
        path: str | PathLike[str],
        *,
        further: Mapping[str, str | PathLike[str]] = NOTHING,
        seconds: float = 900,
        key: str = "",
        **columns: Unpack[Columns],
    ) -> Submission:
        """Hand predictions in, start the validation and wait for it.

        `further` are files by kind (`{"training-data": "train.parquet"}`), handed in first; a baseline and perturbed
        predictions are read by the same columns. With the same `key`, the same files have no second effect.
        """
        own, query = key or _new_key(), query_of(columns)
        beside = tuple(
            self._put(model, version, _source(file), kind, shared(kind, query), f"{own}-{kind}")
            for kind, file in further.items()
        )
        evidence = self._put(model, version, _source(path), PREDICTIONS, shared(PREDICTIONS, query), f"{own}-upload")
        number = self.start(model, version, key=f"{own}-validation")["run"]
        return Submission(model, version, evidence, beside, self.wait(number, seconds))

    def _put(self, model: str, version: str, source: Path | str, kind: str, query: Query, key: str) -> HandedIn:
        try:
            return self._server.hand_in(model, version, kind, source, query, key)
        except Rejected as error:
            raise error.about(source if isinstance(source, str) else source.name) from None


def _source(named: str | PathLike[str]) -> Path | str:
    return named if isinstance(named, str) and named.startswith("s3://") else Path(named)


def _new_key() -> str:
    return uuid.uuid4().hex
