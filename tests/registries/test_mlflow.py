"""What is read from a real MLflow server is what MLflow's own client put there; nothing else is asked."""

import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import urllib3

from app.registries.mlflow import MlflowServer
from app.registries.mlflow_values import signature_of
from app.registries.pinning import pinned
from app.registries.servers import ServerPlace, parse_servers, resolve, server_named
from core.access.rules import Role
from core.errors import Conflict, NotFound, Refused, Unreadable
from core.inventory.changing import change_model
from core.inventory.importing.discovering import ignore
from core.inventory.importing.queries import (
    RegistryTarget,
    differences,
    discoveries,
    registry_facts,
    registry_targets,
    sync_states,
)
from core.inventory.importing.registry.differences import keep_ours, take_over
from core.inventory.importing.registry.mapping import Rule
from core.inventory.importing.registry.service import (
    RegistryDryRun,
    change_rules,
    import_from_registry,
    look_at_registry,
)
from core.inventory.importing.registry.syncing import Synced, sync_registry
from core.inventory.importing.registry.values import RegistryTrouble
from core.inventory.importing.rules import DifferenceKind, DiscoveryStatus
from core.inventory.importing.service import Imported
from core.inventory.queries import model_page
from core.inventory.rules import Line
from core.ledger.service import Ledger
from core.ledger.verify import verify_store
from core.store import Store
from tests.builders import an_actor
from tests.importing.conftest import Desk, a_desk
from tests.registries.conftest import add_model, add_version, free_port


@pytest.fixture(scope="module")
def registered(mlflow_client, tmp_path_factory: pytest.TempPathFactory) -> str:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("files")
    add_model(mlflow_client, "credit’s score", description="Ranks applications.", owner="P0001")
    add_version(mlflow_client, "credit’s score", folder, auc=0.8)
    add_version(mlflow_client, "credit’s score", folder, auc=0.82, description="Retrained.", line="stable")
    mlflow_client.set_registered_model_alias("credit’s score", "champion", "1")
    return "credit’s score"


def test_models_are_listed_with_versions_tags_and_aliases(server: MlflowServer, registered: str) -> None:
    found = {model.name: model for model in server.models()}[registered]

    assert (found.description, dict(found.tags), dict(found.aliases)) == (
        "Ranks applications.",
        {"owner": "P0001"},
        {"champion": "1"},
    )
    assert [(one.version, one.aliases, one.description) for one in found.versions] == [
        ("1", ("champion",), ""),
        ("2", (), "Retrained."),
    ]
    assert dict(found.versions[1].tags) == {"line": "stable"}


class Rebinding:
    """A resolver that says the checked address once and another ever after, where somebody else listens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
        self.answers, self.asked = list(answers), 0
        self.real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self)

    def __call__(self, host: str, port: int, *args: object, **more: object) -> object:
        if host != "localhost":
            return self.real(host, port, *args, **more)  # type: ignore[arg-type]
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return self.real(answer, port, *args, **more)  # type: ignore[arg-type]


@pytest.fixture
def elsewhere(mlflow_url: str) -> Iterator[socket.socket]:
    """Another listener at the server's port, to which a second answer leads."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.9", int(mlflow_url.rpartition(":")[2])))
        listener.listen()
        listener.setblocking(False)
        yield listener


