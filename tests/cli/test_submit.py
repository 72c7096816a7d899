"""`countersign submit` against a real server on loopback: its exit code gates a build."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlmodel import col, func, select

import countersign_client.server
from app.api import handing_in
from app.cli import handover, main
from core.access.rules import TOKEN_SCOPES, Permission
from core.ledger.notes import Verifier
from core.ledger.receipts import parse_receipt, verify_receipt
from core.policy.rules import Task
from core.validation.tables import Evidence
from core.validation.uploads import ColumnMapping
from tests.api.serving import Served, make_template, serving
from tests.api.test_served import free_port
from tests.api.world import World, allow_sources

COMPAS = Path(__file__).parents[2] / "app" / "example" / "data" / "compas_for_aequitas.csv"
COMPAS_COLUMNS = ["--label", "label_value", "--prediction", "score", "--positive", "1", "--sensitive", "race"]
COLUMNS = ["--label", "label", "--prediction", "prediction", "--positive", "1", "--sensitive", "group"]
TARGET = ["--model", "M0001", "--version", "1.0.0"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def served(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(countersign_client.server, "FIRST_PAUSE", 0.01)
    with serving(template, tmp_path) as found:
        monkeypatch.setenv("COUNTERSIGN_URL", found.url)
        monkeypatch.setenv("COUNTERSIGN_TOKEN", found.world.token().secret)
        yield found


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., str]:
    """Writes predictions that are always right, `rows` of them, for two groups of equal rates."""

    def write(rows: int = 1200) -> str:
        lines = [f"{row},{row // 2 % 2},{row // 2 % 2},{'ab'[row % 2]}" for row in range(rows)]
        path = tmp_path / "predictions.csv"
        path.write_text("\n".join(["row_id,label,prediction,group", *lines]) + "\n")
        return str(path)

    return write


def test_predictions_that_meet_the_policy_exit_with_0(
    served: Served, table: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["submit", table(), *TARGET, *COLUMNS])

    out, err = capsys.readouterr()
    assert code == 0, (out, err)
    assert out.rstrip().endswith("R0001: pass")
    assert "impact_ratio" in out
    assert "Handed in 1,200 rows as E0001" in err


def test_compas_fails_on_its_impact_ratio(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """ProPublica, Machine Bias (2016): 58.8 % of African-American and 34.8 % of white defendants score high."""
    code = main(["submit", str(COMPAS), *TARGET, *COMPAS_COLUMNS, "--format", "json"])

    answer = json.loads(capsys.readouterr().out)
    assert code == answer["exit"] == 1
    failed = {check["metric"] for check in answer["run"]["checks"] if check["verdict"] == "fail" and check["required"]}
    assert "impact_ratio" in failed
    assert answer["evidence"]["rows"] == 7214


def test_too_few_rows_exit_with_3(
    served: Served, table: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["submit", table(60), *TARGET, *COLUMNS])

    assert code == 3
    assert "insufficient evidence" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_exits_with_2_and_names_the_line(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.csv"
    path.write_text("label,prediction,group\n1,1,a\n1,1\n")

    code = main(["submit", str(path), *TARGET, *COLUMNS])

    assert code == 2
    assert "line 3" in capsys.readouterr().err


def test_a_missing_scope_exits_with_2_and_says_which(
    served: Served, table: Callable[..., str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    token = served.world.token(scopes=TOKEN_SCOPES - {Permission.EVIDENCE_UPLOAD})
    monkeypatch.setenv("COUNTERSIGN_TOKEN", token.secret)

    code = main(["submit", table(), *TARGET, *COLUMNS])

    assert code == 2
    assert f"Token {token.number} has no scope evidence:upload" in capsys.readouterr().err


def test_a_token_that_is_not_valid_exits_with_2(
    served: Served, table: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "token"
    file.write_text("countersign_nobody\n")

    code = main(["submit", table(), *TARGET, *COLUMNS, "--token-file", str(file)])

    assert code == 2
    assert "not valid" in capsys.readouterr().err


@pytest.mark.parametrize(
    "change",
    [["--token-file", "/nowhere/token"], ["--register", "/nowhere/record.toml"], ["--model", "M0404"]],
    ids=["no token file", "no record", "no such model"],
)
def test_what_cannot_be_done_exits_with_2(served: Served, table: Callable[..., str], change: list[str]) -> None:
    assert main(["submit", table(), *TARGET, *COLUMNS, *change]) == 2


def test_a_file_that_is_not_there_exits_with_2(served: Served, tmp_path: Path) -> None:
    assert main(["submit", str(tmp_path / "none.csv"), *TARGET]) == 2


def test_without_model_and_record_it_exits_with_2(served: Served, table: Callable[..., str]) -> None:
    assert main(["submit", table(), *COLUMNS]) == 2


def test_without_a_token_it_exits_with_2(
    served: Served, table: Callable[..., str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COUNTERSIGN_TOKEN")

    assert main(["submit", table(), *TARGET]) == 2
    assert "COUNTERSIGN_TOKEN" in capsys.readouterr().err


def test_no_verdict_in_time_exits_with_4(
    served: Served, table: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    served.worker.clear()

    code = main(["submit", table(), *TARGET, *COLUMNS, "--wait", "0"])

    assert code == 4
    assert "no verdict in time" in capsys.readouterr().err


def test_without_waiting_it_exits_with_0_once_the_validation_has_started(
    served: Served, table: Callable[..., str]
) -> None:
    served.worker.clear()

    assert main(["submit", table(), *TARGET, *COLUMNS, "--no-wait"]) == 0


def test_a_server_that_is_not_there_exits_with_4(
    served: Served, table: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["submit", table(), *TARGET, "--url", f"http://127.0.0.1:{free_port()}"])

    assert code == 4
    assert "cannot be reached" in capsys.readouterr().err


class Stranger(BaseHTTPRequestHandler):
    """A server that is not ours."""

    def do_PUT(self) -> None:
        self.send_response(302)
        self.send_header("Location", "https://sign-in.example.test/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_server_that_is_not_ours_exits_with_4_and_gets_no_second_request(
    served: Served, table: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    with HTTPServer(("127.0.0.1", 0), Stranger) as stranger:
        thread = threading.Thread(target=stranger.handle_request)
        thread.start()
        code = main(["submit", table(), *TARGET, "--url", f"http://127.0.0.1:{stranger.server_port}"])
        thread.join(timeout=20)

    assert code == 4
    assert "sign-in.example.test" in capsys.readouterr().err


def test_the_same_key_again_is_the_same_evidence_and_verdict(
    served: Served, table: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["submit", table(), *TARGET, *COLUMNS, "--idempotency-key", "build-7", "--format", "json"]
    first = main(words), json.loads(capsys.readouterr().out)

    second = main(words), json.loads(capsys.readouterr().out)

    assert second == first
    with served.world.place.store.reading() as session:
        assert session.exec(select(func.count()).select_from(Evidence)).one() == 1


def test_the_receipt_is_written_for_an_auditor(served: Served, table: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "receipt.tlog-proof"

    main(["submit", table(), *TARGET, *COLUMNS, "--receipt", str(path), "--no-wait"])

    entry = path.with_name("receipt.tlog-proof.entry").read_bytes()
    verify_receipt(parse_receipt(path.read_text()), entry, Verifier.parse(served.world.place.ledger.vkey))
    assert json.loads(entry)["action"] == "evidence.uploaded"


FURTHER = ["--row-id", "row_id", "--scenario", "scenario"]


def kept(world: World) -> list[tuple[str, str, ColumnMapping]]:
    """Kind, file name and mapping of the evidence, in the order in which it came."""
    with world.place.store.reading() as session:
        rows = session.exec(select(Evidence).order_by(col(Evidence.id))).all()
    return [(row.kind.value, row.filename, ColumnMapping.from_json(row.mapping)) for row in rows]


def test_further_files_are_handed_in_before_the_validation_starts(
    served: Served, table: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    predictions = Path(table())
    noise, train = tmp_path / "noise.csv", tmp_path / "train?set=1.csv"
    header, *rows = predictions.read_text().splitlines()
    noise.write_text("\n".join([f"{header},scenario", *(f"{row},{kind}" for row in rows for kind in "xy")]))
    train.write_text(predictions.read_text())
    also = ["--also", f"training-data={train}", "--also", f"baseline-predictions={predictions}"]
    also += ["--also", f"perturbed-predictions={noise}"]

    code = main(["submit", str(predictions), *TARGET, *COLUMNS, *FURTHER, *also, "--format", "json"])

    answer = json.loads(capsys.readouterr().out)
    assert code in (0, 1, 3), answer
    found = kept(served.world)
    assert [kind for kind, _, _ in found] == [
        "training data",
        "baseline predictions",
        "perturbed predictions",
        "predictions",
    ]
    assert found[0] == ("training data", "train_set=1.csv", ColumnMapping())
    assert found[1][2] == found[3][2]
    assert (found[2][2].scenario, found[2][2].sensitive, found[3][2].scenario) == ("scenario", (), None)
    assert [one["evidence"] for one in answer["further"]] == ["E0001", "E0002", "E0003"]
    assert answer["evidence"]["evidence"] == "E0004"


def test_what_the_columns_of_a_further_file_mean_may_follow_it(
    served: Served, table: Callable[..., str], tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("who,guess\n1,1\n2,0\n")
    also = f"baseline-predictions={other}?prediction=guess&positive=1&row_id=who"

    code = main(["submit", table(), *TARGET, *COLUMNS, "--no-start", "--also", also])

    assert code == 0
    assert kept(served.world)[0][2] == ColumnMapping(prediction="guess", positive_label="1", row_id="who")


def test_every_role_of_a_column_can_be_said(served: Served, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("y,p,age,income,sex,race,a\n" + "1.5,1.25,3,4,m,b,0.5\n" * 40)
    words = "--task regression --label y --prediction p --feature age --feature income --control race --sensitive sex "
    words += "--number a --audit-sex sex --audit-race race --class-probability a=a"

    code = main(["submit", str(path), *TARGET, "--no-start", *words.split(), "--audit-because", "Too few to compare"])

    assert code == 0
    assert kept(served.world)[0][2] == ColumnMapping(
        label="y",
        prediction="p",
        task="regression",
        features=("age", "income"),
        controls=("race",),
        sensitive=("sex",),
        numbers=("a",),
        probabilities=("a=a",),
        audit_sex="sex",
        audit_race="race",
        audit_because="Too few to compare",
    )


def test_one_kind_alone_can_be_handed_in_without_a_validation(
    served: Served, table: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["submit", table(), *TARGET, "--kind", "reference-data", "--no-start", "--format", "json"])

    answer = json.loads(capsys.readouterr().out)
    assert (code, answer["run"], answer["evidence"]["kind"]) == (0, None, "reference data")


def test_a_file_that_the_server_fetches_is_validated(
    served: Served, table: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    allow_sources(served.world, str(tmp_path))

    code = main(["submit", "--reference", table(), *TARGET, *COLUMNS])

    out, err = capsys.readouterr()
    assert code == 0, (out, err)
    assert "Handed in 1,200 rows as E0001" in err


def test_a_reference_that_is_not_allowed_exits_with_2_and_says_the_way_out(
    served: Served, table: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["submit", table(), *TARGET, *COLUMNS, "--also", "training-data=s3://evidence/train.parquet"])

    assert code == 2
    err = capsys.readouterr().err
    assert "s3://evidence/train.parquet: Refused (403)" in err
    assert "COUNTERSIGN_EVIDENCE_SOURCES" in err
    assert kept(served.world) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Name a FILE"),
        (["predictions.csv", "--reference", "/data/p.csv"], "not both"),
        (["predictions.csv", "--also", "predictions=predictions.csv"], "predictions is named twice"),
        (["predictions.csv", "--also", "minutes=predictions.csv"], "KIND=FILE"),
        (["predictions.csv", "--also", "scenarios"], "KIND=FILE"),
        (["predictions.csv", "--also", "scenarios=none.json"], "There is no file none.json"),
        (["predictions.csv", "--also", "attributions=predictions.csv?row_id"], "NAME=VALUE"),
    ],
)
def test_what_is_to_be_handed_in_must_be_plain(
    table: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    table(2)
    monkeypatch.chdir(tmp_path)

    assert main(["submit", *words, *TARGET]) == 2
    assert said in capsys.readouterr().err


def test_the_kinds_and_tasks_of_the_command_are_those_of_the_api() -> None:
    assert set(handover.KINDS) == set(handing_in.KINDS)
    assert set(handover.TASKS) == set(Task)


def a_record(world: World) -> str:
    return f"""
