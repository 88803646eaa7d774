"""Sign short values: form tokens, unsubscribe links, cursors. A salt per purpose; the newest key signs, all keys verify."""

import hashlib
from datetime import timedelta
from typing import Any, Literal

from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.settings import Settings

Purpose = Literal["join", "new-link", "sign-in-request", "sign-in", "unsubscribe", "cursor"]


def sign(settings: Settings, purpose: Purpose, value: Any) -> str:
    """Sign `value` (JSON) for one purpose. The result is safe in a URL."""
    return str(_serializer(settings, purpose).dumps(value))


def read(settings: Settings, purpose: Purpose, signed: str, *, within: timedelta | None = None) -> Any:
    """Return the signed value; None when it was not signed for this purpose, or longer ago than `within`."""
    age = None if within is None else int(within.total_seconds())
    try:
        return _serializer(settings, purpose).loads(signed, max_age=age)
    except BadSignature:
        return None


def _serializer(settings: Settings, purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        list(settings.secret_keys),
        salt=f"parley.{purpose}.v1",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )
