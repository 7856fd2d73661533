"""As the tests' settings, with two middlewares and one view."""

from config.settings.test import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare"
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
INSTALLED_APPS: list[str] = []
