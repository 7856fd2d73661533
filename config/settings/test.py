"""For the suite: a throw-away database, tasks run only when a test asks for them."""

from .base import *  # noqa: F403
from .base import STORAGES

SECRET_KEY = "only-for-tests-" + "0123456789abcdef" * 4
ALLOWED_HOSTS = ["*"]
DEMO_ALLOWED = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = None  # nothing is collected: files are served from where they are written
NUDGE = False
