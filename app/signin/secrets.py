"""The secrets of sign-in, made once for an installation and readable by its account alone."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import RSAKey

from core.access.second_factor.keys import FactorKey


@dataclass(frozen=True)
class SignInSecrets:
    """What signs cookies, form tickets and ID tokens, and what the embedded provider's client shows."""

    cookie: str
    ticket: str
    client: str
    key: RSAKey


def load_secrets(folder: Path) -> SignInSecrets:
    """Read the secrets, making those that are missing; safe when several processes start at once."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return SignInSecrets(
        cookie=_secret(folder / "cookie"),
        ticket=_secret(folder / "ticket"),
        client=_secret(folder / "client"),
        key=_key(folder / "id_token_key.json"),
    )


def load_factor_key(folder: Path) -> FactorKey:
    """The key under which secrets of authenticators are kept, made when it is first asked for."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FactorKey(_secret(folder / "second_factor"))


def _secret(path: Path) -> str:
    return _kept(path, secrets.token_urlsafe(48))


def _key(path: Path) -> RSAKey:
    if not path.exists():
        made = RSAKey.generate_key(3072, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)
        _kept(path, json.dumps(made.as_dict(private=True)))
    return RSAKey.import_key(json.loads(path.read_text()))


def _kept(path: Path, proposed: str) -> str:
    """What the file says; `proposed` if it is not there yet. A half-written file is never seen."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(proposed)
        try:
            os.link(draft, path)
        except FileExistsError:  # another process was first
            pass
        finally:
            draft.unlink()
    return path.read_text()
