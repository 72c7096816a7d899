"""Hands a message to the organisation's mail server."""

import smtplib
import ssl
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from core.access.personal_data.entrances import Entrance
from core.access.personal_data.gate import screened
from core.errors import GovernanceError

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
PATIENCE = 20  # seconds


class NotDelivered(GovernanceError):
    """The mail server did not take a message."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The mail server did not take the message: {reason}.")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, how the line is protected, and in whose name."""

    scheme: str
    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def parse_mail_server(url: str, sender: str) -> MailServer:
    """The server of `smtp://host`, `smtp+starttls://user:password@host:587` or `smtps://…`; raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.path or parts.query:
        raise ValueError(url)
    if "@" not in sender or any(ord(character) < 32 for character in sender):
        raise ValueError(sender)
    return MailServer(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        sender=sender,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def send(server: MailServer, *, to: str, subject: str, text: str, message_id: str = "") -> None:
    """Hand in one message in plain text; raises `NotDelivered` with the server's reason.

    A `message_id` that stays the same over repeated attempts lets the receiving side drop a second copy.
    """
    subject, text = (screened(words, where=Entrance.MESSAGE).text for words in (subject, text))
    message = EmailMessage()
    message["From"], message["To"] = server.sender, to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate()
    message["Message-ID"] = message_id or make_msgid(domain=server.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(text)
    try:
        with _line(server) as line:
            _enter(server, line)
            line.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered(_reason(error)) from error


def check_mail_server(server: MailServer, *, patience: float = PATIENCE) -> None:
    """Go as far as the server lets us without a message; raises `OSError` or `SMTPException`."""
    with _line(server, patience) as line:
        _enter(server, line)
        line.noop()


def _line(server: MailServer, patience: float = PATIENCE) -> AbstractContextManager[smtplib.SMTP]:
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=patience, context=ssl.create_default_context())
    return smtplib.SMTP(server.host, server.port, timeout=patience)


def _enter(server: MailServer, line: smtplib.SMTP) -> None:
    if server.scheme == "smtp+starttls":
        line.starttls(context=ssl.create_default_context())
    if server.user:
        line.login(server.user, server.password)


def _reason(error: Exception) -> str:
    """The server's own words on one line, never the address or the password."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, refused = next(iter(error.recipients.values()))
        return f"{code} {_decoded(refused)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    return type(error).__name__


def _decoded(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())
