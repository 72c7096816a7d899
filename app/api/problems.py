"""The one place where errors become HTTP problem details (RFC 9457); nothing internal passes through it."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DataError, OperationalError, TimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.references import SourceSilent
from core.access.idempotency import KeyReused
from core.errors import Conflict, GovernanceError, NotFound, Problem, Refused, Unreadable
from core.ledger.anchors.holding import LedgerHeld
from core.store import disk_is_full

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("countersign.api")


class RefusalDetail(BaseModel):
    """One reason against the act."""

    code: str = Field(description="Stable, for programs", examples=["token-scope"])
    message: str = Field(examples=["Token T0001 has no scope change:vote"])
    clause: str = Field("", description="The rule it rests on", examples=["access"])
    way_out: str = Field("", examples=["Use a token with this scope."])


class InputDetail(BaseModel):
    """One place in the input that cannot be accepted."""

    reason: str = Field(examples=["not a number"])
    line: int | None = Field(None, description="From 1; in a table, line 1 is the header")
    column: str | None = Field(None, description="The column or field", examples=["score"])
    found: str = ""
    expected: str = ""


class ProblemDetails(BaseModel):
    """What went wrong (RFC 9457), with every reason at once."""

    model_config = ConfigDict(title="Problem details")

    type: str = Field(examples=["urn:countersign:problem:refused"])
    title: str = Field(examples=["Refused"])
    status: int = Field(examples=[403])
    detail: str = Field(examples=["Token T0001 has no scope change:vote (access). Use a token with this scope."])
    refusals: list[RefusalDetail] | None = Field(None, description="Every rule that stands against the act")
    problems: list[InputDetail] | None = Field(None, description="Every place in the input that was not accepted")


class BadRequest(GovernanceError):
    """The request cannot be taken as it is, whatever it asks for."""

    def __init__(self, status: HTTPStatus, kind: str, detail: str) -> None:
        self.status, self.kind = status, kind
        super().__init__(detail)


class TokenNeeded(GovernanceError):
    """No token, or one that is unknown, expired, revoked or of a disabled person; all look the same from outside."""

    def __init__(self, *, given: bool) -> None:
        self.given = given
        super().__init__(
            "This token is not valid (any more)." if given else "Send a token: Authorization: Bearer countersign_…"
        )


def problem(
    status: HTTPStatus,
    kind: str,
    detail: str,
    *,
    refusals: list[RefusalDetail] | None = None,
    problems: list[InputDetail] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """A response with problem details; `kind` ends its type and is stable."""
    body = ProblemDetails(
        type=f"urn:countersign:problem:{kind}",
        title=kind.replace("-", " ").capitalize(),
        status=status,
        detail=detail,
        refusals=refusals,
        problems=problems,
    )
    content = body.model_dump(exclude_none=True)
    return JSONResponse(content, status, {"Cache-Control": "no-store"} | (headers or {}), MEDIA_TYPE)


def answer_to(error: GovernanceError) -> JSONResponse:
    """The response that says this error."""
    match error:
        case Refused():
            return _refused(error)
        case Unreadable():
            details = [_input_detail(one) for one in error.problems]
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable", str(error), problems=details)
        case NotFound():
            return problem(HTTPStatus.NOT_FOUND, "not-found", str(error))
        case Conflict():
            return problem(HTTPStatus.CONFLICT, "conflict", str(error))
        case KeyReused():
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused", str(error))
        case SourceSilent():
            status, headers = HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "2"}
            return problem(status, "unavailable", str(error), headers=headers)
        case LedgerHeld():
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "ledger-held", str(error))
        case BadRequest():
            return problem(error.status, error.kind, str(error))
        case TokenNeeded():
            challenge = 'Bearer realm="countersign"' + (', error="invalid_token"' if error.given else "")
            headers = {"WWW-Authenticate": challenge}
            return problem(HTTPStatus.UNAUTHORIZED, "token-needed", str(error), headers=headers)
    return problem(HTTPStatus.BAD_REQUEST, "bad-request", str(error))


def install(api: FastAPI) -> None:
    """Have every error of this application answered with problem details."""

    @api.exception_handler(GovernanceError)
    def _governance(_request: Request, error: GovernanceError) -> JSONResponse:
        return answer_to(error)

    @api.exception_handler(RequestValidationError)
    def _form(_request: Request, error: RequestValidationError) -> JSONResponse:
        return answer_to(Unreadable([_form_problem(one["loc"], one["msg"]) for one in error.errors()]))

    @api.exception_handler(HTTPException)
    def _routing(_request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        return problem(status, status.phrase.lower().replace(" ", "-"), f"{status.description or status.phrase}.")

    @api.exception_handler(ClientDisconnect)
    def _gone(_request: Request, _error: ClientDisconnect) -> JSONResponse:
        return problem(HTTPStatus.BAD_REQUEST, "bad-request", "The connection ended before the body did.")

    @api.exception_handler(OSError)
    @api.exception_handler(TimeoutError)
    @api.exception_handler(OperationalError)
    def _store(_request: Request, error: OSError | OperationalError | TimeoutError) -> JSONResponse:
        return _full_or_away(error)

    @api.exception_handler(OverflowError)  # SQLite's driver, where PostgreSQL's says DataError
    @api.exception_handler(DataError)
    def _value(_request: Request, _error: Exception) -> JSONResponse:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable", "The store cannot hold one of the values.")

    @api.exception_handler(Exception)
    def _fault(_request: Request, _error: Exception) -> JSONResponse:  # the server logs it; the answer keeps it in
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "An internal error; the server's log has it.")


def _full_or_away(error: Exception) -> JSONResponse:
    again = "Nothing was stored; send the request again with the same key."
    if disk_is_full(error):
        log.error("The disk is full", exc_info=error)
        detail, headers = f"The disk of the server is full. {again}", {"Retry-After": "60"}
        return problem(HTTPStatus.INSUFFICIENT_STORAGE, "disk-full", detail, headers=headers)
    if isinstance(error, OSError):
        raise error
    log.error("The store did not answer", exc_info=error)
    detail, headers = f"The store did not answer in time. {again}", {"Retry-After": "2"}
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail, headers=headers)


def _refused(error: Refused) -> JSONResponse:
    details = [
        RefusalDetail(code=one.code, message=one.message, clause=one.clause, way_out=one.way_out)
        for one in error.refusals
    ]
    scope = any(one.code == "token-scope" for one in error.refusals)
    headers = {"WWW-Authenticate": 'Bearer realm="countersign", error="insufficient_scope"'} if scope else None
    return problem(HTTPStatus.FORBIDDEN, "refused", str(error), refusals=details, headers=headers)


def _input_detail(one: Problem) -> InputDetail:
    return InputDetail(reason=one.reason, line=one.line, column=one.column, found=one.found, expected=one.expected)


def _form_problem(place: tuple[int | str, ...], message: str) -> Problem:
    return Problem(message, column=".".join(str(part) for part in place[1:]) or None)
