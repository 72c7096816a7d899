"""Fetches a file that a reference names: piece by piece into a temporary file, however large it is."""

import logging
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from app.sources import Address, Place
from core.errors import GovernanceError, Problem, Unreadable
from core.store.incoming import incoming

if TYPE_CHECKING:
    from pyarrow.fs import S3FileSystem  # type: ignore[import-untyped]  # pyarrow ships no types

PIECE = 8 << 20  # one request to S3 each
CONNECT_SECONDS, REQUEST_SECONDS, ATTEMPTS = 10, 60, 3
AWS_CODE = re.compile(r"AWS Error (\w+)")
DENIED = frozenset({"ACCESS_DENIED"})
THROUGH = getattr(os, "O_PATH", os.O_RDONLY)  # where the system can, folders need not be readable to be passed through
log = logging.getLogger("countersign.references")


class SourceSilent(GovernanceError):
    """The object store did not answer, or not sensibly; the same request may succeed later."""

    def __init__(self) -> None:
        super().__init__("The object store did not give the file. Nothing was stored; send the request again.")


class _Opened(Protocol):
    """What is read from a source, a piece at a time."""

    def read(self, size: int, /) -> bytes: ...


@contextmanager
def fetched(address: Address, folder: Path, *, limit: int) -> Iterator[Path]:
    """The file as a copy of its own that is gone after the block; memory stays flat whatever its size.

    The address must have been allowed before. Raises `Unreadable` where there is no such file or it has more than
    `limit` bytes, `SourceSilent` where the object store does not give it.
    """
    with incoming(folder) as (path, sink):
        size = 0
        for piece in _pieces(address.place, limit):
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
            sink.write(piece)
        sink.flush()
        yield path


def _pieces(place: Place, limit: int) -> Iterator[bytes]:
    if isinstance(place, Path):
        with _file(place) as stream:
            yield from _all(stream)
        return
    with _speaking(), _s3().open_input_file(f"{place.bucket}/{place.key}") as stream:
        if stream.size() > limit:
            raise _too_large(limit)
        yield from _all(stream)


def _all(stream: _Opened) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def _file(path: Path) -> BinaryIO:
    """Open a path that holds no link, part by part, so that none can be put in its way after it was allowed."""
    passed = os.open("/", THROUGH | os.O_DIRECTORY)
    try:
        *folders, name = path.parts[1:]
        for part in folders:
            following = os.open(part, THROUGH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=passed)
            os.close(passed)
            passed = following
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=passed)
    except OSError:
        raise _absent() from None
    finally:
        os.close(passed)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise _absent()
    return os.fdopen(opened, "rb")


def _s3() -> "S3FileSystem":
    """S3 as the AWS_… variables of the server's environment say; the address of a file never names a host."""
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem  # loads the AWS client

    environ = os.environ
    return S3FileSystem(
        endpoint_override=environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or None,
        region=environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or None,
        connect_timeout=CONNECT_SECONDS,
        request_timeout=REQUEST_SECONDS,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
    )


@contextmanager
def _speaking() -> Iterator[None]:
    """Errors of the S3 client in our words; theirs name hosts and go to the server's log."""
    try:
        yield
    except FileNotFoundError:
        raise _absent() from None
    except OSError as error:
        log.warning("A referenced object could not be read: %s", error)
        if (code := AWS_CODE.search(str(error))) and code.group(1) in DENIED:
            raise _absent() from None
        raise SourceSilent from None


def _absent() -> Unreadable:
    return Unreadable([Problem("there is no such file, or the server may not read it", column="address")])


def _too_large(limit: int) -> Unreadable:
    return Unreadable([Problem("the file is too large", column="address", expected=f"at most {limit:,} bytes")])
