"""Prints verdicts as a table that reads well in the log of a build."""

from typing import TYPE_CHECKING

from app.cli.columns import columns_of

if TYPE_CHECKING:
    from app.cli.server import Check, Run

HEAD = ("verdict", "required", "metric", "subject", "value", "interval", "threshold", "clause")
NOT_AVAILABLE = "n/a"
WORST_FIRST = {"fail": 0, "insufficient evidence": 1, "pass": 2}


def verdict_table(run: "Run") -> str:
    """One line for each check, the worst first, then why, then the outcome."""
    checks = sorted(run["checks"], key=lambda check: (WORST_FIRST.get(check["verdict"], 0), not check["required"]))
    lines = columns_of([HEAD, *(_line(check) for check in checks)]) if checks else []
    reasons = [f"{_name(check)}: {check['reason']}" for check in checks if check["verdict"] != "pass"]
    outcome = run["verdicts"]["outcome"] if run["verdicts"] else run["status"]
    text = "\n".join([*lines, *([""] if reasons else []), *reasons, "", f"{run['run']}: {outcome}"])
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text).lstrip("\n")


def _line(check: "Check") -> tuple[str, ...]:
    interval, threshold = check["interval"], check["threshold"]
    return (
        check["verdict"],
        "yes" if check["required"] else "no",
        check["metric"],
        check["subject"],
        _figure(check["value"]),
        f"{_figure(interval[0])} to {_figure(interval[1])}" if interval else "",
        f"{check['direction']} {_figure(threshold)}" if threshold is not None else "",
        check["clause"],
    )


def _name(check: "Check") -> str:
    return f"{check['metric']} ({check['subject']})" if check["subject"] else check["metric"]


def _figure(value: float | None) -> str:
    return NOT_AVAILABLE if value is None else f"{value:.4g}"
