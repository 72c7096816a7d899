"""A pipeline names a file and the server fetches it: from allowed folders and buckets, and from nowhere else."""

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer
from pyarrow.fs import S3FileSystem
from sqlmodel import select

import app.api.routes.references as route
import app.references
from app.references import fetched
from app.settings import SettingError, load
from app.sources import parse_address
from core.access.rules import TOKEN_SCOPES, Permission
from core.errors import Unreadable
from core.ledger.events import Event
from core.ledger.tables import LogEntry, LogPayload
from core.validation.tables import Evidence
from tests.api.test_access import assert_problem
from tests.api.test_predictions import FILE, MAPPING, PATH, a_file_with_addresses, drafted, left_over, stored
from tests.api.test_served import free_port
from tests.api.world import World, allow_sources

__all__ = ["drafted"]
SOURCES = "COUNTERSIGN_EVIDENCE_SOURCES"
REFER = "models/M0001/versions/1.0.0/evidence/predictions/reference"
BUCKET = "s3://evidence/models/"


@pytest.fixture
def parquet(tmp_path: Path) -> bytes:
    """The predictions as Parquet, as bytes."""
    source, table = tmp_path / "made.csv", tmp_path / "made.parquet"
    source.write_bytes(FILE)
    pq.write_table(pyarrow.csv.read_csv(source), table)
    return table.read_bytes()


@pytest.fixture
def shelf(drafted: World, tmp_path: Path) -> Path:
    """A folder that is allowed as a source, beside the bucket's part."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    allow_sources(drafted, f"{folder}, {BUCKET}")
    return folder


def refer(world: World, address: object, *, path: str = REFER, **headers: str) -> httpx.Response:
    return world.client().post(path, params=MAPPING, json={"address": str(address)}, headers=headers)


def entries(world: World, action: Event) -> list[dict[str, object]]:
    """The particulars of the ledger's entries of this kind."""
    with world.place.store.reading() as session:
        query = select(LogPayload.body).join(LogEntry, LogEntry.idx == LogPayload.entry_id)
        bodies = session.exec(query.where(LogEntry.action == action.value).order_by(LogEntry.idx)).all()
    return [json.loads(body) for body in bodies]


def refusal_of(response: httpx.Response) -> str:
    """The one reason of a refusal, with the sentence that says it."""
    refusals = assert_problem(response, 403, "refused")["refusals"]
    assert isinstance(refusals, list)
    assert [one["code"] for one in refusals] == ["source-not-allowed"]
    return str(refusals[0]["message"])


def test_a_referenced_file_is_the_same_evidence_as_the_file_sent(drafted: World, shelf: Path, parquet: bytes) -> None:
    (shelf / "p.parquet").write_bytes(parquet)
    sent = drafted.client().put(PATH, params={"filename": "p.parquet", **MAPPING}, content=parquet).json()

    response = refer(drafted, shelf / "p.parquet")

    assert response.status_code == 200, response.text
    answer = response.json()
    same = ("rows", "file_digest", "table_digest", "mapping", "personal_data", "kind")
    assert {name: answer[name] for name in same} == {name: sent[name] for name in same}
    assert answer["file_digest"] == hashlib.sha256(parquet).hexdigest()
    assert left_over(drafted) == []


def test_the_ledger_says_where_the_file_came_from(drafted: World, shelf: Path) -> None:
    (shelf / "p.csv").write_bytes(FILE)
    drafted.client().put(PATH, params={"filename": "p.csv", **MAPPING}, content=FILE)

    refer(drafted, shelf / "p.csv")

    sent, referred = entries(drafted, Event.EVIDENCE_UPLOADED)
    assert "address" not in sent
    assert referred["address"] == str(shelf / "p.csv")
    with drafted.place.store.reading() as session:
        assert session.exec(select(Evidence.filename)).all() == ["p.csv", "p.csv"]


def test_other_kinds_are_referred_to_as_well(drafted: World, shelf: Path) -> None:
    (shelf / "train.csv").write_bytes(FILE)

    response = refer(drafted, shelf / "train.csv", path=REFER.replace("predictions/", "training-data/"))

    assert response.json()["kind"] == "training data"


