"""Reads the controls of a policy from its TOML text."""

from collections.abc import Mapping

from core.policy.controls.patterns import FINDABLE, pattern_problem, search_problem, words_pattern
from core.policy.controls.rules import (
    BY_CHANCE,
    MASKABLE,
    NEEDS_COLUMNS,
    OF_OUTPUTS,
    Control,
    ControlAction,
    ControlKind,
    OutputReviews,
    Side,
    slackening,
)
from core.policy.reader import Reader

SEVERITIES = ("critical", "high", "medium", "low")
MOST_VALUES, LONGEST_VALUE, LONGEST_CLAUSE = 1000, 200, 40


def controls_of(reader: Reader) -> tuple[Control, ...]:
    """Every `[[control]]`; a higher tier that is controlled less than a lower one is refused at its place."""
    readers = reader.tables("control", optional=True)
    controls = tuple(control_of(one) for one in readers)
    for place, why in slackening(controls):
        readers[place].refuse(
            f"clause {controls[place].clause} {why}", "tiers", expected="controls tighten with the tier"
        )
    return controls


def output_reviews_of(reader: Reader) -> OutputReviews:
    """`[output_review]` and `[output_review_days]`, with what an installation begins with where they are absent."""
    given = OutputReviews()
    days: Mapping[int, int] = given.days_by_tier
    if reader.has("output_review_days"):
        days = reader.table("output_review_days").by_tier()
    if not reader.has("output_review"):
        return OutputReviews(days, given.two_person_tiers, given.most_per_batch)
    table = reader.table("output_review")
    two = table.tiers_or_none("two_person_tiers")
    return OutputReviews(days, two, table.whole("most_per_batch", 1))


def control_of(reader: Reader) -> Control:
    """One control; everything that is wrong with it is kept by the reader."""
    kind = reader.one_of("kind", ControlKind)
    control = Control(
        clause=reader.clause(LONGEST_CLAUSE),
        title=reader.text("title"),
        side=reader.one_of("of", Side),
        kind=kind,
        action=reader.one_of("action", ControlAction),
        columns=tuple(reader.words("columns")) if reader.has("columns") else (),
        tiers=reader.tiers_or_all(),
        alert_above=_share(reader, "alert_above") if reader.has("alert_above") else None,
        severity=_severity(reader),
        low=reader.number("low") if _bounded(kind) and reader.has("low") else None,
        high=reader.number("high") if _bounded(kind) and reader.has("high") else None,
        values=_values(reader, kind),
        pattern=_pattern(reader) if kind is ControlKind.PATTERN else "",
        must_match=reader.flag("must_match") if kind is ControlKind.PATTERN else False,
        longest=reader.whole("longest", 1) if kind is ControlKind.LENGTH else 0,
        share=_share(reader, "share") if kind is ControlKind.SAMPLE else 0.0,
    )
    _refuse_what_does_not_fit(reader, control)
    _refuse_what_is_too_long(reader, control)
    return control


def _refuse_what_does_not_fit(reader: Reader, one: Control) -> None:
    if _bounded(one.kind) and one.low is None and one.high is None:
        reader.refuse(f"a {one.kind} needs “low”, “high” or both", "kind")
    if one.low is not None and one.high is not None and one.low > one.high:
        reader.refuse("“low” lies above “high”", "low", found=f"{one.low:g}", expected=f"at most {one.high:g}")
    if one.kind in OF_OUTPUTS and one.side is not Side.OUTPUTS:
        reader.refuse(f"a {one.kind} is of outputs", "of", found=one.side.value, expected=Side.OUTPUTS.value)
    if one.kind in NEEDS_COLUMNS and not one.columns:
        reader.refuse(f"“{one.kind}” needs “columns”", "kind", expected="a list of the columns it looks at")
    if one.kind in BY_CHANCE and one.action is not ControlAction.FLAG:
        reader.refuse(f"a {one.kind} chooses outputs for review", "action", expected=ControlAction.FLAG.value)
    if one.action is ControlAction.MASK and (one.kind not in MASKABLE or one.must_match):
        reader.refuse(f"what “{one.kind}” finds cannot be masked", "action", expected="another action")
    if one.action is ControlAction.FLAG and one.side is not Side.OUTPUTS:
        reader.refuse("people review outputs, not inputs", "action", expected="another action, or outputs")


def _refuse_what_is_too_long(reader: Reader, one: Control) -> None:
    for key, words, most in (("title", [one.title], 200), ("columns", one.columns, 200)):
        longest = max((len(word) for word in words), default=0)
        if longest > most:
            reader.refuse(f"“{key}” is too long", key, found=f"{longest:,} characters", expected=f"at most {most}")


def _bounded(kind: ControlKind) -> bool:
    return kind in (ControlKind.RANGE, ControlKind.SCORE_BAND)


def _values(reader: Reader, kind: ControlKind) -> tuple[str, ...]:
    if kind not in (ControlKind.VOCABULARY, ControlKind.WORDS, ControlKind.PERSONAL_DATA):
        return ()
    found = tuple(dict.fromkeys(word.strip() for word in reader.words("values")))
    if len(found) > MOST_VALUES or any(not word or len(word) > LONGEST_VALUE for word in found):
        expected = f"at most {MOST_VALUES:,} texts of 1 to {LONGEST_VALUE} characters"
        reader.refuse("“values” is out of range", "values", found=f"{len(found):,} texts", expected=expected)
    unknown = [word for word in found if kind is ControlKind.PERSONAL_DATA and word not in FINDABLE]
    if found and kind is ControlKind.WORDS and all(found) and (problem := search_problem(words_pattern(found))):
        reader.refuse("these words are too much to search for", "values", found=problem)
    if unknown:
        reader.refuse("this kind of personal data is not known", "values", found=", ".join(unknown),
                      expected=", ".join(FINDABLE))  # fmt: skip
    return found


def _pattern(reader: Reader) -> str:
    pattern = reader.text("pattern")
    problem = pattern_problem(pattern) if pattern else ""
    if problem:
        reader.refuse("the pattern cannot be searched for in linear time", "pattern", found=problem)
    return pattern


def _share(reader: Reader, key: str) -> float:
    share = reader.number(key)
    if not 0 <= share <= 1:
        reader.refuse(f"“{key}” is out of range", key, found=f"{share:g}", expected="a share from 0 to 1")
    return share


def _severity(reader: Reader) -> str:
    if not reader.has("severity"):
        return "medium"
    severity = reader.text("severity")
    if severity and severity not in SEVERITIES:
        reader.refuse("“severity” is not known", "severity", found=severity, expected=", ".join(SEVERITIES))
    return severity
