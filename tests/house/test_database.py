"""Does every test start from the same database, also after one that committed or changed the schema?"""

import threading

import pytest
from django.db import connection


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))  # two workers: one of them takes two turns
def test_transactional_tests_get_a_fresh_clone(turn):
    tables = connection.introspection.table_names()
    assert "django_migrations" in tables, "migrated"
    assert "left_behind" not in tables
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_behind AS SELECT 1 AS n")
    # A thread that keeps its connection open does not hinder the next clone.
    thread = threading.Thread(target=connection.ensure_connection.__func__, args=(connection.copy(),))
    thread.start()
    thread.join()


@pytest.mark.django_db
@pytest.mark.parametrize("turn", range(3))
def test_ordinary_tests_roll_back(turn):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('rolled_back'), to_regclass('left_behind')")
        assert cursor.fetchone() == (None, None)
        cursor.execute("CREATE TABLE rolled_back AS SELECT 1 AS n")
