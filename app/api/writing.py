"""Every call that changes something: once for each idempotency key, answered with its place in the ledger."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, TypedDict, TypeVar

from fastapi import Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session, func, select

from app.api.answers import LedgerProof
from app.api.bodies import BODY_DIGEST
from app.api.caller import Caller, Signed
from core.access.idempotency import Call, answer_once
from core.access.rules import Actor
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry
from core.store import Store

Done = TypeVar("Done")
REPEATED = "Idempotent-Replay"
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="A repeat with the same key and content has no second effect and gets the first answer, with "
        "`Idempotent-Replay: true`. The same key with other content gets 422. Keys belong to the token.",
        examples=["build-4711-upload"],
    ),
]


class Acting(TypedDict):
    """The keywords that every use case takes."""

    ledger: Ledger
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class Writing:
    """A call that changes something."""

    caller: Caller
    request: Request
    key: str | None

    def answer(
        self,
        act: Callable[[Store], Done],
        describe: Callable[[Session, Done], BaseModel],
        *,
        status: HTTPStatus = HTTPStatus.CREATED,
        content_digest: str = "",
    ) -> Response:
        """Perform the use case and say its answer; `content_digest` stands for a body that was streamed."""
        given = answer_once(
            self.caller.place.store,
            self._call(content_digest or str(self.request.scope.get(BODY_DIGEST, ""))),
            act,
            lambda session, done: describe(session, done).model_dump_json(),
        )
        headers = {"Cache-Control": "no-store"} | ({REPEATED: "true"} if given.repeated else {})
        return Response(given.answer, status, headers, "application/json")

    @property
    def acting(self) -> Acting:
        """Who acts on which ledger and when, as keywords of a use case."""
        return {"ledger": self.caller.place.ledger, "actor": self.caller.actor, "at": self.caller.at}

    def newest(self, session: Session) -> LedgerProof:
        """Where the last entry of the act stands, for acts that do not say it; within its transaction."""
        return self.proof(session, session.exec(select(func.max(LogEntry.idx))).one() or 0)

    def proof(self, session: Session, index: int) -> LedgerProof:
        """Where the act stands in the ledger; within its transaction, which has signed its checkpoint."""
        return proof(self.caller.place.ledger, session, index)

    def _call(self, content_digest: str) -> Call | None:
        if self.key is None:
            return None
        scope = self.request.scope
        said = (scope["method"], scope["path"], scope["query_string"].decode("latin-1"), content_digest)
        digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
        return Call(self.caller.actor.acting_as, self.key, digest, self.caller.at)


def proof(ledger: Ledger, session: Session, index: int) -> LedgerProof:
    """An entry with its receipt under the newest checkpoint; raises `NotFound`."""
    receipt = ledger.receipt(session, index)
    entry = session.exec(select(LogEntry.body).where(LogEntry.idx == index)).one()
    return LedgerProof(index=index, receipt=receipt, entry=entry)


def writing(signed: Signed, request: Request, idempotency_key: Key = None) -> Writing:
    """The call at hand."""
    return Writing(signed, request, idempotency_key)


Write = Annotated[Writing, Depends(writing)]
