"""`countersign serve` and `countersign worker`: start an installation, with or without the example workspace."""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


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
    from app.composition import workplace

    place = workplace()
    os.environ["COUNTERSIGN_DATA_DIR"] = str(place.settings.data_dir)
    _say_how_to_sign_in(example=args.example)
    settings = place.settings
    place.store.close()
    sys.stdout.flush()
    os.chdir(ROOT)  # Streamlit reads .streamlit/config.toml from here
    command = [sys.executable, "-m", "streamlit", "run", "app/server.py"]
    options = {
        "server.port": settings.port,
        "server.address": settings.address,
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
        "logger.level": "warning",
    }
    os.execv(sys.executable, [*command, *(f"--{name}={value}" for name, value in options.items())])  # noqa: S606
    return 0


def run_worker(_args: argparse.Namespace) -> int:
    """Work until interrupted."""
    import time

    from app.composition import workplace
    from app.worker import IDLE_SECONDS, work_once

    place = workplace()
    try:
        while True:
            if not work_once(place):
                time.sleep(IDLE_SECONDS)
    except KeyboardInterrupt:
        return 0


def _say_how_to_sign_in(*, example: bool) -> None:
    from app.composition import now, workplace

    place = workplace()
    print(f"\nCountersign at {place.settings.public_url}\n")
    if example:
        from app.example.workspace import prepare

        accounts = prepare(place, at=now())
        width = max(len(account.role) for account in accounts)
        for account in accounts:
            print(f"  {account.role:<{width}}  {account.username:<14}  {account.password}")
        print("\nExample accounts; their passwords were made for this installation.\n")
        return
    if place.settings.provider is not None:
        return
    from core.access.setup import make_first_link

    link = make_first_link(place.store, place.ledger, at=now())
    if link is not None:
        print("  Nobody can sign in yet. This link makes the first administrator, once:\n")
        print(f"  {place.settings.public_url}/setup?link={link}\n")
