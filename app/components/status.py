"""The status vocabulary: a word, a shape and a colour, always in this order and never fewer than all three."""

from collections.abc import Mapping
from types import MappingProxyType

from app.components.text import whole

GOOD, STOPS, ATTENTION, UNDER_WAY, NO_VERDICT = "green", "red", "orange", "blue", "gray"

SHAPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {  # word: (shape from Streamlit's own icon font, Streamlit's name of the colour)
        "Met": ("check_circle", GOOD),
        "May": ("check_circle", GOOD),
        "Passed": ("check_circle", GOOD),
        "Approved": ("check_circle", GOOD),
        "Validated": ("check_circle", GOOD),
        "Healthy": ("check_circle", GOOD),
        "Finished": ("check_circle", GOOD),
        "Ready": ("check_circle", GOOD),
        "Active": ("check_circle", GOOD),
        "Kept": ("check_circle", GOOD),
        "Executed": ("check_circle", GOOD),
        "Shown": ("check_circle", GOOD),
        "Answered": ("how_to_reg", GOOD),
        "In force": ("check_circle", GOOD),
        "Complete": ("check_circle", GOOD),
        "Verified": ("verified", GOOD),
        "Published": ("check_circle", GOOD),
        "Standing": ("check_circle", GOOD),
        "Verified closed": ("verified", GOOD),
        "Holds": ("check_circle", GOOD),
        "Holds again": ("check_circle", GOOD),
        "Promote": ("check_circle", GOOD),
        "Conforms": ("check_circle", GOOD),
        "Closed": ("check_circle", GOOD),
        "Fine": ("check_circle", GOOD),
        "Sound": ("check_circle", GOOD),
        "Confirmed": ("check_circle", GOOD),
        "Within bound": ("check_circle", GOOD),
        "Taken over": ("check_circle", GOOD),
        "In production": ("play_circle", GOOD),
        "Check failed": ("sync_problem", STOPS),
        "Late": ("schedule", ATTENTION),
        "Failed": ("cancel", STOPS),
        "Breach": ("cancel", STOPS),
        "Rejected": ("cancel", STOPS),
        "Not met": ("cancel", STOPS),
        "Not validated": ("cancel", STOPS),
        "Not verified": ("cancel", STOPS),
        "Overdue": ("alarm", STOPS),
        "Deviates": ("cancel", STOPS),
        "Differs": ("cancel", STOPS),
        "Not sound": ("cancel", STOPS),
        "Declined": ("cancel", STOPS),
        "Does not conform": ("cancel", STOPS),
        "Refused": ("block", STOPS),
        "Critical": ("report", STOPS),
        "High": ("report", STOPS),
        "Harmful": ("report", STOPS),
        "Escalate": ("report", STOPS),
        "Above bound": ("cancel", STOPS),
        "Wrong": ("warning", ATTENTION),
        "Held": ("lock", ATTENTION),
        "Rolled back": ("undo", ATTENTION),
        "Held back": ("lock", STOPS),
        "Missing": ("flag", ATTENTION),
        "Recheck": ("history", ATTENTION),
        "Watch": ("warning", ATTENTION),
        "Condition": ("warning", ATTENTION),
        "Not complete": ("warning", ATTENTION),
        "Small sample": ("warning", ATTENTION),
        "Medium": ("warning", ATTENTION),
        "Escalated": ("trending_up", STOPS),
        "Voided": ("warning", ATTENTION),
        "Open": ("flag", ATTENTION),
        "Returned": ("undo", ATTENTION),
        "Dissent": ("warning", ATTENTION),
        "Due soon": ("schedule", ATTENTION),
        "Expiring": ("hourglass_bottom", ATTENTION),
        "Blocked": ("lock", ATTENTION),
        "Second opinion": ("pending", UNDER_WAY),
        "Partly shown": ("contrast", UNDER_WAY),
        "To fill in": ("edit", UNDER_WAY),
        "In review": ("pending", UNDER_WAY),
        "In validation": ("pending", UNDER_WAY),
        "In approval": ("pending", UNDER_WAY),
        "Waiting": ("pending", UNDER_WAY),
        "Acknowledged": ("how_to_reg", UNDER_WAY),
        "Recovered": ("check_circle", GOOD),
        "Snoozed": ("snooze", NO_VERDICT),
        "Submitted": ("pending", UNDER_WAY),
        "Scheduled": ("schedule", UNDER_WAY),
        "Added": ("add_circle", UNDER_WAY),
        "Removed": ("do_not_disturb_on", ATTENTION),
        "Queued": ("pending", UNDER_WAY),
        "Running": ("pending", UNDER_WAY),
        "Remediated": ("pending", UNDER_WAY),
        "Done": ("pending", UNDER_WAY),
        "Planned": ("schedule", UNDER_WAY),
        "Fieldwork": ("pending", UNDER_WAY),
        "Follow-up": ("pending", UNDER_WAY),
        "Shadow": ("pending", UNDER_WAY),
        "Under way": ("pending", UNDER_WAY),
        "Halted": ("lock", ATTENTION),
        "Given up": ("cancel", STOPS),
        "Delivered": ("check_circle", GOOD),
        "Completed": ("check_circle", GOOD),
        "Aborted": ("archive", NO_VERDICT),
        "Canary": ("pending", UNDER_WAY),
        "Declared": ("flag", ATTENTION),
        "Nearing": ("schedule", ATTENTION),
        "Met late": ("warning", ATTENTION),
        "Contained": ("pending", UNDER_WAY),
        "Resolved": ("check_circle", GOOD),
        "Duplicate": ("archive", NO_VERDICT),
        "Undecided": ("help", NO_VERDICT),
        "Does not apply": ("radio_button_unchecked", NO_VERDICT),
        "Not enough evidence": ("help", NO_VERDICT),
        "No data": ("help", NO_VERDICT),
        "Not started": ("radio_button_unchecked", NO_VERDICT),
        "May not": ("radio_button_unchecked", NO_VERDICT),
        "Not due": ("radio_button_unchecked", NO_VERDICT),
        "Not applicable": ("radio_button_unchecked", NO_VERDICT),
        "Low": ("radio_button_unchecked", NO_VERDICT),
        "New": ("add_circle", UNDER_WAY),
        "New version": ("add_circle", UNDER_WAY),
        "Changed": ("edit", ATTENTION),
        "Conflict": ("warning", ATTENTION),
        "Gone": ("link_off", ATTENTION),
        "Same": ("radio_button_unchecked", NO_VERDICT),
        "Reference": ("change_history", NO_VERDICT),
        "Considered": ("radio_button_unchecked", NO_VERDICT),
        "Experimental": ("science", NO_VERDICT),
        "Keep champion": ("radio_button_unchecked", NO_VERDICT),
        "Not in force": ("radio_button_unchecked", NO_VERDICT),
        "Unchanged": ("radio_button_unchecked", NO_VERDICT),
        "Dropped": ("archive", NO_VERDICT),
        "Draft": ("edit", NO_VERDICT),
        "Not judged": ("radio_button_unchecked", NO_VERDICT),
        "Not known": ("help", NO_VERDICT),
        "Former": ("archive", NO_VERDICT),
        "Superseded": ("archive", NO_VERDICT),
        "Retired": ("archive", NO_VERDICT),
        "Withdrawn": ("archive", NO_VERDICT),
        "Cancelled": ("archive", NO_VERDICT),
        "Ended": ("archive", NO_VERDICT),
        "Expired": ("archive", NO_VERDICT),
        "Revoked": ("archive", NO_VERDICT),
        "Dormant": ("archive", NO_VERDICT),
        "Overtaken": ("archive", NO_VERDICT),
        "Disabled": ("archive", NO_VERDICT),
        "Discarded": ("archive", NO_VERDICT),
        "Decided": ("archive", NO_VERDICT),
        "Switched off": ("archive", NO_VERDICT),
    }
)

