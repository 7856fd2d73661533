"""The settings of the suite for a web process that does wake workers."""

from config.settings.test import *  # noqa: F403

NUDGE = True
