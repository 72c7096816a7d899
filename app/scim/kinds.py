"""People and groups as the directory keeps them."""

from collections.abc import Callable, Sequence

from sqlmodel import Session
from starlette.requests import Request

from app.composition import now
from app.scim.ends import Ends
from app.scim.models import Group, User
from app.scim.translating import group_of, said_group, said_user, user_of
from core.access.directory.groups import bring_group, change_group, remove_group
from core.access.directory.queries import Key, directory_groups, directory_users, load_group, load_user
from core.access.directory.users import bring_user, change_user, take_back_user

Wanted = Sequence[tuple[Key, str]]


class Users(Ends[User]):
    """People."""

    kind, keys = User, (Key.ID, Key.EXTERNAL_ID, Key.USER_NAME)

    def page(
        self, session: Session, wanted: Wanted, _request: Request, *, offset: int, limit: int
    ) -> tuple[int, list[User]]:
        total, rows = directory_users(session, wanted, offset=offset, limit=limit)
        return total, [user_of(row, self.base) for row in rows]

    def one(self, session: Session, number: str) -> User:
        return user_of(load_user(session, number), self.base)

    def bring(self, sent: User) -> str:
        place = self.place
        return bring_user(
            place.store, place.ledger, said=said_user(sent), roles=place.settings.group_roles, at=now()
        )  # fmt: skip

    def change(self, number: str, change: Callable[[User], User], revisions: list[int] | None) -> None:
        change_user(
            self.place.store, self.place.ledger, number=number, revisions=revisions, at=now(),
            change=lambda row: said_user(change(user_of(row, self.base))),
        )  # fmt: skip

    def remove(self, number: str) -> None:
        take_back_user(self.place.store, self.place.ledger, number=number, at=now())


class Groups(Ends[Group]):
    """Groups."""

    kind, keys = Group, (Key.ID, Key.EXTERNAL_ID, Key.NAME, Key.MEMBER)

    def page(
        self, session: Session, wanted: Wanted, request: Request, *, offset: int, limit: int
    ) -> tuple[int, list[Group]]:
        members = "members" not in request.query_params.get("excludedAttributes", "").split(",")
        total, rows = directory_groups(session, wanted, offset=offset, limit=limit, members=members)
        return total, [group_of(row, self.base) for row in rows]

    def one(self, session: Session, number: str) -> Group:
        return group_of(load_group(session, number), self.base)

    def bring(self, sent: Group) -> str:
        place = self.place
        return bring_group(
            place.store, place.ledger, said=said_group(sent), roles=place.settings.group_roles, at=now()
        )  # fmt: skip

    def change(self, number: str, change: Callable[[Group], Group], revisions: list[int] | None) -> None:
        change_group(
            self.place.store, self.place.ledger, number=number, revisions=revisions,
            roles=self.place.settings.group_roles, at=now(),
            change=lambda row: said_group(change(group_of(row, self.base))),
        )  # fmt: skip

    def remove(self, number: str) -> None:
        place = self.place
        remove_group(place.store, place.ledger, number=number, roles=place.settings.group_roles, at=now())
