"""Columns that the database derives from an entry's body, so that a query cannot be told something else."""

from sqlalchemy import Computed
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler


class FromBody(Computed):
    """One field of the JSON text in the column `body`: worked out on reading by SQLite, on writing by PostgreSQL.

    PostgreSQL cannot index a column that is worked out on reading, and neither database knows the other's words.
    """

    inherit_cache = False

    def __init__(self, *path: str, number: bool = False) -> None:
        super().__init__(f"json_extract(body, '$.{'.'.join(path)}')")
        self.path, self.number = path, number

    def _copy(self, **_options: object) -> "FromBody":
        return FromBody(*self.path, number=self.number)


@compiles(FromBody, "sqlite")
def _on_sqlite(field: FromBody, _compiler: DDLCompiler, **_options: object) -> str:
    return f"GENERATED ALWAYS AS ({field.sqltext}) VIRTUAL"


@compiles(FromBody, "postgresql")
def _on_postgresql(field: FromBody, _compiler: DDLCompiler, **_options: object) -> str:
    *parents, last = field.path
    text = "body::jsonb" + "".join(f" -> '{name}'" for name in parents) + f" ->> '{last}'"
    return f"GENERATED ALWAYS AS ({f'({text})::bigint' if field.number else text}) STORED"
