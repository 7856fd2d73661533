"""Can people read and do on the pages what feedback asks of them, and can the frontline without an account?"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from feedback import fold, ingest, limits, persons, queries, rollups
from feedback.actions import frontline, plan
from feedback.models import FrontlineLink, LearningAction, Ring, Signal
from ledger.models import Entry
from portfolio.models import Token
from tests import factories
from tests.feedback.told import NOW, at, filled

pytestmark = pytest.mark.django_db
# Queries of the feedback tab, of the portfolio's exceptions and of what it learns, of connect
TAB, LISTING, LEARNING, CONNECT = 30, 7, 9, 9


def test_the_tab_shows_counts_band_reliance_reasons_and_work(live, leader):
    plan.agree(by=live.leader, use_case_id=live.id, band_low=0.08, band_high=0.18)
    plan.define_signal(by=live.leader, use_case_id=live.id, code="drift", name="Input drift", upper=1, action="Look.",
                       owner_id=live.leader.user_id)  # fmt: skip
    filled(live)
    ingest.store_one(
        live.id, {"id": "x", "type": "signal", "signal": "drift", "value": "3", "at": NOW.isoformat()}, NOW
    )
    fold.fold(live.id)
    Ring.objects.create(use_case=live.use_case, direction="up", rang_on=NOW.date(), rate=0.2)
    LearningAction.objects.create(
        use_case=live.use_case, reason="new <b>code</b>", text="Shown", taught_on=NOW.date() - timedelta(days=9)
    )
    page = leader.get(at(live)).content.decode().replace("\u00a0", " ")
    for words in ("20.0 % over 28 days, band 8 % to 18 %", "Overrides are at 20 %, above the agreed 18 %.", "Alarm,",
                  "People were right in 50 % of their overrides", "new &lt;b&gt;code&lt;/b&gt;", "Late letter", "case L-1",
                  "Input drift", "outside its limit", "What we taught", "By segment", "€560"):  # fmt: skip
        assert words in page, words
    assert "<b>code</b>" not in page


def asked(client, path) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_queries_do_not_grow_with_what_there_is(live, leader):
    """Exceptions, signals, alarms, lessons, links, tokens, events: six cost as many queries as one."""
    where = [
        at(live),
        at(live, "?period=all"),
        f"/p/{live.portfolio.slug}/exceptions/",
        f"/p/{live.portfolio.slug}/learning/",
        f"/u/{live.use_case.key}/connect/",
    ]
    filled(live)
    plan.define_signal(by=live.leader, use_case_id=live.id, code="drift", name="Drift", upper=1, action="Look.")
    taught = {"use_case": live.use_case, "reason": "r", "text": "Shown"}
    LearningAction.objects.create(**taught, taught_on=NOW.date() - timedelta(days=9))
    few = [asked(leader, path) for path in where]
    for number in range(5):
        opened = {"type": "exception", "exception": f"e{number}", "state": "opened", "case": "c", "at": NOW.isoformat()}
        ingest.store_one(live.id, opened | {"id": f"open {number}"}, NOW)
        plan.define_signal(by=live.leader, use_case_id=live.id, code=f"s{number}", name="S", upper=1, action="Look.")
        Ring.objects.create(use_case=live.use_case, direction="up", rang_on=NOW.date() - timedelta(days=number))
        frontline.make_link(by=live.leader, use_case_id=live.id, name="Room")
        live.lend("feedback:write")
        LearningAction.objects.create(**taught, taught_on=NOW.date() - timedelta(days=number) if number else None)
    fold.fold(live.id)
    assert (few, [asked(leader, path) for path in where]) == (
        [TAB, TAB, LISTING, LEARNING, CONNECT],
        [TAB, TAB, LISTING, LEARNING, CONNECT],
    )


def test_an_empty_tab_says_how_to_begin(live, leader, vera):
    page = leader.get(at(live)).content.decode()
    assert "Nothing has arrived yet" in page
    assert "No signal is watched" in page
    assert "Say what changes" not in vera.get(at(live)).content.decode()


def test_the_band_a_signal_and_a_lesson_are_agreed_in_forms(live, leader):
    refused = leader.post(at(live, "plan/"), {"watches": "override", "band_low": "30", "band_high": "10", "minimum_sample": 20,
                                              "resolve_within_hours": 24})  # fmt: skip
    assert (refused.status_code, b"the lower first" in refused.content) == (422, True)
    done = leader.post(at(live, "plan/"), {"watches": "override", "band_low": "8", "band_high": "18", "minimum_sample": 20,
                                           "resolve_within_hours": 24})  # fmt: skip
    assert done.status_code == 302
    live.use_case.feedback_plan.refresh_from_db()
    assert live.use_case.feedback_plan.band == (0.08, 0.18)
    assert b'value="8' in leader.get(at(live, "plan/")).content
    leader.post(at(live, "signals/add/"), {"code": "cost", "name": "Cost", "upper": "6", "silent_after_hours": 24})
    signal = Signal.objects.get(use_case=live.use_case)
    assert leader.get(at(live, f"signals/{signal.id}/")).status_code == 200
    assert leader.post(at(live, f"signals/{signal.id}/"), {"retire": "1"}).status_code == 302
    leader.post(at(live, "lessons/add/"), {"text": "Show the confidence", "reason": "not sure"})
    lesson = LearningAction.objects.get(use_case=live.use_case)
    assert (
        leader.post(
            at(live, f"lessons/{lesson.id}/"), {"text": "Shown", "taught_on": live.portfolio.today()}
        ).status_code
        == 302
    )
    assert leader.get(at(live, f"signals/{live.id}/")).status_code == 404


def test_an_exception_is_closed_where_it_is_seen(live, leader, vera):
    filled(live)
    for page in (leader.get(at(live)), leader.get(f"/p/{live.portfolio.slug}/exceptions/")):
        [link] = set(re.findall(r'href="([^"]*/feedback/close/[^"]*)"', page.content.decode()))
    assert b"1 open" in vera.get(f"/p/{live.portfolio.slug}/exceptions/").content
    form = leader.get(link)
    assert b'value="late/1?&amp;"' in form.content
    refused = leader.post(at(live, "close/"), {"exception": "late/1?&"})
    assert (refused.status_code, b"Say what changes" in refused.content) == (422, True)
    assert (
        leader.post(at(live, "close/"), {"exception": "late/1?&", "change": "nothing", "note": "Known."}).status_code
        == 302
    )
    fold.fold(live.id)
    assert queries.summary(live.id)["exceptions"]["open"] == 0


def test_an_alarm_is_acknowledged_with_a_note(live, leader):
    ring = Ring.objects.create(use_case=live.use_case, direction="down", rang_on=NOW.date())
    assert leader.post(at(live, f"alarms/{ring.id}/"), {"note": ""}).status_code == 422
    assert leader.post(at(live, f"alarms/{ring.id}/"), {"note": "A holiday."}).status_code == 302
    ring.refresh_from_db()
    assert ring.note == "A holiday."


def test_a_new_engineer_reaches_the_green_light(live, leader, vera):
    path = f"/u/{live.use_case.key}/connect/"
    assert b"Make the token" not in vera.get(path).content
    assert vera.post(path).status_code == 403
    made = leader.post(path)
    [token] = set(re.findall(r"apg_\w+", made.content.decode()))
    assert b"Waiting for the test event" in made.content
    assert token not in leader.get(path).content.decode()
    event = {"id": "t", "type": "decision", "case": "test", "action": "accepted", "at": NOW.isoformat(), "test": True}
    sent = Client().post(f"/api/v1/use-cases/{live.use_case.key}/feedback/batch/", {"events": [event]},
                         content_type="application/json", headers={"Authorization": f"Bearer {token}"})  # fmt: skip
    assert sent.json()["created"] == 1
    assert b"Green light" in leader.get(f"{path}light/").content
    assert queries.summary(live.id)["decided"] == 0
    row = Token.objects.filter(use_case=live.use_case).latest("made_at")
    assert leader.post(f"{path}tokens/{row.id}/end/").status_code == 302
    row.refresh_from_db()
    assert row.revoked_at is not None


def hidden(page):
    return re.search(rb'name="form_id" value="([^"]+)"', page.content)[1].decode()


def test_the_frontline_says_what_happened_without_an_account(live, leader):
    made = leader.post(f"/u/{live.use_case.key}/connect/link/", {"name": "Mail room"})
    path = re.search(r"http://testserver(/f/[\w-]+/)", made.content.decode())[1]
    phone = Client(enforce_csrf_checks=True)
    page = phone.get(path)
    assert (page.status_code, page["Cache-Control"].split(",")[0]) == (200, "max-age=0")
    csrf = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page.content)[1].decode()
    said = {"form_id": hidden(page), "case": "L-9", "summary": "Motor claims", "action": "overridden", "reason": "wrong form",
            "note": "", "csrfmiddlewaretoken": csrf}  # fmt: skip
    assert phone.post(path, said | {"action": ""}).status_code == 422
    assert b"it is noted" in phone.post(path, said).content
    phone.post(path, said)  # pressed twice
    counts = queries.summary(live.id)
    assert (counts["suggestions"], counts["overridden"]) == (1, 1)
    link = FrontlineLink.objects.get(use_case=live.use_case)
    leader.post(f"/u/{live.use_case.key}/connect/link/{link.id}/end/")
    assert phone.get(path).content == phone.get("/f/unknown/").content
    assert phone.get(path).status_code == 404


def test_a_link_is_limited_and_ends_with_its_use_case(live, monkeypatch):
    _, secret = frontline.make_link(by=live.leader, use_case_id=live.id, name="Mail room")
    monkeypatch.setattr(limits, "FRONTLINE", limits.Limit(f"test {live.id}", requests=1, seconds=3600))
    phone = Client()
    assert phone.post(f"/f/{secret}/", {}).status_code == 422
    flood = phone.post(f"/f/{secret}/", {})
    assert (flood.status_code, int(flood["Retry-After"]) > 0) == (429, True)
    live.use_case.stage = "stopped"
    live.use_case.save()
    assert phone.get(f"/f/{secret}/").status_code == 404


def test_a_history_that_ended_long_ago_is_offered_and_shown(live, leader):
    for number in range(30):
        action = "overridden" if number < 6 else "accepted"
        event = {
            "type": "decision",
            "case": str(number),
            "action": action,
            "at": "2024-03-01T10:00:00Z",
            "id": str(number),
        }
        ingest.store_one(live.id, event, NOW)
    fold.fold(live.id)
    page = leader.get(at(live)).content.decode()
    assert 'older than that: <time datetime="2024-03-01">' in page
    page = leader.get(at(live, "?period=all")).content.decode().replace("\u00a0", " ")
    for words in ("20.0 % over all time", "<dd>6, 20.0 %</dd>", "<dd>30</dd>", "<dd>24</dd>"):
        assert words in page, words
    assert "Show all that was counted" not in page
    odd = leader.get(at(live, "?period=-1"))
    assert (odd.status_code, b"in the last 28 days" in odd.content) == (200, True)


def test_persons_are_named_only_where_a_leader_switched_it_on(live, leader, vera):
    for number in range(12):
        action = "overridden" if number % 3 == 0 else "accepted"
        event = {"type": "decision", "case": str(number), "action": action, "at": NOW.isoformat(), "id": str(number),
                 "actor": f"desk-{number % 2}"}  # fmt: skip
        ingest.store_one(live.id, event, NOW)
    later = {"type": "decision", "case": "0", "action": "accepted", "at": (NOW + timedelta(seconds=5)).isoformat(),
             "id": "corrected", "actor": "desk-1"}  # fmt: skip
    ingest.store_one(live.id, later, NOW)
    fold.fold(live.id)
    assert "desk-1" not in leader.get(at(live)).content.decode()
    agreed = {"watches": "override", "minimum_sample": 20, "resolve_within_hours": 24, "named_persons": "on"}
    ben = Client()
    ben.force_login(factories.join(live.portfolio, factories.person("ben"), "contributor"))
    assert ben.post(at(live, "plan/"), agreed).status_code == 302
    assert "desk-1" not in leader.get(at(live)).content.decode()  # not his to switch on
    assert leader.post(at(live, "plan/"), agreed).status_code == 302
    line = Entry.objects.filter(event_type="feedback.plan_agreed").latest("seq")
    assert line.payload == {"named_persons": True}
    found = persons.of(live.id, NOW.date(), NOW.date())
    assert [(one.actor, one.decided, one.overrides) for one in found.rows] == [("desk-1", 7, 2), ("desk-0", 5, 1)]
    assert found.looked_at == 12
    page = leader.get(at(live)).content.decode()
    assert "By person" in page
    assert "desk-1" in page
    assert "desk-1" not in vera.get(at(live)).content.decode()  # who only reads sees no persons


def put(use_case_id, on, code, **counts):
    """A row of the folded counts."""
    names = ("use_case_id", *rollups.KEY, *rollups.COUNTERS)
    row = dict.fromkeys(rollups.COUNTERS, 0) | counts | {"use_case_id": use_case_id, "counted_on": on, "code": code}
    row |= {"model": "m", "segment": "", "bucket": -1}
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(names))
        cursor.execute(f"INSERT INTO feedback_rollup ({', '.join(names)}) VALUES ({marks})", [row[n] for n in names])


def test_what_the_portfolio_learns_says_which_lessons_moved(live, leader, vera):
    """Two lessons with a month on either side: one rate fell by half, the other did not; a third waits."""
    today = datetime.now(UTC).date()
    turn = today - timedelta(days=27)
    for day, moved, stays in ((turn - timedelta(days=1), 40, 20), (turn, 10, 21)):
        put(live.id, day, "moved", overridden=moved)
        put(live.id, day, "stays", overridden=stays)
        put(live.id, day, "", accepted=100 - moved - stays)
    shared = {"use_case": live.use_case, "taught_on": turn}
    LearningAction.objects.create(**shared, reason="moved", text="Shown on a card")
    LearningAction.objects.create(**shared, reason="stays", text="Said aloud")
    LearningAction.objects.create(use_case=live.use_case, reason="stays", because="half of all overrides")
    page = leader.get(f"/p/{live.portfolio.slug}/learning/").content.decode()
    assert "1 of 2 lessons old enough to judge moved their rate; 1 waits to be taught." in page
    for words in ("40.0 → 10.0 %, moved", "20.0 → 21.0 %, no change", "half of all overrides", "21.0"):
        assert words in page, words
    assert "lessons/" in page
    assert "lessons/" not in vera.get(f"/p/{live.portfolio.slug}/learning/").content.decode()
    told = leader.get(f"/api/v1/portfolios/{live.portfolio.slug}/learning-actions/").json()["results"]
    assert {(one["text"], one["effect"], one["rate_before"], one["rate_after"]) for one in told} == {
        ("Shown on a card", "moved", 0.4, 0.1), ("Said aloud", "no_change", 0.2, 0.21), ("", None, 0.205, None),
    }  # fmt: skip
