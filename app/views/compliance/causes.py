"""Where a deviation is put right: one click from the deviation to its cause."""

from collections.abc import Mapping

from app.components import link, plain
from core.compliance.rules import Cause

Address = tuple[str, dict[str, str]]
OF_VERSION: Mapping[Cause, str] = {Cause.VERSION: "/model", Cause.DOCUMENTS: "/documents"}
OF_KEY: Mapping[Cause, tuple[str, str]] = {
    Cause.MODEL: ("/edit", "model"),
    Cause.CHANGE: ("/approval", "change"),
    Cause.FINDING: ("/finding", "finding"),
    Cause.AUDIT_FINDING: ("/audit", "finding"),
    Cause.AUDIT: ("/audit", "audit"),
    Cause.RUN: ("/report", "run"),
    Cause.DRILL: ("/access_drills", "drill"),
    Cause.BREAK_GLASS: ("/break_glass", "access"),
    Cause.EVENTS: ("/ledger", "about"),
    Cause.DATA: ("/data_classes", "of"),
}
ELSEWHERE: Mapping[Cause, str] = {
    Cause.ACCESS_REVIEW: "/access_reviews",
    Cause.EXCEPTION: "/exceptions",
    Cause.PERSON: "/administration",
    Cause.MESSAGE: "/administration",
    Cause.LEDGER: "/ledger",
    Cause.BIAS_DATA: "/processing",
    Cause.FILE: "/monitor_schedule",  # which says when the last backup was made
}


def address_of(kind: str, key: str) -> Address:
    """The page of this cause and its query."""
    cause, words = Cause(kind), key.split(" ")
    if cause in OF_VERSION:
        return OF_VERSION[cause], {"model": words[0], "version": words[-1]}
    if cause in OF_KEY:
        page, name = OF_KEY[cause]
        return page, {name: key}
    if cause is Cause.PACK:
        return _pack(words)
    return ELSEWHERE[cause], {}


def cause_link(said: str, kind: str, key: str) -> str:
    """The deviation in words, leading to its cause."""
    page, query = address_of(kind, key)
    return link(said, page, **query)


def model_link(model: str) -> str:
    """The model by number; nothing where the deviation is of none."""
    return link(model, "/model", model=model) if model else plain("")


def _pack(words: list[str]) -> Address:
    if len(words) < 3:
        return "/pack", {"pack": words[0]}
    return "/coverage_item", {"model": words[0], "pack": words[1], "item": words[2]}
