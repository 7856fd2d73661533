"""How does every test start from the same migrated database, with the ledger's TRUNCATE trigger in place?

One template database is migrated once a run; each worker works in a clone of it. Tests roll back; a transactional
test leaves a new clone behind instead of a flush, because TRUNCATE is what the ledger refuses.
Loaded by `tests/conftest.py`.
"""

import contextlib
import os
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

RUN = "PILOTAGE_TEST_RUN"  # names the databases of one run; workers inherit it
LOCK = 7_205_091  # advisory lock: one worker migrates, the others wait


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault(RUN, uuid.uuid4().hex[:10])


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller, last to leave, removes what this run made (also what a crashed worker left)."""
    if hasattr(config, "workerinput"):
        return
    name = os.environ.pop(RUN, None)
    with contextlib.suppress(psycopg.OperationalError), _server() as server:
        found = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"test_{name}_%"]).fetchall()
        for (database,) in found:
            _drop(server, database)


@contextlib.contextmanager
def _server() -> Iterator[psycopg.Connection]:
    """A connection to the server's maintenance database, outside Django."""
    from django.db import connection

    arguments = connection.get_connection_params() | {"dbname": "postgres"}
    wanted = {key: arguments[key] for key in ("dbname", "user", "password", "host", "port") if arguments.get(key)}
    with psycopg.connect(**wanted, connect_timeout=10, autocommit=True) as server:
        yield server


def _drop(server: psycopg.Connection, database: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _make(server: psycopg.Connection, database: str, template: str) -> None:
    # template1 may be in use for a moment by another run on the same server; our own template never is.
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database), sql.Identifier(template)))


def _use(database: str) -> None:
    """Point Django's connection at this database."""
    from django.conf import settings
    from django.db import connection, connections

    connections.close_all()
    settings.DATABASES["default"]["NAME"] = database
    connection.settings_dict["NAME"] = database


def _migrated_template() -> str:
    """The name of this run's template; made by whoever comes first."""
    from django.core.management import call_command
    from django.db import connections

    template = f"test_{os.environ[RUN]}_template"
    with _server() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            return template
        unfinished = f"{template}_new"
        _drop(server, unfinished)
        _make(server, unfinished, "template0")
        _use(unfinished)
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        connections.close_all()
        server.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(template))
        )
    return template


def _fresh_clone(template: str, clone: str) -> None:
    """Replace the worker's database by a copy of the template, whoever is still connected to it."""
    _use(clone)
    with _server() as server:
        _drop(server, clone)
        _make(server, clone, template)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[None]:
    """Takes the place of pytest-django's fixture of this name: template, clone, and clones instead of flushes."""
    from django.db import connections
    from django.test import TransactionTestCase

    clone = f"test_{os.environ[RUN]}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    flush = TransactionTestCase._fixture_teardown
    with django_db_blocker.unblock():
        template = _migrated_template()
        _fresh_clone(template, clone)
    TransactionTestCase._fixture_teardown = lambda self: _fresh_clone(template, clone)
    try:
        yield
    finally:
        TransactionTestCase._fixture_teardown = flush
        with django_db_blocker.unblock():
            connections.close_all()
            with _server() as server:
                _drop(server, clone)
