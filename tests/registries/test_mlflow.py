"""What is read from a real MLflow server is what MLflow's own client put there; nothing else is asked."""

import json
import time

import pytest

from app.registries.mlflow import MlflowServer
from app.registries.mlflow_values import signature_of
from app.registries.servers import ServerPlace, parse_servers, resolve, server_named
from core.errors import NotFound
from core.inventory.importing.registry.values import RegistryTrouble
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
