"""Do the imports follow the arrows? The contracts stand in pyproject.toml and name every room of the plan;
import-linter refuses names that do not exist, so the rooms not built yet are left out here."""

import fnmatch
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from .texts import ROOT


def broken(packages: list[str]) -> str:
    """What import-linter objects to; empty when every contract holds."""
    plan = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    if strangers := sorted(set(packages) - set(plan["root_packages"])):
        return f"No arrow for {', '.join(strangers)}: add it to [tool.importlinter] in pyproject.toml."
    rooms = [name for name in plan["root_packages"] if name in packages]
    lines = ["[importlinter]", _setting("root_packages", rooms), "include_external_packages = True"]
    for contract in plan["contracts"]:
        lines += _contract(contract, set(plan["root_packages"]) - set(rooms))
    with tempfile.TemporaryDirectory(prefix="pilotage-") as folder:
        built = Path(folder) / "contracts.ini"
        built.write_text("\n".join(lines) + "\n")
        done = subprocess.run(
            ["lint-imports", "--no-cache", "--config", built],
            executable=Path(sys.executable).with_name("lint-imports"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    return "" if done.returncode == 0 else done.stdout[done.stdout.find("Contracts") :] + done.stderr


def _contract(contract: dict, absent: set[str]) -> list[str]:
    """One contract as lines of the built file; none when nothing it speaks of exists."""
    lines = [f"[importlinter:contract:{contract['id']}]", f"name = {contract['name']}", f"type = {contract['type']}"]
    if contract["type"] == "layers":
        layers = [" | ".join(room for room in layer.split(" | ") if room not in absent) for layer in contract["layers"]]
        return [*lines, _setting("layers", filter(None, layers))]
    sources = [name for name in contract["source_modules"] if _exists(name)]
    if not sources:
        return []
    forbidden = [name for name in contract["forbidden_modules"] if name not in absent]
    return [*lines, _setting("source_modules", sources), _setting("forbidden_modules", forbidden)]


def _setting(name: str, values: object) -> str:
    return f"{name} =\n" + "\n".join(f"    {value}" for value in values)  # type: ignore[attr-defined]


def _exists(module: str) -> bool:
    """Is there such a module, or for a pattern any?"""
    parts = module.replace("**", "*").split(".")
    found = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("/".join(parts) + "*")]
    wanted = "/".join(parts)
    return any(fnmatch.fnmatch(name, f"{wanted}.py") or (ROOT / name / "__init__.py").exists() for name in found)
