"""Are bad inputs 1 to 26 of reliability.md C3 answered as stated, and is the rest of a batch untouched?"""

import gzip
import json
import resource
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import events, strict

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
GOOD = {"id": "good", "type": "decision", "case": "c", "at": "2026-03-09T12:00:00Z", "action": "accepted"}
SUGGESTION = {"id": "s", "type": "suggestion", "case": "c", "at": "2026-03-09T12:00:00Z", "confidence": 1}


def read(body, content_type="application/json", encoding=""):
    body = body if isinstance(body, bytes) else body.encode(errors="surrogatepass")
    return events.read(body, content_type, encoding, NOW)


def batch_of(*items, **options):
    return read(json.dumps({"events": items}), **options)


def wrap(*raw):
    """A body of these raw JSON texts."""
    return '{"events":[' + ",".join(raw) + "]}"


def text_of(**fields):
    """A good event followed by one with these raw JSON fields in place of its own."""
    raw = {name: json.dumps(value) for name, value in SUGGESTION.items()} | fields
    return wrap(json.dumps(GOOD), "{" + ",".join(f'"{name}":{value}' for name, value in raw.items()) + "}")


def is_same_content(batch):
    [row], [repeat] = batch.rows, batch.repeats
    return row.fingerprint == repeat.fingerprint and len(row.fingerprint) == events.FINGERPRINT_BYTES


def refusal(*args, **options):
    with pytest.raises(strict.Refusal) as caught:
        read(*args, **options)
    return caught.value.status, caught.value.code


@pytest.mark.parametrize(
    ("number", "body", "code"),
    [
        (1, text_of(summary=r'"a\u0000b"'), "nul"),
        (2, text_of(summary=r'"\ud800"'), "lone_surrogate"),
        (2, text_of(summary=r'"\udc00\ud800"'), "lone_surrogate"),
        (6, text_of(confidence="1e999"), "out_of_range"),
        (7, text_of(confidence="9" * 10_000), "out_of_range"),
        (8, text_of(confidence=str(2**53 + 1)), "out_of_range"),
        (8, text_of(summary=str(2**53 + 1)), "wrong_type"),
        (11, text_of(at='"2026-03-09T12:00:00"'), "no_zone"),
        (12, text_of(at='"9999-12-31T23:59:59-23:59"'), "out_of_range"),
        (13, text_of(at='"0001-01-01T00:00:00+14:00"'), "out_of_range"),
        (13, text_of(at='"0308-01-01T00:00:00Z"'), "out_of_range"),
        (14, text_of(at='"2016-12-31T23:59:60Z"'), "not_a_time"),
        (14, text_of(at="1700000000"), "wrong_type"),
        (15, text_of(at='"2026-03-10T12:10:01Z"'), "in_future"),
        (22, text_of(id='""'), "empty"),
        (22, text_of(id=json.dumps("x" * 256)), "too_long"),
        (22, text_of(id=r'"a\u0000"'), "nul"),
        (23, wrap(json.dumps(GOOD), "[]"), "not_an_object"),
        (23, wrap(json.dumps(GOOD), '"x"'), "not_an_object"),
        (23, wrap(json.dumps(GOOD), "null"), "not_an_object"),
        (23, wrap(json.dumps(GOOD), "7"), "not_an_object"),
        (24, text_of(mood='"fine"'), "unknown_field"),
        (24, text_of(**{r"mood\ud800": "1"}), "lone_surrogate"),
        (26, text_of(portfolio='"other"'), "unknown_field"),
        (0, text_of(type='"opinion"'), "unknown_value"),
        (0, text_of(type='"outcome"', confidence="0.5"), "unknown_field"),
        (0, text_of(confidence="-0.1"), "out_of_range"),
        (0, text_of(confidence="true"), "wrong_type"),
        (0, wrap(json.dumps(GOOD), '{"id":"x"}'), "missing_field"),
    ],
)
def test_faulty_event_is_rejected_alone(number, body, code):
    batch = read(body)
    assert [(item.index, item.code) for item in batch.rejected] == [(1, code)]
    assert [row.event_id for row in batch.rows] == ["good"]
    batch.rejected[0].text.encode()  # printable, whatever was sent


@pytest.mark.parametrize("amount", ["1,5", "1e3", "٣", "", "+1", "0x1", "NaN", "1.", ".5", "01", "1" * 16, "1\n"])
def test_outcome_value_that_is_no_decimal_string_is_rejected(amount):
    outcome = {"id": "o", "type": "outcome", "case": "c", "at": GOOD["at"], "value": amount}
    assert [item.code for item in batch_of(outcome, GOOD).rejected] == ["not_a_decimal"]


