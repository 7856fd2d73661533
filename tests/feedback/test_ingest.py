"""Is an acknowledged event there, once, whoever else writes, whatever month it is, and after its raw text is gone?"""

import json
import threading
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError

from feedback import events, fold, ingest, models, partitions, queries, retention

NOW = datetime.now(UTC)
DECISION = {"type": "decision", "at": "2026-03-09T12:00:00Z", "action": "accepted"}


def send(use_case_id, *items, received_at=NOW):
    body = json.dumps({"events": items}).encode()
    return ingest.store(use_case_id, events.read(body, "application/json", "", received_at), received_at)


def decision(number, **changes):
    return DECISION | {"id": str(number), "case": f"c{number}"} | changes


def decisions(count):
    return [decision(number) for number in range(count)]


@pytest.mark.django_db
def test_answer_names_what_became_of_each_event():
    use_case_id = uuid4()
    send(use_case_id, *decisions(2))
    answer = send(
        use_case_id,
        {"id": "9", "type": "rumour"},
        decision(1, note="other"),  # conflicts with what is stored, so that ...
        decision(0),
        decision(1),  # ... this one, equal to it, is a duplicate all the same
        decision(2),
        decision(2),
        decision(2, case="elsewhere"),
    )
    assert (answer.received, answer.created, answer.duplicates) == (7, 1, 3)
    assert [(item.index, item.id) for item in answer.conflicts] == [(1, "1"), (6, "2")]
    assert [(item.index, item.code) for item in answer.rejected] == [(0, "unknown_value")]


@pytest.mark.django_db
def test_all_rejected_stores_nothing():
    use_case_id = uuid4()
    assert send(use_case_id, {"id": "9"}).created == 0
    assert not models.Key.objects.filter(use_case_id=use_case_id).exists()


@pytest.mark.django_db
def test_stored_row_reads_back_as_sent():
    use_case_id = uuid4()
    long = "ü" * 4000
    outcome = {"id": "o", "type": "outcome", "case": "c", "at": "2026-03-09T13:00:00.123456+01:00", "value": "-7.250"}
    send(
        use_case_id,
        outcome | {"correct": False},
        decision(1, note=long, reason="rule", test=True),
        {"id": "s", "type": "signal", "at": "1970-01-01T00:00:00Z", "signal": "drift", "value": "0.000000000001"},
    )
    rows = {row.event_id: row for row in models.Event.objects.filter(use_case_id=use_case_id)}
    assert (str(rows["o"].value), rows["o"].at) == ("-7.25", datetime(2026, 3, 9, 12, 0, 0, 123456, tzinfo=UTC))
    assert (rows["1"].test, rows["1"].code, json.loads(rows["1"].body)["note"]) == (True, "rule", long)
    assert (rows["s"].at.year, rows["s"].thing_id, rows["s"].code) == (1970, None, "drift")
    assert [row.event_count for row in models.Pending.objects.filter(use_case_id=use_case_id)] == [2]


@pytest.mark.django_db
def test_same_id_of_another_use_case_is_another_event():
    assert [send(uuid4(), *decisions(1)).created for _ in range(2)] == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_rivals_with_the_same_ids_store_each_once():
    use_case_id, answers = uuid4(), []

    def client(turn):
        try:
            for start in range(0, 200, 50):
                items = [decision(number) for number in range(start, start + 80)]
                answers.append(send(use_case_id, *(items if turn % 2 else reversed(items))))
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        fold.fold(use_case_id)
    fold.fold(use_case_id)
    assert len(answers) == 16
    assert sum(answer.created for answer in answers) == 230
    assert all(answer.created + answer.duplicates == 80 for answer in answers)
    assert models.Event.objects.filter(use_case_id=use_case_id).count() == 230
    assert queries.summary(use_case_id)["accepted"] == 230


@pytest.mark.django_db(transaction=True)
def test_rival_that_commits_while_we_wait_makes_ours_a_duplicate():
    use_case_id, answers = uuid4(), []

    def late():
        try:
            answers.append(send(use_case_id, *decisions(3), decision(7)))
        finally:
            connection.close()

    with transaction.atomic():
        send(use_case_id, decision(0), decision(1, note="other"))
        thread = threading.Thread(target=late)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()  # it waits for our keys
    thread.join(10)
    [answer] = answers
    assert (answer.created, answer.duplicates, [item.id for item in answer.conflicts]) == (2, 1, ["1"])


