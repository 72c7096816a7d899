"""The addresses of SCIM under /scim/v2; they exist where a token is set."""

from collections.abc import Callable, Sequence
from typing import Any

from scim2_models import Context, NotFoundException, NotImplementedException, PatchOp, Resource
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from app.composition import Workplace, now
from app.scim.answering import (
    body_of,
    in_thread,
    list_answer,
    not_there,
    resource_answer,
    shielded,
    wanted_revisions,
    window,
)
from app.scim.models import CONFIG, LENIENT, MOST, SCHEMAS, TYPES, Group, User
from app.scim.translating import group_of, said_group, said_user, user_of, wanted_by
from core.access.directory.groups import bring_group, change_group, remove_group
from core.access.directory.queries import (
    GroupRow,
    Key,
    UserRow,
    directory_groups,
    directory_users,
    load_group,
    load_user,
)
from core.access.directory.users import bring_user, change_user, take_back_user

ADDRESS = "/scim/v2"
_USER_KEYS = (Key.ID, Key.EXTERNAL_ID, Key.USER_NAME)
_GROUP_KEYS = (Key.ID, Key.EXTERNAL_ID, Key.NAME, Key.MEMBER)


def scim_routes(place: Workplace) -> list[Mount]:
    """The application of the directory; nothing while no token is set."""
    if not place.settings.scim_token:
        return []
    return [Mount(ADDRESS, scim_application(place))]


def scim_application(place: Workplace) -> Starlette:
    """All addresses over this workplace."""
    users, groups = Users(place), Groups(place)
    one = "/{number:str}"
    plan: list[tuple[str, str, Callable[[Request], Any]]] = [
        ("GET", "/ServiceProviderConfig", _config(place)),
        *_listed(place, "/ResourceTypes", TYPES, "id"),
        *_listed(place, "/Schemas", SCHEMAS, "id"),
        *(("POST", path, _not_offered) for path in ("/.search", "/Users/.search", "/Groups/.search", "/Bulk")),
        ("GET", "/Me", _not_offered),
    ]
    for address, ends in (("/Users", users), ("/Groups", groups)):
        plan += [("GET", address, ends.listed), ("POST", address, ends.create), ("GET", address + one, ends.read)]
        plan += [("PUT", address + one, ends.replace), ("PATCH", address + one, ends.patch)]
        plan.append(("DELETE", address + one, ends.delete))
    routes = [Route(path, shielded(place, handler), methods=[method]) for method, path, handler in plan]
    return Starlette(routes=routes, exception_handlers={404: not_there, 405: not_there})


