"""The table of pages: every file is there, addresses are stable, roles see what they open."""

import pytest

from app.navigation import ACCOUNT, DEFAULT, FOLDER, PAGES, open_to, page_file, shown_to
from core.access.rules import Role


def test_every_page_has_its_file_and_every_file_its_page() -> None:
    listed = {page.file for page in (*PAGES, ACCOUNT)} | {"signed_out.py", "second_factor.py"}

    assert {path.name for path in FOLDER.glob("*.py")} == listed


def test_addresses_are_told_apart() -> None:
    addresses = [page.address for page in (*PAGES, ACCOUNT)]

    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("role", list(Role))
def test_nobody_is_shown_a_page_that_does_not_open(role: Role) -> None:
    roles = frozenset({role})

    for page in (*PAGES, ACCOUNT):
        assert not shown_to(page, roles) or open_to(page, roles)


def test_somebody_without_a_role_has_only_their_work_and_account() -> None:
    opened = [page for page in (*PAGES, ACCOUNT) if open_to(page, frozenset())]

    assert opened == [DEFAULT, ACCOUNT]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_open_the_administration(role: Role) -> None:
    page = next(page for page in PAGES if page.address == "administration")

    assert not open_to(page, frozenset({role}))


def test_a_page_is_found_by_its_address() -> None:
    assert page_file("model").name == "model.py"