def test_the_address_that_was_checked_is_the_one_that_is_asked(
    mlflow_url: str, registered: str, elsewhere: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = MlflowServer(ServerPlace("main", mlflow_url.replace("127.0.0.1", "localhost")))
    resolver = Rebinding(monkeypatch, "127.0.0.1", "127.0.0.9")

    server.point("challenger", registered, "1")  # one question

    assert resolver.asked == 1
    with pytest.raises(BlockingIOError):
        elsewhere.accept()


def test_a_name_that_comes_to_lead_to_metadata_is_not_asked_again(
    mlflow_url: str, registered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = MlflowServer(ServerPlace("main", mlflow_url.replace("127.0.0.1", "localhost")))
    Rebinding(monkeypatch, "127.0.0.1", "169.254.169.254")

    with pytest.raises(RegistryTrouble, match="never asked"):
        server.model(registered)  # asks twice: the model, then its versions


def test_while_a_registry_is_asked_no_other_host_is_connected_to(mlflow_url: str) -> None:
    other = urllib3.PoolManager(retries=False)
    with pinned("http://registry.example.org:5000", ["127.0.0.1"]), pytest.raises(urllib3.exceptions.HTTPError):
        other.request("GET", mlflow_url)
    assert other.request("GET", f"{mlflow_url}/health").status == 200


def test_a_version_comes_with_its_run_its_data_and_its_signature(server: MlflowServer, registered: str) -> None:
    found = server.details(registered, server.model(registered).versions[1])

    assert found.run is not None
    assert (dict(found.run.metrics), dict(found.run.params)) == ({"auc": 0.82}, {"C": "1.0"})
    assert (found.run.commit, found.run.user) == ("0a1b2c3", "ana")
    assert [(one.name, one.digest, one.context, one.source) for one in found.run.datasets] == [
        ("applications-training", "aa11", "training", "s3://lake/training.parquet"),
        ("applications-evaluation", "bb22", "evaluation", "s3://lake/evaluation.parquet"),
    ]
    assert json.loads(found.signature)["inputs"][0]["name"] == "income"


def test_an_alias_is_pointed_to_a_version_and_read_back(server: MlflowServer, registered: str, mlflow_client) -> None:  # type: ignore[no-untyped-def]
    server.point("production", registered, "2")

    assert server.pointed("production", registered) == "2"
    assert str(mlflow_client.get_model_version_by_alias(registered, "production").version) == "2"
    mlflow_client.delete_registered_model_alias(registered, "production")


@pytest.mark.parametrize(("model", "version"), [("nobody's", "1"), ("credit’s score", "99")])
@pytest.mark.usefixtures("registered")
def test_an_alias_of_nothing_is_not_found(server: MlflowServer, model: str, version: str) -> None:
    with pytest.raises(NotFound):
        server.point("production", model, version)


def test_a_server_that_is_away_is_said_to_be_so_at_once() -> None:
    began = time.monotonic()

    with pytest.raises(RegistryTrouble, match="no connection"):
        list(MlflowServer(ServerPlace("gone", f"http://127.0.0.1:{free_port()}")).models())

    assert time.monotonic() - began < 10


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]"])
def test_an_address_of_a_clouds_metadata_service_is_never_asked(host: str) -> None:
    with pytest.raises(RegistryTrouble, match="never asked"):
        resolve(ServerPlace("main", f"http://{host}"))


def test_only_a_server_of_the_setting_can_be_named() -> None:
    servers = parse_servers("main=https://mlflow.example.org, lab=http://127.0.0.1:5000/", "main=secret,lab=a:b")

    assert server_named(servers, "lab") == ServerPlace("lab", "http://127.0.0.1:5000", "a:b")
    assert "secret" not in repr(servers)
    with pytest.raises(NotFound):
        server_named(servers, "https://elsewhere.example.org")


@pytest.mark.parametrize(
    ("servers", "credentials"),
    [
        ("main", ""),
        ("main=ftp://mlflow.example.org", ""),
        ("main=https://user:secret@mlflow.example.org", ""),
        ("main=https://a.example.org,main=https://b.example.org", ""),
        ("main=https://a.example.org", "other=secret"),
        ("main=http://a.example.org", "main=secret"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(servers: str, credentials: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_servers(servers, credentials)


@pytest.mark.parametrize("body", [b"", b"[]", b"a: [", b"signature: 3", b"!!python/object/apply:os.system ['true']"])
def test_an_mlmodel_file_that_is_none_gives_no_signature(body: bytes) -> None:
    assert signature_of(body) == ""


# ---- importing, keeping in step, discovering


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A model's name that no other test uses on the shared server."""
    return f"model of {request.node.name}"[:200]


@pytest.fixture
def desk(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> Desk:
    return a_desk(sqlite_store, ledger, tmp_path)


FIXED = {
    "business_line": "Lending",
    "exposure": "low",
    "purpose_class": "operational",
    "intended_use": "Ranking.",
    "limitations": "None known.",
}


def set_rules(desk: Desk, server: MlflowServer, **more: str) -> None:
    said = FIXED | {"owner": desk.owner.id, "developer": "Dan Developer"} | more
    rules = {key: Rule(tag=key, otherwise=text) for key, text in said.items()}
    change_rules(
        desk.store, desk.ledger, server=server.name, rules=rules, expected_revision=0, actor=desk.owner, at=desk.at
    )


def look(desk: Desk, server: MlflowServer, *names: str) -> RegistryDryRun:
    return look_at_registry(desk.store, registry=server, names=names, actor=desk.owner, at=desk.at)


def make(desk: Desk, server: MlflowServer, *names: str) -> Imported:
    expected = look(desk, server, *names).found.plan.digest
    return import_from_registry(
        desk.store, desk.ledger, registry=server, names=names, expected=expected, actor=desk.owner, at=desk.at
    )


def sync(desk: Desk, server: MlflowServer, hours: int = 1) -> Synced:
    return sync_registry(desk.store, desk.ledger, registry=server, at=desk.at + timedelta(hours=hours))


def test_a_model_comes_in_with_versions_data_and_links(
    desk: Desk, server: MlflowServer, mlflow_client, name: str, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    add_model(mlflow_client, name, description="Ranks applications.", exposure="medium")
    add_version(mlflow_client, name, tmp_path)
    add_version(mlflow_client, name, tmp_path, description="Retrained.", line="experimental")
    set_rules(desk, server)

    shown = look(desk, server, name)
    done = make(desk, server, name)

    assert [row.says[0] for row in shown.found.plan.rows] == [
        "registers the model with version 1.0.0",
        "registers version 1.1.0",
    ]
    assert (done.counts.models, done.counts.versions, done.counts.datasets) == (1, 2, 2)
    with desk.store.reading() as session:
        page = model_page(session, "M0001", "1.1.0")
        assert (page.model.name, page.model.purpose, page.model.tier) == (name, "Ranks applications.", 3)
        assert page.version is not None
        assert (page.version.line, page.version.rationale) == (Line.EXPERIMENTAL, "Retrained.")
        assert page.version.code_reference == "0a1b2c3"
        assert page.training is not None
        assert (page.training.name, page.training.version, page.training.source) == (
            "applications-training",
            "aa11",
            "s3://lake/training.parquet",
        )
        assert registry_targets(session, "M0001", "1.1.0") == (RegistryTarget("main", name, "2"),)
        facts = registry_facts(session, "M0001", "1.1.0")
        assert (facts[0].metrics, facts[0].params) == ({"auc": "0.81"}, {"C": "1.0"})
        assert "income" in facts[0].signature
        assert verify_store(session, desk.ledger.vkey).passed


def test_what_was_imported_is_the_same_and_a_new_version_is_one_more(
    desk: Desk, server: MlflowServer, mlflow_client, name: str, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    add_model(mlflow_client, name, description="Ranks.")
    add_version(mlflow_client, name, tmp_path)
    set_rules(desk, server)
    make(desk, server, name)

    again = look(desk, server, name)
    add_version(mlflow_client, name, tmp_path, version="2.0.0")
    found = sync(desk, server)
    with desk.store.reading() as session:
        waiting = [(row.kind, row.external) for row in differences(session, limit=9, offset=0).rows if row.name == name]
    done = make(desk, server, name)

    assert not again.possible
    assert found.differences == 1
    assert waiting == [(DifferenceKind.NEW_VERSION, "2")]
    assert (done.counts.models, done.counts.versions) == (0, 1)
    with desk.store.reading() as session:
        assert registry_targets(session, "M0001", "2.0.0") == (RegistryTarget("main", name, "2"),)
        assert [row for row in differences(session, limit=9, offset=0).rows if row.name == name] == []


def test_what_cannot_be_filled_is_refused_with_the_tag_that_would_say_it(
    desk: Desk, server: MlflowServer, mlflow_client, name: str, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    add_model(mlflow_client, name)
    add_version(mlflow_client, name, tmp_path)

    said = [str(problem) for problem in look(desk, server, name).found.plan.problems]

    assert [one for one in said if one.startswith("line 1, column “Owner (tag owner)”: nothing entered")]
    assert [one for one in said if one.startswith("line 1, column “Exposure (tag exposure)”: nothing entered")]
    with pytest.raises(Unreadable):
        make(desk, server, name)


def test_a_persons_edit_is_never_overwritten_and_a_conflict_is_shown(
    desk: Desk, server: MlflowServer, mlflow_client, name: str, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    add_model(mlflow_client, name, description="Ranks applications.")
    add_version(mlflow_client, name, tmp_path)
    set_rules(desk, server)
    make(desk, server, name)
    change_model(
        desk.store, desk.ledger, model="M0001", changes={"purpose": "Ranks and explains."}, reason="It explains too.",
        expected_revision=1, actor=desk.owner, at=desk.at,
    )  # fmt: skip

    quiet = sync(desk, server, 1)
    mlflow_client.update_registered_model(name, description="Ranks quickly.")
    sync(desk, server, 2)
    sync(desk, server, 3)
    with desk.store.reading() as session:
        (shown,) = [row for row in differences(session, limit=9, offset=0).rows if row.name == name]
        ours = model_page(session, "M0001").model.purpose
    assert (quiet.differences, ours) == (0, "Ranks and explains.")
    assert (shown.field, shown.agreed, shown.ours, shown.theirs, shown.conflict) == (
        "purpose",
        "Ranks applications.",
        "Ranks and explains.",
        "Ranks quickly.",
        True,
    )

    with pytest.raises(Refused):
        take_over(
            desk.store, desk.ledger, difference=shown.id, reason="They are right.",
            actor=an_actor("P0099", Role.VALIDATOR), at=desk.at,
        )  # fmt: skip
    keep_ours(desk.store, desk.ledger, difference=shown.id, reason="Ours is fuller.", actor=desk.owner, at=desk.at)
    assert sync(desk, server, 4).differences == 0
    mlflow_client.update_registered_model(name, description="Ranks at once.")
    assert sync(desk, server, 5).differences == 1
    with desk.store.reading() as session:
        (shown,) = [row for row in differences(session, limit=9, offset=0).rows if row.name == name]
    take_over(desk.store, desk.ledger, difference=shown.id, reason="They are right.", actor=desk.owner, at=desk.at)
    with desk.store.reading() as session:
        assert model_page(session, "M0001").model.purpose == "Ranks at once."
    with pytest.raises(Conflict):
        take_over(desk.store, desk.ledger, difference=shown.id, reason="Once more.", actor=desk.owner, at=desk.at)


def test_what_is_not_known_is_discovered_ignored_with_a_reason_and_registered(
    desk: Desk, server: MlflowServer, mlflow_client, name: str, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    add_model(mlflow_client, name, description="Ranks.")
    add_version(mlflow_client, name, tmp_path)
    set_rules(desk, server)

    sync(desk, server, 1)
    sync(desk, server, 2)
    with desk.store.reading() as session:
        (row,) = [one for one in discoveries(session, limit=99, offset=0).rows if one.name == name]
    assert (row.source, row.sightings, row.first_seen, row.last_seen) == (
        "mlflow:main",
        2,
        desk.at + timedelta(hours=1),
        desk.at + timedelta(hours=2),
    )
    with pytest.raises(Refused):
        ignore(desk.store, desk.ledger, discovery=row.number, reason="x", actor=desk.owner, at=desk.at)
    ignore(desk.store, desk.ledger, discovery=row.number, reason="A trial run.", actor=desk.owner, at=desk.at)
    sync(desk, server, 3)
    with desk.store.reading() as session:
        assert name not in [one.name for one in discoveries(session, limit=99, offset=0).rows]
    make(desk, server, name)
    with desk.store.reading() as session:
        (row,) = [
            one for one in discoveries(session, status=DiscoveryStatus.REGISTERED, limit=99, offset=0).rows
            if one.name == name
        ]  # fmt: skip
    assert row.model == "M0001"


def test_a_server_that_is_away_is_noted_and_changes_nothing(desk: Desk) -> None:
    gone = MlflowServer(ServerPlace("gone", f"http://127.0.0.1:{free_port()}"))

    with pytest.raises(RegistryTrouble):
        sync_registry(desk.store, desk.ledger, registry=gone, at=desk.at)

    with desk.store.reading() as session:
        (state,) = sync_states(session)
    assert (state.server, state.read_at, state.error) == ("gone", None, "no connection.")
