"""What a comparison came to, in the words of the status vocabulary."""

from app.components import status
from app.components.formats import counted
from core.improvement.comparisons.results import ComparisonResult, Difference
from core.improvement.comparisons.rules import Recommendation, Side
from core.metrics.figure import spoken

BADGES = {
    Recommendation.PROMOTE: "Promote",
    Recommendation.KEEP: "Keep champion",
    Recommendation.NOT_ENOUGH: "Not enough evidence",
}
SIDES = {Side.FOR: "Speaks for it", Side.AGAINST: "Speaks against it", Side.OPEN: "Leaves it open"}


def recommendation_badge(found: Recommendation) -> str:
    """The badge of a recommendation."""
    return status(BADGES[found])


def answer(found: ComparisonResult, champion: str, challenger: str) -> str:
    """The first line: what the comparison recommends, and in a few words why."""
    against = sum(one.side is Side.AGAINST for one in found.reasons)
    why = f"{counted(against, 'reason')} against v{challenger}" if against else f"v{challenger} is no better"
    said = {
        Recommendation.PROMOTE: f"Request that v{challenger} take the place of v{champion}.",
        Recommendation.KEEP: f"Keep v{champion}: {why}.",
        Recommendation.NOT_ENOUGH: f"These cases do not tell whether v{challenger} is better than v{champion}.",
    }[found.recommendation]
    return f"{recommendation_badge(found.recommendation)} **{said}**"


def apart(found: ComparisonResult) -> str:
    """On how many cases both decide differently, and who was right there."""
    one = found.disagreement
    if one.differ is None:
        return ""
    per = 0 if not one.rows else round(1000 * one.differ / one.rows)
    said = f"Of 1,000 cases the two decide {per:,} differently."
    if one.champion_right is not None and one.challenger_right is not None and one.labelled:
        said += (
            f" Where labels are there, the challenger was right in {one.challenger_right:,} of these, the champion in "
            f"{one.champion_right:,}."
        )
    return said


def metric_name(one: Difference) -> str:
    """The metric as people write it; the side on which it is better is said where it is the lower one."""
    side = " :gray[lower is better]" if one.better == "lower" else ""
    return f"{spoken(one.metric)}{side}"
