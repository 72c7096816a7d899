"""Numbers stand to the right in head and cells, by one rule for the column, and every value arrives as it was given."""

import io
from collections.abc import Iterable

import pyarrow as pa
from streamlit.testing.v1 import AppTest

ROWS = (
    {"Name": "Café *one*", "Runs": "1,204", "Since": "3 May 2026"},
    {"Name": "<b>two</b>", "Runs": "", "Since": "4 May 2026"},
)


def drawn(right: Iterable[str]) -> AppTest:
    def script(rows: list[dict[str, str]], right: list[str]) -> None:
        from app.components.table import table

        table(rows, alt="Runs of two", right=right)

    return AppTest.from_function(script, kwargs={"rows": list(ROWS), "right": list(right)}).run()


def values(arrow: bytes) -> list[dict[str, str]]:
    shown = pa.ipc.open_stream(io.BytesIO(arrow)).read_all().to_pylist()
    return [{name: row[name] for name in ROWS[0]} for row in shown]


def test_a_rule_for_each_column_of_numbers_and_all_values() -> None:
    for right in ((), ("Runs", "Since")):
        proto = drawn(right).table[0].proto
        cells = values(proto.arrow_data.data)
        assert [row["Name"] for row in cells] == ["Café *one*", "<b>two</b>"]
        assert [row["Runs"] for row in cells] == ["1,204", "–"]
        styler = proto.arrow_data.styler
        assert [line.partition(" ")[2] for line in styler.styles.splitlines()] == [
            f".col{ {'Runs': 1, 'Since': 2}[name] } {{ text-align: right !important }}" for name in right
        ]
        if right:
            assert values(styler.display_values) == cells
            assert styler.styles.startswith(f"#T_{styler.uuid} ")
