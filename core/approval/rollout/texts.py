"""What every act of a rollout does with a reason: it can be shown, and every reason against the act is said at once."""

from collections.abc import Sequence

from core.errors import Refusal, Refused, Unreadable
from core.inventory.intake import text_problems

LONGEST = 2000


def check_reason(text: str) -> None:
    """Raise `Unreadable` for a reason that is too long or holds characters that cannot be shown."""
    problems = list(text_problems("reason", text, longest=LONGEST, required=False))
    if problems:
        raise Unreadable(problems)


def refuse(reasons: Sequence[Refusal]) -> None:
    """Raise `Refused` with every reason, if there is one."""
    if reasons:
        raise Refused(reasons)
