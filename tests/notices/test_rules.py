"""Is a mail sent at the hour its reader wished, in their time zone, across nights and changes of the clock?"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices import rules
from notices.rules import Kind, Mail, Wish, kind_of, mail_after

NIGHT = Wish(Mail.AT_ONCE, quiet_from=time(22), quiet_until=time(7), zone="Europe/Berlin")


def berlin(day, hour):
    return datetime(2026, 3, day, hour, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (berlin(10, 12), berlin(10, 12)),
        (berlin(10, 22), berlin(11, 7)),
        (berlin(10, 3), berlin(10, 7)),
        (berlin(10, 7), berlin(10, 7)),
        (berlin(28, 23), berlin(29, 7)),  # the night has an hour less
    ],
)
def test_at_once_waits_for_the_end_of_quiet_hours(now, then):
    assert mail_after(NIGHT, Kind.ITEM, now) == then


def test_digest_is_the_next_time_of_day_there():
    wish = Wish(Mail.DIGEST, digest_at=time(8), zone="Asia/Tokyo")
    assert mail_after(wish, Kind.ITEM, datetime(2026, 3, 9, 22, tzinfo=UTC)) == datetime(2026, 3, 9, 23, tzinfo=UTC)
    assert mail_after(wish, Kind.ITEM, datetime(2026, 3, 9, 23, tzinfo=UTC)) == datetime(2026, 3, 10, 23, tzinfo=UTC)


def test_muted_kinds_and_never_are_in_product_only():
    assert mail_after(Wish(Mail.NEVER), Kind.ITEM, berlin(1, 1)) is None
    assert mail_after(Wish(muted=frozenset({"item"})), Kind.ITEM, berlin(1, 1)) is None
    assert mail_after(Wish(muted=frozenset({"item"})), Kind.SLIP, berlin(1, 1)) is not None


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)), mail=st.sampled_from(Mail),
    at=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    quiet=st.none() | st.tuples(st.times(), st.times()),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]),
)  # fmt: skip
def test_every_mail_goes_out_within_a_day_and_an_hour_and_never_before_now(now, mail, at, quiet, zone):
    wish = Wish(mail, at, *(quiet or (None, None)), zone)
    then = mail_after(wish, Kind.ITEM, now)
    if mail is Mail.NEVER:
        assert then is None
    else:
        assert now <= then <= now + timedelta(hours=26)


def test_lines_worth_a_notice():
    assert kind_of("request.opened", {}) is Kind.DECISION
    assert kind_of("use_case.selected", {}) is Kind.DECIDED
    assert kind_of("member.added", {}) is None
    later = {"was_on": "2026-03-01", "agreed_on": "2026-03-02"}
    assert kind_of("date.agreed", later) is Kind.SLIP
    assert kind_of("date.agreed", {**later, "was_on": None}) is None
    assert kind_of("date.agreed", {**later, "agreed_on": "2026-02-02"}) is None


def test_tries_end():
    assert rules.retry_in(1) == timedelta(seconds=30)
    assert rules.retry_in(len(rules.RETRY) + 1) is None
