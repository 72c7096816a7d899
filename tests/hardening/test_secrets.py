"""Secrets that are planted wherever the program keeps one are in no log, no answer, no metric and no error."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from app.alerting.services import ServiceFailed, tell_service
from app.delivery.guard import parse_hosts
from app.delivery.sending import send_webhook
from app.logs.net import spread
from app.mail import NotDelivered, parse_mail_server, send
from app.settings import SettingError, load
from core.access.rules import TOKEN_SCOPES
from core.access.tokens import issue_token
from core.jobs.outbox.service import Message
from core.jobs.outbox.tables import Channel
from tests.builders import NOON
from tests.hardening.conftest import METRICS, House

PASSWORD = "planted-password-of-mail"
STRESS = "planted-token-of-a-model"
CLIENT = "planted-secret-of-the-provider"
DATABASE = "planted-password-of-the-store"
HOOK = "planted-part-of-a-webhook"
SERVICE = "TIiajkdnlazkcOXrIdevi7FQ"
TYPED = "planted-password-of-a-person"
PLANTED = {
    "MAIL_SERVER": f"smtp://someone:{PASSWORD}@127.0.0.1:9",
    "MAIL_FROM": "countersign@example.org",
    "STRESS_HOSTS": "models.example.org",
    "STRESS_TOKENS": f"models.example.org={STRESS}",
    "OIDC_ISSUER": "https://id.example.org",
    "OIDC_CLIENT_ID": "countersign",
    "OIDC_CLIENT_SECRET": CLIENT,
    "DATABASE_URL": f"postgresql://someone:{DATABASE}@db.example.org/countersign",
    "METRICS_TOKEN": METRICS,
    "WEBHOOK_HOSTS": "127.0.0.1=internal",
}
SECRETS = (PASSWORD, STRESS, CLIENT, DATABASE, HOOK, SERVICE, TYPED, METRICS)


@pytest.fixture
def one_line_records() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    spread()
    yield
    logging.setLogRecordFactory(before)


def test_no_secret_is_in_any_log_answer_or_metric(
    house: House, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = load({f"COUNTERSIGN_{name}": value for name, value in PLANTED.items()})
    token = issue_token(
        house.place.store, house.place.ledger, name="ci", scopes=TOKEN_SCOPES & house.cast.developer.permissions,
        expires_at=NOON + timedelta(days=900), actor=house.cast.developer, at=NOON + timedelta(days=600),
    ).secret  # fmt: skip
    client, said = house.client(), [repr(settings), str(settings), repr(house.place)]

    for path in ("/api/models", "/api/nothing", "/exports/X0001/file", "/faulty", "/metrics"):
        for sent in (token, f"{token}x", METRICS):
            answer = client.get(path, headers={"authorization": f"Bearer {sent}", "cookie": f"other={TYPED}"})
            said += [answer.text, str(answer.headers)]
    form = {"ticket": "guessed", "username": "ida", "password": TYPED}
    said.append(client.post("/idp/login", data=form).text)
    said.append(client.get("/metrics", headers={"authorization": f"Bearer {METRICS}"}).text)
    said += failures(settings.mail)

    everything = "\n".join([*said, caplog.text, *capfd.readouterr()])
    assert [secret for secret in (*SECRETS, token) if secret in everything] == []
    assert "planted" not in everything


def failures(mail: object) -> list[str]:
    """What is said where the other side is away or refuses."""
    message = Message(1, "OM0001", Channel.WEBHOOK, "W0001", "deployment.moved", "{}", 1, "tests")
    said = [
        send_webhook(
            message, address=f"http://127.0.0.1:9/{HOOK}", secret=b"k" * 32, allowed=parse_hosts("127.0.0.1=internal"),
            at=NOON,
        ).said
    ]  # fmt: skip
    server = parse_mail_server(PLANTED["MAIL_SERVER"], PLANTED["MAIL_FROM"])
    assert server == mail
    with pytest.raises(NotDelivered) as undelivered:
        send(server, to="a@example.org", subject="A", text="b")
    with pytest.raises(ServiceFailed) as untold:
        tell_service(
            f"slack://T1JJ3T3L2/A1BRTD4JD/{SERVICE}", title="A", text="b", severity="high", message="OM0001",
            allowed=parse_hosts("hooks.slack.com"), resolve=lambda _host, _port: ["127.0.0.1"],
        )  # fmt: skip
    return [*said, repr(server), str(undelivered.value), str(untold.value)]


@pytest.mark.parametrize("name", ["MAIL_SERVER", "STRESS_TOKENS", "METRICS_TOKEN", "DATABASE_URL"])
def test_a_setting_that_cannot_be_read_is_named_and_not_repeated(name: str) -> None:
    wrong = {"MAIL_SERVER": f"ftp://a:{PASSWORD}@b", "STRESS_TOKENS": f"={STRESS}", "METRICS_TOKEN": "planted no"}
    if name not in wrong:
        assert DATABASE not in repr(load({"COUNTERSIGN_DATABASE_URL": PLANTED["DATABASE_URL"]}))
        return

    with pytest.raises(SettingError) as error:
        load({f"COUNTERSIGN_{name}": wrong[name], "COUNTERSIGN_MAIL_FROM": "a@example.org"})

    assert "planted" not in str(error.value)
    assert name in str(error.value)


HOSTILE = "M0001\r\n2026-11-26 CRITICAL countersign.ledger The ledger was replaced\x1b[2J\u2028\u202e"


@pytest.mark.usefixtures("one_line_records")
def test_no_text_from_outside_begins_a_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("countersign.test").warning("The drop folder holds %s", HOSTILE)
    logging.getLogger("countersign.test").warning(HOSTILE)

    for message in caplog.messages:
        assert message.isprintable()
    assert len(caplog.text.splitlines()) == 2


def test_no_text_from_outside_becomes_a_header_of_a_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    server = replace(parse_mail_server("smtp://127.0.0.1:9", "countersign@example.org"), user="")
    sent: list[str] = []

    class Line:
        def __enter__(self) -> "Line":
            return self

        def __exit__(self, *_error: object) -> None:
            return None

        def send_message(self, message: object) -> None:
            sent.append(str(message))

    monkeypatch.setattr("app.mail._line", lambda _server: Line())
    send(server, to="a@example.org", subject="Alert\r\nBcc: somebody else\n\nhello", text="x")

    head = sent[0].partition("\n\n")[0]
    assert "\nBcc:" not in head
    assert "Subject: Alert Bcc: somebody else hello" in head
