"""`countersign witness …`: a witness on a second machine, which cosigns only what continues what it saw."""

import argparse
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.ledger.anchors.witness import Answer, WitnessState

DONE, REFUSED = 0, 2
MOST_BYTES = 1 << 17
PATIENCE = 10  # seconds for a request to arrive
EPILOG = """The witness keeps its key, the keys of the logs that it knows and their last checkpoints in --state DIR.
It speaks the protocol C2SP tlog-witness: POST /add-checkpoint. Put a web server with TLS in front of it.

Exit code: 0 ended as asked, 2 refused."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "witness",
        help="cosign another installation's checkpoints, on a second machine",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(title="acts", metavar="ACT", dest="act", required=True)
    serve = acts.add_parser("serve", help="answer submissions")
    serve.add_argument("--listen", metavar="HOST:PORT", default="127.0.0.1:8600")
    serve.add_argument("--log", metavar="VKEY", action="append", default=[], help="witness this log; may be repeated")
    trust = acts.add_parser("trust", help="witness one more log, or a log's new key")
    trust.add_argument("log", metavar="VKEY")
    key = acts.add_parser("key", help="print the verifier key to configure and to pin")
    for one in (serve, trust, key):
        one.add_argument("--state", metavar="DIR", type=Path, required=True, help="where the witness keeps everything")
        one.add_argument("--name", default="witness.local", help="the witness' name, settled at the first start")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do one act."""
    from core.errors import GovernanceError
    from core.ledger.anchors.witness import WitnessState

    try:
        if args.act == "trust":
            WitnessState.look_for(args.state)
        state = WitnessState.open(args.state, name=args.name)
        for vkey in [args.log] if args.act == "trust" else getattr(args, "log", []):
            state.trust(vkey)
        if args.act == "serve":
            return _serve(state, args.listen)
        print(state.cosigner.witness.vkey)
    except (GovernanceError, OSError, ValueError) as error:
        print(str(error), file=sys.stderr)
        return REFUSED
    return DONE


def _serve(state: "WitnessState", listen: str) -> int:
    host, _, port = listen.rpartition(":")
    with ThreadingHTTPServer((host.strip("[]"), int(port)), handler(state)) as server:
        print(f"{state.cosigner.witness.vkey}\nListening on {host}:{server.server_address[1]}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return DONE
    return DONE


def handler(state: "WitnessState") -> type[BaseHTTPRequestHandler]:
    """The two paths of a witness: one to submit to, and one that shows the last checkpoint of a log."""
    from core.ledger.anchors.witness import Answer

    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > MOST_BYTES:
                self.close_connection = True
                self._answer(Answer(413, "A submission is at most 128 kB, with its length.\n"))
                return
            body = self.rfile.read(int(length))
            known = self.path == "/add-checkpoint"
            self._answer(state.add_checkpoint(body, at=datetime.now(UTC)) if known else Answer(404, "Unknown.\n"))

        def do_GET(self) -> None:
            digest, _, asked = self.path.lstrip("/").partition("/")
            note = state.latest(digest) if asked == "checkpoint" else None
            self._answer(Answer(404, "Unknown.\n") if note is None else Answer(200, note))

        def _answer(self, answer: "Answer") -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            sys.stderr.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {format % args}\n")

    return Handler
