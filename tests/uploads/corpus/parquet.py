"""Parquet that is no table: cut, damaged, nested, encrypted, and bombs."""

import io
from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from tests.uploads.corpus.cases import Bad

PARQUET = "predictions.parquet"


def written(table: pa.Table, **settings: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **settings)
    return sink.getvalue()


def good_table() -> pa.Table:
    return pa.table(
        {
            "id": [1, 2, 3],
            "label": [0, 1, 1],
            "prediction": [0, 1, 0],
            "score": [0.1, 0.9, 0.4],
            "note": ["a", "b", "c"],
        }
    )


def with_column(name: str, values: list[object], kind: pa.DataType | None = None) -> Callable[[], bytes]:
    return lambda: written(good_table().append_column(name, pa.array(values, kind)))


def instead(name: str, values: list[object]) -> Callable[[], bytes]:
    place = good_table().schema.names.index(name)
    return lambda: written(good_table().set_column(place, name, pa.array(values)))


def dictionary_bomb() -> bytes:
    """Under 1 MB that unfolds into 20 GB of text: one long value, named 50,000 times by a dictionary."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 50_000, pa.int32()), pa.array(["x" * 400_000]))
    return written(pa.table({"a": column}), compression="zstd")


def cells_bomb(times: int = 1) -> bytes:
    """Some 100 kB that claim 30 million cells, or as many times that: run lengths of one value."""
    column = pa.array([0], pa.int8()).take(pa.array(bytearray(300_000), pa.uint8()))
    return written(pa.table({f"c{place}": column for place in range(100 * times)}), compression="zstd")


def plain_bomb(times: int = 1) -> bytes:
    """Text without a dictionary, squeezed by the codec: the metadata itself says how much it is."""
    return _repeated(pa.table({"a": pa.array(["y" * 900_000] * 60)}), times, {})


def _invalid_text() -> bytes:
    raw = pa.array([b"ok", b"caf\xe9"], pa.binary())
    return written(pa.table({"a": raw.view(pa.string())}))


def delta_bomb(times: int = 1) -> bytes:
    """A few kB that unfold into 60 MB, or as many times that: each value repeats the whole of the one before it."""
    return _repeated(pa.table({"a": pa.array(["z" * 20_000] * 3_000)}), times, {"a": "DELTA_BYTE_ARRAY"})


def _repeated(table: pa.Table, times: int, encoding: dict[str, str]) -> bytes:
    sink = io.BytesIO()
    settings = {"compression": "zstd", "use_dictionary": False, "column_encoding": encoding}
    with pq.ParquetWriter(sink, table.schema, **settings) as writer:
        for _ in range(times):
            writer.write_table(table)
    return sink.getvalue()


class _Keys(pe.KmsClient):  # type: ignore[misc]  # pyarrow ships no types
    """A key service that keeps nothing secret."""

    def wrap_key(self, key: bytes, master: str) -> bytes:
        return key

    def unwrap_key(self, wrapped: bytes, master: str) -> bytes:
        return wrapped


def encrypted(*, plaintext_footer: bool) -> bytes:
    """A Parquet file with an encrypted column, and a footer that is encrypted or open."""
    settings = pe.EncryptionConfiguration(
        footer_key="footer", column_keys={"column": ["score"]}, plaintext_footer=plaintext_footer, double_wrapping=False
    )
    factory = pe.CryptoFactory(lambda _: _Keys())
    sink = io.BytesIO()
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), settings)
    with pq.ParquetWriter(sink, good_table().schema, encryption_properties=properties) as writer:
        writer.write_table(good_table())
    return sink.getvalue()


PARQUET_FILES: tuple[Bad, ...] = (
    Bad("cut short", lambda: written(good_table())[:-9], "cut short", filename=PARQUET),
    Bad("damaged footer", lambda: written(good_table())[:-60] + b"\0" * 56 + b"PAR1", "damaged", filename=PARQUET),
    Bad("nested", with_column("n", [[1], [2], []]), "a type we do not read", 1, "n", filename=PARQUET),
    Bad("struct", with_column("n", [{"a": 1}, {"a": 2}, None]), "a type we do not read", 1, "n", filename=PARQUET),
    Bad("binary", with_column("n", [b"1", b"2", b"3"]), "a type we do not read", 1, "n", filename=PARQUET),
    Bad("encrypted", lambda: encrypted(plaintext_footer=False), "not a table", found="encrypted", filename=PARQUET),
    Bad("encrypted column", lambda: encrypted(plaintext_footer=True), "an encrypted Parquet file", filename=PARQUET),
    Bad("no rows", lambda: written(good_table().slice(0, 0)), "the file has no rows", 2, filename=PARQUET),
    Bad(
        "duplicate names in Parquet",
        with_column("Label", [1, 2, 3]),
        "two columns share a name",
        1,
        "Label",
        filename=PARQUET,
    ),
    Bad("hidden name in Parquet", with_column("a\u200b", [1, 2, 3]), "hidden characters", 1, "a", filename=PARQUET),
    Bad("invalid text in Parquet", _invalid_text, "not UTF-8", 3, "a", filename=PARQUET),
    Bad("NUL in Parquet", lambda: written(pa.table({"a": ["ok", "x\0y"]})), "NUL", 3, "a", filename=PARQUET),
)
BOMBS: tuple[Bad, ...] = (
    Bad("Parquet bomb by delta encoding", delta_bomb, "unfolds into far more", filename=PARQUET),
    Bad("Parquet bomb by dictionary", dictionary_bomb, "unfolds into far more", filename=PARQUET),
    Bad("Parquet bomb by run length", cells_bomb, "unfolds into far more", filename=PARQUET),
    Bad("Parquet bomb by codec", plain_bomb, "unfolds into far more", filename=PARQUET),
)
# The same beyond what an installation allows as it ships; the smaller ones are held against a smaller allowance.
FULL_BOMBS: tuple[Bad, ...] = (
    replace(BOMBS[0], content=lambda: delta_bomb(5)),
    BOMBS[1],
    replace(BOMBS[2], content=lambda: cells_bomb(2)),
    replace(BOMBS[3], content=lambda: plain_bomb(6)),
)
