"""Requests and answers of SCIM: the token, bodies of bounded size, errors in its own form."""

import hmac
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    InvalidSyntaxException,
    InvalidValueException,
    ListResponse,
    NotFoundException,
    PayloadTooLargeException,
    PreconditionFailedException,
    Resource,
    ResponseParameters,
    SCIMException,
    UniquenessException,
)
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.composition import Workplace
from core.access.directory.users import Taken
from core.errors import Conflict, GovernanceError, NotFound, Unreadable
from core.store import FULL, disk_is_full

MEDIA_TYPE = "application/scim+json"
LONGEST_BODY = 1024 * 1024
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="scim"'}
_TAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')
Handler = Callable[[Request], Awaitable[Response]]


def shielded(place: Workplace, handler: Handler) -> Handler:
    """The handler behind the token, with every error in the form of RFC 7644, 3.12."""

    async def answer(request: Request) -> Response:
        if not may_call(place, request):
            return error_answer(Error(status=401, detail="Send the token of COUNTERSIGN_SCIM_TOKEN"), _CHALLENGE)
        try:
            return await handler(request)
        except ValidationError as error:
            return error_answer(Error.from_validation_error(error.errors()[0]))
        except SCIMException as error:
            return error_answer(error.to_error())
        except GovernanceError as error:
            return error_answer(_in_scim(error).to_error())
        except OperationalError as error:
            if disk_is_full(error):
                return error_answer(Error(status=507, detail=FULL))
            return error_answer(Error(status=503, detail="The store did not answer in time"), {"Retry-After": "2"})

    return answer


def may_call(place: Workplace, request: Request) -> bool:
    """Whether the request carries the token of the setting, compared in constant time."""
    sent = request.headers.get("authorization", "").encode("latin-1", "replace")
    return hmac.compare_digest(sent, f"Bearer {place.settings.scim_token}".encode())


async def body_of(request: Request) -> bytes:
    """The body, at most a megabyte of it; raises PayloadTooLargeException."""
    read = bytearray()
    async for block in request.stream():
        read += block
        if len(read) > LONGEST_BODY:
            raise PayloadTooLargeException(detail="The body has more than a megabyte")
    return bytes(read)


def wanted_revisions(request: Request) -> list[int] | None:
    """The revisions of `If-Match`; none where the caller takes any. Raises PreconditionFailedException."""
    said = request.headers.get("if-match", "*").strip()
    if said == "*":
        return None
    found = [int(number) for number in _TAG.findall(said)]
    if not found:
        raise PreconditionFailedException(detail="If-Match names no version")
    return found


def window(request: Request, most: int) -> tuple[int, int]:
    """Offset and limit of `startIndex` and `count` (RFC 7644, 3.4.2.4); raises InvalidValueException."""
    try:
        first = int(request.query_params.get("startIndex", "1"))
        count = int(request.query_params.get("count", str(most)))
    except ValueError:
        raise InvalidValueException(detail="startIndex and count are whole numbers") from None
    return min(max(first, 1), 2**31) - 1, min(max(count, 0), most)


def parameters(request: Request) -> ResponseParameters[Any] | None:
    """Which attributes the caller wants; none: all."""
    given = {
        name: request.query_params[name]
        for name in ("attributes", "excludedAttributes")
        if name in request.query_params
    }
    return ResponseParameters.model_validate(given) if given else None


def resource_answer(
    resource: Resource[Any], request: Request, context: Context, *, status: int = 200, located: bool = False
) -> Response:
    """One resource, with its version and, when it is new, its address."""
    headers = {}
    if resource.meta and resource.meta.version:
        headers["ETag"] = resource.meta.version
    if located and resource.meta and resource.meta.location:
        headers["Location"] = resource.meta.location
    return answer(resource.model_dump_json(scim_ctx=context, response_parameters=parameters(request)), status, headers)


def list_answer(
    kind: type[Resource[Any]], resources: Sequence[Resource[Any]], request: Request, *, total: int, first: int
) -> Response:
    """A page of resources."""
    listed = ListResponse[kind](  # type: ignore[valid-type]
        total_results=total, start_index=first, items_per_page=len(resources), resources=list(resources)
    )
    wanted = parameters(request)
    return answer(listed.model_dump_json(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=wanted))


def answer(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON that is never kept by a cache."""
    return Response(text, status, {"Cache-Control": "no-store", **(headers or {})}, MEDIA_TYPE)


def error_answer(error: Error, headers: dict[str, str] | None = None) -> Response:
    """An error in SCIM's own form."""
    return answer(error.model_dump_json(), error.status or 500, headers)


async def not_there(request: Request, error: Exception) -> Response:
    """What no address answers, and methods that an address does not take."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    return error_answer(Error(status=status, detail="There is nothing at this address"))


async def in_thread(act: Callable[[], Any]) -> Any:
    """Run what asks the store off the event loop."""
    return await run_in_threadpool(act)


def _in_scim(error: GovernanceError) -> SCIMException:
    match error:
        case NotFound():
            return NotFoundException(detail=str(error))
        case Taken():
            return UniquenessException(detail=str(error))
        case Conflict():
            return PreconditionFailedException(detail=str(error))
        case Unreadable():
            return InvalidValueException(detail="; ".join(str(problem) for problem in error.problems))
    return InvalidSyntaxException(detail=str(error))