@pytest.mark.django_db(transaction=True)
def test_fold_by_two_at_once_counts_once():
    use_case_id, found = uuid4(), []
    send(use_case_id, *decisions(5))

    def rival():
        try:
            found.append(fold.fold_once(use_case_id))
        finally:
            connection.close()

    with transaction.atomic():
        assert fold.fold_once(use_case_id) == 5
        thread = threading.Thread(target=rival)
        thread.start()
        thread.join(10)
    assert found == [None]
    assert fold.fold(use_case_id) == 0
    assert queries.summary(use_case_id)["accepted"] == 5


@pytest.mark.django_db(transaction=True)
def test_fold_killed_before_its_end_loses_and_doubles_nothing():
    use_case_id = uuid4()
    send(use_case_id, *decisions(5))

    def killed(_ids):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OperationalError):
        fold.fold(use_case_id, killed)
    connection.close()
    assert queries.summary(use_case_id)["accepted"] == 5
    assert fold.fold(use_case_id) == 5
    assert queries.summary(use_case_id)["accepted"] == 5


@pytest.mark.django_db(transaction=True)
def test_month_without_partition_is_made_by_the_event_that_needs_it():
    received_at = datetime(2031, 5, 17, tzinfo=UTC)
    try:
        assert send(uuid4(), decision(0), received_at=received_at).created == 1
        assert date(2031, 5, 1) in partitions.months()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS feedback_event_2031_05")


@pytest.mark.django_db
def test_tail_beyond_the_bound_is_pending_and_folds_in_turns():
    use_case_id = uuid4()
    for start in range(0, 25_000, 5_000):
        send(use_case_id, *(decision(number) for number in range(start, start + 5_000)))
    shown = queries.summary(use_case_id)
    assert (shown["accepted"], shown["pending"]) == (20_000, 5_000)
    assert fold.fold_once(use_case_id) == 20_000
    shown = queries.summary(use_case_id)
    assert (shown["accepted"], shown["pending"]) == (25_000, 0)


@pytest.mark.django_db
def test_old_months_are_dropped_once_folded_and_their_keys_stay():
    use_case_id, received_at = uuid4(), datetime(2024, 2, 10, tzinfo=UTC)
    on = date(2025, 3, 31)  # 13 months before: 2024-02-01, still kept
    partitions.make_month(received_at.date())
    old = decision(0, at="2024-02-01T00:00:00Z")
    send(use_case_id, old, received_at=received_at)
    assert retention.drop_old_months(on=on) == []
    on += timedelta(days=1)
    assert retention.drop_old_months(on=on) == []  # the fold has not seen it yet
    fold.fold(use_case_id)
    assert retention.drop_old_months(on=on) == ["feedback_event_2024_02"]
    assert not models.Event.objects.filter(use_case_id=use_case_id).exists()
    assert send(use_case_id, old).duplicates == 1
    assert queries.summary(use_case_id)["accepted"] == 1
    late = {"id": "o", "type": "outcome", "case": "c0", "at": "2024-03-01T00:00:00Z", "correct": True}
    send(use_case_id, late)
    assert queries.summary(use_case_id)["reliance"]["accepted_right"] == 1


@pytest.mark.django_db
def test_test_events_are_stored_not_counted_and_gone_after_a_day():
    use_case_id = uuid4()
    assert send(use_case_id, decision(0, test=True)).created == 1
    assert fold.fold(use_case_id) == 0
    assert queries.summary(use_case_id)["decided"] == 0
    assert retention.drop_old_tests(on=NOW.date() + timedelta(days=1)) == 0
    assert retention.drop_old_tests(on=NOW.date() + timedelta(days=2)) == 1
    assert send(use_case_id, decision(0, test=True)).duplicates == 1


@pytest.mark.django_db
@pytest.mark.parametrize("month", [date(2026, 1, 31), date(2026, 12, 1)])
def test_months_follow_each_other_over_the_year(month):
    assert partitions.month_after(month, 1) == date(month.year + month.month // 12, month.month % 12 + 1, 1)
    assert partitions.month_after(month, -13).year == month.year - 1 - (month.month == 1)
