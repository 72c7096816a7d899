"""Reads of controls, outputs for review and rows in quarantine, for pages and the API."""

from core.monitoring.controls.queries.controls import ControlState, ResultRow, control_states, results
from core.monitoring.controls.queries.held import HeldRow, StreamDraft, held_row, quarantine, stream_draft
from core.monitoring.controls.queries.outputs import (
    Desk,
    Narrowed,
    OpinionRow,
    OutputPage,
    OutputRow,
    Queued,
    QueueFigures,
    desk_of,
    next_output,
    output_page,
    output_queue,
    queue_by_model,
    queue_figures,
)

__all__ = [
    "ControlState",
    "Desk",
    "HeldRow",
    "Narrowed",
    "OpinionRow",
    "OutputPage",
    "OutputRow",
    "QueueFigures",
    "Queued",
    "ResultRow",
    "StreamDraft",
    "control_states",
    "desk_of",
    "held_row",
    "next_output",
    "output_page",
    "output_queue",
    "quarantine",
    "queue_by_model",
    "queue_figures",
    "results",
    "stream_draft",
]
