"""Signing in through an organisation's own OpenID provider: Canaille, a real one, in a browser."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from sqlmodel import col, select

from app.composition import now
from core.access.grants import actor_of, grants_of
from core.access.rules import Actor, Belonging, Permission, Reach
from core.access.tables import Person, SignInSession
from core.approval.queries import change as change_page
from core.approval.rules import Answer
from core.approval.service import answer_item, request_change
from core.approval.tables import Vote
from core.inventory.rules import Stage
from core.ledger.tables import LogPayload
from tests.browser.conftest import PATIENCE, Live, Visit, free_port
from tests.builders import a_cast, a_version

PASSWORD = "correct horse outside staple"


@pytest.fixture(scope="module")
def corporate(tmp_path_factory: pytest.TempPathFactory, iam_server) -> Iterator[Live]:  # type: ignore[no-untyped-def]
    """Countersign with Canaille as its provider; groups become roles, one for a business line."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    with iam_server.app.app_context():
        client = iam_server.models.Client(
            client_id="countersign-client",
            client_secret="client-secret-of-the-test",
            client_name="Countersign",
            client_uri=origin,
            redirect_uris=[f"{origin}/oauth2callback"],
            post_logout_redirect_uris=[f"{origin}/oauth2callback"],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "profile", "email", "groups"],
            token_endpoint_auth_method="client_secret_basic",
        )
        iam_server.backend.save(client)
    variables = {
        "COUNTERSIGN_PORT": str(port),
        "COUNTERSIGN_OIDC_ISSUER": iam_server.url.rstrip("/"),
        "COUNTERSIGN_OIDC_CLIENT_ID": "countersign-client",
        "COUNTERSIGN_OIDC_CLIENT_SECRET": "client-secret-of-the-test",
        "COUNTERSIGN_OIDC_SCOPE": "openid profile email groups",
        "COUNTERSIGN_OIDC_PROMPT": "login",
        "COUNTERSIGN_OIDC_GROUP_ROLES": "compliance=approver@Lending,platform=administrator",
        "AUTHLIB_INSECURE_TRANSPORT": "true",
    }
    server = Live(Path(tmp_path_factory.mktemp("corporate")), variables)
    yield server
    server.stop()


def test_somebody_of_the_organisation_signs_in_by_groups_and_anew_before_they_sign_a_vote(
    visit: Visit,
    corporate: Live,
    iam_server,  # type: ignore[no-untyped-def]
) -> None:
    person = iam_server.random_user(formatted_name="Olga Outside", user_name="olga", password=PASSWORD)
    iam_server.random_group(display_name="compliance", members=[person])
    iam_server.login(person)
    iam_server.consent(person)
    visitor = visit(live=corporate, also=urlsplit(iam_server.url).netloc)

    visitor.open("/")
    visitor.page.get_by_role("button", name="Sign in").click(timeout=PATIENCE)
    visitor.page.get_by_role("textbox", name="Password").fill(PASSWORD, timeout=PATIENCE)
    visitor.page.get_by_role("button", name="Sign in").click()

    expect(visitor.page.get_by_role("button", name="Olga Outside")).to_be_visible(timeout=PATIENCE)
    expect(visitor.page.get_by_role("link", name="Changes")).to_be_visible()
    visitor.page.get_by_role("button", name="Olga Outside").click()
    expect(visitor.page.get_by_role("menuitem")).to_have_text(["My account"])

    change, voter = waiting_for(corporate, "Olga Outside")
    stale = sign_in_gone_stale(corporate, voter)
    address = f"/approval?change={change}"
    visitor.open(address)
    visitor.settled()
    expect(visitor.page.get_by_text("Your sign-in is more than five minutes old")).to_be_visible(timeout=PATIENCE)
    approve = visitor.page.get_by_role("button", name="Approve for production")
    expect(approve).to_be_disabled()

    visitor.page.get_by_role("button", name="Sign in again").click()
    visitor.page.get_by_role("textbox", name="Password").fill(PASSWORD, timeout=PATIENCE)
    visitor.page.get_by_role("button", name="Sign in").click()
    visitor.page.wait_for_url(f"{corporate.url}{address}", timeout=PATIENCE)
    visitor.settled()
    visitor.page.get_by_label("Rationale, kept in the ledger").fill("Read in full and convincing.")
    visitor.page.keyboard.press("Tab")
    visitor.settled()
    approve.click()
    expect(visitor.page.get_by_text("Your vote is recorded.")).to_be_visible(timeout=PATIENCE)

    with corporate.place.store.reading() as session:
        vote = session.exec(select(Vote)).one()
        events = session.exec(select(LogPayload.body).where(col(LogPayload.body).contains('"authenticated"'))).all()
        (grant,) = grants_of(session, voter.id, at=now())
    assert grant.reach == Reach(lines=frozenset({"Lending"})).text
    assert Permission.CHANGE_VOTE not in voter.permissions_on((Belonging("Cards"),))
    assert vote.authenticated_at is not None
    assert stale + timedelta(minutes=55) < vote.authenticated_at <= vote.cast_at
    assert [json.loads(body or "{}")["authenticated"] for body in events] == [vote.authenticated_at.isoformat()]


def waiting_for(corporate: Live, name: str) -> tuple[str, Actor]:
    """The number of a change that lacks this person's vote and nothing else, and the person."""
    place = corporate.place
    with place.store.reading() as session:
        number = session.exec(select(Person.number).where(Person.name == name)).one()
        voter = actor_of(session, number, at=now())
    assert voter is not None
    cast = a_cast(place.store)
    model, version = a_version(place.store, cast, tier=2, stage=Stage.VALIDATED)
    change = request_change(
        place.store, place.ledger, model=model, version=version, rationale="Ready for its first use.",
        actor=cast.developer, at=now(),
    ).change  # fmt: skip
    with place.store.reading() as session:
        items = change_page(session, change, voter, at=now()).checklist
    for item in items:
        answer_item(
            place.store, place.ledger, change=change, code=item.code, answer=Answer.MET,
            reason="" if item.filled is None or item.filled.answer is Answer.MET else "Looked at and in order.",
            actor=voter, at=now(),
        )  # fmt: skip
    return change, voter


def sign_in_gone_stale(corporate: Live, voter: Actor) -> datetime:
    """Make the person's sign-in an hour old; when it was."""
    proved = now() - timedelta(hours=1)
    with corporate.place.store.transaction() as tx:
        for row in tx.session.exec(select(SignInSession).where(SignInSession.person == voter.id)).all():
            row.authenticated_at = proved
            tx.session.add(row)
    return proved
