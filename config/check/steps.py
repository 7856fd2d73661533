"""Which steps does the check have, and how is each asked? A step returns what it found; nothing found is well."""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from . import contracts, texts
from .texts import ROOT

Step = Callable[[], str]

ASK_A_SERVER = {"migrations", "django"}  # a generated column is checked against the server's version


class Skipped(str):
    """Why a step had nothing to look at."""


def tool(*command: str, flags: tuple[str, ...] = (), environment: dict[str, str] | None = None) -> Step:
    """A step that runs a module of the environment; what it prints counts only when it fails."""

    def step() -> str:
        done = subprocess.run(
            [sys.executable, *flags, "-m", *command],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return "" if done.returncode == 0 else done.stdout or f"exit code {done.returncode}"

    return step


def manage(*arguments: str, **environment: str) -> Step:
    """A step of Django's own command line, without a database."""
    return tool(
        "django",
        *arguments,
        flags=("-W", "ignore::RuntimeWarning"),  # "could not look at the database": it need not
        environment={"DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONPATH": str(ROOT), **environment},
    )


def packages() -> list[str]:
    """The rooms that exist, by name."""
    found = {Path(name).parts[0] for name in texts.tracked("*/__init__.py")}
    rooms = {name for name in found if (ROOT / name / "__init__.py").exists()}
    return sorted(rooms - {"tests", "benchmarks"})


def documents() -> str:
    """Generated reference pages equal what the code says now."""
    if not texts.tracked("*/management/commands/write_docs.py"):
        return Skipped("no generated documents yet")
    return manage("write_docs", "--check")()


def deploy() -> str:
    """Django's security checks on the production settings."""
    return manage(
        *("check", "--deploy", "--tag", "security", "--fail-level", "WARNING"),
        DJANGO_SETTINGS_MODULE="config.settings.production",
        SECRET_KEY=secrets.token_urlsafe(64),
        ALLOWED_HOSTS="example.org",
    )()


def types() -> str:
    found = tool("mypy", *(f"-p{name}" for name in packages()))()
    return re.sub(r"^Found \d+ errors.*\n?", "", found, flags=re.MULTILINE)


def every() -> dict[str, Step]:
    """The steps by name, in the order they run."""
    return {
        "format": tool("ruff", "format", "--check", "."),
        "lint": tool("ruff", "check", "--quiet", "."),
        "types": types,
        "contracts": lambda: contracts.broken(packages()),
        "migrations": manage("makemigrations", "--check", "--dry-run"),
        "django": manage("check", "--fail-level", "WARNING"),
        "deploy": deploy,
        "documents": documents,
        "templates": texts.templates,
        "length": texts.length,
        "secrets": texts.secrets,
    }
