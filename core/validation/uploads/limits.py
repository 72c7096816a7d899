"""How large an upload may be, in each way in which a file can be too large."""

from dataclasses import dataclass

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """Bounds for one upload; sizes in bytes unless the name says otherwise."""

    size: int = 2 * GIB
    columns: int = 2_000
    name_characters: int = 200
    field_characters: int = 1_000_000
    line: int = 16 * MIB
    problems: int = 50
    distinct: int = 1_000
    # Parquet only: 5 MB of it can hold 50 GB while its metadata still says 5 MB.
    cells: int = 200_000_000
    decoded_floor: int = 256 * MIB
    decoded_ratio: int = 64
    child_memory: int = 4 * GIB
    child_seconds: int = 120
    child_output: int = 4 * GIB

    def decoded(self, size: int) -> int:
        """How many bytes of values a Parquet file of `size` bytes may unfold into."""
        return self.decoded_floor + self.decoded_ratio * size
