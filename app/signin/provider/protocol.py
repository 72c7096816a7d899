"""The OpenID Connect protocol on Authlib's server classes: code flow with PKCE S256 and nonce, nothing else."""
# Authlib carries no type hints, so mypy sees its classes as unknown; the ignores below stay in this one module.

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from authlib.oauth2.rfc6749 import (  # type: ignore[import-untyped]
    AuthorizationServer,
    ClientMixin,
    OAuth2Request,
    grants,
)
from authlib.oauth2.rfc6749.errors import InvalidRequestError  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload  # type: ignore[import-untyped]
from authlib.oauth2.rfc6750 import BearerTokenGenerator  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import CodeChallenge  # type: ignore[import-untyped]
from authlib.oidc.core import UserInfo  # type: ignore[import-untyped]
from authlib.oidc.core.grants import OpenIDCode  # type: ignore[import-untyped]
from authlib.oidc.rpinitiated import EndSessionEndpoint, EndSessionRequest  # type: ignore[import-untyped]
from joserfc.jwk import KeySet
from starlette.responses import Response

from app.composition import Workplace, now
from app.signin.provider.codes import Code, keep_code, nonce_is_known, take_code
from app.signin.secrets import SignInSecrets
from core.access.queries import PersonRow, person_record
from core.access.rules import Actor
from core.access.sessions import end_session
from core.errors import NotFound

CLIENT_ID = "countersign"
SCOPES = ("openid", "email", "profile")


class Client(ClientMixin):  # type: ignore[misc]
    """The only client: this application."""

    id_token_signed_response_alg = "RS256"  # noqa: S105  an algorithm, not a secret

    def __init__(self, secret: str, redirect_uri: str) -> None:
        self._secret, self._redirect_uri = secret, redirect_uri
        self.client_metadata = {"post_logout_redirect_uris": [redirect_uri]}

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(part for part in (scope or "").split() if part in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self._redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret.encode(), self._secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class FormRequest(OAuth2Request):  # type: ignore[misc]
    """A request as Authlib reads it, with every repeated parameter kept so that repeats are refused."""

    def __init__(
        self,
        method: str,
        path: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        form: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str],
    ) -> None:
        # Authlib refuses http unless it is loopback; transport is settled at the edge, and this process asks itself.
        super().__init__(method, f"http://127.0.0.1{path}", headers=headers)
        self._args, self._form = dict(query), dict(form)
        self.payload = BasicOAuth2Payload({**self._args, **self._form})
        for name in self.payload.datalist:
            self.payload.datalist[name] = [value for key, value in (*query, *form) if key == name]

    @property
    def args(self) -> Mapping[str, str]:
        return self._args

    @property
    def form(self) -> Mapping[str, str]:
        return self._form


class Provider(AuthorizationServer):  # type: ignore[misc]
    """The authorization server over one workplace."""

    def __init__(self, place: Workplace, secrets_: SignInSecrets) -> None:
        super().__init__(scopes_supported=list(SCOPES))
        self.place, self.key = place, secrets_.key
        self.issuer = place.settings.embedded_issuer
        self._client = Client(secrets_.client, place.settings.redirect_uri)
        self.register_token_generator("default", BearerTokenGenerator(lambda **_: secrets.token_urlsafe(32)))
        self.register_grant(CodeGrant, [IdToken(self), Pkce(required=True)])
        self.register_endpoint(EndSession)

    def query_client(self, client_id: str) -> Client | None:
        return self._client if client_id == CLIENT_ID else None

    def save_token(self, token: object, request: object) -> None:
        """Nothing accepts the access token, so none is kept."""

    def create_oauth2_request(self, request: FormRequest) -> FormRequest:
        return request

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """No signals."""

    def handle_response(self, status: int, body: object, headers: Sequence[tuple[str, str]]) -> Response:
        text = body if isinstance(body, str) else json.dumps(body)
        return Response(text, status_code=status, headers=dict(headers))


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """The code flow, with codes from our store."""

    def save_authorization_code(self, code: str, request: FormRequest) -> None:
        keep_code(
            self.server.place,
            code,
            who=request.user,
            client_id=request.client.get_client_id(),
            redirect_uri=request.payload.redirect_uri,
            scope=request.scope,
            nonce=request.payload.data["nonce"],
            code_challenge=request.payload.data["code_challenge"],
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return take_code(self.server.place, code, client_id=client.get_client_id())

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Taken away already."""

    def authenticate_user(self, authorization_code: Code) -> PersonRow | None:
        person = person_of(self.server.place, authorization_code.person)
        return None if person is None or person.disabled_at else person


class Pkce(CodeChallenge):  # type: ignore[misc]
    """PKCE that cannot be left out and knows S256 only (RFC 9700, section 2.1.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A code_challenge with code_challenge_method S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class IdToken(OpenIDCode):  # type: ignore[misc]
    """The ID token: who, which session, for eight hours at most; roles are not in it, they are read at every use."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(require_nonce=True)
        self._provider = provider

    def exists_nonce(self, nonce: str, request: FormRequest) -> bool:
        return nonce_is_known(self._provider.place, nonce)

    def resolve_client_private_key(self, client: Client) -> object:
        return self._provider.key

    def get_client_claims(self, client: Client) -> dict[str, object]:
        length = self._provider.place.settings.session_length
        return {"iss": self._provider.issuer, "aud": CLIENT_ID, "exp": int(time.time() + length.total_seconds())}

    def get_encode_header(self, client: Client) -> dict[str, object]:
        return {"alg": "RS256", "kid": self._provider.key.kid}

    def get_authorization_code_claims(self, authorization_code: Code) -> dict[str, object]:
        return {**super().get_authorization_code_claims(authorization_code), "sid": authorization_code.session}

    def generate_user_info(self, user: PersonRow, scope: str) -> UserInfo:
        return UserInfo(sub=user.number, name=user.name, email=user.email, preferred_username=user.username)


class EndSession(EndSessionEndpoint):  # type: ignore[misc]
    """Sign-out that arrives with the ID token of the session to end."""

    def get_server_jwks(self) -> KeySet:
        return KeySet([self.server.key])

    def create_endpoint_request(self, request: FormRequest) -> FormRequest:
        return request

    def end_session(self, end_session_request: EndSessionRequest) -> None:
        claims = end_session_request.id_token_claims or {}
        place, session_id, person = self.server.place, claims.get("sid"), claims.get("sub")
        if isinstance(session_id, str) and isinstance(person, str):
            end_session(place.store, place.ledger, session_id=session_id, actor=Actor(person), at=now())


@dataclass(frozen=True)
class Discovery:
    """Where the provider's parts are: browsers go to `public`, this process to `internal`."""

    public: str
    internal: str

    def document(self) -> dict[str, object]:
        """The answer of `.well-known/openid-configuration` (OpenID Connect Discovery 1.0, section 3)."""
        return {
            "issuer": self.public,
            "authorization_endpoint": f"{self.public}/authorize",
            "end_session_endpoint": f"{self.public}/logout",
            "token_endpoint": f"{self.internal}/token",
            "jwks_uri": f"{self.internal}/jwks.json",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": list(SCOPES),
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "claims_supported": ["sub", "name", "email", "preferred_username", "sid"],
        }


def person_of(place: Workplace, number: str) -> PersonRow | None:
    """The person as the ID token shows them."""
    with place.store.reading() as session:
        try:
            return person_record(session, number, at=now())
        except NotFound:
            return None
