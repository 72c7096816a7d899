"""One call to a witness or a time stamp authority: only to allowed hosts, to the address that was checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from app.delivery.guard import AllowedHost, resolve_target
from core.errors import GovernanceError

TIMEOUT = httpx.Timeout(10, connect=3)
MOST_BYTES = 1 << 17
SETTING = "COUNTERSIGN_ANCHOR_HOSTS"


class NoAnswer(GovernanceError):
    """The other side did not answer, or with more than such an answer holds."""


@dataclass(frozen=True)
class Answered:
    """Status and body."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")


def call(
    address: str,
    allowed: Sequence[AllowedHost],
    *,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answered:
    """POST the content, or GET without one; raises `Unreadable` for an address that is not allowed, and `NoAnswer`."""
    target = resolve_target(address, allowed, setting=SETTING)
    shown = f"[{target.address}]" if ":" in target.address else target.address
    standard = target.port == (443 if target.scheme == "https" else 80)
    said = {"Host": target.host if standard else f"{target.host}:{target.port}", "User-Agent": "Countersign-Anchor/1"}
    try:
        with (
            httpx.Client(trust_env=False, follow_redirects=False, timeout=TIMEOUT) as client,
            client.stream(
                "GET" if content is None else "POST",
                f"{target.scheme}://{shown}:{target.port}{target.path}",
                content=content,
                headers={**said, **(headers or {})},
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            body = b""
            for part in answer.iter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise NoAnswer(f"{target.host} answers with more than {MOST_BYTES} bytes")
            return Answered(answer.status_code, body)
    except httpx.HTTPError as error:
        raise NoAnswer(f"{target.host} does not answer ({type(error).__name__})") from error
