"""Where a page leads from something that shows an item, or from something that is missing to where it is made."""

from app.components import link, plain
from app.components.formats import day
from core.coverage.reading import Shown
from core.policy.packs.signals import Act, Signal, SignalKind

TO_REPORT = frozenset({Act.VALIDATED, Act.VALIDATED_LATELY, Act.AUDITED_LATELY})
TO_CHANGE = frozenset({Act.APPROVED, Act.EXECUTED})
TO_FINDINGS = frozenset({Act.FINDINGS_TRACKED})


def evidence_link(shown: Shown, model: str, version: str) -> str:
    """The signal in words, leading to what shows it."""
    signal, key = shown.signal, shown.key
    number = f" {key}" if key and signal.kind is not SignalKind.LEDGER else ""
    until = f", until {day(shown.until)}" if shown.until else ""
    return _led(f"{signal.words}{number}{until}", signal, key, model, version)


def missing_link(signal: Signal, model: str, version: str) -> str:
    """The signal in words, leading to where it is made."""
    if signal.kind is SignalKind.DOCUMENT:
        return link(signal.words, "/documents", model=model, version=version, kind=signal.name)
    if signal.kind is SignalKind.FIELD:
        return _to_model(signal.words, model, version, "Record")
    if signal.kind is SignalKind.ACT and Act(signal.name) in TO_CHANGE:
        return _to_model(signal.words, model, version, "Decisions")
    if signal.kind is SignalKind.ACT and Act(signal.name) in TO_FINDINGS:
        return link(signal.words, "/findings", model_number=model)
    return _to_model(signal.words, model, version, "Evidence")


def _led(words: str, signal: Signal, key: str, model: str, version: str) -> str:
    match signal.kind:
        case SignalKind.FIGURES | SignalKind.CHECK:
            return link(words, "/report", run=key)
        case SignalKind.DOCUMENT:
            return link(words, "/document", document=key)
        case SignalKind.LEDGER:
            return link(words, "/ledger", about=key)
        case SignalKind.ACT:
            return _act(words, Act(signal.name), key, model, version)
        case SignalKind.EVIDENCE:
            return _to_model(words, model, version, "Evidence")
        case _:
            return _to_model(words, model, version, "Record")


def _act(words: str, act: Act, key: str, model: str, version: str) -> str:
    if act in TO_REPORT:
        return link(words, "/report", run=key)
    if act in TO_CHANGE:
        return link(words, "/approval", change=key)
    if act in TO_FINDINGS:
        return link(words, "/findings", model_number=model)
    return _to_model(words, model, version, "Evidence" if act is Act.CHALLENGED else "Record")


def _to_model(words: str, model: str, version: str, tab: str) -> str:
    if not version:
        return link(words, "/model", model=model)
    return link(words, "/model", model=model, version=version, tab=tab)


def answer_link(text: str) -> str:
    """A link that a person gave, as text: it leads out of the product, so that it is read before it is followed."""
    return plain(text)
