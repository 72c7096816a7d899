"""Reads what GitHub and GitLab tell of pull requests, reviews and checks; what an event does not say is left as it was.

GitHub: events `pull_request`, `pull_request_review`, `check_run` and `status` (REST API 2022-11-28). GitLab: merge
request and pipeline events (webhook events, 17).
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from core.approval.code.rules import CheckState, ReviewState
from core.approval.code.values import CodeReport, SaidChange, SaidCheck, SaidReview

REVIEWS = {
    "approved": ReviewState.APPROVED,
    "changes_requested": ReviewState.CHANGES_REQUESTED,
    "commented": ReviewState.COMMENTED,
    "dismissed": ReviewState.DISMISSED,
}
GITLAB_REVIEWS = {
    "approved": ReviewState.APPROVED,
    "approval": ReviewState.APPROVED,
    "unapproved": ReviewState.DISMISSED,
    "unapproval": ReviewState.DISMISSED,
}
PASSED = frozenset({"success", "neutral"})
SKIPPED = frozenset({"skipped", "stale", "canceled", "cancelled", "manual"})
FAILED = frozenset({"failure", "failed", "error", "timed_out", "action_required", "startup_failure"})


def github_report(event: str, body: object) -> CodeReport | None:
    """What the event says of code, or None when it says nothing that is kept."""
    said = _part(body)
    repository = _text(_part(said.get("repository")), "full_name")
    if event in ("pull_request", "pull_request_review"):
        change = _github_change(_part(said.get("pull_request")))
        reviews = (_github_review(_part(said.get("review"))),) if event == "pull_request_review" else ()
        return CodeReport(repository, change=change, reviews=reviews)
    if event == "check_run":
        run = _part(said.get("check_run"))
        at = _moment(_text(run, "completed_at") or _text(run, "started_at"))
        check = SaidCheck(_text(run, "name"), _state(_text(run, "conclusion")), at, _text(run, "head_sha"))
        return CodeReport(repository, checks=(check,))
    if event == "status":
        check = SaidCheck(
            _text(said, "context"), _state(_text(said, "state")), _moment(_text(said, "updated_at")), _text(said, "sha")
        )
        return CodeReport(repository, checks=(check,))
    return None


def gitlab_report(body: object) -> CodeReport | None:
    """What the event says of code, or None when it says nothing that is kept."""
    said = _part(body)
    repository = _text(_part(said.get("project")), "path_with_namespace")
    about = _part(said.get("object_attributes"))
    kind = _text(said, "object_kind")
    if kind == "merge_request":
        user = _part(said.get("user"))
        name = _text(user, "username")
        # an event names the author by number alone, and its own user by number and name
        author = name if user.get("id") is not None and user.get("id") == about.get("author_id") else ""
        change = SaidChange(
            _number(about, "iid"),
            author,
            _text(about, "title")[:500],
            _text(_part(about.get("last_commit")), "id"),
            _text(about, "merge_commit_sha") if _text(about, "state") == "merged" else "",
        )
        state = GITLAB_REVIEWS.get(_text(about, "action"))
        reviews = (SaidReview(name, state, _moment(_text(about, "updated_at"))),) if state else ()
        return CodeReport(repository, change=change, reviews=reviews)
    if kind == "pipeline":
        at = _moment(_text(about, "finished_at") or _text(about, "created_at"))
        check = SaidCheck("pipeline", _state(_text(about, "status")), at, _text(about, "sha"))
        return CodeReport(repository, checks=(check,))
    return None


def _github_change(pull: Mapping[str, object]) -> SaidChange:
    merged = pull.get("merged") is True or bool(_text(pull, "merged_at"))
    return SaidChange(
        _number(pull, "number"),
        _text(_part(pull.get("user")), "login"),
        _text(pull, "title")[:500],
        _text(_part(pull.get("head")), "sha"),
        _text(pull, "merge_commit_sha") if merged else "",
    )


def _github_review(review: Mapping[str, object]) -> SaidReview:
    state = REVIEWS.get(_text(review, "state").lower(), ReviewState.COMMENTED)
    return SaidReview(_text(_part(review.get("user")), "login"), state, _moment(_text(review, "submitted_at")))


def _state(word: str) -> CheckState:
    if word in FAILED:
        return CheckState.FAILED
    if word in SKIPPED:
        return CheckState.SKIPPED
    return CheckState.PASSED if word in PASSED else CheckState.RUNNING


def _part(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(part: Mapping[str, object], name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""


def _number(part: Mapping[str, object], name: str) -> int:
    value = part.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _moment(text: str) -> datetime:
    """A moment in either of their spellings; one that cannot be read counts as the oldest."""
    try:
        found = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
