"""Does `./dev` find a Python anywhere, and does `./dev run` come up and leave nothing behind?"""

import ast
import importlib.machinery
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from config.embedded import processes, suite

ROOT = Path(__file__).resolve().parent.parent.parent
ASK = "import runpy; print(runpy.run_path('dev')['interpreter']())"
START_SECONDS = 180


@pytest.fixture
def dev():
    loader = importlib.machinery.SourceFileLoader("dev_script", str(ROOT / "dev"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("dev_script", loader))
    loader.exec_module(module)
    return module


def old_pythons() -> list[str]:
    """Real interpreters too old for the application, by path; shims of a version manager may fail and are left out."""
    folders = [*os.environ["PATH"].split(os.pathsep), "/usr/bin"]
    folders += map(str, Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin"))
    found = {}
    for minor in (8, 9, 11):
        for folder in folders:
            program = f"{folder}/python3.{minor}"
            if os.access(program, os.X_OK) and subprocess.run([program, "-c", ""], capture_output=True).returncode == 0:
                found[minor] = program
    return list(found.values())


def test_is_executable_and_speaks_python_3_8():
    assert os.access(ROOT / "dev", os.X_OK)
    ast.parse((ROOT / "dev").read_text(), feature_version=(3, 8))


@pytest.mark.parametrize("python", old_pythons(), ids=lambda path: Path(path).name)
def test_old_python_with_an_empty_environment_finds_a_suitable_one(python):
    base = Path(sys._base_executable).resolve().parent
    environment = {"PATH": f"/usr/bin:/bin:{base}", "HOME": os.environ.get("HOME", "/nonexistent")}
    done = subprocess.run([python, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    version = subprocess.run([done.stdout.strip(), "--version"], capture_output=True, text=True, check=True).stdout
    assert "3.12" <= version.split()[1] < "3.15"


def test_shim_that_fails_is_passed_over(dev, monkeypatch, tmp_path):
    shim = tmp_path / "python3.14"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setattr(dev, "candidates", lambda: [str(shim), sys.executable])
    monkeypatch.delenv("APP_PYTHON", raising=False)
    assert dev.interpreter() == sys.executable


def test_no_python_says_what_to_do(dev, monkeypatch):
    monkeypatch.setattr(dev, "candidates", lambda: ["/nonexistent/python3.13"])
    monkeypatch.setattr(dev.shutil, "which", lambda _: None)
    monkeypatch.delenv("APP_PYTHON", raising=False)
    with pytest.raises(SystemExit, match=r"uv python install 3\.13"):
        dev.interpreter()


def test_named_python_is_not_silently_replaced(dev, monkeypatch):
    monkeypatch.setenv("APP_PYTHON", "/bin/sh")
    with pytest.raises(SystemExit, match="APP_PYTHON=/bin/sh is not"):
        dev.interpreter()


@pytest.mark.parametrize(
    ("arguments", "parallel"),
    [
        ([], True),
        (["-k", "ledger"], True),
        (["-n0"], False),
        (["-n", "4"], False),
        (["tests/ledger/test_chain.py::test_x"], False),
        (["--pdb"], False),
    ],
)
def test_suite_is_parallel_unless_the_arguments_decide(arguments, parallel):
    assert bool(suite._parallel(arguments)) is parallel


class Run:
    """`./dev run` in a home of its own."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.home = home
        self.output = home / "output.txt"
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        environment |= {"PILOTAGE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        command = [sys.executable, "-m", "config.embedded", "run", "--no-demo", *arguments]
        with self.output.open("w") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)

    def ready(self) -> str:
        """The address it prints when all is up."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in self.output.read_text().splitlines():
                if line.startswith("READY "):
                    return line.split()[1]
            time.sleep(0.1)
        raise AssertionError(self.output.read_text())

    def pids(self) -> list[int]:
        return [entry["pid"] for entry in json.loads((self.home / "run" / "pids.json").read_text())]

    def left(self) -> list[str]:
        """Command lines that still speak of this home."""
        done = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
        return [line for line in done.stdout.splitlines() if str(self.home) in line]


@pytest.fixture
def short_home():
    made = Path(tempfile.mkdtemp(prefix="pilotage-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_run_is_ready_takes_the_next_free_port_and_leaves_no_process(short_home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = Run(short_home, "--port", str(port))
        url = run.ready()
        assert int(url.rpartition(":")[2]) > port
        assert urllib.request.urlopen(f"{url}/readyz", timeout=10).status == 200
        pids = run.pids()
        assert len(pids) == 6, "postgres, valkey, web, two workers, beat"
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(60) == 0, run.output.read_text()
    assert not any(map(processes.alive, pids))
    assert run.left() == []


@pytest.mark.full
def test_run_starts_again_after_everything_was_killed(short_home):
    first = Run(short_home)
    first.ready()
    for pid in [first.process.pid, *first.pids()]:
        os.kill(pid, signal.SIGKILL)
    first.process.wait()
    again = Run(short_home)
    again.ready()
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(60) == 0
    assert again.left() == []


@pytest.mark.full
def test_a_child_that_ends_ends_all_and_shows_its_log(short_home):
    run = Run(short_home)
    run.ready()
    entry = next(
        entry for entry in json.loads((short_home / "run" / "pids.json").read_text()) if entry["name"] == "slow"
    )
    os.kill(entry["pid"], signal.SIGKILL)
    assert run.process.wait(60) == 1
    assert "slow ended with -9" in run.output.read_text()
    assert run.left() == []
