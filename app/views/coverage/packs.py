"""Regulation packs on pages: their standing in one line, and what a successor changed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from app.components import facts_line, link, plain, status, table
from app.components.formats import NOTHING, count, day
from core.policy.packs.comparing import Fate, ItemChange
from core.policy.packs.signals import parse_signal
from core.policy.packs.values import Pack, PackItem

NO_ADVICE = "What the packs say is a summary in our words and no legal advice."
WORDS = {
    Fate.CHANGED: "Changed",
    Fate.SAME: "Unchanged",
    Fate.NEW: "New",
    Fate.DROPPED: "Dropped",
}


def written(day_: date | str | None) -> str:
    """A date of a pack: 17 Apr 2026."""
    if day_ is None:
        return NOTHING
    found = date.fromisoformat(day_) if isinstance(day_, str) else day_
    return day(datetime.combine(found, time.min, UTC))


def standing(pack: Pack, at: datetime) -> str:
    """Superseded, in force, or not in force, as a badge."""
    if pack.superseded_by:
        return status("Superseded")
    return status("In force" if pack.in_force(at.date()) else "Not in force")


def recheck(pack: Pack, at: datetime) -> str:
    """“Recheck” where the last reading is older than 90 days, otherwise nothing."""
    return status("Recheck") if pack.needs_recheck(at.date()) else ""


def pack_line(pack: Pack, at: datetime) -> str:
    """Standing, dates, how the text was read and when, and that it is no legal advice."""
    reviewed = (
        f"read against its sources {written(pack.reviewed_on)}"
        if pack.reviewed_on
        else "never read against its sources"
    )
    return facts_line(
        standing(pack, at),
        recheck(pack, at),
        f":gray[Since {written(pack.in_force_from)}]",
        f":gray[Source: {pack.source_status}, {reviewed}]",
        ":gray[No legal advice]",
    )


def successor_link(pack: Pack) -> str:
    """The way to what the pack that replaced this one changed."""
    if not pack.superseded_by:
        return ""
    return link(f"What {pack.superseded_by} changed", "/pack", pack=pack.superseded_by, against=pack.id)


def packs_table(packs: Sequence[Pack], at: datetime) -> None:
    """One row a pack: standing, dates, source, items, and how many a person has to answer."""
    table(
        [
            {
                "Pack": link(pack.id, "/pack", pack=pack.id),
                "Title": plain(pack.title),
                "Where": plain(pack.jurisdiction),
                "State": " ".join(part for part in (standing(pack, at), recheck(pack, at)) if part),
                "Since": written(pack.in_force_from),
                "Source": plain(pack.source_status.capitalize()),
                "Read": written(pack.reviewed_on),
                "Items": count(len(pack.items)),
                "By a person": count(sum(item.by_a_person for item in pack.items)),
            }
            for pack in packs
        ],
        alt="Regulation packs with standing, dates, how their text was read, items, and items a person answers",
        right=["Since", "Read", "Items", "By a person"],
        unbroken=["Pack"],
    )


def items_table(pack: Pack) -> None:
    """Every item with its text, its clause and what shows it."""
    table(
        [
            {
                "Item": plain(item.id.replace("-", "\u2011")),
                "Asks for": f"**{plain(item.title)}**  \n{plain(item.text)}",
                "Clause": "  \n".join(_clause(pack, item)),
                "Shown by": shown_words(item),
            }
            for item in pack.items
        ],
        alt=f"Items of {pack.id} with text, clause and what shows them",
        unbroken=["Item"],
    )


def _clause(pack: Pack, item: PackItem) -> list[str]:
    parts = [plain(item.clause) if item.clause else NOTHING]
    if item.standing:
        parts.append(f":gray[{plain(item.standing.capitalize())}, no text of the source]")
    if item.applies:
        parts.append(f":gray[Applies from {plain(item.applies)}]")
    if item.source_status != pack.source_status:
        parts.append(f":gray[Source: {item.source_status}]")
    if item.added_by and item.added_by != pack.id:
        parts.append(f":gray[Added by the organisation, {plain(item.added_by)}]")
    return parts


def shown_words(item: PackItem) -> str:
    """What shows an item, one line each."""
    signals = [parse_signal(word) for word in item.shown_by]
    lines = [signal.words for signal in signals if signal is not None]
    condition = parse_signal(item.only_if) if item.only_if else None
    if condition is not None:
        lines.append(f":gray[Only where there is: {condition.words}]")
    return "  \n".join(lines)


def changes_table(changes: Sequence[ItemChange], old: Pack, new: Pack) -> None:
    """What became of each item, and how the text differs."""
    table(
        [
            {
                "State": status(WORDS[one.fate]),
                f"{old.id} {old.version}": _titled(one.old) if one.old else NOTHING,
                f"{new.id} {new.version}": "  \n".join(map(_titled, one.new)) or NOTHING,
                "How it differs": plain(one.change) if one.change else NOTHING,
            }
            for one in changes
        ],
        alt=f"Items of {old.id} {old.version} and what became of them in {new.id} {new.version}",
    )


def _titled(item: PackItem) -> str:
    return f"{plain(item.id.replace('-', chr(0x2011)))} {plain(item.title)}"
