"""Signatures against the published examples of those who define them."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest

from core.approval.hooks.signing import (
    derived_secret,
    github_signature_holds,
    gitlab_token_holds,
    secret_words,
    signature,
    signature_holds,
)

# GitHub, "Validating webhook deliveries", section "Testing the webhook payload validation"
GITHUB = (
    b"It's a Secret to Everybody",
    b"Hello, World!",
    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
)
# Standard Webhooks, test vector of the reference libraries (also in Svix's documentation on manual verification)
STANDARD = (
    b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    datetime.fromtimestamp(1614265330, UTC),
    '{"test": 2432232314}',
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
)


def test_the_example_of_github_holds_and_nothing_near_it() -> None:
    secret, body, given = GITHUB

    assert github_signature_holds(secret, body, given)
    for other in (given[:-1], given.upper(), given.removeprefix("sha256="), "sha1=" + given[7:], "", "é"):
        assert not github_signature_holds(secret, body, other)
    assert not github_signature_holds(secret, body + b" ", given)


def test_the_vector_of_standard_webhooks_is_what_we_send() -> None:
    secret, message, at, body, expected = STANDARD

    assert signature(secret, message, at, body) == expected


def test_a_receiver_takes_one_of_several_signatures_within_five_minutes() -> None:
    secret, message, at, body, expected = STANDARD
    second = str(int(at.timestamp()))

    assert signature_holds(secret, message, second, body, f"v1,AAAA {expected}", now=at + timedelta(minutes=5))
    assert not signature_holds(secret, message, second, body, expected, now=at + timedelta(minutes=5, seconds=1))
    assert not signature_holds(secret, message, second, body + " ", expected, now=at)
    assert not signature_holds(secret, message, "soon", body, expected, now=at)


def test_gitlab_sends_the_secret_itself() -> None:
    assert gitlab_token_holds(b"whsec_x", "whsec_x")
    assert not gitlab_token_holds(b"whsec_x", "whsec_y")
    assert not gitlab_token_holds(b"whsec_x", "")


@pytest.mark.parametrize("other", [("webhook", "W0002", 1), ("webhook", "W0001", 2), ("code", "W0001", 1)])
def test_every_endpoint_has_a_secret_of_its_own(other: tuple[str, str, int]) -> None:
    first = derived_secret(b"k" * 32, "webhook", "W0001", 1)

    assert derived_secret(b"k" * 32, *other) != first
    assert derived_secret(b"l" * 32, "webhook", "W0001", 1) != first
    assert secret_words(first).startswith("whsec_")
    assert len(b64decode(secret_words(first)[6:])) == 32
