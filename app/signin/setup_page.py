"""The page behind a one-time link: make the first administrator, or choose one's password."""

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.composition import Workplace, now
from app.signin.provider.forms import Field, form_page, message_page
from app.signin.secrets import SignInSecrets
from core.access.links import LinkSpent, OpenLink, open_link
from core.access.passwords import SHORTEST
from core.access.setup import redeem_link
from core.errors import Refused, Unreadable

TICKET_LIFE = 1800


def setup_routes(place: Workplace, secrets_: SignInSecrets) -> list[Route]:
    """The one route of the set-up page."""
    page = SetupPage(place, secrets_)
    return [Route("/setup", page.show, methods=["GET"]), Route("/setup", page.take, methods=["POST"])]


class SetupPage:
    """Shows the form for a link and takes it; the form carries a ticket, so no other site can send it."""

    def __init__(self, place: Workplace, secrets_: SignInSecrets) -> None:
        self._place = place
        self._tickets = URLSafeTimedSerializer(secrets_.ticket, salt="set-up")

    async def show(self, request: Request) -> Response:
        secret = request.query_params.get("link", "")
        try:
            return await run_in_threadpool(self._form, secret)
        except LinkSpent as spent:
            return message_page("This link was not accepted", str(spent), status=410)

    async def take(self, request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=6)
        try:
            secret = str(self._tickets.loads(str(form.get("ticket", "")), max_age=TICKET_LIFE))
            return await run_in_threadpool(self._redeem, secret, form)
        except BadSignature:
            return message_page("Nothing was changed", "The form was too old. Open the link again.", status=400)
        except LinkSpent as spent:
            return message_page("This link was not accepted", str(spent), status=410)

    def _redeem(self, secret: str, form: FormData) -> Response:
        username, name, password = (str(form.get(field, "")) for field in ("username", "name", "password"))
        if password != str(form.get("repeated", "")):
            return self._form(secret, username, name, problems=("The two passwords differ.",), status=422)
        try:
            redeem_link(
                self._place.store, self._place.ledger,
                secret=secret, password=password, username=username, name=name, at=now(),
            )  # fmt: skip
        except Refused as refused:
            return self._form(secret, username, name, problems=[str(one) for one in refused.refusals], status=422)
        except Unreadable as unreadable:
            problems = [f"{problem.reason}." for problem in unreadable.problems]
            return self._form(secret, username, name, problems=problems, status=422)
        return message_page("Your password is set", "Sign in with it now.", status=200)

    def _form(
        self,
        secret: str,
        username: str = "",
        name: str = "",
        *,
        problems: "tuple[str, ...] | list[str]" = (),
        status: int = 200,
    ) -> Response:
        with self._place.store.reading() as session:
            link = open_link(session, secret, at=now())
        first = link.person is None
        return form_page(
            "Set up Countersign" if first else "Choose your password",
            lead=_lead(link),
            action="/setup",
            button="Make the first administrator" if first else "Set the password",
            fields=(*(_who(username, name) if first else ()), *_passwords()),
            hidden=(("ticket", str(self._tickets.dumps(secret))),),
            problems=problems,
            status=status,
        )


def _lead(link: OpenLink) -> str:
    if link.person is None:
        return "You become the first administrator. Administrators manage people and take no governance decisions."
    return f"For the user name {link.username}."


def _who(username: str, name: str) -> tuple[Field, ...]:
    return (
        Field("name", "Your name", autocomplete="name", value=name[:200]),
        Field("username", "User name", autocomplete="username", value=username[:200]),
    )


def _passwords() -> tuple[Field, ...]:
    hint = f"At least {SHORTEST} characters. Several words are easier to keep than one odd word."
    return (
        Field("password", "Password", kind="password", autocomplete="new-password", hint=hint),
        Field("repeated", "The same password again", kind="password", autocomplete="new-password"),
    )
