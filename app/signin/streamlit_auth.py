"""What Streamlit is told about signing in: one provider, the embedded one or the organisation's."""

import warnings

from authlib.deprecate import AuthlibDeprecationWarning  # type: ignore[import-untyped]
from starlette.routing import Route
from streamlit.runtime.secrets import SecretsValue

from app.composition import Workplace
from app.settings import OutsideProvider
from app.signin.provider import provider_routes
from app.signin.provider.protocol import CLIENT_ID, SCOPES
from app.signin.secrets import SignInSecrets
from app.signin.setup_page import setup_routes

PROVIDER = "countersign"

# Streamlit's own use of Authlib warns at the first sign-in that httpx and authlib.jose have successors. Only Streamlit
# can follow them; what we call ourselves still warns.
for part in ("The httpx module is deprecated", "authlib.jose module is deprecated"):
    warnings.filterwarnings("ignore", message=part, category=AuthlibDeprecationWarning)

Section = dict[str, SecretsValue]


def auth_section(place: Workplace, secrets_: SignInSecrets) -> Section:
    """The `[auth]` section of Streamlit's secrets."""
    outside = place.settings.provider
    return {
        "redirect_uri": place.settings.redirect_uri,
        "cookie_secret": secrets_.cookie,
        PROVIDER: _outside(outside) if outside else _embedded(place, secrets_),
    }


def sign_in_routes(place: Workplace, secrets_: SignInSecrets) -> list[Route]:
    """The embedded provider and its set-up page; nothing where an outside provider signs people in."""
    if place.settings.provider:
        return []
    return [*provider_routes(place, secrets_), *setup_routes(place, secrets_)]


def _embedded(place: Workplace, secrets_: SignInSecrets) -> Section:
    return {
        "client_id": CLIENT_ID,
        "client_secret": secrets_.client,
        "server_metadata_url": f"{place.settings.internal_url}/idp/.well-known/openid-configuration",
        "client_kwargs": {"scope": " ".join(SCOPES), "prompt": "login", "trust_env": False},
    }


def _outside(provider: OutsideProvider) -> Section:
    return {
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "server_metadata_url": f"{provider.issuer}/.well-known/openid-configuration",
        "client_kwargs": {"scope": provider.scope, "prompt": provider.prompt},
    }