[model]
name = "Registered by a build"
purpose = "Ranks applications for review."
business_line = "Lending"
owner = "{world.cast.owner.id}"
exposure = "low"
purpose_class = "operational"

[version]
version = "1.0.0"
intended_use = "Support for a person's decision."
limitations = "Not shown to work elsewhere."
rationale = "First version."
training_dataset = "Applications 2025"
test_dataset = "Applications 2026"

[[datasets]]
name = "Applications"
version = "2025"
source = "warehouse"

[[datasets]]
name = "Applications"
version = "2026"
source = "warehouse"
"""


def test_a_record_is_registered_first(
    served: Served, table: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model.toml"
    path.write_text(a_record(served.world))

    code = main(["submit", table(), "--register", str(path), *COLUMNS])

    assert code == 0
    assert "Registered M0002 1.0.0" in capsys.readouterr().err


def test_help_lists_every_command_and_loads_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    out = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(name in out for name in ("serve", "worker", "submit", "assess", "verify"))


@pytest.mark.parametrize(
    "words", [["no-such-command"], ["submit", "f.csv", "--kind", "minutes"], ["submit", "f.csv", "--wait", "soon"]]
)
def test_words_that_make_no_command_exit_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == 2


def test_without_a_command_it_shows_help_and_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "submit" in capsys.readouterr().err
