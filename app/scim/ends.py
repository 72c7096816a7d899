"""What each address of a kind of resource does (RFC 7644, 3), the same for people and for groups."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

from scim2_models import Context, PatchOp, Resource
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.composition import Workplace
from app.scim.answering import body_of, in_thread, list_answer, resource_answer, wanted_revisions, window
from app.scim.models import LENIENT, MOST
from app.scim.mounting import ADDRESS
from app.scim.translating import wanted_by
from core.access.directory.queries import Key

One = TypeVar("One", bound=Resource[Any])


class Ends(ABC, Generic[One]):
    """One kind of resource; what differs between kinds is how it is read, brought, changed and taken back."""

    kind: ClassVar[type[Resource[Any]]]
    keys: ClassVar[tuple[Key, ...]]

    def __init__(self, place: Workplace) -> None:
        self.place, self.base = place, f"{place.settings.public_url}{ADDRESS}"

    @abstractmethod
    def page(
        self, session: Session, wanted: Sequence[tuple[Key, str]], request: Request, *, offset: int, limit: int
    ) -> tuple[int, list[One]]:
        """How many there are, and those of this window."""

    @abstractmethod
    def one(self, session: Session, number: str) -> One:
        """The one with this number; raises `NotFound`."""

    @abstractmethod
    def bring(self, sent: One) -> str:
        """Its number, once it is here."""

    @abstractmethod
    def change(self, number: str, change: Callable[[One], One], revisions: list[int] | None) -> None:
        """Make of it what `change` makes, where it stands at one of the revisions."""

    @abstractmethod
    def remove(self, number: str) -> None:
        """Take it back."""

    async def listed(self, request: Request) -> Response:
        wanted = wanted_by(request.query_params["filter"], self.keys) if "filter" in request.query_params else []
        offset, limit = window(request, MOST)

        def read() -> tuple[int, list[One]]:
            with self.place.store.reading() as session:
                return self.page(session, wanted, request, offset=offset, limit=limit)

        total, found = await in_thread(read)
        return list_answer(self.kind, found, request, total=total, first=offset + 1)

    async def read(self, request: Request) -> Response:
        found = await in_thread(lambda: self._read(request.path_params["number"]))
        return resource_answer(found, request, Context.RESOURCE_QUERY_RESPONSE)

    async def create(self, request: Request) -> Response:
        sent = await self._sent(request, Context.RESOURCE_CREATION_REQUEST)
        made = await in_thread(lambda: self._read(self.bring(sent)))
        return resource_answer(made, request, Context.RESOURCE_CREATION_RESPONSE, status=201, located=True)

    async def replace(self, request: Request) -> Response:
        sent = await self._sent(request, Context.RESOURCE_REPLACEMENT_REQUEST)
        found = await in_thread(lambda: self._changed(request, lambda _former: sent))
        return resource_answer(found, request, Context.RESOURCE_REPLACEMENT_RESPONSE)

    async def patch(self, request: Request) -> Response:
        operations = PatchOp[self.kind].model_validate_json(  # type: ignore[name-defined]  # known when it runs
            await body_of(request), scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=LENIENT
        )

        def patched(found: One) -> One:
            operations.patch(found, scim_policy=LENIENT)
            return found

        found = await in_thread(lambda: self._changed(request, patched))
        return resource_answer(found, request, Context.RESOURCE_PATCH_RESPONSE)

    async def delete(self, request: Request) -> Response:
        await in_thread(lambda: self.remove(request.path_params["number"]))
        return Response(status_code=204)

    async def _sent(self, request: Request, context: Context) -> One:
        sent = self.kind.model_validate_json(await body_of(request), scim_ctx=context, scim_policy=LENIENT)
        return cast(One, sent)  # the kind is that of the class

    def _changed(self, request: Request, change: Callable[[One], One]) -> One:
        number = request.path_params["number"]
        self.change(number, change, wanted_revisions(request))
        return self._read(number)

    def _read(self, number: str) -> One:
        with self.place.store.reading() as session:
            return self.one(session, number)
