"""The installation's seal: an Ed25519 key that signs receipts, and the verification of a sealed receipt.

Verification needs only the file. With the key's fingerprint from another source (the acceptance mail,
/.well-known/parley-keys.json) it also proves who sealed the receipt.
"""

import base64
import hashlib
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.engine import make_url

from portal.domain.order import receipt as receipts
from portal.domain.order.receipt import Receipt, Seal, Sealed
from portal.errors import Misconfigured
from portal.settings import Settings

SEED_BYTES = 32
FILE_NAME = "seal.key"


class SealKey:
    """The key. Signatures are deterministic (RFC 8032): the same receipt has the same seal."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw()
        self.fingerprint = fingerprint(self.public)

    def seal(self, receipt: Receipt) -> Sealed:
        signature = self._key.sign(receipts.canonical(receipt))
        return Sealed(
            receipt=receipt,
            seal=Seal(
                key=self.fingerprint,
                public_key=base64.b64encode(self.public).decode(),
                signature=base64.b64encode(signature).decode(),
            ),
        )


def seal_key(settings: Settings) -> SealKey:
    """Return the key of the settings, or else the one beside the data, which is created at first use."""
    if settings.seal_key:
        return _from_seed(settings.seal_key, "PORTAL_SEAL_KEY")
    return _load_or_create(_folder(settings) / FILE_NAME)


def fingerprint(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()


def find_fault(content: bytes, *, known: str | None = None) -> str | None:
    """Say why a sealed receipt is not valid; None when it is. `known`: the fingerprint that it must be sealed with."""
    try:
        sealed = receipts.decode(content)
        public = base64.b64decode(sealed.seal.public_key, validate=True)
        signature = base64.b64decode(sealed.seal.signature, validate=True)
        key = Ed25519PublicKey.from_public_bytes(public)
    except (msgspec.DecodeError, msgspec.ValidationError, ValueError):
        return "this is not a sealed receipt"
    if fingerprint(public) != sealed.seal.key:
        return "the fingerprint is not that of the key in the file"
    if known is not None and known.lower().replace(":", "") != sealed.seal.key:
        return f"it was sealed with another key, {sealed.seal.key}"
    try:
        key.verify(signature, receipts.canonical(sealed.receipt))
    except InvalidSignature:
        return "the receipt was changed after it was sealed"
    try:
        return receipts.contradiction(sealed.receipt)
    except (msgspec.DecodeError, KeyError, TypeError):
        return "the revision in the receipt can't be read"


def _folder(settings: Settings) -> Path:
    url = make_url(settings.database_url)
    is_embedded = url.get_backend_name() == "sqlite" and url.database
    return Path(str(url.database)).parent if is_embedded else settings.files_dir


@cache
def _load_or_create(path: Path) -> SealKey:
    path.parent.mkdir(parents=True, exist_ok=True)
    # When several processes start at once, the first creates the file atomically and the others read it.
    unfinished = path.with_name(f".{FILE_NAME}-{os.getpid()}")
    if not path.exists():
        unfinished.touch(mode=0o600)
        unfinished.write_text(base64.b64encode(os.urandom(SEED_BYTES)).decode())
        with suppress(FileExistsError):
            os.link(unfinished, path)
        unfinished.unlink()
    return _from_seed(path.read_text().strip(), str(path))


@cache
def _from_seed(text: str, where: str) -> SealKey:
    try:
        seed = base64.b64decode(text, validate=True)
        return SealKey(Ed25519PrivateKey.from_private_bytes(seed))
    except ValueError as error:
        raise Misconfigured(
            "%(where)s is not an Ed25519 key: 32 random bytes in base64.", where=where
        ) from error
