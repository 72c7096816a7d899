"""Whether an error means that there is no room left, whoever ran out of it: our own files, SQLite or PostgreSQL."""

import errno
import sqlite3

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
SQLITE = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE})
POSTGRESQL = "53100"  # disk_full, PostgreSQL's appendix A
FULL = "The disk of the server is full. Nothing was stored; try again once there is room."


def disk_is_full(error: BaseException) -> bool:
    """Whether this error, or the driver's error within it, says that a disk, a quota or a file's limit is full."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    driver = getattr(error, "orig", None) or error
    return getattr(driver, "sqlite_errorcode", None) in SQLITE or getattr(driver, "sqlstate", None) == POSTGRESQL
