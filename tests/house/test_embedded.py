"""Do the embedded servers come up, survive what happens to processes, and leave strangers alone?"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import backup, binaries, home, processes, services
from config.embedded.postgres import THROW_AWAY, Postgres, WrongMajor
from config.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent.parent
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and a parent-death signal")


@pytest.fixture
def no_urls(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.fixture
def place():
    """A folder with a short path, as sockets need."""
    made = Path(tempfile.mkdtemp(prefix="pilotage-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def stranger():
    """A process that is not ours and must survive."""
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def cluster(place: Path, settings: dict[str, str] = THROW_AWAY, **options) -> Postgres:
    """A started server with one table of one row."""
    server = Postgres(place, place / "postgres.log", settings=settings, **options)
    server.initialise()
    server.start()
    server.ensure_database()
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS n")
    return server


def count(server: Postgres) -> int:
    with psycopg.connect(server.url()) as connection:
        return connection.execute("SELECT n FROM kept").fetchone()[0]


@pytest.mark.parametrize("folder", list(binaries.postgres_bins()), ids=lambda folder: folder.parent.name)
def test_postgres_comes_back_after_kill(place, folder):
    server = cluster(place, settings={}, bin_folder=folder)  # as ./dev run has it: a commit is a promise
    os.kill(server.child.pid, signal.SIGKILL)
    server.child.popen.wait()
    again = Postgres(place, place / "postgres.log", bin_folder=folder)
    again.initialise()
    again.start()
    assert count(again) == 42
    assert again.stop() == 0


def test_postgres_listens_on_no_port(place):
    server = cluster(place)
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert (server.sockets.stat().st_mode & 0o777) == 0o700
    server.stop()


def test_stale_pid_of_a_stranger_is_forgotten_and_the_stranger_lives(place, stranger):
    server = cluster(place)
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{stranger.pid}\n{server.data}\n1\n5432\n")
    (server.sockets / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n{server.data}\n1\n5432\n")
    server.start()
    assert count(server) == 42
    assert stranger.poll() is None
    server.stop()


def test_half_made_cluster_is_made_anew(place):
    (place / "pg.new").mkdir()
    (place / "pg.new" / "PG_VERSION").write_text("18\n")
    server = Postgres(place, place / "postgres.log", settings=THROW_AWAY)
    server.initialise()
    assert (place / "pg" / "global" / "pg_control").exists()
    assert not (place / "pg.new").exists()


def test_cluster_of_another_major_is_never_started(place):
    (place / "pg").mkdir()
    (place / "pg" / "PG_VERSION").write_text("12\n")
    with pytest.raises(WrongMajor, match=r"made by PostgreSQL 12"):
        Postgres(place, place / "postgres.log").initialise()


@linux
@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another way")
def test_root_without_namespaces_runs_a_copy_as_nobody(place):
    server = cluster(place, namespaces=False)
    try:
        assert Path(f"/proc/{server.child.pid}").stat().st_uid != 0
        assert count(server) == 42
    finally:
        server.stop()
        shutil.rmtree(server.how.home)


@linux
def test_servers_end_with_a_killed_parent(place):
    code = (
        "import os, sys, time; from pathlib import Path; from config.embedded import services;"
        "made = services.start(Path(sys.argv[1]), Path(sys.argv[1]), throw_away=True);"
        "print(*[child.pid for child in made.own], flush=True); time.sleep(600)"
    )
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    parent = subprocess.Popen(
        [sys.executable, "-c", code, place], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    children = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(children) == 2
    assert all(map(processes.alive, children))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while any(map(processes.alive, children)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(processes.alive, children))


def test_valkey_comes_back_after_kill(place):
    server = Valkey(place, place / "valkey.log")
    server.start()
    redis.Redis.from_url(server.url).set("kept", "42")
    time.sleep(1.2)  # the append-only file is flushed each second
    server.child.kill()
    server.child.popen.wait()
    again = Valkey(place, place / "valkey.log")
    again.start()
    assert redis.Redis.from_url(again.url).get("kept") == b"42"
    assert again.stop() == 0


def test_a_named_server_that_does_not_answer_is_never_replaced(place, no_urls, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"postgres://postgres@127.0.0.1:1/{place.name}")
    with pytest.raises(processes.Failed, match="DATABASE_URL is set but does not answer"):
        services.start(place, place / "log")
    assert not (place / "pg").exists()


def test_long_path_gets_a_short_socket_folder(tmp_path):
    folder = home.socket_folder(tmp_path / ("deep" * 20) / "run")
    try:
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= home.LONGEST_SOCKET
        assert folder.stat().st_mode & 0o777 == 0o700
        assert home.socket_folder(tmp_path / ("deep" * 20) / "run") == folder
    finally:
        folder.rmdir()


def test_only_one_holds_the_home(tmp_path):
    first, second = home.Home(tmp_path).make(), home.Home(tmp_path)
    first.hold("run")
    with pytest.raises(home.Busy, match="run"):
        second.hold("manage")
    first.release()
    second.hold("manage")
    second.release()


def test_leftovers_are_ended_only_when_the_start_time_matches(tmp_path, stranger):
    ours = processes.start("ours", ["sleep", "600"], tmp_path / "ours.log")
    pids = tmp_path / "pids.json"
    processes.note(pids, [ours])
    known = json.loads(pids.read_text())
    known.append({**known[0], "name": "stranger", "pid": stranger.pid, "started": "1"})
    pids.write_text(json.dumps(known))
    assert processes.end_leftovers(pids) == ["ours"]
    assert ours.popen.wait(5) == -signal.SIGTERM
    assert stranger.poll() is None


def test_a_child_that_ends_early_shows_its_log(tmp_path):
    child = processes.start("brief", ["sh", "-c", "echo because; exit 3"], tmp_path / "brief.log")
    with pytest.raises(processes.Failed, match=r"brief ended with 3(.|\n)*because"):
        processes.wait_until(lambda: False, child, 10)


def test_backup_restores_rows_and_files(place, no_urls, monkeypatch, capsys):
    monkeypatch.setenv("PILOTAGE_HOME", str(place))
    (place / "files").mkdir()
    (place / "files" / "evidence.txt").write_text("first")
    with services.for_a_call("test") as used, psycopg.connect(used.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    assert backup.backup([str(place / "keep.tar")]) == 0
    with services.for_a_call("test") as used, psycopg.connect(used.database_url) as connection:
        connection.execute("UPDATE kept SET n = 0")
    (place / "files" / "evidence.txt").write_text("spoilt")
    assert backup.restore([str(place / "keep.tar")]) == 0
    with services.for_a_call("test") as used, psycopg.connect(used.database_url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (42,)
    assert (place / "files" / "evidence.txt").read_text() == "first"
    assert (place / "keep.tar").stat().st_mode & 0o077 == 0


def test_a_broken_dump_leaves_the_data_alone(place, no_urls, monkeypatch):
    monkeypatch.setenv("PILOTAGE_HOME", str(place))
    (place / "broken.dump").write_bytes(b"PGDMP but not really")
    with services.for_a_call("test") as used, psycopg.connect(used.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    with pytest.raises(processes.Failed, match="pg_restore failed"):
        backup.restore([str(place / "broken.dump")])
    with services.for_a_call("test") as used, psycopg.connect(used.database_url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (42,)


def test_a_call_knows_where_a_run_beside_it_serves_pages(monkeypatch):
    monkeypatch.delenv("SITE_URL", raising=False)
    assert services.Services(url="http://127.0.0.1:8123").environment()["SITE_URL"] == "http://127.0.0.1:8123"
    assert "SITE_URL" not in services.Services().environment()
    monkeypatch.setenv("SITE_URL", "https://pilotage.example")
    assert services.Services(url="http://127.0.0.1:8123").environment()["SITE_URL"] == "https://pilotage.example"
