"""`countersign serve` and `countersign worker`: start an installation, with or without the example workspace."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.composition import Workplace
    from app.example.accounts import Account

REFUSED = 2


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands."""
    serve = commands.add_parser("serve", help="start the server")
    serve.add_argument("--example", action="store_true", help="with example models and one example account per role")
    serve.add_argument("--port", type=int, help="default: COUNTERSIGN_PORT or 8501")
    serve.add_argument("--data-dir", help="default: COUNTERSIGN_DATA_DIR or ./var")
    serve.set_defaults(run=run)
    worker = commands.add_parser("worker", help="do background work in a process of its own")
    worker.set_defaults(run=run_worker)


def run(args: argparse.Namespace) -> int:
    """Prepare the store, say how to sign in, then become the server."""
    if args.port:
        os.environ["COUNTERSIGN_PORT"] = str(args.port)
    if args.data_dir:
        os.environ["COUNTERSIGN_DATA_DIR"] = str(Path(args.data_dir).resolve())
    from app.composition import now, open_workplace
    from app.example.workspace import HISTORY
    from app.launch import ROOT, server_command
    from app.settings import load
    from core.errors import GovernanceError

    settings = load()
    os.environ["COUNTERSIGN_DATA_DIR"] = str(settings.data_dir)
    try:
        place = open_workplace(settings, installed_at=now() - HISTORY if args.example else None)
    except GovernanceError as refused:  # a newer schema, a restore that was broken off
        print(str(refused), file=sys.stderr)
        return REFUSED
    _say_how_to_sign_in(place, example=args.example)
    place.store.close()
    sys.stdout.flush()
    os.chdir(ROOT)  # Streamlit reads .streamlit/config.toml from here
    command = server_command(settings)
    os.execv(command[0], command)  # noqa: S606  the arguments are ours; no shell reads them
    return 0


def run_worker(_args: argparse.Namespace) -> int:
    """Work until interrupted; SIGTERM and SIGINT let the job at hand come to its end."""
    import gc
    import signal

    gc.disable()  # imports make no garbage, and looking for it takes a fifth of the time to start
    from app.composition import workplace
    from app.logs.setting_up import set_up_logs
    from app.working import Worker
    from core.errors import GovernanceError
    from core.jobs.tables import WorkerRole

    gc.freeze()
    gc.enable()
    try:
        place = workplace()
    except GovernanceError as refused:
        print(str(refused), file=sys.stderr)
        return REFUSED
    set_up_logs(place.settings.log_format, place.settings.log_level)
    worker = Worker(place, WorkerRole.PROCESS)
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda _number, _frame: worker.stop_soon())
    if place.store.engine.dialect.name == "sqlite":
        print(
            "The store is SQLite: all workers must run on the machine that holds its file. For more machines, keep "
            "the store on PostgreSQL.",
            file=sys.stderr,
        )
    worker.prepare()
    print("Working. SIGTERM ends this worker after the job at hand.", flush=True)
    worker.run()
    place.store.close()
    return 0


def _say_how_to_sign_in(place: "Workplace", *, example: bool) -> None:
    from app.composition import now
    from core.access.setup import make_first_link

    print(f"\nCountersign at {place.settings.public_url}\n")
    if example:
        from app.example.workspace import prepare

        print("  Preparing the example workspace …", flush=True)
        _say_accounts(prepare(place, at=now()))
    elif place.settings.provider is None:
        link = make_first_link(place.store, place.ledger, at=now())
        if link is not None:
            print("  Nobody can sign in yet. This link makes the first administrator, once:\n")
            print(f"  {place.settings.public_url}/setup?link={link}\n")


def _say_accounts(accounts: "tuple[Account, ...]") -> None:
    width = max(len(account.username) for account in accounts)
    print(f"  {'user name':<{width}}  {'password':<16}  role")
    for account in accounts:
        print(f"  {account.username:<{width}}  {account.password:<16}  {account.role}")
    print("\n  Example accounts; their passwords were made for this installation.\n")
