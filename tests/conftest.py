"""What does every test find ready? The database, the browser, and the shared data when it is there."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytest_plugins = ["tests.database", "tests.browser", "tests.people_fixtures"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `full` run only with `./dev test --full`."""
    if os.environ.get("PILOTAGE_FULL") == "1":
        return
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(pytest.mark.skip(reason="long: ./dev test --full"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data made by others: PILOTAGE_DATA, or shared/data beside one of this checkout's parents."""
    named = os.environ.get("PILOTAGE_DATA")
    places = [Path(named)] if named else [parent / "shared" / "data" for parent in ROOT.parents]
    for place in places:
        if place.is_dir():
            return place
    pytest.skip("the shared data is not here (PILOTAGE_DATA)")
