"""What the particulars of an entry pass before they are committed to: personal data never enters the log."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from core.ledger.canonical import JsonValue
from core.ledger.events import Event

Screen: TypeAlias = Callable[[str], str]
ACCOUNT_EVENTS = frozenset({Event.PERSON_ADDED, Event.PERSON_CHANGED})  # account data of the people who work here
_screens: list[Screen] = []


def screen_particulars_by(screen: Screen) -> None:
    """Let every text of particulars pass `screen` from now on; the same screen counts once."""
    if screen not in _screens:
        _screens.append(screen)


def screened_particulars(event: Event, payload: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The particulars as they may go on record; those of accounts stay as they are."""
    if event in ACCOUNT_EVENTS:
        return dict(payload)
    return {key: _screened(value) for key, value in payload.items()}


def _screened(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        for screen in _screens:
            value = screen(value)
        return value
    if isinstance(value, Mapping):
        return {key: _screened(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_screened(part) for part in value]
    return value
