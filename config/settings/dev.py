"""For one machine: `./dev run`. Secrets are made at first start and kept under PILOTAGE_HOME."""

import secrets

from .base import *  # noqa: F403
from .base import PILOTAGE_HOME, SECRET_KEY


def _kept_secret() -> str:
    """The key made at first start; none is shipped."""
    path = PILOTAGE_HOME / "secret-key"
    if not path.exists():
        PILOTAGE_HOME.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


SECRET_KEY = SECRET_KEY or _kept_secret()
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
DEMO_ALLOWED = True
