"""Where a webhook may go."""

import pytest

from app.delivery.guard import check_address, is_public, parse_hosts, resolve_target
from core.errors import Unreadable

HOSTS = parse_hosts("hooks.example.org, ci.corp:8080=internal")
INNER = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::",
    "2001:0:7f00:1::", "::127.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_no_address_inside_passes_for_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example.org/x",
        "https://other.example.org/x",
        "https://hooks.example.org.evil.test/x",
        "https://hooks.example.org@evil.test/x",
        "https://user:secret@hooks.example.org/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://ci.corp/x",
        "http://ci.corp:8081/x",
        "ftp://ci.corp:8080/x",
        "file:///etc/passwd",
        "https://hooks.example.org:99999/x",
        "https://hooks.example.org/x#y",
        "https://hooks.example.org/a b",
        "//hooks.example.org/x",
        "",
    ],
)
def test_what_the_installation_does_not_name_is_refused_before_anything_is_asked(address: str) -> None:
    def nobody(_host: str, _port: int) -> list[str]:
        raise AssertionError("asked")

    with pytest.raises(Unreadable):
        resolve_target(address, HOSTS, nobody)


def test_a_name_that_leads_inside_is_refused_even_beside_a_public_address() -> None:
    for found in (["10.0.0.1"], ["93.184.215.14", "169.254.169.254"], []):
        with pytest.raises(Unreadable):
            resolve_target("https://hooks.example.org/x", HOSTS, lambda _host, _port, found=found: found)


def test_the_address_that_was_checked_is_the_one_that_is_reached() -> None:
    target = resolve_target("https://HOOKS.example.org/x?y=1", HOSTS, lambda _host, _port: ["93.184.215.14"])

    assert (target.address, target.host, target.port, target.path) == (
        "93.184.215.14", "hooks.example.org", 443, "/x?y=1",
    )  # fmt: skip


def test_an_internal_host_is_reached_only_where_the_installation_says_so() -> None:
    assert resolve_target("http://ci.corp:8080/", HOSTS, lambda _host, _port: ["10.0.0.9"]).address == "10.0.0.9"
    assert check_address("https://ci.corp:8080/", HOSTS).internal


@pytest.mark.parametrize("written", ["*", "10.0.0.1:x", "a b", "host=outside", "-a", "host:123456"])
def test_a_list_of_hosts_that_cannot_be_read_is_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  its words are the setting's
        parse_hosts(written)
