"""Delivers one message: resolves and pins the address, signs the body, follows no redirect, and says what came back."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime

import httpx

from app.delivery.guard import AllowedHost, Resolve, Target, resolve_target
from core.approval.hooks.signing import derived_secret, signature
from core.errors import GovernanceError, Unreadable
from core.jobs.outbox.service import Message, Outcome

TIMEOUT = httpx.Timeout(10, connect=5)
log = logging.getLogger("countersign.delivery")


def send_webhook(
    message: Message,
    *,
    address: str,
    secret: bytes,
    allowed: Sequence[AllowedHost],
    at: datetime,
    resolve: Resolve | None = None,
) -> Outcome:
    """POST the body with the headers of Standard Webhooks; 2xx has arrived, anything else has not."""
    started = time.perf_counter()
    try:
        target = resolve_target(address, allowed, resolve)
        said, arrived = _post(target, message, secret, at)
    except Unreadable as refused:
        said, arrived = f"Not sent: {refused}", False
    except httpx.HTTPError as error:
        said, arrived = f"No answer: {type(error).__name__}", False
    return Outcome(arrived, said, round((time.perf_counter() - started) * 1000))


def send_alias(message: Message, point: Callable[[str], str]) -> Outcome:
    """Move the alias of the registry; `point` takes the body and says what it did."""
    started = time.perf_counter()
    try:
        said, arrived = point(message.body), True
    except GovernanceError as error:
        said, arrived = str(error), False
    except Exception as error:  # the registry's client raises what it likes; the message waits and comes back
        log.exception("The alias of %s was not moved", message.receiver)
        said, arrived = type(error).__name__, False
    return Outcome(arrived, said, round((time.perf_counter() - started) * 1000))


def secret_of(master: bytes, number: str, key: int) -> bytes:
    """What signs the messages to this endpoint."""
    return derived_secret(master, "webhook", number, key)


def _post(target: Target, message: Message, secret: bytes, at: datetime) -> tuple[str, bool]:
    """Connects to the address that was checked; name and certificate stay those of the host."""
    shown = f"[{target.address}]" if ":" in target.address else target.address
    standard = target.port == (443 if target.scheme == "https" else 80)
    headers = {
        "Host": target.host if standard else f"{target.host}:{target.port}",
        "Content-Type": "application/json",
        "User-Agent": "Countersign-Webhook/1",
        "webhook-id": message.number,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(secret, message.number, at, message.body),
    }
    with (
        httpx.Client(trust_env=False, follow_redirects=False, timeout=TIMEOUT) as client,
        client.stream(
            "POST",
            f"{target.scheme}://{shown}:{target.port}{target.path}",
            content=message.body.encode(),
            headers=headers,
            extensions={"sni_hostname": target.host},
        ) as answer,
    ):
        return f"Answered {answer.status_code}", answer.is_success
