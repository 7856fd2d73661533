"""Does a line enter the ledger whole, last, under one lock, and never leave it?"""

import threading
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import actions, chain, queries
from ledger.models import Entry, Head, Personal
from tests.ledger import oracle
from tests.ledger.actors import ANA, SYSTEM, Someone

SUBJECT = ("use_case", uuid4())


def append(chain_id, **more):
    return actions.append(chain_id, "use_case.selected", by=more.pop("by", ANA), subject=SUBJECT, **more)


@pytest.mark.django_db
def test_append_writes_line_head_and_private_text():
    chain_id, decision = uuid4(), uuid4()
    append(chain_id)
    line = append(chain_id, payload={"decision": decision}, private={"reason": "It pays."}, refers_to=decision)
    stored = Entry.objects.get(pk=(chain_id, 2))
    assert (stored.entry_id, stored.payload, stored.refers_to) == (line.entry_id, {"decision": str(decision)}, decision)
    assert (stored.actor_kind, stored.actor_id, stored.request_id) == ("person", ANA.id, ANA.request_id)
    assert bytes(Head.objects.get(pk=chain_id).entry_hash) == bytes(stored.entry_hash)
    assert queries.personal_texts([line.entry_id]) == {line.entry_id: {"reason": "It pays."}}
    assert queries.verified(chain_id).count == 2


@pytest.mark.django_db
def test_append_on_hot_path_takes_one_statement_with_private_texts_or_without(django_assert_num_queries):
    chain_id = uuid4()
    append(chain_id)
    with django_assert_num_queries(1):
        append(chain_id)
    with django_assert_num_queries(1):
        append(chain_id, private={"reason": "It pays."})
    events = [actions.Event(event_type="use_case.paused", subject=SUBJECT, private={"reason": "r"}) for _ in range(30)]
    with django_assert_num_queries(1):
        lines = actions.append_many(chain_id, events, by=ANA)
    assert [line.seq for line in lines] == list(range(4, 34))
    assert queries.verified(chain_id).ok


@pytest.mark.django_db
def test_names_and_reasons_never_enter_the_chain():
    chain_id = uuid4()
    append(chain_id, private={"reason": "Zoë Quartermain objected", "name": "Zoë Quartermain"})
    line = Entry.objects.get(chain_id=chain_id)
    for column in (bytes(line.canonical), str(line.payload).encode()):
        assert b"Quartermain" not in column
        assert "Zoë".encode() not in column
    salt = Personal.objects.get(entry_id=line.entry_id, field="name").salt
    assert bytes(salt) not in bytes(line.canonical)
    assert bytes(salt).hex().encode() not in bytes(line.canonical)


@pytest.mark.django_db
def test_refusal_writes_nothing():
    chain_id = uuid4()
    append(chain_id)
    for wrong in ({"payload": {"share": 0.5}}, {"private": {"reason": None}}, {"private": {"reason": "nul \x00"}}):
        with pytest.raises(chain.PayloadRefused):
            append(chain_id, **wrong)
    assert Head.objects.get(pk=chain_id).seq == 1
    assert Entry.objects.of_chain(chain_id).count() == 1


@pytest.mark.django_db
def test_unnamed_person_is_refused_and_system_needs_no_id():
    append(uuid4(), by=SYSTEM)
    for nobody in (Someone(id=None), Someone(kind="ghost")):
        with pytest.raises(IntegrityError), transaction.atomic():
            append(uuid4(), by=nobody)


@pytest.mark.django_db(transaction=True)
def test_append_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        append(uuid4())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET event_type = 'x.y'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "SET LOCAL session_replication_role = replica; DELETE FROM ledger_entry",
    ],
)
def test_database_refuses_to_change_a_line(statement):
    append(uuid4())
    with pytest.raises(IntegrityError, match="ledger lines never change"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.django_db
def test_erase_deletes_text_and_salt_and_the_chain_still_verifies():
    chain_id = uuid4()
    line = append(chain_id, private={"reason": "Zoë objected", "name": "Zoë"})
    other = append(chain_id, private={"reason": "Stays"})
    note = actions.erase(chain_id, line.entry_id, by=ANA)
    kept = Entry.objects.get(entry_id=note.entry_id)
    assert (kept.seq, kept.event_type, kept.refers_to) == (note.seq, "personal_data.erased", line.entry_id)
    assert queries.personal_texts([line.entry_id, other.entry_id]) == {other.entry_id: {"reason": "Stays"}}
    assert queries.verified(chain_id).ok
    assert oracle.faults(connection.cursor(), chain_id) == []


@pytest.mark.django_db
def test_time_of_effect_is_the_time_of_recording_unless_it_is_told(monkeypatch):
    monkeypatch.setattr(actions, "_AT_ONCE", 2)  # and a batch goes on where the last statement ended
    chain_id, told = uuid4(), datetime(2025, 2, 28, 23, 0, 0, 7, tzinfo=timezone(timedelta(hours=-5)))
    events = [
        actions.Event(event_type="use_case.paused", subject=SUBJECT, effective_at=at) for at in (None, told, None)
    ]
    written = actions.append_many(chain_id, events, by=ANA)
    lines = list(Entry.objects.of_chain(chain_id))
    assert [(line.entry_id, line.seq, line.recorded_at) for line in lines] == written
    assert [line.effective_at for line in lines] == [lines[0].recorded_at, told, lines[2].recorded_at]
    assert b'"effective_at":"2025-03-01T04:00:00.000007Z"' in bytes(lines[1].canonical)
    assert queries.verified(chain_id).ok
    assert oracle.faults(connection.cursor(), chain_id) == []


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS | st.uuids() | st.dates()
PAYLOADS = st.dictionaries(
    TEXTS.filter(lambda key: key not in chain.PRIVATE_KEYS),
    st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS.map("k".__add__), inner, max_size=3)
    ),
    max_size=4,
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(PAYLOADS, st.dictionaries(st.sampled_from(["reason", "name"]), TEXTS)), min_size=1, max_size=4)
)
def test_whatever_is_appended_verifies_by_both_implementations(acts):
    chain_id = uuid4()
    for payload, private in acts:
        append(chain_id, payload=payload, private=private)
    report = queries.verified(chain_id)
    assert (report.ok, report.count, report.text) == (True, len(acts), "")
    assert oracle.faults(connection.cursor(), chain_id) == []


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_writers_leave_no_gap_and_no_fork():
    chain_id, writers, each = uuid4(), 20, 5
    start, errors = threading.Barrier(writers), []

    def write(number):
        try:
            start.wait()
            for act in range(each):
                with transaction.atomic():
                    append(chain_id, payload={"writer": number, "act": act}, private={"reason": "r"})
        except Exception as error:  # a thread's exception would otherwise be lost
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[number]) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    report = queries.verified(chain_id)
    assert (report.ok, report.count, report.warnings) == (True, writers * each, ())
    assert oracle.faults(connection.cursor(), chain_id) == []
    times = list(Entry.objects.of_chain(chain_id).values_list("recorded_at", flat=True))
    assert times == sorted(times)