def test_without_allowed_sources_nothing_is_fetched_and_the_way_out_is_said(drafted: World, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_bytes(FILE)

    response = refer(drafted, tmp_path / "p.csv")

    assert "switched off" in refusal_of(response)
    assert SOURCES in response.text
    assert [one["reasons"] for one in entries(drafted, Event.ACT_REFUSED)] == ["source-not-allowed"]
    assert stored(drafted) == (0, 0)


@pytest.mark.parametrize(
    "where",
    [
        "{outside}/p.csv",
        "{outside}/none.csv",
        "{shelf}/../outside/p.csv",
        "{shelf}-two/p.csv",
        "{shelf}/link.csv",
        "{shelf}/folder/p.csv",
        "{shelf}/folder/none.csv",
        "{data}/keys/p.csv",
        "/proc/self/environ.csv",
        "s3://evidence/other/p.csv",
        "s3://evidence-2/models/p.csv",
        "s3://evidence/modelsx/p.csv",
    ],
)
def test_what_lies_elsewhere_is_refused_in_the_same_words_whether_or_not_it_exists(
    drafted: World, shelf: Path, where: str
) -> None:
    data, outside = drafted.place.settings.data_dir, shelf.parent / "outside"
    for folder in (outside, shelf.with_name("shelf-two"), data / "keys"):
        folder.mkdir(parents=True)
        (folder / "p.csv").write_bytes(FILE)
    (shelf / "link.csv").symlink_to(outside / "p.csv")
    (shelf / "folder").symlink_to(outside)
    allow_sources(drafted, f"{shelf},{data.parent / 'data'},{BUCKET}")

    response = refer(drafted, where.format(outside=outside, shelf=shelf, data=data))

    words = refusal_of(response)
    assert words == "The address lies outside the folders and buckets that are allowed as sources"
    assert stored(drafted) == (0, 0)
    assert left_over(drafted) == []


def test_a_link_within_the_folder_is_followed(drafted: World, shelf: Path) -> None:
    (shelf / "v2.csv").write_bytes(FILE)
    (shelf / "latest.csv").symlink_to("v2.csv")

    assert refer(drafted, shelf / "latest.csv").status_code == 200


def test_a_link_that_is_put_in_the_way_after_it_was_allowed_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "p.csv").write_bytes(FILE)
    address = parse_address(str(tmp_path / "shelf" / "p.csv"))
    (tmp_path / "shelf").rmdir()
    (tmp_path / "shelf").symlink_to("secret")

    with pytest.raises(Unreadable, match="no such file"), fetched(address, tmp_path / "incoming", limit=1 << 20):
        pytest.fail("the link was followed")


@pytest.mark.parametrize(
    "address",
    [
        "file:///shelf/p.csv",
        "http://127.0.0.1/p.csv",
        "https://s3.amazonaws.com/evidence/models/p.csv",
        "p.csv",
        "",
        "s3://",
        "s3://evidence",
        "s3://evidence/models/../../other/p.csv",
        "s3://evidence/models//p.csv",
        "s3://key:swordfish@evidence/models/p.csv",
        "s3://evidence:80/models/p.csv",
        "S3://evidence/models/p.csv",
        "gs://evidence/models/p.csv",
        "/shelf/\x00p.csv",
        "/shelf/p\u202e.csv",
        "~/p.csv",
        "//" + "x" * 1000,
    ],
)
def test_what_is_no_path_and_no_key_is_refused_without_being_repeated(
    drafted: World, shelf: Path, address: str
) -> None:
    response = refer(drafted, address)

    problems = assert_problem(response, 422, "unreadable")["problems"]
    assert isinstance(problems, list)
    assert problems[0]["column"] == "address"
    assert "swordfish" not in response.text


@pytest.mark.parametrize("name", ["id_rsa", "ledger.key", "p.csv.gz", "settings.toml"])
def test_what_is_not_named_as_a_table_is_not_opened(drafted: World, shelf: Path, name: str) -> None:
    (shelf / name).write_bytes(FILE)

    problems = assert_problem(refer(drafted, shelf / name), 422, "unreadable")["problems"]

    assert isinstance(problems, list)
    assert problems[0]["reason"] == "the name is not that of a table"


def test_what_is_not_a_file_is_absent(drafted: World, shelf: Path) -> None:
    (shelf / "folder.csv").mkdir()
    os.mkfifo(shelf / "pipe.csv")

    for name in ("folder.csv", "pipe.csv", "none.csv", "none/none.csv"):
        assert "no such file" in refer(drafted, shelf / name).text
    assert left_over(drafted) == []


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(
    drafted: World, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "FILE_LIMIT", len(FILE) - 1)
    (shelf / "p.csv").write_bytes(FILE)

    assert "the file is too large" in refer(drafted, shelf / "p.csv").text
    assert left_over(drafted) == []


def test_a_referenced_file_is_read_as_strictly_as_one_that_is_sent(drafted: World, shelf: Path) -> None:
    (shelf / "p.csv").write_bytes(FILE + b"60,1\n")

    problems = assert_problem(refer(drafted, shelf / "p.csv"), 422, "unreadable")["problems"]

    assert isinstance(problems, list)
    assert (problems[0]["line"], problems[0]["column"]) == (62, "prediction")
    assert [one["address"] for one in entries(drafted, Event.EVIDENCE_REFUSED)] == [str(shelf / "p.csv")]
    assert stored(drafted) == (0, 0)


def test_personal_data_in_a_referenced_file_is_refused(drafted: World, shelf: Path) -> None:
    (shelf / "p.csv").write_bytes(a_file_with_addresses())

    assert "personal-data" in refer(drafted, shelf / "p.csv").text
    assert stored(drafted) == (0, 0)


