"""The addresses of the embedded provider, under /idp."""

from authlib.oauth2.rfc6749 import OAuth2Error  # type: ignore[import-untyped]  # Authlib carries no type hints
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.composition import Workplace, now
from app.signin.factors import factors_of
from app.signin.provider.codes import Entering
from app.signin.provider.forms import Field, form_page, message_page
from app.signin.provider.protocol import Discovery, FormRequest, Provider
from app.signin.secrets import SignInSecrets
from core.access.accounts import TooManyAttempts, WrongCredentials, sign_in
from core.access.second_factor.codes import factor_of
from core.access.second_factor.proving import WrongCode, accept_code

TICKET_LIFE = 600
CODE_TICKET_LIFE = 300
_LONGEST_PASSWORD = 1024

Parameters = list[tuple[str, str]]


def provider_routes(place: Workplace, secrets_: SignInSecrets) -> list[Route]:
    """The routes of the embedded provider over this workplace."""
    endpoints = Endpoints(place, secrets_)
    return [
        Route("/idp/.well-known/openid-configuration", endpoints.discovery),
        Route("/idp/jwks.json", endpoints.keys),
        Route("/idp/authorize", endpoints.authorize),
        Route("/idp/login", endpoints.login, methods=["POST"]),
        Route("/idp/code", endpoints.code, methods=["POST"]),
        Route("/idp/token", endpoints.token, methods=["POST"]),
        Route("/idp/logout", endpoints.logout),
    ]


class Endpoints:
    """What each address does; the request that came in travels through the form in a signed ticket."""

    def __init__(self, place: Workplace, secrets_: SignInSecrets) -> None:
        self._place = place
        self._provider = Provider(place, secrets_)
        self._tickets = URLSafeTimedSerializer(secrets_.ticket, salt="sign-in")
        self._half_way = URLSafeTimedSerializer(secrets_.ticket, salt="sign-in, password accepted")
        self._where = Discovery(place.settings.embedded_issuer, f"{place.settings.internal_url}/idp")

    async def discovery(self, request: Request) -> Response:
        return JSONResponse(self._where.document())

    async def keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self._provider.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        parameters = request.query_params.multi_items()
        try:
            await run_in_threadpool(self._provider.get_consent_grant, self._asked(parameters, request), None)
        except OAuth2Error as error:
            return message_page("This sign-in request was refused", f"{error.error}. Start again.", status=400)
        return self._login_page(parameters)

    async def login(self, request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=4)
        try:
            parameters = _pairs(self._tickets.loads(str(form.get("ticket", "")), max_age=TICKET_LIFE))
        except BadSignature:
            return RedirectResponse(f"{self._place.settings.public_url}/", 303)
        username, password = str(form.get("username", "")), str(form.get("password", ""))[:_LONGEST_PASSWORD]
        try:
            return await run_in_threadpool(self._sign_in, parameters, username, password, request)
        except WrongCredentials as error:
            return self._login_page(parameters, str(error), username, status=401)
        except TooManyAttempts as error:
            return self._login_page(parameters, str(error), username, status=429)

    async def code(self, request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=3)
        ticket = str(form.get("ticket", ""))
        try:
            number, parameters = _half(self._half_way.loads(ticket, max_age=CODE_TICKET_LIFE))
        except BadSignature:
            return RedirectResponse(f"{self._place.settings.public_url}/", 303)
        try:
            return await run_in_threadpool(self._with_code, number, str(form.get("code", "")), parameters, request)
        except WrongCode as error:
            return _code_page(ticket, str(error), status=401)
        except TooManyAttempts as error:
            return _code_page(ticket, str(error), status=429)

    async def token(self, request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=12)
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        headers = {name.title(): value for name, value in request.headers.items()}
        asked = FormRequest("POST", "/idp/token", form=pairs, headers=headers)
        answer: Response = await run_in_threadpool(self._provider.create_token_response, asked)
        return answer

    async def logout(self, request: Request) -> Response:
        start = RedirectResponse(f"{self._place.settings.public_url}/", 303)
        query = request.query_params.multi_items()
        asked = FormRequest("GET", "/idp/logout", query=query, headers=dict(request.headers))
        try:
            known = await run_in_threadpool(self._provider.validate_endpoint_request, "end_session", asked)
        except OAuth2Error:
            return start
        answer: Response | None = await run_in_threadpool(
            self._provider.create_endpoint_response, "end_session", known
        )  # fmt: skip
        return answer or start

    def _sign_in(self, parameters: Parameters, username: str, password: str, request: Request) -> Response:
        number = sign_in(self._place.store, username=username, password=password, at=now())
        with self._place.store.reading() as session:
            asks_code = factor_of(session, number) is not None
        if asks_code:
            return _code_page(str(self._half_way.dumps([number, parameters])))
        return self._entered(parameters, Entering(number, request.headers.get("user-agent", "")), request)

    def _with_code(self, number: str, code: str, parameters: Parameters, request: Request) -> Response:
        place = self._place
        accept_code(place.store, place.ledger, factors_of(place), person=number, code=code, at=now())
        who = Entering(number, request.headers.get("user-agent", ""), second_factor=True)
        return self._entered(parameters, who, request)

    def _entered(self, parameters: Parameters, who: Entering, request: Request) -> Response:
        asked = self._asked(parameters, request)
        try:
            grant = self._provider.get_consent_grant(asked, who)
        except OAuth2Error as error:
            return message_page("This sign-in request was refused", f"{error.error}. Start again.", status=400)
        answer: Response = self._provider.create_authorization_response(asked, grant_user=who, grant=grant)
        answer.status_code = 303
        return answer

    def _asked(self, parameters: Parameters, request: Request) -> FormRequest:
        return FormRequest("GET", "/idp/authorize", query=parameters, headers=dict(request.headers))

    def _login_page(
        self, parameters: Parameters, problem: str = "", username: str = "", *, status: int = 200
    ) -> Response:
        return form_page(
            "Sign in",
            action="/idp/login",
            button="Sign in",
            fields=(
                Field("username", "User name", autocomplete="username", value=username[:200]),
                Field("password", "Password", kind="password", autocomplete="current-password"),
            ),
            hidden=(("ticket", str(self._tickets.dumps(parameters))),),
            problems=(problem,) if problem else (),
            status=status,
        )


def _code_page(ticket: str, problem: str = "", *, status: int = 200) -> Response:
    """The form for the code; its ticket says whose password was right, and what the client asked for."""
    return form_page(
        "Second factor",
        lead="Your password is right. Now the code of your authenticator, or one of your recovery codes.",
        action="/idp/code",
        button="Sign in",
        fields=(Field("code", "Code", autocomplete="one-time-code"),),
        hidden=(("ticket", ticket),),
        problems=(problem,) if problem else (),
        status=status,
    )


def _half(ticket: object) -> tuple[str, Parameters]:
    """Person and parameters in a ticket whose signature held."""
    number, pairs = ticket if isinstance(ticket, list) else ("", [])
    return str(number), _pairs(pairs)


def _pairs(ticket: object) -> Parameters:
    """The parameters in a ticket whose signature held, so that we wrote them ourselves."""
    return [(str(name), str(value)) for name, value in ticket] if isinstance(ticket, list) else []