_SAID_OTHERWISE: Mapping[str, str] = MappingProxyType(
    {  # stored values whose word on screen is another
        "pass": "Passed",
        "fail": "Failed",
        "insufficient evidence": "Not enough evidence",
        "requested": "Waiting",
        "approve": "Approved",
        "reject": "Rejected",
        "calm": "Healthy",
    }
)


def word(value: str) -> str:
    """The word on screen for a stored value: `in approval` is “In approval”, `pass` is “Passed”."""
    return _SAID_OTHERWISE.get(value, value[:1].upper() + value[1:])


def status(said: str, detail: str = "") -> str:
    """A Markdown badge for `st.markdown` or a table cell.

    `said` is a word of the vocabulary or a stored value (`Stage.DRAFT`, a verdict, a severity); `detail` is a number
    that belongs to the word ("3 d", "5 %"), made by us and never by a user. Raises KeyError for an unknown word.
    """
    shown = said if said in SHAPES else word(said)
    shape, colour = SHAPES[shown]
    text = whole(f"{shown} {detail}" if detail else shown)
    return f":{colour}-badge[:material/{shape}: {text}]"


def label(text: str) -> str:
    """A plain grey badge without a verdict, for "Tier 1"; `text` is ours, never a user's."""
    return f":gray-badge[{whole(text)}]"
