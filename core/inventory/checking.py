"""What the store says against a record as entered: names that are taken, people who left, packs that do not exist."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from core.access.tables import Person, ServiceAccount
from core.errors import Problem, Refusal
from core.inventory.intake import NewModel, problems_of
from core.inventory.tables import Asset, Dataset, Model
from core.policy.packs.service import known_packs


def model_problems(session: Session, entered: NewModel, *, but: int | None = None) -> Iterable[Problem]:
    """What the store says against a model, `but` the row that it is; fields that cannot be read are not looked up."""
    unreadable = {problem.column for problem in problems_of(entered)}
    named = select(Model).where(Model.name == entered.name.strip(), col(Model.id) != (but or 0))
    if "name" not in unreadable and session.exec(named).first():
        yield Problem("a model of this name is registered", column="name", found=entered.name)
    for field, number in (("owner", entered.owner), ("developer", entered.developer)):
        if field not in unreadable:
            yield from person_problems(session, field, number)
    unknown = sorted(set(entered.packs) - set(known_packs(session)))
    if unknown:
        yield Problem("not a regulation pack", column="packs", found=", ".join(unknown))


def person_problems(session: Session, field: str, number: str) -> Iterable[Problem]:
    """A part goes to somebody who is here."""
    person = session.exec(select(Person).where(Person.number == number)).first()
    if person is None or person.disabled_at is not None or session.get(ServiceAccount, number) is not None:
        yield Problem("nobody active has this number", column=field, found=number)


def retired_refusals(record: Model | Dataset | Asset) -> tuple[Refusal, ...]:
    """A retired record stays as it is."""
    if record.retired_at is None:
        return ()
    return (Refusal("retired", f"{record.number} is retired", "life cycle", "Register another record."),)
