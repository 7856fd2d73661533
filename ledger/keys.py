"""Which key signs checkpoints? It lies outside the database and outside what the web process reads.

Two environment variables, given to the worker and to the command only: `LEDGER_KEY_FILE` (a PEM private key, Ed25519)
and `LEDGER_KEY_ID` (how verifiers call it). Without them nothing is signed, and the page says so.
"""

import os
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)


class Signer(NamedTuple):
    key: Ed25519PrivateKey
    key_id: str

    @property
    def public_hex(self) -> str:
        """What verifiers pass as --key ID=HEX."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


class KeyUnusable(ValueError):
    """The key file is no Ed25519 private key in PEM."""


def signer() -> Signer | None:
    """The key of this process; None where it is not given. Raises OSError or KeyUnusable for a broken file."""
    path = os.environ.get("LEDGER_KEY_FILE", "")
    return read(Path(path), os.environ.get("LEDGER_KEY_ID", "ledger")) if path else None


def read(path: Path, key_id: str) -> Signer:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise KeyUnusable(f"{path} holds no private key in PEM without a password.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{path} holds no Ed25519 key.")
    return Signer(key, key_id)


def create(path: Path) -> None:
    """Write a new key, readable by its owner only. Raises FileExistsError rather than replacing one."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
