"""Columns that the database derives from an entry's body, so that a query cannot be told something else."""

from sqlalchemy import Computed
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler


class FromBody(Computed):
    """One field of the JSON text in the column `body`: worked out on reading by SQLite, on writing by PostgreSQL.

    PostgreSQL cannot index a column that is worked out on reading, and neither database knows the other's words.
    `first_word` takes what stands before the first space: the model of “M0217 1.4.0”.
    """

    inherit_cache = False

    def __init__(self, *path: str, number: bool = False, first_word: bool = False) -> None:
        super().__init__(f"json_extract(body, '$.{'.'.join(path)}')")
        self.path, self.number, self.first_word = path, number, first_word

    def _copy(self, **_options: object) -> "FromBody":
        return FromBody(*self.path, number=self.number, first_word=self.first_word)


@compiles(FromBody, "sqlite")
def _on_sqlite(field: FromBody, _compiler: DDLCompiler, **_options: object) -> str:
    value = f"{field.sqltext}"
    if field.first_word:
        value = f"substr({value}, 1, instr({value} || ' ', ' ') - 1)"
    return f"GENERATED ALWAYS AS ({value}) VIRTUAL"


@compiles(FromBody, "postgresql")
def _on_postgresql(field: FromBody, _compiler: DDLCompiler, **_options: object) -> str:
    *parents, last = field.path
    value = "body::jsonb" + "".join(f" -> '{name}'" for name in parents) + f" ->> '{last}'"
    if field.number:
        value = f"({value})::bigint"
    if field.first_word:
        value = f"split_part({value}, ' ', 1)"
    return f"GENERATED ALWAYS AS ({value}) STORED"
