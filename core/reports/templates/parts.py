"""What every report has: cover facts, people, what is missing, and how to check it."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from core.access.tables import Person, RoleGrant
from core.inventory.moves import load_model, load_version
from core.reports.history.ledger import sliced
from core.reports.layout.blocks import (
    Align,
    Block,
    Cell,
    Cited,
    Code,
    Column,
    Cover,
    Digest,
    Document,
    Facts,
    Heading,
    Prose,
    Section,
    Source,
    Statement,
    Table,
)
from core.reports.layout.words import SPACE, Legend, clipped, count, moment
from core.reports.templates.values import Frame
from core.reports.texts import shared
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked, Gap, SubjectKind


def scope_of(session: Session, asked: Asked) -> str:
    """What the report is about, in words; raises `NotFound` for what was not there then."""
    subject = asked.subject
    if subject.kind is SubjectKind.VERSION:
        model, version = load_version(session, subject.number, subject.version)
        return shared.VERSION.format(number=model.number, name=model.name, version=version.version)
    if subject.kind is SubjectKind.MODEL:
        model = load_model(session, subject.number)
        return shared.MODEL.format(number=model.number, name=model.name)
    return shared.ORGANISATION


def people_of(session: Session, numbers: Iterable[str]) -> tuple[PersonLine, ...]:
    """Who these numbers stand for, with the roles they held by then."""
    wanted = sorted({one for one in numbers if one})
    known: dict[str, str] = {}
    roles: dict[str, set[str]] = {}
    for part in sliced(wanted):
        people = session.exec(select(Person).where(col(Person.number).in_(part)))
        known.update({person.number: person.name for person in people})
        for grant in session.exec(select(RoleGrant).where(col(RoleGrant.person).in_(part))):
            roles.setdefault(grant.person, set()).add(grant.role.value)
    return tuple(PersonLine(one, known[one], tuple(sorted(roles.get(one, set())))) for one in wanted if one in known)


def document_of(
    asked: Asked,
    frame: Frame,
    *,
    title: str,
    version: str,
    scope: str,
    statement: Statement,
    cards: Sequence[tuple[str, Cell]],
    sections: Sequence[Section],
    people: Sequence[PersonLine],
    gaps: Sequence[Gap] = (),
) -> Document:
    """The whole report around its own sections."""
    named, as_of = Legend(people), moment(asked.as_of)
    reference = frame.reference or shared.PREVIEW
    return Document(
        title=f"{title}: {clipped(scope, 120)}",
        author=shared.AUTHOR.format(origin=frame.origin),
        description=shared.DESCRIPTION.format(title=title, scope=clipped(scope, 200), as_of=as_of),
        running=f"{title}{SPACE} {clipped(scope, 70)}",
        footing=shared.FOOTING.format(reference=reference, as_of=as_of),
        cover=Cover(
            kind=title,
            title=clipped(scope, 120),
            line=period_line(asked),
            statement=statement,
            cards=tuple(cards),
            facts=_cover_facts(asked, frame, named, version, scope),
        ),
        sections=(*sections, *_missing(gaps), _people(people), check_section(frame)),
    )


def period_line(asked: Asked) -> str:
    """From when until when, or as of when."""
    until = moment(asked.as_of)
    if asked.since is None:
        return f"{shared.AS_OF} {until}"
    return shared.PERIOD_SPAN.format(since=moment(asked.since), until=until)


def _cover_facts(asked: Asked, frame: Frame, named: Legend, version: str, scope: str) -> tuple[tuple[str, Cell], ...]:
    point = frame.then.ledger.checkpoint
    source = checkpoint_source(frame)
    since = ((shared.PERIOD, Cited(period_line(asked), source)),) if asked.since else ()
    return (
        (shared.SCOPE, scope),
        *since,
        (shared.AS_OF, Cited(moment(asked.as_of), source)),
        (shared.GENERATED, shared.GENERATED_FOR.format(moment=moment(frame.at), person=named.name(frame.generated_by))),
        (shared.TEMPLATE, version),
        (shared.CHECKPOINT, Cited(shared.CHECKPOINT_SIZE.format(size=count(point.size), origin=point.origin), source)),
        (shared.ROOT, Digest(point.root)),
    )


def checkpoint_source(frame: Frame) -> Source:
    """The signed state of the ledger, as the source of what rests on all of it."""
    point = frame.then.ledger.checkpoint
    return Source(f"ledger / checkpoint {point.size}", point.root, frame.then.ledger.last)


def counted_source(frame: Frame, path: str) -> Source:
    """A count of rows of the report's own data; the checkpoint stands for the record that they were taken from."""
    point = frame.then.ledger.checkpoint
    return Source(f"data / {path}", point.root, frame.then.ledger.last)


def _missing(gaps: Sequence[Gap]) -> tuple[Section, ...]:
    if not gaps:
        return ()
    columns = tuple(Column(title, share) for title, share in zip(shared.MISSING_COLUMNS, (1, 3), strict=True))
    rows = tuple((gap.section, gap.reason) for gap in gaps)
    table = Table(shared.MISSING_CAPTION, columns, rows)
    return (Section(shared.MISSING, (Prose(shared.MISSING_SAYS), table)),)


def _people(people: Sequence[PersonLine]) -> Section:
    if not people:
        return Section(shared.PEOPLE, (Prose(shared.NOBODY, quiet=True),))
    columns = tuple(Column(title, share) for title, share in zip(shared.PEOPLE_COLUMNS, (1, 3, 3), strict=True))
    rows = tuple((one.number, one.name, ", ".join(one.roles) or "–") for one in people)
    return Section(shared.PEOPLE, (Table(shared.PEOPLE_CAPTION, columns, rows),))


def check_section(frame: Frame) -> Section:
    """How a stranger checks the report: what it promises, where figures come from, and the checkpoint."""
    point, source = frame.then.ledger.checkpoint, checkpoint_source(frame)
    values: tuple[Cell, ...] = (
        point.origin, Cited(count(point.size), source), Digest(point.root), Digest(point.key),
    )  # fmt: skip
    blocks: tuple[Block, ...] = (
        Prose(shared.PROMISE),
        Prose(shared.TRACED),
        Prose(shared.RECONSTRUCTED),
        Heading(shared.CHECKPOINT),
        Facts(shared.CHECKPOINT_CAPTION, tuple(zip(shared.CHECKPOINT_ROWS, values, strict=True))),
        Code(point.note.rstrip("\n")),
    )
    return Section(shared.CHECK, blocks)


def columns_of(titles: Sequence[str], *shares: float, right: Sequence[int] = ()) -> tuple[Column, ...]:
    """Columns by title and share; those whose places are in `right` hold figures or dates."""
    return tuple(
        Column(title, share, Align.RIGHT if place in right else Align.LEFT)
        for place, (title, share) in enumerate(zip(titles, shares, strict=True))
    )
