"""The fields of one control on streams, for the policy's form and for the controls of one model."""

from dataclasses import replace

import streamlit as st

from core.policy.controls.patterns import FINDABLE
from core.policy.controls.rules import EVERY_TIER, Control, ControlAction, ControlKind, Side

NO_ALERT = "No alert"
SEVERITIES = ("critical", "high", "medium", "low")
SIDES = {Side.INPUTS: "What goes in", Side.OUTPUTS: "What comes out"}
LOOKS = {
    ControlKind.REQUIRED: "Required: a value is there",
    ControlKind.RANGE: "Range: a number lies between two",
    ControlKind.VOCABULARY: "Vocabulary: a value is one of a list",
    ControlKind.LENGTH: "Length: a text has at most so many characters",
    ControlKind.PATTERN: "Pattern: a text matches, or must not",
    ControlKind.PERSONAL_DATA: "Personal data: none of these kinds",
    ControlKind.WORDS: "Words: none of a list",
    ControlKind.SCORE_BAND: "Score band: outputs with such a score are reviewed",
    ControlKind.SAMPLE: "Sample: a share of outputs is reviewed, drawn at random",
}
FOLLOWS = {
    ControlAction.COUNT: "Count it",
    ControlAction.MASK: "Mask what is found",
    ControlAction.FLAG: "Let a person review the output",
    ControlAction.REFUSE: "Refuse the row, and keep it in quarantine",
    ControlAction.BLOCK: "Hold the whole batch back",
}


def kind_chosen(known: Control | None, key: str, *, disabled: bool) -> ControlKind:
    """What the control looks for; outside of the form, since the fields depend on it."""
    kinds = list(ControlKind)
    place = kinds.index(known.kind) if known else kinds.index(ControlKind.RANGE)
    return st.selectbox("Looks for", kinds, index=place, format_func=LOOKS.__getitem__, disabled=disabled,
                        key=f"kind {key}")  # fmt: skip


def control_fields(
    known: Control | None, kind: ControlKind, clause: str, key: str, *, disabled: bool, tiers: bool
) -> Control:
    """Everything but the kind; `tiers` asks for the tiers too, which a model's own control has no use for."""
    title = st.text_input("What it is called", known.title if known else "", max_chars=200, key=f"title {key}",
                          disabled=disabled)  # fmt: skip
    left, right = st.columns(2)
    sides, actions = list(Side), list(ControlAction)
    of_outputs = kind in (ControlKind.SCORE_BAND, ControlKind.SAMPLE)
    side = left.selectbox(
        "Of", sides, index=1 if of_outputs else sides.index(known.side) if known else 0, format_func=SIDES.__getitem__,
        key=f"of {key}", disabled=disabled or of_outputs,
    )  # fmt: skip
    columns = right.text_input(
        "Columns", ", ".join(known.columns) if known else "", key=f"columns {key}", disabled=disabled,
        help="Separated by commas; empty means all of them", placeholder="All columns",
    )  # fmt: skip
    first = ControlAction.FLAG if of_outputs else ControlAction.COUNT
    action = left.selectbox(
        "What follows", actions, index=actions.index(known.action if known else first), format_func=FOLLOWS.__getitem__,
        key=f"action {key}", disabled=disabled or of_outputs,
    )  # fmt: skip
    severity = right.selectbox("Severity of its alert", SEVERITIES, key=f"severity {key}", disabled=disabled,
                               index=SEVERITIES.index(known.severity) if known else 2)  # fmt: skip
    above = left.number_input(
        "Alert above, % of the rows", value=_percent(known.alert_above if known else 0.01), min_value=0.0,
        max_value=100.0, step=0.1, placeholder=NO_ALERT, key=f"above {key}", disabled=disabled,
        help="Empty means that it raises no alert",
    )  # fmt: skip
    chosen = right.multiselect("Tiers", sorted(EVERY_TIER), default=sorted(known.tiers if known else EVERY_TIER),
                               key=f"tiers {key}", disabled=disabled) if tiers else []  # fmt: skip
    control = Control(
        clause=clause, title=title.strip(), side=side, kind=kind, action=action, columns=_words(columns),
        tiers=frozenset(chosen) if tiers else EVERY_TIER, severity=severity,
        alert_above=None if above is None else round(above / 100, 10),
    )  # fmt: skip
    return _looked_for(control, known, key, disabled=disabled)


def _looked_for(control: Control, known: Control | None, key: str, *, disabled: bool) -> Control:
    """With the values that its kind takes."""
    kind = control.kind
    if kind in (ControlKind.RANGE, ControlKind.SCORE_BAND):
        left, right = st.columns(2)
        low = left.number_input("From", value=known.low if known else None, key=f"low {key}", disabled=disabled,
                                step=0.01, placeholder="No bound")  # fmt: skip
        high = right.number_input("To", value=known.high if known else None, key=f"high {key}", disabled=disabled,
                                  step=0.01, placeholder="No bound")  # fmt: skip
        return replace(control, low=low, high=high)
    if kind is ControlKind.PERSONAL_DATA:
        kinds = st.multiselect("Kinds of personal data", FINDABLE, default=list(known.values if known else FINDABLE),
                               key=f"values {key}", disabled=disabled)  # fmt: skip
        return replace(control, values=tuple(kinds))
    if kind in (ControlKind.VOCABULARY, ControlKind.WORDS):
        text = st.text_area("One a line", "\n".join(known.values if known else ()), key=f"values {key}",
                            disabled=disabled)  # fmt: skip
        return replace(control, values=tuple(line.strip() for line in text.splitlines() if line.strip()))
    if kind is ControlKind.PATTERN:
        pattern = st.text_input("Pattern", known.pattern if known else "", max_chars=1000, key=f"pattern {key}",
                                disabled=disabled, help="A regular expression without look-around")  # fmt: skip
        must = st.checkbox("A text must match it", known.must_match if known else True, key=f"must {key}",
                           disabled=disabled)  # fmt: skip
        return replace(control, pattern=pattern, must_match=must)
    if kind is ControlKind.LENGTH:
        longest = st.number_input("Characters at most", value=known.longest if known else 1000, min_value=1,
                                  key=f"longest {key}", disabled=disabled)  # fmt: skip
        return replace(control, longest=int(longest))
    if kind is ControlKind.SAMPLE:
        share = st.number_input("Share of outputs, %", value=_percent(known.share if known else 0.01), min_value=0.0,
                                max_value=100.0, step=0.1, key=f"share {key}", disabled=disabled)  # fmt: skip
        return replace(control, share=round((share or 0) / 100, 10))
    return control


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 8)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
