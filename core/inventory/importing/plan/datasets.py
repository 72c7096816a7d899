"""The datasets that rows name: registered, registered by a row above, or new."""

from dataclasses import dataclass

from core.inventory.importing.plan.known import DATASET_FIELDS, Known, KnownDataset
from core.inventory.importing.plan.rows import DATASET_KEYS, Read
from core.inventory.intake import NewDataset


@dataclass(frozen=True)
class Named:
    """How a version names its dataset, and the dataset where this row is the first to name it."""

    key: str
    new: NewDataset | None = None


@dataclass
class Datasets:
    """Finds or adds the dataset of a row."""

    known: Known

    def of(self, read: Read, part: str) -> Named:
        """The training or test dataset of this row; its problems stand in the row's columns of that part."""
        said = {key: read.text(f"{part}_{column}") for key, column in DATASET_KEYS.items()}
        by_number = self.known.datasets.get((said["name"], "")) if not said["version"] else None
        found = by_number or self.known.datasets.get((said["name"], said["version"]))
        if found is not None:
            self._compare(read, part, said, found)
            if found.retired:
                read.refuse(f"{part}_dataset", "the dataset is retired", found.key, "data that is in use")
            return Named(found.key)
        if not said["name"] and not any(said.values()):
            read.refuse(f"{part}_dataset", "nothing entered", expected="a dataset’s name, or the number of one")
            return Named("–")  # so that the version does not complain of it again
        new = NewDataset(**said)
        read.check(new, part)
        key = f"{new.name} {new.version}".strip() or "–"
        self.known.datasets[new.name, new.version] = KnownDataset(
            key, new.source, new.licence, new.classification, read.line
        )
        return Named(key, new)

    def _compare(self, read: Read, part: str, said: dict[str, str], found: KnownDataset) -> None:
        """A dataset is described once: what a row says of it is empty or the same."""
        for key in DATASET_FIELDS:
            kept = getattr(found, key)
            if said[key] and said[key] != kept:
                where = f"line {found.line} says otherwise" if found.line else f"{found.key} is registered otherwise"
                read.refuse(f"{part}_{DATASET_KEYS[key]}", where, said[key], kept or "empty")
