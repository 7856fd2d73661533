"""Do the image and the compose file agree with the settings? They were never run; this is what a reader can check."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from config import container
from config.celery import app
from config.check import texts
from ledger import keys

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(COMPOSE_TEXT)["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("pilotage")]
SETTINGS = "".join(path.read_text() for path in (ROOT / "config" / "settings").glob("*.py"))
READ_BY_CONTAINER = {"DATABASE_HOST", "BROKER_HOST"}
READ_BY_LEDGER = {"LEDGER_KEY_FILE", "LEDGER_KEY_ID"}


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


@pytest.mark.parametrize("service", OURS)
def test_variables_are_those_the_settings_read(service):
    known = (
        set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"', SETTINGS))
        | READ_BY_CONTAINER
        | READ_BY_LEDGER
        | {"DJANGO_SETTINGS_MODULE"}
    )
    assert set(SERVICES[service]["environment"]) <= known


def test_settings_module_exists():
    named = {SERVICES[name]["environment"]["DJANGO_SETTINGS_MODULE"] for name in OURS}
    named |= set(re.findall(r"DJANGO_SETTINGS_MODULE=(\S+)", DOCKERFILE))
    assert named == {"config.settings.production"}
    assert (ROOT / "config/settings/production.py").exists()


def test_workers_serve_every_queue(settings):
    commands = [SERVICES[name]["command"] for name in OURS if name.startswith("worker")]
    served = {option(command, "--queues") for command in commands}
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert served == routed | {settings.CELERY_TASK_DEFAULT_QUEUE}


@pytest.mark.parametrize("service", ["worker-quick", "worker-slow", "beat"])
def test_celery_application_is_ours(service):
    assert option(SERVICES[service]["command"], "--app") == "config.celery:app"
    assert app.main == "pilotage"


@pytest.mark.parametrize("queue", ["quick", "slow"])
def test_worker_is_asked_by_the_name_it_takes(queue):
    service = SERVICES[f"worker-{queue}"]
    assert option(service["command"], "--hostname") == f"{queue}@%h"
    assert service["healthcheck"]["test"][-2:] == ["worker", queue]


def test_web_command_is_our_application(settings):
    assert '"config.wsgi:application"' in DOCKERFILE
    assert settings.WSGI_APPLICATION == "config.wsgi.application"
    assert "command" not in SERVICES["web"], "the image's own command is the web"


def test_health_path_is_the_promised_one():
    assert container.web_healthy.__defaults__ == ("/readyz",)
    assert SERVICES["web"]["healthcheck"]["test"][-2:] == ["healthy", "web"]


def test_beat_is_watched_where_it_writes():
    beat = SERVICES["beat"]
    assert beat["healthcheck"]["test"][-1] == option(beat["command"], "--schedule")


def test_every_lasting_service_has_a_health_check():
    once = {"secrets", "migrate", "ledger-key"}
    assert {name for name in SERVICES if "healthcheck" not in SERVICES[name]} == once
    assert {SERVICES[name]["restart"] for name in once} == {"no"}


@pytest.mark.parametrize("service", ["web", "worker-quick", "worker-slow", "beat"])
def test_nothing_serves_before_the_migrations_ended(service):
    assert SERVICES[service]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES[service]["depends_on"]["broker"]["condition"] == "service_healthy"


def test_only_the_web_is_published_and_on_loopback():
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "web": ["127.0.0.1:8000:8000"]
    }


def test_no_literal_secret():
    for text in (COMPOSE_TEXT, DOCKERFILE):
        assert not [what for what, pattern in texts.SECRETS.items() if pattern.search(text)]
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("KEY|PASSWORD|SECRET|TOKEN", name):
                assert str(value).startswith(("/secrets/", "/ledger/", "${LEDGER_KEY_ID")), name


def test_image_runs_unprivileged_and_hash_locked():
    assert re.search(r"^USER pilotage$", DOCKERFILE, re.MULTILINE)
    assert "--require-hashes -r requirements-server.lock" in DOCKERFILE


def test_secrets_are_made_once_and_reach_the_process(tmp_path):
    container.make_secrets(tmp_path)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    container.make_secrets(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before
    made = container.environment({"DATABASE_HOST": "db.example.org"}, tmp_path)
    assert len(made["SECRET_KEY"]) >= 50, "production refuses a shorter one"
    assert made["DATABASE_URL"] == f"postgres://pilotage:{before['database-password']}@db.example.org:5432/pilotage"
    assert made["REDIS_URL"] == f"redis://:{before['broker-password']}@broker:6379/0"
    assert before["valkey.conf"] == f"requirepass {before['broker-password']}\n"


def test_a_value_that_is_set_wins(tmp_path):
    container.make_secrets(tmp_path)
    given = {"SECRET_KEY": "k", "DATABASE_URL": "postgres://elsewhere/p", "REDIS_URL": "redis://elsewhere/0"}
    assert container.environment(given, tmp_path) == given


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE))


def test_the_server_lock_is_a_part_of_the_lock_and_complete():
    server, everything = pins("requirements-server.lock"), pins("requirements.lock")
    assert server.items() <= everything.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {re.match(r"[\w.-]+", line).group().lower().replace("_", "-") for line in project["dependencies"]}
    assert named <= set(server)
    assert "pytest" not in server


def test_only_the_slow_worker_can_read_the_key_of_the_ledger(settings):
    """Neither the web nor any other service is told where it lies or mounts its volume (reliability D4)."""
    told = {name for name in OURS if READ_BY_LEDGER & set(SERVICES[name]["environment"])}
    mounting = {
        name: mount for name in SERVICES for mount in SERVICES[name].get("volumes", ()) if "ledger-key" in mount
    }
    assert told == {"worker-slow"}
    assert mounting == {"worker-slow": "ledger-key:/ledger:ro", "ledger-key": "ledger-key:/ledger"}
    assert set(re.findall(r'environ\.get\("(\w+)"', (ROOT / "ledger/keys.py").read_text())) == READ_BY_LEDGER
    made = SERVICES["ledger-key"]["command"][-1]
    assert SERVICES["worker-slow"]["environment"]["LEDGER_KEY_FILE"] == made
    assert "ledger-key" in SERVICES["worker-slow"]["depends_on"]
    task = settings.CELERY_BEAT_SCHEDULE["checkpoints"]["task"]
    assert ".slow_" in task, "signed where the key is"


def test_key_of_the_ledger_is_made_once_and_signs(tmp_path, monkeypatch):
    file = tmp_path / "ledger.pem"
    public = container.make_ledger_key(file)
    assert container.make_ledger_key(file) == public
    monkeypatch.setenv("LEDGER_KEY_FILE", str(file))
    signer = keys.signer()
    assert (signer.public_hex, signer.key_id) == (public, "ledger")
