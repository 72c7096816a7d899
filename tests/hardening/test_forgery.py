"""Forms of other sites, addresses that lead elsewhere, and texts that would become headers: none of them does."""

from urllib.parse import quote

import pytest
from sqlmodel import func, select

from app.handouts import _attached
from app.throttle import FAILURES
from core.access.tables import Person, SignInCode, SignInSession
from core.ledger.tables import LogEntry
from tests.hardening.conftest import House

FOREIGN = {"origin": "https://evil.example", "referer": "https://evil.example/", "sec-fetch-site": "cross-site"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
CLIMBING = [
    "../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..\\..\\windows", "....//etc/passwd",
    "/etc/passwd", "%00", "X0001%00.pdf", "X0001%0d%0aset-cookie:a=b", "C:\\x", "~root", "．．／etc",
]  # fmt: skip


def counted(house: House) -> list[int]:
    """How many there are of what a forged form would make."""
    tables = (Person, SignInSession, SignInCode, LogEntry)
    with house.place.store.reading() as session:
        return [session.exec(select(func.count()).select_from(table)).one() for table in tables]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/idp/login", "ticket=guessed&username=ida&password=correct+horse"),
        ("/setup", "ticket=guessed&name=Eve&username=eve&password=correct+horse+staple&repeated=correct+horse+staple"),
        ("/idp/token", "grant_type=authorization_code&code=guessed&client_id=countersign&client_secret=guessed"),
        ("/api/models", '{"model": {}}'),
        ("/_stcore/upload_file/session/file", "x=1"),
    ],
)
def test_a_form_of_another_site_changes_nothing(house: House, path: str, form: str) -> None:
    """A browser would send the cookie with it if SameSite did not stop that; even then nothing happens."""
    client = house.signed_in(house.cast.administrator)
    before = counted(house)

    answer = client.post(path, content=form, headers=FORM | FOREIGN)

    assert answer.status_code in (303, 400, 401, 404, 415)
    assert "set-cookie" not in answer.headers
    assert counted(house) == before


@pytest.mark.parametrize("path", ["/exports/X0001/file", "/exports/inventory.csv", "/api/models", "/metrics", "/setup"])
def test_no_address_that_is_read_is_changed_by_another_method(house: House, path: str) -> None:
    client = house.signed_in(house.cast.auditor)
    before = counted(house)

    for method in ("PUT", "PATCH", "DELETE", "TRACE"):
        assert client.request(method, path, headers=FOREIGN).status_code in (401, 404, 405)
    assert counted(house) == before


@pytest.mark.parametrize("part", CLIMBING)
def test_no_address_leads_out_of_its_folder(house: House, part: str) -> None:
    client = house.signed_in(house.cast.auditor)
    secret = house.place.settings.data_dir / "passwd"
    secret.write_text("root:planted")
    sent = part if "%" in part else quote(part, safe="/.\\~:")

    for address in (
        f"/exports/{sent}/file", f"/exports/{sent}/evidently", f"/exports/{sent}/document",
        f"/exports/{sent}/population", f"/exports/{sent}/attributes",
        f"/exports/events/{sent}/bundle", f"/exports/events/{sent}/receipt", f"/exports/M0001/1.0.0/{sent}",
        f"/exports/finding-evidence?finding=F0001&digest={quote(part)}", f"/exports/templates/models.{sent}",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code in (400, 403, 404, 422), address
        assert "root:" not in answer.text
        assert "set-cookie" not in answer.headers


def test_a_form_without_end_is_refused(house: House) -> None:
    client = house.client()
    endless = (b"username=" + b"a" * 65536 for _ in range(64))

    answer = client.post("/idp/login", content=endless, headers=FORM)

    assert answer.status_code in (400, 413)


def test_a_set_up_link_cannot_be_guessed_for_long(house: House) -> None:
    client = house.client()
    statuses = [client.post("/setup", content="ticket=x", headers=FORM).status_code for _ in range(FAILURES + 1)]

    assert set(statuses[:-1]) == {400}
    assert statuses[-1] == 429


@pytest.mark.parametrize("name", ['a".html', "a\r\nset-cookie: b=c", "\u202egpj.exe", "é.csv", "a;b"])
def test_no_name_of_a_download_ends_its_header(name: str) -> None:
    headers = _attached("x", "text/plain", name).headers

    assert "\n" not in headers["content-disposition"]
    assert "\r" not in headers["content-disposition"]
    assert headers["content-disposition"].count('"') in (0, 2)
    assert "set-cookie" not in headers
