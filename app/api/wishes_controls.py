"""What a pipeline sends about controls on streams and rows in quarantine."""

from pydantic import Field

from app.api.wishes import Wish
from core.policy.controls.rules import Control, ControlAction, ControlKind, Side


class ControlWish(Wish):
    """A control of one model, beside those of the policy and never looser; keys as in a `[[control]]` of the policy."""

    title: str = Field(max_length=200)
    of: Side
    kind: ControlKind
    action: ControlAction
    columns: list[str] = Field([], max_length=200)
    low: float | None = None
    high: float | None = None
    values: list[str] = Field([], max_length=1000)
    pattern: str = Field("", max_length=1000)
    must_match: bool = False
    longest: int = 0
    share: float = 0.0
    alert_above: float | None = None
    severity: str = "medium"
    reason: str = Field(max_length=2000)

    def entered(self) -> Control:
        """As the use case takes it."""
        return Control(
            clause="", title=self.title, side=self.of, kind=self.kind, action=self.action, columns=tuple(self.columns),
            low=self.low, high=self.high, values=tuple(self.values), pattern=self.pattern, must_match=self.must_match,
            longest=self.longest, share=self.share, alert_above=self.alert_above, severity=self.severity,
        )  # fmt: skip


class EndingWish(Wish):
    """Why something ends."""

    reason: str = Field(max_length=2000)


class TakeOverWish(Wish):
    """As which model and version rows are taken over; left out: as they were named."""

    model: str = Field("", max_length=16)
    version: str = Field("", max_length=64)
    reason: str = Field(max_length=1000)
