"""Where is the real data that others made? Not in this repository: tests that need it skip when it is absent."""

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent


def find(name: str) -> Path | None:
    """The folder of a data set: under PILOTAGE_DATA, or under shared/data beside the repository or above it."""
    places = [Path(given)] if (given := os.environ.get("PILOTAGE_DATA")) else []
    places += [parent / "shared" / "data" for parent in _ROOT.parents]
    return next((place / name for place in places if (place / name).is_dir()), None)


def folder(name: str) -> Path:
    """The folder of a data set; skips the test when it is absent."""
    place = find(name)
    if place is None:
        pytest.skip(f"real data {name} is not here; set PILOTAGE_DATA")
    return place
