"""The process that reads hostile Parquet: it limits itself first, takes one request, gives one answer, and ends."""

import json
import os
import resource
import sys
from pathlib import Path
from typing import TypedDict


class Request(TypedDict):
    """One request, as JSON on standard input; `mapping` and `destination` as the task needs them."""

    task: str  # profile, declare, write
    path: str
    limits: dict[str, int]
    mapping: str
    types: dict[str, str]
    destination: str


class Answer(TypedDict, total=False):
    """One answer, as JSON on standard output: what was asked for, or what is wrong with the file."""

    rows: int
    columns: list[tuple[str, str, int, int, list[str]]]
    problems: list[tuple[str, int | None, str | None, str, str]]


def confine(memory: int, seconds: int, output: int) -> None:
    """Limit this process: address space, processor time, size of a written file, and no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(request: Request) -> Answer:
    """Do the task; problems of the file are part of the answer."""
    import polars as pl  # the readers are loaded after the limits are set
    import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow ships no types

    from core.errors import Unreadable

    try:
        return _done(request)
    except Unreadable as error:
        return {"problems": [(p.reason, p.line, p.column, p.found, p.expected) for p in error.problems]}
    except MemoryError:
        return _broken("the file needs more memory than an upload may take", "")
    except (pa.ArrowException, OSError, ValueError, pl.exceptions.PolarsError) as error:
        words = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        encrypted = "crypt" in words.casefold()
        return _broken("an encrypted Parquet file" if encrypted else "the Parquet file is damaged", words)


def _broken(reason: str, found: str) -> Answer:
    return {"problems": [(reason, None, None, found, "a Parquet file that can be read")]}


def _done(request: Request) -> Answer:
    from core.validation.uploads.declared import check_declared
    from core.validation.uploads.limits import Limits
    from core.validation.uploads.mapping import ColumnMapping
    from core.validation.uploads.parquet_reading import parquet_blocks
    from core.validation.uploads.profile import profile
    from core.validation.uploads.table import write_table

    limits = Limits(**request["limits"])
    path = Path(request["path"])
    match request["task"]:
        case "profile":
            rows, columns = profile(parquet_blocks(path, limits), limits)
            return {
                "rows": rows,
                "columns": [(c.name, c.inferred_type, c.missing, c.distinct, list(c.examples)) for c in columns],
            }
        case "declare":
            mapping = ColumnMapping.from_json(request["mapping"])
            check_declared(lambda: parquet_blocks(path, limits), mapping, limits)
        case "write":
            write_table(parquet_blocks(path, limits), Path(request["destination"]), request["types"])
    return {}


def main() -> None:
    """Read the request, answer, end without clean-up that hostile content could disturb."""
    request: Request = json.load(sys.stdin)
    limits = request["limits"]
    confine(limits["child_memory"], limits["child_seconds"], limits["child_output"])
    json.dump(answer(request), sys.stdout)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
