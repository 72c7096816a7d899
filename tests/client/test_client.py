"""`countersign_client` against a real server on loopback."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlmodel import func, select

from core.access.rules import TOKEN_SCOPES, Permission
from core.validation.results import from_json
from core.validation.runs import cancel
from core.validation.tables import Evidence
from countersign_client import Altered, Columns, Countersign, NotInTime, Rejected, Unreachable, verdict_table
from countersign_client.local import checks_of, judge, read_policy
from tests.api.serving import Served
from tests.api.world import a_registration, allow_sources
from tests.builders import NOON, free_port
from tests.client.conftest import Table

RETRAINED = "retrained or recalibrated"
TARGET = ("M0001", "1.0.0")
COLUMNS = Columns(label="label", prediction="prediction", positive="1", sensitive="group", row_id="row_id")


def test_predictions_that_meet_the_policy_pass_as_they_do_without_a_server(
    countersign: Countersign, table: Table
) -> None:
    said = [("label", "label"), ("prediction", "prediction"), ("positive", "1"), ("sensitive", "group")]

    submission = countersign.submit(*TARGET, table(), **COLUMNS)

    assert submission.outcome == "pass"
    assert (submission.run["run"], submission.run["status"]) == ("R0001", "finished")
    assert (submission.evidence["evidence"], submission.evidence["rows"]) == ("E0001", 1200)
    without = judge(read_policy("default"), table(), [*said, ("row_id", "row_id")], further={})
    assert submission.run["checks"] == checks_of(without)
    assert verdict_table(submission.run).endswith("R0001: pass")


def test_a_group_of_which_nobody_is_selected_fails(countersign: Countersign, table: Table) -> None:
    submission = countersign.submit(*TARGET, table(refused="b"), **COLUMNS)

    assert submission.outcome == "fail"
    failed = {check["metric"] for check in submission.run["checks"] if check["verdict"] == "fail"}
    assert "impact_ratio" in failed


def test_the_steps_one_by_one_come_to_the_same(countersign: Countersign, table: Table) -> None:
    evidence = countersign.hand_in(*TARGET, table(), **COLUMNS)
    number = countersign.start(*TARGET)["run"]
    run = countersign.wait(number, 60)
    result = countersign.result(number)

    assert evidence["kind"] == "predictions"
    assert run["verdicts"]
    assert run["verdicts"]["outcome"] == "pass"
    assert run == countersign.run(number)
    assert result.digest == run["result_digest"] == hashlib.sha256(result.content).hexdigest()
    assert from_json(result.content).quality.rows == 1200
    assert result.values()["task"] == "binary"


def test_further_files_are_handed_in_first_and_let_further_clauses_be_judged(
    countersign: Countersign, table: Table, tmp_path: Path
) -> None:
    noise = tmp_path / "noise.csv"
    noise.write_text("row_id,prediction,kind\n" + "".join(f"{row},{row // 2 % 2},noise\n" for row in range(1200)))
    further = {"perturbed-predictions": noise, "training-data": table(900, name="training.csv")}

    columns: Columns = {**COLUMNS, "scenario": "kind"}

    submission = countersign.submit(*TARGET, table(), further=further, **columns)

    assert [one["kind"] for one in submission.further] == ["perturbed predictions", "training data"]
    assert {"2.5", "6.1", "8.1"} <= {check["clause"] for check in submission.run["checks"]}


def test_what_is_said_of_columns_arrives(countersign: Countersign, table: Table) -> None:
    columns: Columns = {
        **COLUMNS,
        "score": "p_yes",
        "probability": True,
        "favourable": "0",
        "control": ["group"],
        "class_probability": {"1": "p_yes", "0": "p_no"},
        "number": ("p_yes", "p_no"),
    }

    evidence = countersign.hand_in(*TARGET, table(), **columns)

    mapping = evidence["mapping"]
    assert (mapping["score"], mapping["probability"], mapping["favourable"]) == ("p_yes", True, "0")
    assert mapping["controls"] == mapping["sensitive"] == ["group"]
    assert mapping["class_probabilities"] == ["1=p_yes", "0=p_no"]
    assert mapping["numbers"] == ["p_yes", "p_no"]


def test_a_column_role_that_does_not_exist_is_refused_before_anything_is_sent(
    countersign: Countersign, table: Table
) -> None:
    with pytest.raises(TypeError, match="lable: not one of"):
        countersign.hand_in(*TARGET, table(), lable="label")  # type: ignore[call-arg]


def test_the_same_key_again_is_the_same_evidence_and_validation(
    served: Served, countersign: Countersign, table: Table
) -> None:
    first = countersign.submit(*TARGET, table(), key="build-7", **COLUMNS)

    second = countersign.submit(*TARGET, table(), key="build-7", **COLUMNS)

    assert second == first
    with served.world.place.store.reading() as session:
        assert session.exec(select(func.count()).select_from(Evidence)).one() == 1


def test_a_file_that_cannot_be_read_is_rejected_with_every_place(countersign: Countersign, tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_text("label,prediction,group\n1,1,a\n1,1\n0\n")

    with pytest.raises(Rejected) as caught:
        countersign.submit(*TARGET, path, label="label", prediction="prediction", positive="1")

    assert (caught.value.status, caught.value.kind) == (422, "unreadable")
    assert [problem.line for problem in caught.value.problems] == [3, 4]
    assert str(caught.value).startswith("broken.csv: Unreadable (422)\n  - line 3")


def test_a_missing_scope_is_rejected_with_the_way_out(served: Served, table: Table) -> None:
    token = served.world.token(scopes=TOKEN_SCOPES - {Permission.VALIDATION_START})
    countersign = Countersign(served.url, token.secret)
    countersign.hand_in(*TARGET, table(), **COLUMNS)

    with pytest.raises(Rejected) as caught:
        countersign.start(*TARGET)

    (refusal,) = caught.value.refusals
    assert (caught.value.status, refusal.code) == (403, "token-scope")
    assert refusal.way_out in str(caught.value)


@pytest.mark.parametrize("ask", ["run", "result"])
def test_a_validation_that_does_not_exist_is_rejected(countersign: Countersign, ask: str) -> None:
    with pytest.raises(Rejected, match="R0404") as caught:
        getattr(countersign, ask)("R0404")

    assert (caught.value.status, caught.value.kind) == (404, "not-found")


def test_a_kind_of_file_that_does_not_exist_is_rejected(countersign: Countersign, table: Table) -> None:
    with pytest.raises(Rejected) as caught:
        countersign.hand_in(*TARGET, table(), "gossip/../predictions")

    assert caught.value.status in {404, 422}


def test_no_verdict_in_time_says_how_far_it_is(served: Served, countersign: Countersign, table: Table) -> None:
    served.worker.clear()

    with pytest.raises(NotInTime, match="it is queued") as caught:
        countersign.submit(*TARGET, table(), seconds=0, **COLUMNS)

    number = caught.value.run["run"]
    with pytest.raises(Rejected) as without:
        countersign.result(number)
    assert (without.value.status, without.value.kind) == (409, "no-result")
    served.worker.set()
    assert countersign.wait(number, 60)["status"] == "finished"


def test_a_validation_that_was_cancelled_has_ended_without_a_verdict(
    served: Served, countersign: Countersign, table: Table
) -> None:
    served.worker.clear()
    countersign.hand_in(*TARGET, table(), **COLUMNS)
    number = countersign.start(*TARGET)["run"]
    place = served.world.place
    cancel(place.store, place.ledger, run=number, actor=served.world.cast.developer, at=NOON)

    run = countersign.wait(number, 60)

    assert (run["status"], run["verdicts"]) == ("cancelled", None)


def test_a_model_and_its_next_version_are_registered(served: Served, countersign: Countersign) -> None:
    record = a_registration(served.world)

    first = countersign.register(record)
    following = {**dict(record["version"]), "version": "1.1.0", "change_kind": RETRAINED}  # type: ignore[call-overload]
    second = countersign.register({"version": following}, model=first["model"])

    assert (first["model"], first["version"]) == ("M0002", "1.0.0")
    assert (second["model"], second["version"]) == ("M0002", "1.1.0")


def test_the_server_fetches_a_file_from_where_that_is_allowed(
    served: Served, countersign: Countersign, table: Table, tmp_path: Path
) -> None:
    allow_sources(served.world, str(tmp_path))

    evidence = countersign.hand_in_reference(*TARGET, str(table()), **COLUMNS)

    assert evidence["rows"] == 1200


def test_an_address_in_s3_is_fetched_by_the_server_and_refused_where_it_is_not_allowed(
    countersign: Countersign,
) -> None:
    with pytest.raises(Rejected) as caught:
        countersign.submit(*TARGET, "s3://elsewhere/predictions.parquet")

    assert [refusal.code for refusal in caught.value.refusals] == ["source-not-allowed"]


def test_a_server_that_is_not_there_is_unreachable(served: Served) -> None:
    with pytest.raises(Unreachable, match="cannot be reached"):
        Countersign(f"http://127.0.0.1:{free_port()}", "countersign_x").run("R0001")


@contextmanager
def a_stranger(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[tuple[str, list[str | None]]]:
    """A server that gives these answers in turn, and the idempotency keys that it was sent."""
    waiting, keys = list(answers), list[str | None]()

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = waiting.pop(0)
            keys.append(self.headers["Idempotency-Key"])
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", keys
        finally:
            server.shutdown()
            thread.join(timeout=20)


JSON = {"Content-Type": "application/json"}


def test_a_result_that_is_not_what_its_digest_says_is_not_taken(served: Served) -> None:
    with a_stranger((200, {**JSON, "ETag": f'"{"0" * 64}"'}, b"{}"), (200, JSON, b"{}")) as (url, _):
        countersign = Countersign(url, "countersign_x")
        for _ in range(2):
            with pytest.raises(Altered, match="R0001"):
                countersign.result("R0001")


def test_a_server_that_restarts_is_asked_again_under_the_same_key(served: Served) -> None:
    started = b'{"run": "R0001", "status": "queued", "ledger": {"index": 1, "receipt": "", "entry": ""}}'

    with a_stranger((503, {}, b""), (502, {}, b""), (202, JSON, started)) as (url, keys):
        answer = Countersign(url, "countersign_x").start(*TARGET)

    assert answer["run"] == "R0001"
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert keys[0]


def test_a_server_that_is_not_ours_is_named_with_where_it_leads(served: Served) -> None:
    with (
        a_stranger((302, {"Location": "https://sign-in.example.org/"}, b"")) as (url, _),
        pytest.raises(Unreachable, match=r"not the API of Countersign.*sign-in\.example\.org"),
    ):
        Countersign(url, "countersign_x").run("R0001")
