"""The digest of a person's own work, as one plain message with an address for each thing."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from app.components.formats import counted, day
from app.composition import Workplace
from app.mail import send
from app.work import Task, Work, work_of
from core.access.digests import digests_due, parse_slot
from core.access.grants import actor_of, load_person
from core.errors import NotFound

MOST = 25


def due_digests(place: Workplace, at: datetime) -> Iterable[str]:
    """The digests to queue now; none while no mail server is set up."""
    if place.settings.mail is None:
        return ()
    with place.store.reading() as session:
        return digests_due(session, at=at)


def send_digest(place: Workplace, slot: str, *, at: datetime) -> bool:
    """Send the digest of this slot; False when the person has nothing to do, has left, or has no address.

    Raises `NotDelivered`. Sent twice, it carries the same message id.
    """
    number, on = parse_slot(slot)
    with place.store.reading() as session:
        actor = actor_of(session, number, at=at)
        person = load_person(session, number)
        work = work_of(session, actor, at) if actor is not None else None
    if work is None or not person.email or not (work.waiting or work.expiring):
        return False
    if place.settings.mail is None:
        raise NotFound("mail server for the digest of", number)
    host = place.settings.public_url.partition("://")[2].partition(":")[0]
    send(
        place.settings.mail,
        to=person.email,
        subject=subject_of(work),
        text=text_of(work, place.settings.public_url, at),
        message_id=f"<digest.{number}.{on:%Y%m%d}@{host}>",
    )
    return True


def subject_of(work: Work) -> str:
    """How much waits and how much ends, so that the list of mails says it already."""
    parts = [f"{counted(len(work.waiting), 'task')} {'waits' if len(work.waiting) == 1 else 'wait'} for you"]
    if work.expiring:
        count = len(work.expiring)
        parts.append(f"{counted(count, 'thing')} {'expires' if count == 1 else 'expire'} soon")
    return "Countersign: " + ", ".join(parts)


def text_of(work: Work, url: str, at: datetime) -> str:
    """Both lists, the most urgent first; names of models, never of people."""
    parts = [
        *_list("Waiting for you", work.waiting, url, at),
        *_list("Expiring within 30 days", work.expiring, url, at),
        f"All of it: {url}/",
        f"To end these mails or get them less often: {url}/account",
    ]
    return "\n".join(parts).replace("\u00a0", " ") + "\n"


def _list(title: str, tasks: tuple[Task, ...], url: str, at: datetime) -> list[str]:
    if not tasks:
        return []
    lines = [title, ""]
    for task in tasks[:MOST]:
        model = f", {_line(task.model_name)} ({task.model})" if task.model else ""
        state = " ".join(filter(None, task.state))
        due = f", due {day(task.due, today=at)}" if task.due else ""
        query = f"?{urlencode(task.query)}" if task.query else ""
        lines += [f"- {_line(task.what)}{model}: {state}{due}", f"  {url}{task.address}{query}"]
    if len(tasks) > MOST:
        lines.append(f"- and {len(tasks) - MOST:,} more")
    return [*lines, ""]


def _line(text: str) -> str:
    return " ".join(text.split())
