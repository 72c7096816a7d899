"""A scoring server in a thread, and a workplace with a version that has evidence."""

import http.server
import json
import random
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.composition import Workplace, open_workplace
from app.settings import load
from core.validation.intake import hand_in
from core.validation.uploads import ColumnMapping
from tests.builders import NOON, Cast, a_cast, a_version

MAPPING = ColumnMapping(
    label="label", prediction="prediction", score="score", positive_label="1", row_id="id",
    score_is_probability=True, features=("income", "age"),
)  # fmt: skip


@dataclass
class Scoring:
    """Answers 1 to incomes of at least 50; `away` seconds of failing after a header asks for it."""

    port: int = 0
    seen: list[dict[str, str]] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)
    slow: float = 0.0
    redirect: str = ""
    odd: bool = False

    def answer(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        self.seen.append(headers)
        row = json.loads(body)["dataframe_records"][0]
        self.rows.append(row)
        time.sleep(self.slow)
        if headers.get("X-Away") == "bureau" and row["age"] is None:
            return 503, b"{}"
        if self.odd:
            return 200, json.dumps({"predictions": ["perhaps"]}).encode()
        return 200, json.dumps({"predictions": [int((row["income"] or 0) >= 50)]}).encode()


@pytest.fixture
def scoring() -> Iterator[Scoring]:
    state = Scoring()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, answer = state.answer(body, dict(self.headers.items()))
            self.send_response(302 if state.redirect else status)
            if state.redirect:
                self.send_header("Location", state.redirect)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_said: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()


@dataclass(frozen=True)
class Bench:
    """A workplace, its people, and a version of tier 1 with 200 predictions."""

    place: Workplace
    cast: Cast
    model: str
    version: str = "1.0.0"


@pytest.fixture
def bench(installation: Path, tmp_path: Path, scoring: Scoring) -> Iterator[Bench]:
    folder = tmp_path / "var"
    shutil.copytree(installation, folder)
    hosts = f"localhost:{scoring.port}=internal"
    place = open_workplace(
        load(
            {
                "COUNTERSIGN_DATA_DIR": str(folder),
                "COUNTERSIGN_STRESS_HOSTS": hosts,
                "COUNTERSIGN_STRESS_TOKENS": "localhost=a-token-of-the-endpoint",
            }
        )
    )
    cast = a_cast(place.store)
    model, version = a_version(place.store, cast)
    hand_in(
        place.store, place.ledger, place.files, model=model, version=version, source=predictions(tmp_path),
        filename="predictions.csv", mapping=MAPPING, declared={}, actor=cast.developer, at=NOON,
    )  # fmt: skip
    yield Bench(place, cast, model)
    place.store.close()


def predictions(folder: Path) -> Path:
    """200 rows; whoever has an income of at least 50 is a 1, mostly."""
    chance = random.Random(7)
    lines = ["id,label,prediction,score,income,age"]
    for row in range(200):
        income, age = chance.randint(10, 90), chance.randint(20, 70)
        decision = int(income >= 50)
        label = decision if chance.random() < 0.9 else 1 - decision
        lines.append(f"r{row},{label},{decision},{min(max(income / 100, 0.01), 0.99)},{income},{age}")
    path = folder / "predictions.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def a_plan(port: int, *, phases: str = "", cases: str = "", more: str = "", rows: int = 20) -> str:
    """A plan against the scoring server."""
    return f"""
name = "Monday morning"
[inputs]
from = "evidence"
rows = {rows}
[target]
address = "http://localhost:{port}/invocations"
labels = ["0", "1"]
{more}
{phases}
{cases}
"""


CALM = """
[[phase]]
name = "calm"
users = 2
rate = 20
seconds = 1
"""
AWAY = """
[[phase]]
name = "bureau away"
users = 2
rate = 20
seconds = 1
dependency = "credit bureau"
missing = ["age"]
headers = ["X-Away: bureau"]
"""
BACK = """
[[phase]]
name = "bureau back"
users = 2
rate = 20
seconds = 1
"""
RICH = """
[[case]]
name = "everybody rich"
kind = "extreme"
columns = ["income"]
quantile = 1.0
"""
