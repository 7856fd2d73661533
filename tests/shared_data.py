"""Where are the data sets recorded by others? Beside the repository, or where PILOTAGE_DATA points; never copied in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def folder(name: str) -> Path:
    """The folder of one data set; a visible skip when it is absent."""
    named = os.environ.get("PILOTAGE_DATA")
    parents = [Path(named)] if named else [up / "shared" / "data" for up in Path(__file__).resolve().parents]
    for root in parents:
        if (root / name).is_dir():
            return root / name
    pytest.skip(f"data set {name} is not here; set PILOTAGE_DATA to the folder that holds it")
