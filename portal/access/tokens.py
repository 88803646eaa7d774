"""Random ids and secrets."""

import hashlib
import secrets


def new_id() -> str:
    """Return an id that cannot be guessed: 128 random bits, safe in a URL and on a command line."""
    while (candidate := secrets.token_urlsafe(16)).startswith("-"):
        pass  # a command line would take it for an option
    return candidate


def new_token() -> str:
    """Return a secret for a link or a cookie: 256 random bits. Only its `token_hash` is stored."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return the SHA-256 digest in hex. The token has full entropy, so a slow hash is not needed."""
    return hashlib.sha256(token.encode()).hexdigest()
