"""Do the board and the visit say of what is live how it is used, and what waits on whom?"""

import pytest

from feedback import fold, ingest
from feedback.actions import plan, watch
from feedback.models import Ring
from tests import factories
from tests.feedback.told import NOW, at, filled

pytestmark = pytest.mark.django_db


def test_the_board_says_of_what_is_live_how_it_is_used(live, leader):
    plan.agree(by=live.leader, use_case_id=live.id, band_low=0.08, band_high=0.18)
    filled(live)
    watch.flag()
    Ring.objects.create(use_case=live.use_case, direction="up", rang_on=NOW.date(), rate=0.2)
    quiet = factories.use_case(live.portfolio, "production", title="Quiet one")
    page = " ".join(leader.get(f"/p/{live.portfolio.slug}/").content.decode().replace("\u00a0", " ").split())
    assert (
        '<span class="late">overrides 20.0 %, band 8 to 18 %</span><span class="late">1 exception, 1 overdue</span>'
        in page
    )
    assert f'<a href="{at(live)}">alarm of' in page
    assert "<span>sends no decisions</span><span>no exceptions</span>" in page.split(quiet.title, 2)[2]


def test_the_visit_tells_of_alarms_and_what_waits_on_the_owner(live, leader):
    live.use_case.lead = live.portfolio.memberships.get(role="leader").user
    live.use_case.save()
    filled(live)
    watch.flag()
    Ring.objects.create(use_case=live.use_case, direction="up", rang_on=NOW.date(), rate=0.204)
    path = f"/p/{live.portfolio.slug}/visit/"
    told = " ".join(leader.get(path).content.decode().replace("\u00a0", " ").split())
    for words in ("rang the alarm of", "people override more than agreed, 20 % of 28 days.",
                  "has 1 exception of yours past its time.", "and nobody said what to make of it."):  # fmt: skip
        assert words in told, words
    event = {"id": "r", "type": "exception", "exception": "late/1?&", "state": "resolved", "at": NOW.isoformat()}
    ingest.store_one(live.id, event, NOW)
    fold.fold(live.id)
    assert "of yours past" not in leader.get(path).content.decode()  # the producer closed it