class Users:
    """People."""

    def __init__(self, place: Workplace) -> None:
        self._place, self._base = place, f"{place.settings.public_url}{ADDRESS}"

    async def listed(self, request: Request) -> Response:
        wanted = wanted_by(request.query_params["filter"], _USER_KEYS) if "filter" in request.query_params else []
        offset, limit = window(request, MOST)

        def read() -> tuple[int, tuple[UserRow, ...]]:
            with self._place.store.reading() as session:
                return directory_users(session, wanted, offset=offset, limit=limit)

        total, rows = await in_thread(read)
        found = [user_of(row, self._base) for row in rows]
        return list_answer(User, found, request, total=total, first=offset + 1)

    async def read(self, request: Request) -> Response:
        user = await in_thread(lambda: self._user(request.path_params["number"]))
        return resource_answer(user, request, Context.RESOURCE_QUERY_RESPONSE)

    async def create(self, request: Request) -> Response:
        sent = User.model_validate_json(
            await body_of(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST, scim_policy=LENIENT
        )
        place = self._place

        def act() -> User:
            roles = place.settings.group_roles
            return self._user(bring_user(place.store, place.ledger, said=said_user(sent), roles=roles, at=now()))

        context = Context.RESOURCE_CREATION_RESPONSE
        return resource_answer(await in_thread(act), request, context, status=201, located=True)

    async def replace(self, request: Request) -> Response:
        sent = User.model_validate_json(
            await body_of(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST, scim_policy=LENIENT
        )
        user = await in_thread(lambda: self._changed(request, lambda _user: sent))
        return resource_answer(user, request, Context.RESOURCE_REPLACEMENT_RESPONSE)

    async def patch(self, request: Request) -> Response:
        operations = PatchOp[User].model_validate_json(
            await body_of(request), scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=LENIENT
        )

        def patched(user: User) -> User:
            operations.patch(user, scim_policy=LENIENT)
            return user

        user = await in_thread(lambda: self._changed(request, patched))
        return resource_answer(user, request, Context.RESOURCE_PATCH_RESPONSE)

    async def delete(self, request: Request) -> Response:
        place, number = self._place, request.path_params["number"]
        await in_thread(lambda: take_back_user(place.store, place.ledger, number=number, at=now()))
        return Response(status_code=204)

    def _changed(self, request: Request, change: Callable[[User], User]) -> User:
        number = request.path_params["number"]
        change_user(
            self._place.store,
            self._place.ledger,
            number=number,
            change=lambda row: said_user(change(user_of(row, self._base))),
            revisions=wanted_revisions(request),
            at=now(),
        )
        return self._user(number)

    def _user(self, number: str) -> User:
        with self._place.store.reading() as session:
            return user_of(load_user(session, number), self._base)


class Groups:
    """Groups."""

    def __init__(self, place: Workplace) -> None:
        self._place, self._base = place, f"{place.settings.public_url}{ADDRESS}"

    async def listed(self, request: Request) -> Response:
        wanted = wanted_by(request.query_params["filter"], _GROUP_KEYS) if "filter" in request.query_params else []
        offset, limit = window(request, MOST)
        members = "members" not in request.query_params.get("excludedAttributes", "").split(",")

        def read() -> tuple[int, tuple[GroupRow, ...]]:
            with self._place.store.reading() as session:
                return directory_groups(session, wanted, offset=offset, limit=limit, members=members)

        total, rows = await in_thread(read)
        found = [group_of(row, self._base) for row in rows]
        return list_answer(Group, found, request, total=total, first=offset + 1)

    async def read(self, request: Request) -> Response:
        group = await in_thread(lambda: self._group(request.path_params["number"]))
        return resource_answer(group, request, Context.RESOURCE_QUERY_RESPONSE)

    async def create(self, request: Request) -> Response:
        sent = Group.model_validate_json(
            await body_of(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST, scim_policy=LENIENT
        )
        place = self._place

        def act() -> Group:
            roles = place.settings.group_roles
            return self._group(bring_group(place.store, place.ledger, said=said_group(sent), roles=roles, at=now()))

        context = Context.RESOURCE_CREATION_RESPONSE
        return resource_answer(await in_thread(act), request, context, status=201, located=True)

    async def replace(self, request: Request) -> Response:
        sent = Group.model_validate_json(
            await body_of(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST, scim_policy=LENIENT
        )
        group = await in_thread(lambda: self._changed(request, lambda _group: sent))
        return resource_answer(group, request, Context.RESOURCE_REPLACEMENT_RESPONSE)

    async def patch(self, request: Request) -> Response:
        operations = PatchOp[Group].model_validate_json(
            await body_of(request), scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=LENIENT
        )

        def patched(group: Group) -> Group:
            operations.patch(group, scim_policy=LENIENT)
            return group

        group = await in_thread(lambda: self._changed(request, patched))
        return resource_answer(group, request, Context.RESOURCE_PATCH_RESPONSE)

    async def delete(self, request: Request) -> Response:
        place, number = self._place, request.path_params["number"]
        roles = place.settings.group_roles
        await in_thread(lambda: remove_group(place.store, place.ledger, number=number, roles=roles, at=now()))
        return Response(status_code=204)

    def _changed(self, request: Request, change: Callable[[Group], Group]) -> Group:
        number = request.path_params["number"]
        change_group(
            self._place.store,
            self._place.ledger,
            number=number,
            change=lambda row: said_group(change(group_of(row, self._base))),
            revisions=wanted_revisions(request),
            roles=self._place.settings.group_roles,
            at=now(),
        )
        return self._group(number)

    def _group(self, number: str) -> Group:
        with self._place.store.reading() as session:
            return group_of(load_group(session, number), self._base)


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
