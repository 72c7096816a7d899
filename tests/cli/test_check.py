"""`countersign check`: files are judged by a policy on this machine, and the exit code gates a build."""

import csv
import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import app.cli.progress
from app.cli import main
from core.policy.parse import parse_policy
from core.policy.service import default_policy_text
from tests.metrics.published import COMPAS

DEFAULT = default_policy_text()
COLUMNS = ("--label", "label", "--prediction", "prediction", "--positive", "1", "--sensitive", "group")
COMPAS_COLUMNS = ("--label", "label_value", "--prediction", "score", "--positive", "1", "--favourable", "0")
LONGEST_LINE = 96


def rows(count: int = 1200, *, refused: str = "") -> str:
    """Predictions that are always right, for two groups of equal rates; of the `refused` group nobody is selected."""
    lines = ["row_id,label,prediction,group,age"]
    for row in range(count):
        group, label = "ab"[row % 2], row // 2 % 2
        lines.append(f"{row},{label},{0 if group == refused else label},{group},{row * 7 % 60}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, str], str]:
    """Writes a file and gives its path as a word of a command."""

    def write(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_bytes(text.encode())
        return str(path)

    return write


Written = Callable[[str, str], str]
Captured = pytest.CaptureFixture[str]


def document(capsys: Captured, *words: str) -> dict[str, object]:
    code = main(["check", *words, "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert found["exit"] == code
    return dict(found)


def test_predictions_that_meet_the_policy_exit_with_0(written: Written, capsys: Captured) -> None:
    code = main(["check", "default", written("good.csv", rows()), *COLUMNS])

    out = capsys.readouterr().out
    assert code == 0, out
    assert out.rstrip().endswith("good.csv under Model governance 2026.1: pass")
    assert max(map(len, out.splitlines()[:-1])) <= LONGEST_LINE  # the last names the file


def test_compas_fails_on_its_impact_ratio(capsys: Captured) -> None:
    """Expected from counts of the published file: cleared are 41.2 % of African-American and 79.1 % of other people."""
    with COMPAS.open(newline="") as lines:
        people = list(csv.DictReader(lines))
    group = Counter(one["race"] for one in people)
    cleared = Counter(one["race"] for one in people if float(one["score"]) == 0)
    rates = {race: cleared[race] / count for race, count in group.items() if count >= 100}

    code = main(["check", "default", str(COMPAS), *COMPAS_COLUMNS, "--sensitive", "race", "--format", "json"])

    found = json.loads(capsys.readouterr().out)
    assert code == found["exit"] == 1
    (failed,) = [one for one in found["files"][0]["verdicts"] if one["required"] and one["verdict"] == "fail"]
    assert (failed["metric"], failed["subject"], failed["clause"]) == ("impact_ratio", "race", "4.2")
    assert failed["value"] == pytest.approx(min(rates.values()) / max(rates.values()), abs=1e-12)
    assert failed["interval"][0] < failed["value"] < failed["interval"][1] < failed["threshold"]


def test_too_few_rows_exit_with_3(written: Written, capsys: Captured) -> None:
    assert main(["check", "default", written("few.csv", rows(60)), *COLUMNS]) == 3
    assert "60 rows, fewer than the 500" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_exits_with_2_and_names_each_line(written: Written, capsys: Captured) -> None:
    path = written("broken.csv", "label,prediction,group\n1,1,a\n1,1\n0\n")

    code = main(["check", "default", path, *COLUMNS])

    captured = capsys.readouterr()
    assert code == 2
    assert "line 3" in captured.err
    assert "line 4" in captured.err
    assert captured.out == f"{path}: unreadable\n"


def test_a_further_file_that_cannot_be_read_is_named(written: Written, capsys: Captured) -> None:
    training = written("training.csv", "label,group\n1\n")

    code = main(["check", "default", written("good.csv", rows()), *COLUMNS, "--training", training])

    assert code == 2
    assert "training.csv: " in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--training", "--perturbed", "--scenarios", "--schema"])
def test_a_further_file_that_is_not_there_exits_with_2(written: Written, capsys: Captured, option: str) -> None:
    code = main(["check", "default", written("good.csv", rows()), *COLUMNS, option, "nowhere.csv"])

    assert code == 2
    assert "nowhere.csv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DEFAULT.replace("value = 0.80", 'value = "four fifths"', 1), "“value” is missing or not a number"),
        (DEFAULT.replace('metric = "recall"', 'metric = "recal"', 1), "“recal” is not a performance metric"),
        (DEFAULT.replace('clause = "3.1"', "clause =", 1), "Invalid value"),
    ],
    ids=["a word for a number", "an unknown metric", "no TOML"],
)
def test_a_policy_that_cannot_be_read_exits_with_2_and_names_the_line(
    written: Written, capsys: Captured, text: str, said: str
) -> None:
    policy = written("policy.toml", text)
    wrong = next(
        at for at, (old, new) in enumerate(zip(DEFAULT.split("\n"), text.split("\n"), strict=True)) if old != new
    )

    code = main(["check", policy, written("good.csv", rows()), *COLUMNS])

    err = capsys.readouterr().err
    assert code == 2
    assert f"{policy}: line {wrong + 1}: " in err
    assert said in err


def test_a_policy_that_is_not_there_exits_with_2(written: Written, capsys: Captured) -> None:
    found = document(capsys, "no-such-policy.toml", written("good.csv", rows()), *COLUMNS)

    assert (found["exit"], found["policy"], found["outcome"]) == (2, None, "unreadable")


def test_a_policy_that_is_not_text_exits_with_2(tmp_path: Path, written: Written, capsys: Captured) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_bytes(b'name = "x"\nversion = "\xff"\n')

    assert main(["check", str(policy), written("good.csv", rows())]) == 2
    assert "line 2: not UTF-8" in capsys.readouterr().err


def test_of_several_files_each_has_its_outcome_and_the_gravest_decides(written: Written, capsys: Captured) -> None:
    good, few = written("good.csv", rows()), written("few.csv", rows(60))
    unfair, broken = written("unfair.csv", rows(refused="b")), written("broken.csv", "label\n1,2\n")

    codes = [main(["check", "default", *files, *COLUMNS]) for files in ([good, few], [few, unfair], [unfair, broken])]
    out = capsys.readouterr().out
    found = document(capsys, "default", good, few, unfair, broken, *COLUMNS)

    assert codes == [3, 1, 2]
    assert "2 files: insufficient evidence" in out
    assert isinstance(found["files"], list)
    assert [one["outcome"] for one in found["files"]] == ["pass", "insufficient evidence", "fail", "unreadable"]
    assert [one["exit"] for one in found["files"]] == [0, 3, 1, 2]
    assert (found["outcome"], found["exit"]) == ("unreadable", 2)


def test_a_policy_of_the_users_own_decides(written: Written, capsys: Captured) -> None:
    lenient = DEFAULT.replace("value = 0.80", "value = 0.0").replace("value = 0.60", "value = 0.5")
    policy = written("lenient.toml", lenient.replace('"2026.1"', '"2026.1-pilot"'))

    found = document(capsys, policy, written("unfair.csv", rows(refused="b")), *COLUMNS)

    assert found["policy"] == {"name": "Model governance", "version": "2026.1-pilot"}
    assert found["outcome"] == "pass"


def test_a_clause_is_judged_or_says_why_not(written: Written, capsys: Captured) -> None:
    found = document(capsys, "default", written("good.csv", rows()), *COLUMNS)

    assert isinstance(found["files"], list)
    (file,) = found["files"]
    judged, passed_over = ({one["clause"] for one in file[name]} for name in ("verdicts", "not_judged"))
    assert judged | passed_over == {one.clause for one in parse_policy(DEFAULT).thresholds}
    assert judged & passed_over == set()
    reasons = {one["clause"]: one["reason"] for one in file["not_judged"]}
    assert reasons["2.5"] == "Not handed in: training data"
    assert reasons["3.8"] == "It applies to other models than those for binary"


def test_further_files_let_further_clauses_be_judged(written: Written, capsys: Captured) -> None:
    good = written("good.csv", rows())
    training = written(
        "training.csv", "label,group,age\n" + "".join(f"{n % 2},{'ab'[n % 2]},{n % 61}\n" for n in range(900))
    )
    noise = "row_id,prediction,disturbance\n" + "".join(f"{row},{row // 2 % 2},noise\n" for row in range(1200))
    schema = {"columns": [{"name": "age", "type": "number"}, {"name": "salary", "type": "number"}], "open": True}

    found = document(
        capsys,
        *("default", good, *COLUMNS, "--row-id", "row_id", "--control", "age", "--training", training),
        *("--perturbed", written("noise.csv", noise), "--scenario", "disturbance", "--baseline", good),
        *("--schema", written("schema.json", json.dumps(schema))),
    )

    assert isinstance(found["files"], list)
    (file,) = found["files"]
    assert file["problems"] == []
    by_clause = {one["clause"]: one for one in file["verdicts"]}
    assert {"2.5", "2.6", "2.8", "2.9", "3.9", "4.5", "6.1", "6.2", "8.1"} <= set(by_clause)
    assert (by_clause["2.6"]["value"], by_clause["2.6"]["verdict"]) == (1, "fail")  # there is no salary
    assert by_clause["8.1"]["value"] == 0  # no prediction changed


def test_text_from_a_file_cannot_command_a_terminal(written: Written, capsys: Captured) -> None:
    hostile = rows(600).replace("group", "g\x1b[2Jroup")

    main(["check", "default", written("hostile.csv", hostile), *COLUMNS[:6], "--sensitive", "g\x1b[2Jroup"])

    captured = capsys.readouterr()
    assert "roup" in captured.out + captured.err
    assert "\x1b" not in captured.out + captured.err


def test_what_takes_long_says_how_far_it_is_and_what_does_not_is_silent(
    written: Written, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["check", "default", written("good.csv", rows(600)), *COLUMNS, "--format", "json"]
    monkeypatch.setattr(app.cli.progress, "PATIENCE", 3600)
    main(words)
    silent = capsys.readouterr()

    monkeypatch.setattr(app.cli.progress, "PATIENCE", 0)
    main(words)

    spoken = capsys.readouterr()
    assert silent.err == ""
    assert "good.csv: Looking at data quality …" in spoken.err
    assert spoken.out == silent.out


def test_the_step_under_way_is_said_once_the_time_has_come(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.cli.progress, "PATIENCE", 0.01)

    with app.cli.progress.progress("predictions.csv") as say:
        say("A long step")
        for _ in range(500):
            time.sleep(0.01)
            if err := capsys.readouterr().err:
                break

    assert err == "predictions.csv: A long step …\n"


@pytest.mark.parametrize("words", [[], ["default"], ["default", "f.csv", "--task", "guessing"]])
def test_words_that_make_no_check_exit_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", *words])

    assert ended.value.code == 2


# ---- personal data


def with_addresses(count: int = 200) -> str:
    """As `rows`, with an electronic address in each row."""
    head, *lines = rows(count).splitlines()
    return "\n".join([f"{head},contact", *(f"{line},p{place}@mail.example.org" for place, line in enumerate(lines))])


def test_personal_data_that_would_stop_an_upload_exits_with_2_and_names_the_column(
    written: Written, capsys: Captured
) -> None:
    code = main(["check", "default", written("people.csv", with_addresses()), *COLUMNS])

    said = capsys.readouterr()
    assert code == 2
    assert "people.csv: refused" in said.out
    assert "Column “contact” holds personal data" in said.err


def test_a_further_file_is_looked_through_as_well(written: Written, capsys: Captured) -> None:
    training = written("training.csv", with_addresses())

    found = document(
        capsys, "default", written("good.csv", rows(200)), *COLUMNS, "--training", training, "--declare", "contact=Why?"
    )

    assert found["outcome"] == "refused"
    assert "training.csv" in str(found["files"])
