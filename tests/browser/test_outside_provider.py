"""Signing in through an organisation's own OpenID provider: Canaille, a real one, in a browser."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE, Live, Visit, free_port

PASSWORD = "correct horse outside staple"


@pytest.fixture(scope="module")
def corporate(tmp_path_factory: pytest.TempPathFactory, iam_server) -> Iterator[Live]:  # type: ignore[no-untyped-def]
    """Countersign with Canaille as its provider; groups become roles."""
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
        "COUNTERSIGN_OIDC_GROUP_ROLES": "compliance=approver,platform=administrator",
        "AUTHLIB_INSECURE_TRANSPORT": "true",
    }
    server = Live(Path(tmp_path_factory.mktemp("corporate")), variables)
    yield server
    server.stop()


def test_somebody_of_the_organisation_signs_in_with_roles_from_groups(
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

    expect(visitor.page.get_by_role("link", name="Olga Outside")).to_be_visible(timeout=PATIENCE)
    expect(visitor.page.get_by_role("link", name="Changes")).to_be_visible()
    expect(visitor.page.get_by_role("link", name="Administration")).to_have_count(0)
