"""A real MLflow server on loopback, started once, with models that MLflow's own client logged and registered."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.registries.mlflow import QUIET, MlflowServer
from app.registries.servers import ServerPlace

PATIENCE = 240
SCHEMA = '{"mlflow_colspec": [{"type": "double", "name": "income", "required": true}]}'
MLMODEL = """\
flavors:
  python_function: {loader_module: none}
signature:
  inputs: '[{"type": "double", "name": "income", "required": true}]'
  outputs: '[{"type": "long", "required": true}]'
  params: null
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def mlflow_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server of MLflow itself, with one worker process and artefacts handed out by the server."""
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    command = [
        sys.executable, "-m", "mlflow", "server", "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}",
        "--default-artifact-root", str(folder / "artifacts"), "--workers", "1",
        "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    quiet = os.environ | QUIET | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    log = (folder / "log").open("wb")
    server = subprocess.Popen(command, cwd=folder, env=quiet, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(f"http://127.0.0.1:{port}", server, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, 15)  # uvicorn's worker is a child of its own
        server.wait(30)


def _wait(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(log.read_text(errors="replace")[-2000:])


@pytest.fixture(scope="session")
def mlflow_client(mlflow_url: str) -> "object":
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=mlflow_url, registry_uri=mlflow_url)


@pytest.fixture
def server(mlflow_url: str) -> MlflowServer:
    return MlflowServer(ServerPlace("main", mlflow_url))


def add_model(client, name: str, *, description: str = "", **tags: str) -> None:  # type: ignore[no-untyped-def]
    client.create_registered_model(name, tags=tags or None, description=description)


def add_version(client, name: str, folder: Path, *, auc: float = 0.81, description: str = "", **tags: str) -> str:  # type: ignore[no-untyped-def]
    """A version with a run behind it: a figure, a parameter, two datasets, a commit and a signature."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    experiment = client.get_experiment_by_name("credit")
    where = experiment.experiment_id if experiment else client.create_experiment("credit")
    run = client.create_run(where, tags={"mlflow.source.git.commit": "0a1b2c3", "mlflow.user": "ana"})
    run_id = run.info.run_id
    client.log_metric(run_id, "auc", auc)
    client.log_param(run_id, "C", 1.0)
    for context, digest in (("training", "aa11"), ("evaluation", "bb22")):
        data = Dataset(
            name=f"applications-{context}", digest=digest, source_type="s3",
            source='{"uri": "s3://lake/' + context + '.parquet"}', schema=SCHEMA, profile="{}",
        )  # fmt: skip
        client.log_inputs(run_id, [DatasetInput(data, [InputTag("mlflow.data.context", context)])])
    file = folder / "MLmodel"
    file.write_text(MLMODEL)
    client.log_artifact(run_id, str(file), "model")
    source = f"{run.info.artifact_uri}/model"
    made = client.create_model_version(name, source, run_id, tags=tags or None, description=description)
    return str(made.version)
