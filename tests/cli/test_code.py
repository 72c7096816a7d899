"""`countersign code`: what a pipeline says of the code behind a version."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli.code import add_parser, wish
from app.cli.handover import Misused

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
COMMIT = "ab" * 20


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    base = ["code", "--model", "M0001", "--version", "1.0.0", "--repository", "bank/score", "--commit", COMMIT]
    return parser.parse_args([*base, *words])


def test_a_merge_request_is_said_in_words() -> None:
    said = wish(
        parsed(
            "--pull-request",
            "7",
            "--author",
            "ada",
            "--approved-by",
            "grace, joan",
            "--merged",
            "--check",
            "a=b=passed",
        ),
        now=NOW,
    )

    assert said["pull_request"] == {
        "number": 7,
        "author": "ada",
        "merged_as": COMMIT,
        "reviews": [{"reviewer": name, "state": "approved", "at": NOW.isoformat()} for name in ("grace", "joan")],
    }
    assert said["checks"] == [{"name": "a=b", "state": "passed", "at": NOW.isoformat()}]


def test_what_github_answers_is_taken_as_it_is(tmp_path: Path) -> None:
    pull, reviews = tmp_path / "pull.json", tmp_path / "reviews.json"
    pull.write_text(
        json.dumps(
            {
                "number": 7,
                "title": "Retrain",
                "user": {"login": "ada"},
                "head": {"sha": "cd" * 20},
                "merged_at": "2026-11-20T11:00:00Z",
                "merge_commit_sha": COMMIT,
            }
        )
    )
    reviews.write_text(
        json.dumps(
            [
                {"user": {"login": "grace"}, "state": "APPROVED", "submitted_at": "2026-11-20T10:00:00Z"},
                {"user": {"login": "joan"}, "state": "PENDING"},
            ]
        )
    )

    said = wish(parsed("--github-pull", str(pull), "--github-reviews", str(reviews)), now=NOW)

    assert said["pull_request"] == {
        "number": 7,
        "author": "ada",
        "title": "Retrain",
        "head": "cd" * 20,
        "merged_as": COMMIT,
        "reviews": [{"reviewer": "grace", "state": "approved", "at": "2026-11-20T10:00:00Z"}],
    }


def test_a_commit_alone_is_enough_and_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "pull.json").write_text("[]")

    assert wish(parsed(), now=NOW) == {"repository": "bank/score", "commit": COMMIT, "checks": []}
    with pytest.raises(Misused, match="is not GitHub's answer"):
        wish(parsed("--github-pull", str(tmp_path / "pull.json")), now=NOW)
    with pytest.raises(Misused, match="cannot be read"):
        wish(parsed("--github-pull", str(tmp_path / "none.json")), now=NOW)
    with pytest.raises(Misused, match="passed, failed"):
        wish(parsed("--check", "unit"), now=NOW)
