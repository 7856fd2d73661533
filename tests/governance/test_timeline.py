"""Does every line of the ledger read as a sentence: who, a verb, what?"""

import re
from pathlib import Path

import pytest
from django.conf import settings

from governance.queries import timeline
from ledger import actions as ledger
from ledger.models import Entry
from portfolio.access import TABLE
from portfolio.icons import icon as drawn
from portfolio.rules import MOVES, SYSTEM

ROOMS = ("portfolio", "governance", "readiness", "roi", "feedback", "adoption")


def written() -> set[str]:
    """The event types that actions write, found in their source beside the call that writes them."""
    found = {str(move.event) for move in MOVES.values()}
    for room in ROOMS:
        for path in (Path(settings.BASE_DIR) / room).rglob("*.py"):
            if "migrations" in path.parts or "queries" in path.parts:
                continue
            text = path.read_text()
            found |= set(re.findall(r'event_type="([a-z_]+\.[a-z_]+)"', text))
            found |= set(re.findall(r'ledger\.append\(\s*[^"]*?"([a-z_]+\.[a-z_]+)"', text))
    return found - set(TABLE.rights)


def test_every_event_that_is_written_has_its_words():
    known = written()
    assert len(known) > 40
    assert known - set(timeline.EVENTS) == set()


@pytest.mark.parametrize("event", sorted(timeline.EVENTS))
def test_each_begins_with_what_was_done_and_has_its_icon(event):
    icon, words = timeline.EVENTS[event]
    assert words.split()[0] not in ("a", "an", "the", event.split(".")[0])
    assert "<svg" in drawn(icon)


def test_a_check_in_says_its_day(norwell):
    ledger.append(
        norwell.id, "check_in.recorded", by=SYSTEM, subject=("use_case", norwell.id),
        payload={"day": 30, "outcome": "continue", "advised": "continue", "verdict": "open"},
    )  # fmt: skip
    (line,) = timeline.lines(Entry.objects.filter(event_type="check_in.recorded"))
    assert f"{line.who} {line.what}: {line.detail}" == "Pilotage recorded the check-in at day 30: continue"
