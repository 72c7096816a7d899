"""Facts about data: of each dataset and model what is missing of its classes, purposes and retention."""

from sqlmodel import Session

from core.compliance.gathering.values import Read, Reading
from core.compliance.rules import HeldData
from core.inventory.classes.gaps import HolderGaps, holder_gaps
from core.monitoring.intake.uses import declared_inputs

NAMED = 3


def data_of_holders(session: Session, reading: Reading) -> Read[HeldData]:
    """Every dataset and model in use whose columns are known."""
    return Read(tuple(_fact(one) for one in holder_gaps(session, declared_inputs(session), at=reading.at)))


def _fact(one: HolderGaps) -> HeldData:
    said = [f"{gap.value}: {_named(names)}" for gap, names in one.columns.items()]
    model = one.holder if one.holder.startswith("M") else ""
    return HeldData(one.holder, model, one.owner, tuple(said) + tuple(gap.value for gap in one.whole))


def _named(names: tuple[str, ...]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