@pytest.mark.parametrize(
    ("number", "body", "status", "code"),
    [
        (3, "[" * 100_000, 400, "too_deep"),
        (3, '{"events":' + "[" * 100_000, 400, "too_deep"),
        (4, text_of(mood="[" * 31 + "]" * 31), 400, "too_deep"),
        (5, text_of(confidence="NaN"), 400, "not_json"),
        (5, text_of(confidence="-Infinity"), 400, "not_json"),
        (10, text_of(id='"s","id":"t"'), 400, "duplicate_key"),
        (10, text_of(confidence='0.5,"confidence":0.5'), 400, "duplicate_key"),
        (10, text_of(confidence='0.5,"confidenc\\u0065":0.5'), 400, "duplicate_key"),
        (10, text_of(**{'confidence" ': '0.5,"confidence":0.5'}).replace('" "', '" '), 400, "duplicate_key"),
        (10, text_of(summary=r'"\u0022:"', model='"m","model":"m"'), 400, "duplicate_key"),
        (10, '{"events":[],' + wrap(json.dumps(GOOD))[1:], 400, "duplicate_key"),
        (10, text_of(mood='{"a":1,"a":2}'), 400, "duplicate_key"),
        (20, b"\xef\xbb\xbf" + text_of().encode(), 400, "not_json"),
        (20, text_of().encode("utf-16"), 400, "not_utf8"),
        (20, b'{"events":[{"id":"\xed\xa0\x80"}]}', 400, "not_utf8"),
        (21, '{"events":[]}', 400, "empty"),
        (21, json.dumps({"events": [GOOD] * 5001}), 413, "too_many"),
        (21, wrap(*["1"] * 1_000_000), 413, "too_many"),
        (23, "[]", 400, "not_an_envelope"),
        (23, '"x"', 400, "not_an_envelope"),
        (23, "null", 400, "not_an_envelope"),
        (23, "5", 400, "not_an_envelope"),
        (23, '{"events":{}}', 400, "not_a_list"),
        (23, "{}", 400, "not_a_list"),
        (26, json.dumps({"events": [GOOD], "portfolio": "other"}), 400, "unknown_field"),
        (0, "", 400, "not_json"),
        (0, text_of() + "x", 400, "not_json"),
    ],
)
def test_faulty_envelope_refuses_the_whole(number, body, status, code):
    assert refusal(body) == (status, code)


texts = st.text(st.sampled_from(list('":{},\\\\é \\n'))) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
)


@given(
    note=texts,
    earlier=texts,
    blanks=st.tuples(*[st.sampled_from(["", " ", "\n ", "\t"])] * 4),
    ascii_only=st.booleans(),
)
def test_duplicate_key_is_found_whatever_the_texts_and_blanks(note, earlier, blanks, ascii_only):
    def member(name, value):
        text = json.dumps(value, ensure_ascii=ascii_only)
        return f'{blanks[0]}"{name}"{blanks[1]}:{blanks[2]}{text}{blanks[3]}'

    once = [member(name, value) for name, value in (GOOD | {"note": note}).items()]
    assert len(read(wrap("{" + ",".join(once) + "}")).rows) == 1
    assert refusal(wrap("{" + ",".join([member("note", earlier), *once]) + "}")) == (400, "duplicate_key")


def test_nesting_at_the_limit_is_the_events_own_fault():
    batch = read(text_of(mood="[" * 29 + "]" * 29))  # object, list, object and 29 more
    assert [item.code for item in batch.rejected] == ["unknown_field"]


def test_body_at_the_limit_is_taken_and_one_byte_more_refused():
    text = text_of()
    assert len(read(text.ljust(strict.BODY_LIMIT)).rows) == 2
    assert refusal(text.ljust(strict.BODY_LIMIT + 1)) == (413, "too_large")


