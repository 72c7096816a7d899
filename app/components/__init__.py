"""Widgets that several pages use; each owns its session state, none knows a use case."""

from app.components.empty import empty
from app.components.facts import facts
from app.components.filters import choose, clear_filters, filter_row, search
from app.components.head import Back, fact, facts_line, head, head_with_actions, section
from app.components.paging import Window, paged
from app.components.refusals import act_button, attempt, blocked
from app.components.status import label, status
from app.components.table import table
from app.components.text import link, paragraphs, plain, whole

__all__ = [
    "Back",
    "Window",
    "act_button",
    "attempt",
    "blocked",
    "choose",
    "clear_filters",
    "empty",
    "fact",
    "facts",
    "facts_line",
    "filter_row",
    "head",
    "head_with_actions",
    "label",
    "link",
    "paged",
    "paragraphs",
    "plain",
    "search",
    "section",
    "status",
    "table",
    "whole",
]
