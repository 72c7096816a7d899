"""The drill of access finds nothing where every guard stands, and exactly the cells of a guard that was taken away."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from sqlmodel import select

from app.api.application import build
from app.assurance.pages import play_pages
from app.assurance.routes import play_files, play_routes
from app.assurance.visitors import visitors
from app.composition import Workplace, now
from app.downloads import download_routes
from app.navigation import ACCOUNT, PAGES
from app.settings import load
from core.access.rules import SYSTEM
from core.assurance.drill.acts import PLAYS
from core.assurance.drill.playing import BREAK_GLASS, PRINCIPALS, Cell, play
from core.assurance.drill.queries import drill_page
from core.assurance.drill.rehearsal import Rehearsal
from core.assurance.drill.service import ask_drill, asking_refusals, cells_of, due_drill, keep_drill
from core.assurance.drill.world import World, build_world
from core.assurance.matrix.addresses import addresses
from core.assurance.matrix.pages import pages_open
from core.assurance.matrix.rules import Act, Played, expected, seen
from core.assurance.matrix.table import matrix
from core.assurance.rules import DrillSource, DrillStatus, Part, Seen
from core.errors import Refused
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry
from core.monitoring.alerts.tables import Alert
from core.policy.service import default_policy_text, publish
from core.reports.keys import SigningKeys, open_keys
from core.store import EvidenceFiles, Store, open_store
from tests.builders import NOON, a_cast

PLAYED = ("vote to reject", "withdraw the request", "disable a person", "publish a template")
OPERATIONS = {"list_models", "register_model", "vote_on_change", "read_checkpoint"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("signing"), origin="countersign.test/ledger", at=now())


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("drill")
    shutil.copy(sqlite_template, folder / "store.db")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    ledger = Ledger.open(folder / "keys", origin="countersign.drill/ledger")
    with store.transaction() as tx:
        publish(tx, ledger, default_policy_text(), actor=SYSTEM, at=now())
    yield build_world(Rehearsal(store.engine), ledger, EvidenceFiles(folder / "evidence"), folder, now=now())
    store.close()


@pytest.fixture
def place(world: World, keys: SigningKeys) -> Workplace:
    settings = replace(load({}), data_dir=world.folder)
    exports = EvidenceFiles(world.folder / "exports")
    return Workplace(settings, world.store, world.ledger, world.files, exports, keys)


def acts(*names: str) -> list[Act]:
    return [one for one in matrix() if one.key in names]


def played(world: World, *names: str, by: frozenset[str] = frozenset({"approver", "owner"})) -> list[Cell]:
    return list(play(world, acts=acts(*names), principals=[one for one in PRINCIPALS if one.name in by]))


def differing(cells: list[Cell]) -> set[tuple[str, str, str, str, str]]:
    found = (Seen.OPEN, Seen.SHUT, Seen.SILENT)
    return {(one.principal, one.act, one.stage, one.relation, one.seen.value) for one in cells if one.seen in found}


def test_every_act_of_the_table_is_played_and_every_address_is_written_down(place: Workplace) -> None:
    paths = build().openapi()["paths"]
    assert isinstance(paths, dict)
    operations = {one["operationId"] for methods in paths.values() for one in methods.values()}

    assert {one.key for one in matrix()} == set(PLAYS)
    assert operations == set(addresses().routes)
    assert {route.path for route in download_routes(place)} == set(addresses().files)


@pytest.mark.row("exhaustive exploration, access matrix")
def test_access_matrix_where_every_guard_stands_nothing_differs(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    cells = played(world, *PLAYED)

    assert differing(cells) == set()
    assert {one.seen for one in cells} == {Seen.AS_EXPECTED}
    assert {one.relation for one in cells} >= {
        "nobody",
        "contributor",
        "requester",
        "owner",
        "validator",
        "voter",
        "self",
    }
    assert {"allowed", "refused: duty-validation"} <= {one.wanted for one in cells}
    record_property("seen", f"{len(cells):,} cells of the matrix, none differs")


def test_a_guard_removed_is_found_in_exactly_its_cells(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.inventory.rules.life.duty_refusals", lambda *_: ())

    found = differing(played(world, "vote to reject", by=frozenset({"approver"})))

    parts = ("contributor", "requester", "validator")
    assert {one for one in found if one[2] == "in approval"} == {
        ("approver", "vote to reject", "in approval", part, "open") for part in parts
    }
    assert {one[4] for one in found if one[2] != "in approval"} == {"reason missing"}
    assert {one[3] for one in found} == set(parts)


def test_a_permission_given_away_is_found_in_exactly_its_cells(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.documents.templates.publish_template_refusals", lambda *_, **__: ())

    found = differing(played(world, "publish a template", "disable a person"))

    assert found == {("owner", "publish a template", "", "nobody", "open")}


def test_toxic_pairs_and_tokens_open_nothing_more(world: World) -> None:
    extra = frozenset(one.name for one in PRINCIPALS if not one.whole and not one.reach and one.by != BREAK_GLASS)

    cells = played(world, "publish a template", "disable a person", "vote to reject", by=extra)

    assert differing(cells) == set()
    assert {one.principal for one in cells} == extra
    let_in = {(one.principal, one.act) for one in cells if one.wanted == "allowed"}
    assert let_in == {("administrator and approver", "disable a person")}


def test_a_grant_that_reaches_another_line_opens_nothing_here(world: World) -> None:
    limited = frozenset(one.name for one in PRINCIPALS if one.reach)

    cells = played(world, "vote to reject", "raise a finding", "publish a template", "issue a token", by=limited)

    assert differing(cells) == set()
    let_in = {(one.principal, one.act) for one in cells if one.wanted == "allowed"}
    assert let_in >= {("approver of this line", "vote to reject"), ("developer of another line", "issue a token")}
    assert (
        not {one for one in let_in if one[0].endswith("another line")}
        - {(f"{role} of another line", "issue a token") for role in ("owner", "developer")}
        - {("owner, and validator of another line", "issue a token")}
    )


def test_a_reach_that_nobody_asks_about_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.access.deciding._about", lambda *_: None)
    limited = frozenset({"approver of another line", "approver of this line"})

    found = differing(played(world, "vote to reject", "publish a template", by=limited))

    assert found == {
        ("approver of another line", "vote to reject", "in approval", "nobody", "open"),
        ("approver of another line", "publish a template", "", "nobody", "open"),
        ("approver of this line", "publish a template", "", "nobody", "open"),
    }


def test_break_glass_access_leaves_no_act(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = frozenset(one.name for one in PRINCIPALS if one.by == BREAK_GLASS)
    acted = ("raise a finding", "register a model", "disable a person", "issue a token")

    cells = played(world, *acted, by=opened)
    monkeypatch.setattr("core.access.sessions.open_access", lambda *_, **__: "")
    found = differing(played(world, *acted, by=opened))

    assert differing(cells) == set()
    assert {one.wanted for one in cells} == {"refused: break-glass"}
    assert ("administrator under break-glass", "disable a person", "", "nobody", "open") in found


def test_pages_open_as_written(world: World, place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.store.undone():
        come = visitors(world, place)
        cells = list(play_pages(come, place))
        monkeypatch.setattr("app.assurance.pages.closed_refusals", lambda *_: ())
        open_frame = differing(list(play_pages(come, place)))

    assert {one.seen for one in cells} == {Seen.AS_EXPECTED}
    assert {one.address for one in (*PAGES, ACCOUNT)} == set(pages_open())
    assert len(cells) == len(pages_open()) * len(come)
    assert ("developer", "page grants", "", "", "open") in open_frame
    assert not {one for one in open_frame if one[1] == "page administration"}  # its own guard still stands


def test_the_record_is_the_same_before_each_cell(world: World) -> None:
    with world.store.reading() as session:
        before = len(session.exec(select(LogEntry.idx)).all())

    played(world, "publish a template")

    with world.store.reading() as session:
        assert len(session.exec(select(LogEntry.idx)).all()) == before


def test_addresses_answer_as_written(world: World, place: Workplace) -> None:
    cells = list(play_routes(world, place, operations=OPERATIONS))

    assert differing(cells) == set()
    assert {one.principal for one in cells} >= {
        "anonymous",
        "token revoked",
        "token expired",
        "token of a person disabled",
    }
    assert {one.act for one in cells} == OPERATIONS


def test_an_address_without_its_guard_is_found_in_exactly_its_cells(world: World, place: Workplace) -> None:
    application = build()
    bare = APIRoute("/models", lambda: {"models": []}, methods=["GET"], operation_id="list_models")
    unlisted = APIRoute("/secrets", lambda: {}, methods=["GET"], operation_id="read_secrets")
    application.router.routes[:0] = [bare, unlisted]

    found = differing(
        list(play_routes(world, place, application=application, operations={*OPERATIONS, "read_secrets"}))
    )

    shut = {
        "anonymous", "no such token", "token revoked", "token expired", "token of a person disabled",
        "token without the scope", "developer's token, no role by now",
    }  # fmt: skip
    assert found == {
        *((who, "list_models", "", "", "open") for who in shut),
        ("anybody", "read_secrets", "", "", "open"),
    }


def test_files_leave_only_for_those_who_may(world: World, place: Workplace) -> None:
    cells = list(play_files(world, place, visitors(world, place)))

    assert differing(cells) == set()
    refused = {one.principal for one in cells if one.wanted == "refused: 401"}
    assert refused == {
        "anonymous", "session ended", "session unknown", "cookie signed by somebody else", "person disabled",
    }  # fmt: skip


def test_what_is_seen_is_told_apart() -> None:
    act = next(one for one in matrix() if one.key == "vote to approve")
    free = expected(act, roles=frozenset({"approver"}), stage="in approval", relation="nobody")
    shut = expected(act, roles=frozenset({"owner"}), stage="draft", relation="validator")

    assert (free.words, shut.words) == ("allowed", "refused: permission, stage, duty-validation")
    assert seen(free, Played(done=True)) is Seen.AS_EXPECTED
    assert seen(free, Played(codes=frozenset({"permission"}))) is Seen.SHUT
    assert seen(free, Played(other="NotFound")) is Seen.NOT_REACHED
    assert seen(shut, Played(done=True)) is Seen.OPEN
    assert seen(shut, Played(codes=frozenset({"permission", "stage"}))) is Seen.SILENT
    assert seen(shut, Played(codes=frozenset({"permission", "stage", "duty-validation"}))) is Seen.AS_EXPECTED


def a_cell(how: Seen) -> Cell:
    return Cell(Part.USE_CASES, "owner", "vote to approve", "in approval", "nobody", "refused: permission", "done", how)


def test_a_drill_is_kept_signed_and_on_record_and_tells_of_what_differs(
    sqlite_store: Store, ledger: Ledger, keys: SigningKeys, tmp_path: Path
) -> None:
    cast, exports = a_cast(sqlite_store), EvidenceFiles(tmp_path / "exports")

    def kept(*cells: Cell) -> str:
        number = ask_drill(sqlite_store, ledger, reason="After a release", actor=cast.approver, at=NOON)
        done = keep_drill(sqlite_store, ledger, exports, keys, drill=number, cells=cells, milliseconds=7, at=NOON)
        assert cells_of(exports, done.digest)[0].seen is cells[0].seen
        return number

    first = kept(a_cell(Seen.OPEN))
    with sqlite_store.reading() as session:
        page, alert = drill_page(session, first), session.exec(select(Alert)).one()
        assert (page.drill.status, page.drill.differences) == (DrillStatus.DIFFERS, 1)
        assert page.drill.signature.startswith("-----BEGIN CMS-----")
        assert page.differences[0].key == "use cases | owner | vote to approve | in approval | nobody"
        assert (alert.kind, alert.severity.value, alert.recovered_at) == ("access", "critical", None)
    kept(a_cell(Seen.AS_EXPECTED))
    with sqlite_store.reading() as session:
        assert session.exec(select(Alert)).one().recovered_at == NOON


def test_only_approvers_and_administrators_have_a_drill_run_and_one_at_a_time(
    sqlite_store: Store, ledger: Ledger
) -> None:
    cast = a_cast(sqlite_store)

    for actor in (cast.owner, cast.developer, cast.validator, cast.auditor):
        with pytest.raises(Refused):
            ask_drill(sqlite_store, ledger, reason="After a release", actor=actor, at=NOON)
    ask_drill(sqlite_store, ledger, reason="After a release", actor=cast.administrator, at=NOON)

    with sqlite_store.reading() as session:
        assert [one.code for one in asking_refusals(session, cast.approver, at=NOON)] == ["drill-pending"]


def test_a_drill_is_due_once_a_week_on_sunday(sqlite_store: Store, ledger: Ledger) -> None:
    sunday = NOON.replace(day=22)
    with sqlite_store.reading() as session:
        assert due_drill(session, at=NOON) is None
        assert due_drill(session, at=sunday) == "2026-W47"
    ask_drill(sqlite_store, ledger, reason="Every week", source=DrillSource.SCHEDULE, actor=SYSTEM, at=sunday)
    with sqlite_store.reading() as session:
        assert due_drill(session, at=sunday) is None
