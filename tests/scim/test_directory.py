"""What the directory does to people and groups here: access comes and goes with it, at once and on record."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.composition import Workplace, now
from core.access.grants import actor_of, grants_of
from core.access.people import disable_person
from core.access.queries import names
from core.access.rules import Actor, Belonging, Permission, Role
from core.access.rules.granting import Basis
from core.access.sessions import OutsideIdentity, actor_for_session, open_session, person_from_provider
from core.access.tables import Person, RoleGrant
from core.access.tokens import Issued, actor_for_token, issue_token
from core.assurance.permissions.service import Watch
from core.ledger.tables import LogEntry
from tests.scim.conftest import Directory

LENGTH = timedelta(hours=8)
ADMINISTRATOR = Actor("P0099", frozenset({Role.ADMINISTRATOR}))


def row(place: Workplace, number: str) -> Person:
    with place.store.reading() as session:
        return session.exec(select(Person).where(Person.number == number)).one()


def entered(place: Workplace, person: str) -> str:
    with place.store.transaction() as tx:
        session_id = f"session of {person}"
        open_session(tx, place.ledger, session_id=session_id, person=person, length=LENGTH, at=now())
    return session_id


def behind(place: Workplace, person: str) -> Actor | None:
    return actor_for_session(place.store, session_id=f"session of {person}", person=person, at=now())


def token_of(place: Workplace, person: str) -> Issued:
    return issue_token(
        place.store, place.ledger, name="laptop", scopes={Permission.RECORD_READ}, expires_at=now() + LENGTH,
        actor=Actor(person, frozenset({Role.DEVELOPER})), at=now(),
    )  # fmt: skip


def recorded(place: Workplace) -> list[tuple[str, str]]:
    with place.store.reading() as session:
        rows = session.exec(select(LogEntry).where(LogEntry.actor == "directory").order_by(LogEntry.idx))  # type: ignore[arg-type]
        return [(one.action, one.entity_id) for one in rows]


def arrive(place: Workplace, subject: str = "u1", **more: object) -> Actor | None:
    said = OutsideIdentity("https://idp.example", subject, "Una", **more)  # type: ignore[arg-type]
    return person_from_provider(
        place.store, place.ledger, identity=said, session_id=f"o {subject}", length=LENGTH, at=now()
    )


def test_groups_stand_for_roles_and_each_change_is_on_record_by_the_directory(
    place: Workplace, directory: Directory
) -> None:
    ana = directory.user("ana@example.org", displayName="Ana Ruiz")
    group = directory.group("Compliance", ana)
    assert directory.roles(ana) == {Role.APPROVER}

    removed = {"op": "remove", "path": f'members[value eq "{ana}"]'}
    assert directory.patch(f"/Groups/{group}", removed)[0] == 200

    assert directory.roles(ana) == set()
    assert [action for action, entity in recorded(place) if entity in (ana, group)] == [
        "person.added", "person.changed", "directory_group.added", "role.granted", "directory_group.changed",
        "role.withdrawn",
    ]  # fmt: skip
    with place.store.reading() as session:
        assert Watch().differences(session, at=now()) == ()


def test_a_sensitive_role_of_the_directory_is_on_record_as_such(place: Workplace, directory: Directory) -> None:
    ana = directory.user("ana")
    directory.group("Compliance", ana)

    with place.store.reading() as session:
        grant = session.exec(select(RoleGrant).where(RoleGrant.person == ana)).one()

    assert (grant.basis, grant.granted_by) == (Basis.PROVIDER, "directory")
    assert "Compliance" in grant.reason


def test_a_group_brings_a_role_for_one_business_line_alone(place: Workplace, directory: Directory) -> None:
    una = directory.user("una")

    directory.group("Loans Risk", una)

    with place.store.reading() as session:
        (grant,) = grants_of(session, una, at=now())
        actor = actor_of(session, una, at=now())
    assert actor
    assert (grant.role, grant.basis, grant.reason) == (
        Role.VALIDATOR, "identity provider", "Says the directory through its groups: Loans Risk",
    )  # fmt: skip
    assert Permission.FINDING_RAISE in actor.permissions_on((Belonging("Loans"),))
    assert Permission.FINDING_RAISE not in actor.permissions_on((Belonging("Cards"),))


def test_a_group_of_another_name_stands_for_nothing_until_it_is_renamed(directory: Directory) -> None:
    ana = directory.user("ana")
    group = directory.group("Friends", ana)
    assert directory.roles(ana) == set()

    directory.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "Data Science"})
    assert directory.roles(ana) == {Role.DEVELOPER}

    assert directory.call("DELETE", f"/Groups/{group}")[0] == 204
    assert directory.roles(ana) == set()
    assert directory.call("GET", f"/Groups/{group}")[0] == 404


@pytest.mark.parametrize("way", ["patch", "put", "delete"])
def test_who_is_taken_back_has_no_session_and_no_token_at_the_next_call(
    place: Workplace, directory: Directory, way: str
) -> None:
    ana = directory.user("ana")
    directory.group("Data Science", ana)
    entered(place, ana)
    token = token_of(place, ana)
    assert behind(place, ana) is not None

    if way == "patch":  # as Entra sends it
        status, _ = directory.patch(f"/Users/{ana}", {"op": "Replace", "path": "active", "value": False})
    elif way == "put":
        schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"]
        status, _ = directory.call("PUT", f"/Users/{ana}", {"schemas": schemas, "userName": "ana", "active": False})
    else:
        status, _ = directory.call("DELETE", f"/Users/{ana}")

    assert status in (200, 204)
    assert behind(place, ana) is None
    assert actor_for_token(place.store, secret=token.secret, at=now()) is None
    assert row(place, ana).disabled_at is not None
    assert ("person.disabled", ana) in recorded(place)


def test_who_comes_back_is_the_same_person_with_the_roles_of_now(directory: Directory) -> None:
    ana = directory.user("ana")
    directory.group("Compliance", ana)
    directory.call("DELETE", f"/Users/{ana}")
    assert directory.call("GET", f"/Users/{ana}")[0] == 404

    assert directory.user("ANA") == ana
    assert directory.roles(ana) == set()
    assert row(directory.place, ana).disabled_at is None


def test_whom_an_administrator_put_out_the_directory_does_not_let_in(place: Workplace, directory: Directory) -> None:
    ana = directory.user("ana")
    disable_person(place.store, place.ledger, person=ana, reason="Under inquiry", actor=ADMINISTRATOR, at=now())

    _, answer = directory.patch(f"/Users/{ana}", {"op": "replace", "path": "active", "value": True})

    assert answer["active"] is False
    assert row(place, ana).disabled_at is not None


def test_whom_the_directory_put_out_it_lets_in_again(place: Workplace, directory: Directory) -> None:
    ana = directory.user("ana", active=False)
    assert row(place, ana).disabled_at is not None

    _, answer = directory.patch(f"/Users/{ana}", {"op": "replace", "value": {"active": True}})

    assert answer["active"] is True
    assert row(place, ana).disabled_at is None


def test_the_directory_takes_over_no_account_of_this_installation(place: Workplace, directory: Directory) -> None:
    with place.store.transaction() as tx:
        tx.session.add(Person(number="P0098", username="local", name="Lo", password_hash="set", created_at=now()))
    schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"]

    status, answer = directory.call("POST", "/Users", {"schemas": schemas, "userName": "Local"})

    assert (status, answer["scimType"]) == (409, "uniqueness")
    assert directory.call("DELETE", "/Users/P0098")[0] == 404
    assert directory.call("POST", "/Groups", {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Compliance",
        "members": [{"value": "P0098"}],
    })[0] == 400  # fmt: skip
    assert directory.roles("P0098") == set()


def test_one_user_name_and_one_identifier_are_one_person(directory: Directory) -> None:
    directory.user("ana", externalId="e1")
    ben, schemas = directory.user("ben", externalId="e2"), ["urn:ietf:params:scim:schemas:core:2.0:User"]

    for changes in ({"userName": "Ana"}, {"userName": "ben", "externalId": "e1"}):
        assert directory.call("PUT", f"/Users/{ben}", {"schemas": schemas, **changes})[0] == 409
    assert directory.call("GET", f"/Users/{ben}")[1]["userName"] == "ben"


def test_whom_the_provider_brought_before_is_taken_over_by_name(place: Workplace, directory: Directory) -> None:
    actor = arrive(place, username="una@example.org")
    assert actor is not None

    assert directory.user("una@example.org", displayName="Una Ny") == actor.id
    assert row(place, actor.id).name == "Una Ny"


def test_a_first_sign_in_finds_the_person_whom_the_directory_brought(place: Workplace, directory: Directory) -> None:
    una = directory.user("una", externalId="u1")
    directory.group("Compliance", una)

    actor = arrive(place, "u1", roles=frozenset())

    assert actor is not None
    assert (actor.id, actor.roles) == (una, {Role.APPROVER})  # the directory's groups, not those of the sign-in


@pytest.mark.parametrize(("links_by_name", "same"), [(False, False), (True, True)])
def test_a_user_name_is_enough_only_where_the_setting_says_so(
    place: Workplace, directory: Directory, links_by_name: bool, same: bool
) -> None:
    una = directory.user("una")

    actor = arrive(place, "another", username="una", links_by_name=links_by_name)

    assert actor is not None
    assert (actor.id == una) is same


def test_entra_and_okta_are_understood_as_they_write(directory: Directory) -> None:
    ana = directory.user(
        "ana@example.org", displayName="Ana", title="Judge", phoneNumbers=[{"value": "1", "type": "work"}],
        emails=[{"value": "old@example.org", "type": "work", "primary": True}],
    )  # fmt: skip

    status, answer = directory.patch(
        f"/Users/{ana}",
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "new@example.org"},
        {"op": "Replace", "value": {"displayName": "Ana Ruiz", "name.givenName": "Ana"}},
    )

    assert (status, answer["displayName"]) == (200, "Ana Ruiz")
    assert row(directory.place, ana).email == "new@example.org"
    assert row(directory.place, ana).name == "Ana Ruiz"
    assert "title" not in answer


def test_the_ledger_keeps_no_name_of_a_person(place: Workplace, directory: Directory) -> None:
    directory.user("planted.name@example.org", displayName="Planted Name")

    with place.store.reading() as session:
        kept = "\n".join(session.exec(select(LogEntry.body)))
        assert "Planted Name" in names(session).values()

    assert "planted" not in kept.casefold()
