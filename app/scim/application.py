"""The addresses of SCIM under /scim/v2; they exist where a token is set."""

from collections.abc import Callable, Sequence
from typing import Any

from scim2_models import Context, NotFoundException, NotImplementedException, Resource
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.composition import Workplace
from app.scim.answering import list_answer, not_there, resource_answer, shielded
from app.scim.ends import Ends
from app.scim.kinds import Groups, Users
from app.scim.models import CONFIG, SCHEMAS, TYPES


def scim_application(place: Workplace) -> Starlette:
    """All addresses over this workplace."""
    kinds: tuple[tuple[str, Ends[Any]], ...] = (("/Users", Users(place)), ("/Groups", Groups(place)))
    one = "/{number:str}"
    plan: list[tuple[str, str, Callable[[Request], Any]]] = [
        ("GET", "/ServiceProviderConfig", _config(place)),
        *_listed(place, "/ResourceTypes", TYPES, "id"),
        *_listed(place, "/Schemas", SCHEMAS, "id"),
        *(("POST", path, _not_offered) for path in ("/.search", "/Users/.search", "/Groups/.search", "/Bulk")),
        ("GET", "/Me", _not_offered),
    ]
    for address, ends in kinds:
        plan += [("GET", address, ends.listed), ("POST", address, ends.create), ("GET", address + one, ends.read)]
        plan += [("PUT", address + one, ends.replace), ("PATCH", address + one, ends.patch)]
        plan.append(("DELETE", address + one, ends.delete))
    routes = [Route(path, shielded(place, handler), methods=[method]) for method, path, handler in plan]
    return Starlette(routes=routes, exception_handlers={404: not_there, 405: not_there})


def _config(place: Workplace) -> Callable[[Request], Any]:
    async def config(request: Request) -> Response:
        return resource_answer(CONFIG, request, Context.RESOURCE_QUERY_RESPONSE)

    return config


def _listed(
    place: Workplace, address: str, found: Sequence[Resource[Any]], key: str
) -> list[tuple[str, str, Callable[[Request], Any]]]:
    """All of these, and each by its id."""

    async def listed(request: Request) -> Response:
        return list_answer(type(found[0]), found, request, total=len(found), first=1)

    async def one(request: Request) -> Response:
        chosen = next((each for each in found if getattr(each, key) == request.path_params["number"]), None)
        if chosen is None:
            raise NotFoundException
        return resource_answer(chosen, request, Context.RESOURCE_QUERY_RESPONSE)

    return [("GET", address, listed), ("GET", f"{address}/{{number:str}}", one)]


async def _not_offered(_request: Request) -> Response:
    raise NotImplementedException
