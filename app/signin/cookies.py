"""Streamlit's signed sign-in cookie, read outside a page; a test pins the two internals this rests on."""

import json
from collections.abc import Mapping

from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

USER_COOKIE = USER_COOKIE_NAME


def user_in_cookies(cookies: Mapping[str, str]) -> Mapping[str, object]:
    """The user's record if the cookie is there and its signature holds; otherwise an empty one."""

    def one(name: str) -> bytes | None:
        signed = cookies.get(name)
        return decode_signed_value(get_cookie_secret(), name, signed.encode("latin-1", "replace")) if signed else None

    raw = get_cookie_with_chunks(one, USER_COOKIE)
    if raw is None:
        return {}
    record: object = json.loads(raw)
    return record if isinstance(record, dict) else {}