def test_a_repeat_gets_the_first_answer_though_the_file_is_gone(drafted: World, shelf: Path) -> None:
    (shelf / "p.csv").write_bytes(FILE)
    client, wish, headers = drafted.client(), {"address": str(shelf / "p.csv")}, {"Idempotency-Key": "build-1"}
    first = client.post(REFER, params=MAPPING, json=wish, headers=headers)
    (shelf / "p.csv").unlink()

    again = client.post(REFER, params=MAPPING, json=wish, headers=headers)

    assert again.json() == first.json()
    assert again.headers["idempotent-replay"] == "true"
    assert stored(drafted)[1] == 1


def test_a_token_without_the_scope_is_told_before_anything_is_fetched(drafted: World, shelf: Path) -> None:
    token = drafted.token(scopes=TOKEN_SCOPES - {Permission.EVIDENCE_UPLOAD})

    response = drafted.client(token.secret).post(REFER, params=MAPPING, json={"address": str(shelf / "none.csv")})

    assert "token-scope" in assert_problem(response, 403, "refused")["refusals"][0]["code"]  # type: ignore[index]


def test_a_field_that_nobody_asked_for_is_refused(drafted: World, shelf: Path) -> None:
    wish = {"address": str(shelf / "p.csv"), "endpoint": "http://127.0.0.1:9"}

    response = drafted.client().post(REFER, params=MAPPING, json=wish)

    assert_problem(response, 422, "unreadable")


@pytest.mark.parametrize(
    "sources",
    [
        "shelf",
        "/",
        "//",
        "file:///data",
        "s3://evidence/models",
        "s3://evidence/../",
        "/data,http://x/",
    ],
)
def test_sources_that_are_neither_folder_nor_part_of_a_bucket_stop_the_start(sources: str) -> None:
    with pytest.raises(SettingError, match=SOURCES):
        load({SOURCES: sources})


# Amazon's S3, as a server of its own on loopback


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def point_to(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a server that uses this object store."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "countersign")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "swordfish")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> S3FileSystem:
    """The object store that the server uses, with a bucket that holds predictions in two places."""
    point_to(s3, monkeypatch)
    files = S3FileSystem(endpoint_override=s3, region="eu-central-1", allow_bucket_creation=True)
    files.create_dir("evidence")
    for key in ("models/p.csv", "other/p.csv"):
        with files.open_output_stream(f"evidence/{key}") as sink:
            sink.write(FILE)
    return files


def test_an_object_is_fetched_piece_by_piece_and_is_the_same_evidence(
    drafted: World, shelf: Path, bucket: S3FileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.references, "PIECE", 100)

    response = refer(drafted, "s3://evidence/models/p.csv")

    assert response.status_code == 200, response.text
    assert response.json()["file_digest"] == hashlib.sha256(FILE).hexdigest()
    (entry,) = entries(drafted, Event.EVIDENCE_UPLOADED)
    assert entry["address"] == "s3://evidence/models/p.csv"
    assert left_over(drafted) == []


def test_an_object_outside_the_allowed_part_of_its_bucket_is_refused(
    drafted: World, shelf: Path, bucket: S3FileSystem
) -> None:
    refusal_of(refer(drafted, "s3://evidence/other/p.csv"))

    assert stored(drafted) == (0, 0)


def test_an_object_that_is_not_there_is_absent(drafted: World, shelf: Path, bucket: S3FileSystem) -> None:
    assert "no such file" in refer(drafted, "s3://evidence/models/none.csv").text


def test_an_object_over_the_limit_is_refused(
    drafted: World, shelf: Path, bucket: S3FileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "FILE_LIMIT", len(FILE) - 1)

    assert "the file is too large" in refer(drafted, "s3://evidence/models/p.csv").text


def test_an_object_store_that_does_not_answer_can_be_asked_again(
    drafted: World, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    point_to(endpoint, monkeypatch)

    response = refer(drafted, "s3://evidence/models/p.csv")

    assert_problem(response, 503, "unavailable")
    assert response.headers["retry-after"] == "2"
    assert not any(word in response.text for word in ("127.0.0.1", "swordfish", "curl"))
    assert left_over(drafted) == []


class Forbidding(BaseHTTPRequestHandler):
    """An object store that lets nobody in."""

    def do_HEAD(self) -> None:
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_an_object_that_the_server_may_not_read_looks_absent(
    drafted: World, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HTTPServer(("127.0.0.1", 0), Forbidding) as store:
        thread = threading.Thread(target=store.serve_forever)
        thread.start()
        point_to(f"http://127.0.0.1:{store.server_port}", monkeypatch)

        response = refer(drafted, "s3://evidence/models/p.csv")

        store.shutdown()
        thread.join(timeout=20)
    assert "no such file, or the server may not read it" in response.text
