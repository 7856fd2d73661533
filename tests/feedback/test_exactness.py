"""Does the summary equal the oracle for any events, in any order, cut anywhere, folded at any time?"""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback import events, fold, ingest, partitions, queries
from tests.feedback import oracle

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
# Few ids, cases and instants, so that repeats, conflicts, ties and corrections are common; midnight is among them.
INSTANTS = [
    datetime(2026, 3, day, hour, minute, tzinfo=UTC)
    for day, hour, minute in [(5, 23, 59), (6, 0, 0), (6, 9, 30), (9, 11, 59), (9, 12, 0), (9, 12, 1), (10, 8, 0)]
]
ids = st.sampled_from(["a", "b", "B", "é", "z1", "z10", "z2"]).flatmap(
    lambda start: st.integers(0, 9).map(lambda number: f"{start}-{number}")
)
common = {"id": ids, "at": st.sampled_from(INSTANTS)}
cases = st.sampled_from(["c1", "c2", "c3", "c4"])
labels = st.sampled_from([None, "", "north", "south"])
event = st.one_of(
    st.fixed_dictionaries(
        common | {"type": st.just("suggestion"), "case": cases, "segment": labels, "model": labels},
        optional={"test": st.booleans(), "confidence": st.sampled_from([0, 0.0, 1, 0.25])},
    ),
    st.fixed_dictionaries(
        common
        | {
            "type": st.just("decision"),
            "case": cases,
            "action": st.sampled_from(["accepted", "modified", "overridden", "escalated"]),
        },
        optional={"reason": st.sampled_from(["wrong_price", "rule"]), "test": st.booleans()},
    ),
    st.fixed_dictionaries(
        common | {"type": st.just("outcome"), "case": cases, "correct": st.sampled_from([True, False, None])},
        optional={"value": st.sampled_from(["0.10", "0.2", "-7", "1000000.000001"])},
    ),
    st.fixed_dictionaries(
        common
        | {
            "type": st.just("exception"),
            "exception": st.sampled_from(["c1", "x2"]),
            "state": st.sampled_from(["opened", "resolved"]),
        }
    ),
    st.fixed_dictionaries(common | {"type": st.just("signal"), "signal": st.just("drift"), "value": st.just("0.1")}),
)


@pytest.fixture(autouse=True)
def _month(db):
    partitions.make_month(NOW.date())


def send(use_case_id, sent):
    """Through the reader, as a producer would."""
    texts = [dict(item, at=item["at"].isoformat()) for item in sent]
    batch = events.read(json.dumps({"events": texts}).encode(), "application/json", "", NOW)
    return ingest.store(use_case_id, batch, NOW)


def assert_equals_oracle(use_case_id, sent, first, last, infer_after):
    shown = queries.summary(use_case_id, first, last, as_of=NOW, infer_after=infer_after)
    expected = oracle.summary(sent, first, last, NOW, infer_after)
    assert shown.pop("as_of") == NOW
    assert shown.pop("band") is None
    for name in ("median_seconds", "p90_seconds"):
        seconds, exact = shown["exceptions"].pop(name), expected["exceptions"].pop(name)
        assert seconds == (exact and pytest.approx(exact, rel=0.022))
    shown["value"] = Decimal(shown["value"])
    shown["daily"] = [day for day in shown["daily"] if any(count for name, count in day.items() if name != "on")]
    expected["daily"] = [day for day in expected["daily"] if any(day[name] for name in day if name != "on")]
    assert shown == expected
    if (first, last) == (date.min, date.max):
        lines = {
            line["segment"]: (line["suggestions"], line["decided"], Decimal(line["value"]))
            for line in queries.by("segment", use_case_id)
        }
        assert {key: line for key, line in lines.items() if any(line)} == oracle.by_segment(sent)
        told = {
            (line["reason"], action): line[action]
            for line in queries.by("reason", use_case_id)
            for action in ("accepted", "modified", "overridden", "escalated")
            if line[action]
        }
        assert told == oracle.reasons(sent)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sent=st.lists(event, min_size=1, max_size=40),
    cuts=st.sets(st.integers(1, 39), max_size=6),
    folds=st.sets(st.integers(0, 7), max_size=4),
    window=st.sampled_from([(date.min, date.max), (date(2026, 3, 6), date(2026, 3, 9))]),
    infer_after=st.sampled_from(
        [None, timedelta(hours=24), timedelta(0), timedelta(hours=3), timedelta(days=4, minutes=1)]
    ),
)
def test_summary_any_order_any_cut_folded_any_time_equals_oracle(sent, cuts, folds, window, infer_after):
    use_case_id = uuid4()
    edges = [0, *sorted(cut for cut in cuts if cut < len(sent)), len(sent)]
    for turn, (start, end) in enumerate(pairwise(edges)):
        answer = send(use_case_id, sent[start:end])
        before = {item["id"] for item in sent[:start]}
        assert answer.created == len({item["id"] for item in sent[start:end]} - before)
        assert answer.received == answer.created + answer.duplicates + len(answer.conflicts) == end - start
        if turn in folds:
            fold.fold(use_case_id)
        assert_equals_oracle(use_case_id, sent[:end], *window, infer_after)
    again = send(use_case_id, oracle.accepted_events(sent))
    assert (again.created, again.conflicts) == (0, [])
    fold.fold(use_case_id)
    assert_equals_oracle(use_case_id, sent, *window, infer_after)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(sent=st.lists(event, min_size=2, max_size=25, unique_by=lambda item: item["id"]), data=st.data())
def test_summary_of_a_shuffled_copy_is_the_same(sent, data):
    one, other = uuid4(), uuid4()
    send(one, sent)
    for item in data.draw(st.permutations(sent)):
        send(other, [item])
        if data.draw(st.booleans()):
            fold.fold(other)
    assert queries.summary(one, as_of=NOW) == queries.summary(other, as_of=NOW)


def test_fold_of_a_use_case_leaves_the_others_alone():
    one, other = uuid4(), uuid4()
    sent = [{"id": "1", "type": "decision", "case": "c", "at": INSTANTS[0], "action": "accepted"}]
    send(one, sent)
    send(other, [dict(sent[0], action="overridden")])
    assert fold.fold(one) == 1
    assert fold.fold(one) == 0
    assert one not in fold.waiting()
    assert other in fold.waiting()
    assert queries.summary(one, as_of=NOW)["accepted"] == 1
    assert queries.summary(other, as_of=NOW)["overridden"] == 1


def test_fold_tells_who_was_touched_only_when_something_was():
    told = []
    one = uuid4()
    send(one, [{"id": "1", "type": "decision", "case": "c", "at": INSTANTS[0], "action": "accepted"}])
    fold.fold(one, told.extend)
    fold.fold(one, told.extend)
    assert told == [one]
