"""What people were called then: today's name, unless another stood at the moment; somebody erased stays erased."""

from sqlalchemy import select

from core.access.tables import FormerName, Person
from core.ledger.tables import table_of
from core.reports.history.rewinding import Work


def settle_names(work: Work) -> None:
    """Of each person, the former name that ended first after the moment."""
    people = work.rows.get(Person)
    if not people:
        return
    former = table_of(FormerName).c
    names: dict[object, str] = {}
    ended_later = select(former.person, former.name).where(former.until > work.as_of)
    for person, name in work.source.execute(ended_later.order_by(former.until, former.id)):
        names.setdefault(person, name)
    for one in people:
        one["name"] = names.get(one["number"], one["name"])