def test_gzip_is_inflated_up_to_the_limit_only():
    assert len(read(gzip.compress(text_of().encode()), encoding="GZIP").rows) == 2
    bomb = gzip.compress(bytes(100_000_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(bomb, encoding="gzip") == (413, "too_large")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB
    assert refusal(gzip.compress(text_of().encode())[:-4], encoding="gzip") == (400, "bad_gzip")
    assert refusal(gzip.compress(text_of().encode()) + b"x", encoding="gzip") == (400, "bad_gzip")
    assert refusal(text_of(), encoding="gzip") == (400, "bad_gzip")
    assert refusal(text_of(), encoding="br") == (415, "unsupported_encoding")


@pytest.mark.parametrize("kind", ["", "text/plain", "application/xml", "application/json; charset=utf-16"])
def test_other_media_types_are_refused(kind):
    assert refusal(text_of(), content_type=kind)[0] == 415


@pytest.mark.parametrize("filler", ["[]", "{}", "0", '""'])
def test_a_body_of_crumbs_costs_little(filler):
    text = wrap(*[filler] * ((strict.BODY_LIMIT - 20) // (len(filler) + 1)))
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    assert refusal(text) == (413, "too_many")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000  # kB
    assert time.perf_counter() - start < 2


def test_odd_ids_are_kept_as_they_are():
    odd = ["a\nb", "\u202egnirts", "\N{PILE OF POO}", "../../etc", "é", "e\u0301", "x" * 255, "A", "a", " a"]
    batch = batch_of(*(dict(GOOD, id=name) for name in odd))
    assert sorted(row.event_id for row in batch.rows) == sorted(odd)
    assert not batch.rejected


def test_old_times_and_ten_minutes_of_skew_are_welcome():
    old, soon = (NOW - timedelta(days=5 * 365)).isoformat(), (NOW + timedelta(minutes=10)).isoformat()
    assert len(batch_of(dict(GOOD, at=old), dict(GOOD, id="2", at=soon)).rows) == 2


def test_same_id_twice_in_one_batch():
    batch = batch_of(GOOD, dict(GOOD, note="other"), GOOD, SUGGESTION)
    assert [row.place for row in batch.rows] == [0, 3]
    assert [row.place for row in batch.repeats] == [1, 2]


@pytest.mark.parametrize(
    "other",
    [
        {"confidence": 1.0},
        {"at": "2026-03-09T13:00:00+01:00"},
        {"at": "2026-03-09T12:00:00.000000Z"},
        {"test": False, "summary": None, "model": None},
    ],
)
def test_same_content_spelled_otherwise_has_the_same_fingerprint(other):
    assert is_same_content(batch_of(SUGGESTION, SUGGESTION | other))


@pytest.mark.parametrize("other", [{"confidence": 0.9}, {"test": True}, {"summary": ""}, {"case": "d"}])
def test_other_content_has_another_fingerprint(other):
    assert not is_same_content(batch_of(SUGGESTION, SUGGESTION | other))


def test_amounts_equal_as_numbers_are_the_same_content():
    outcome = {"id": "o", "type": "outcome", "case": "c", "at": GOOD["at"]}
    for one, other in [("12.50", "12.5"), ("-0.00", "0"), ("1000", "1000.0")]:
        assert is_same_content(batch_of(outcome | {"value": one}, outcome | {"value": other}))


def test_order_of_keys_and_blanks_do_not_matter():
    turned = dict(reversed(SUGGESTION.items()))
    body = wrap(json.dumps(SUGGESTION, indent=2), json.dumps(turned)).replace(":", " : ", 1)
    assert is_same_content(read(body))


def test_ndjson_line_by_line():
    text = "\n".join(json.dumps(item) for item in (GOOD, dict(SUGGESTION, mood=1), SUGGESTION)) + "\r\n\n"
    batch = read(text, "application/x-ndjson; charset=utf-8")
    assert (len(batch.rows), [item.index for item in batch.rejected]) == (2, [1])
    assert refusal('{"a":1},{"b":2}', "application/x-ndjson") == (400, "not_ndjson")
    assert refusal("", "application/x-ndjson") == (400, "empty")
    assert refusal(json.dumps(GOOD) + "\n{", "application/x-ndjson") == (400, "not_json")
    assert refusal(json.dumps(GOOD)[:-1] + ',"id":"2"}', "application/x-ndjson") == (400, "duplicate_key")


CLOUD = {
    "specversion": "1.0",
    "id": "7",
    "source": "/claims",
    "type": "pilotage.feedback.decision",
    "time": "2026-03-09T12:00:00Z",
    "traceparent": "00-1",
    "data": {"case": "c", "action": "overridden"},
}


def test_cloud_events_single_and_batch():
    batch = read(json.dumps(CLOUD), "application/cloudevents+json")
    assert (batch.rows[0].event_id, batch.rows[0].thing_id) == ("/claims 7", "c")
    pair = [CLOUD, dict(CLOUD, source="/other"), dict(CLOUD, id="8", data={"action": "accepted"}, subject="c9")]
    batch = read(json.dumps(pair), "application/cloudevents-batch+json")
    assert [row.thing_id for row in batch.rows] == ["c", "c9", "c"]


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"data": None},
        {"id": 7},
        {"source": ""},
        {"time": "2026-03-09T12:00:00"},
        {"data": {"case": "c", "action": "accepted", "id": "9"}},
        {"data": {"case": "c\0", "action": "accepted"}},
    ],
)
def test_faulty_cloud_event_is_rejected_alone(change):
    batch = read(json.dumps([CLOUD | change, CLOUD]), "application/cloudevents-batch+json")
    assert ([item.index for item in batch.rejected], len(batch.rows)) == ([0], 1)
