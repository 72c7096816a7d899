"""Where a version stands in the five steps of the cycle, said in one badge and one deciding fact each."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.components import link, plain, status
from app.components.formats import counted, day
from app.components.steps import Step
from app.views.figures import figure, required, title_of
from app.views.model_reading import Reading
from app.views.monitoring.figures import figure as monitor_figure
from app.views.monitoring.figures import named, threshold
from app.work.tasks import urgency
from core.approval.queries import ChangeRow
from core.approval.rules import OPEN, ChangeStatus
from core.improvement.incidents.queries import IncidentRow
from core.improvement.incidents.rules.life import FINAL
from core.inventory.rules import Stage
from core.metrics.verdicts import Verdict
from core.monitoring.checks.queries import ModelState
from core.validation.tables import CheckResult

CONCLUDED = frozenset({Stage.VALIDATED, Stage.NOT_VALIDATED, Stage.IN_APPROVAL, Stage.APPROVED, Stage.IN_PRODUCTION})


def five_steps(
    reading: Reading, monitored: ModelState | None, incidents: Sequence[IncidentRow], at: datetime
) -> tuple[Step, ...]:
    """Map, validate, approve, monitor, improve."""
    return (
        _map(reading, at),
        Step("2 Validate", *_validate(reading)),
        Step("3 Approve", *_approve(reading.into_use, at)),
        Step("4 Monitor", *_monitor(reading, monitored, at)),
        Step("5 Improve", *_improve(reading, incidents)),
    )


def _improve(reading: Reading, incidents: Sequence[IncidentRow]) -> tuple[str, str, str]:
    """The newest incident that is not over, otherwise the newest one, and the way to all of them."""
    way = link("Incidents", "/incidents", model_number=reading.model.number)
    if not incidents:
        return status("Not started"), "No incident on record", way
    standing = [row for row in incidents if row.incident.status not in FINAL]
    row = (standing or list(incidents))[0]
    said = f"{row.incident.number} {plain(row.incident.title)}"
    rest = f", {counted(row.pending, 'action')} open" if row.pending else ""
    return status(row.incident.status), f"{said}{rest}", way


def _monitor(reading: Reading, monitored: ModelState | None, at: datetime) -> tuple[str, str, str]:
    """How production stands by its checks, and the way there."""
    way = link("Monitoring", "/monitored", model=reading.model.number)
    if monitored is None:
        return status("Not started"), "Not in production, and no data came", way
    came = f", last data {day(monitored.last_data_at, today=at)}" if monitored.last_data_at else ""
    worst = monitored.worst
    if monitored.error:
        return status(monitored.state), plain(monitored.error), way
    if worst is None:
        return status(monitored.state), f"Nothing was checked yet{came}", way
    said = f"{named(worst)} {monitor_figure(worst.metric, worst.value)}"
    return status(monitored.state), f"{said} ({threshold(worst.metric, worst.lower, worst.upper)}){came}", way


def _map(reading: Reading, at: datetime) -> Step:
    model = reading.model
    badge = status(*urgency(model.next_review, at, "Met"))
    review = f"Next review {day(model.next_review, today=at)}" if model.next_review else "No review planned"
    return Step("1 Map", badge, f"Tier {model.tier}, registered {day(model.registered_at, today=at)}", review)


def _validate(reading: Reading) -> tuple[str, str, str]:
    held, run = reading.held, reading.held.latest_run
    if reading.pending_run is not None:
        pending = reading.pending_run
        return status(pending.status), plain(pending.step or "Waits for the worker"), pending.number
    if not held.evidence:
        return status("Not started"), "No predictions handed in", ""
    if run is None:
        return status("Waiting"), "Predictions handed in", "No validation started"
    if not reading.run_is_current:
        return status("Waiting"), f"New predictions since {run.number}", "Start the validation again"
    failed, missing = held.verdicts(Verdict.FAIL), held.verdicts(Verdict.INSUFFICIENT)
    passed = len(held.checks) - len(failed) - len(missing)
    said = f"{passed} of {counted(len(held.checks), 'check')} passed"
    return _result(reading, failed, missing), _telling(reading, (*failed, *missing)), said


def _result(reading: Reading, failed: Sequence[CheckResult], missing: Sequence[CheckResult]) -> str:
    """The conclusion where one stands, otherwise the worst required verdict."""
    if reading.version.stage in CONCLUDED and reading.held.conclusions:
        return status(reading.held.conclusions[0].outcome)
    lost = [check for check in failed if check.required]
    if lost:
        return status("Failed", f"{len(lost)} of {len(reading.held.checks)}")
    if any(check.required for check in missing):
        return status("Not enough evidence")
    return status("Watch") if failed else status("Passed")


def _telling(reading: Reading, wanting: Sequence[CheckResult]) -> str:
    """The first figure that stops the version, or that asks for attention; otherwise that none does."""
    ordered = sorted((check for check in wanting if check.required or check.value is not None), key=_required_first)
    if not ordered:
        return "Every required check met its threshold"
    check = ordered[0]
    return (
        f"{plain(title_of(check, reading.policy.policy))} {figure(check, interval=False)}, required {required(check)}"
    )


def _required_first(check: CheckResult) -> bool:
    return not check.required


def _approve(changes: Sequence[ChangeRow], at: datetime) -> tuple[str, str, str]:
    if not changes:
        return status("Not started"), "Approval not requested", ""
    change = changes[0]
    votes = f"{change.approvals} of {counted(change.quorum, 'vote')}"
    if change.status in OPEN:
        said = f"{votes}, due {day(change.due_at, today=at)}"
        return status(*urgency(change.due_at, at, "In review")), said, change.number
    words: Mapping[ChangeStatus, str] = {
        ChangeStatus.APPROVED: f"{votes}, waits for execution",
        ChangeStatus.EXECUTED: f"Approved with {votes}",
    }
    decided = f"{change.number}, decided {day(change.decided_at, today=at)}"
    return status(change.status), words.get(change.status, f"Requested {day(change.requested_at, today=at)}"), decided
