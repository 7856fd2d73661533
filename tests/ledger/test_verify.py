"""Is every edit found and the damaged line named? A superuser edits by SQL, trigger switched off (reliability F28)."""

import runpy
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from ledger import actions, queries, verify
from ledger.models import Checkpoint, Entry, Personal
from tests.ledger.actors import ANA
from tests.ledger.tampering import KEY, KEYS, cut, grow, restamp, rewrite, tamper

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain_id():
    return grow(uuid4(), 9)


def flipped(column):
    """SQL that changes one bit of a column."""
    return f"{column} = set_byte({column}, 5, get_byte({column}, 5) # 1)"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (flipped("canonical"), "hash_mismatch"),
        (flipped("entry_hash"), "hash_mismatch"),
        (flipped("prev_hash"), "broken_link"),
        (flipped("personal_commitment"), "column_altered"),
        ("personal_commitment = NULL", "column_altered"),
        ("payload = jsonb_set(payload, '{kept}', '1')", "payload_altered"),
        ("recorded_at = recorded_at - interval '1 microsecond'", "column_altered"),
        ("actor_id = gen_random_uuid()", "column_altered"),
        ("event_type = 'use_case.stopped'", "column_altered"),
        ("refers_to = gen_random_uuid()", "column_altered"),
    ],
)
def test_edited_line_is_found_and_named(chain_id, change, code):
    tamper(f"UPDATE ledger_entry SET {change} WHERE chain_id = %s AND seq = 4", chain_id)
    assert_fault(queries.verified(chain_id), 4, code)


@pytest.mark.parametrize(
    ("statement", "seq", "code"),
    [
        ("DELETE FROM ledger_entry WHERE chain_id = %s AND seq = 4", 4, "gap"),
        ("DELETE FROM ledger_entry WHERE chain_id = %s AND seq = 1", 1, "gap"),
        ("DELETE FROM ledger_entry WHERE chain_id = %s AND seq > 6", 7, "head_mismatch"),
        ("UPDATE ledger_head SET seq = 5 WHERE chain_id = %s", 6, "head_mismatch"),
        (f"UPDATE ledger_head SET {flipped('entry_hash')} WHERE chain_id = %s", 9, "head_mismatch"),
        ("DELETE FROM ledger_head WHERE chain_id = %s", 9, "head_missing"),
    ],
)
def test_cut_chain_or_edited_head_is_found(chain_id, statement, seq, code):
    tamper(statement, chain_id)
    assert_fault(queries.verified(chain_id), seq, code)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE ledger_personal SET text = 'Nobody objected' WHERE entry_id = %s", "personal_altered"),
        (f"UPDATE ledger_personal SET {flipped('salt')} WHERE entry_id = %s", "personal_altered"),
        ("UPDATE ledger_personal SET field = 'name' WHERE entry_id = %s", "personal_altered"),
        ("DELETE FROM ledger_personal WHERE entry_id = %s", "personal_missing"),
    ],
)
def test_edited_private_text_is_found(chain_id, statement, code):
    tamper(statement, Entry.objects.get(pk=(chain_id, 4)).entry_id)
    assert_fault(queries.verified(chain_id), 4, code)


def assert_fault(report, seq, code):
    assert (report.ok, report.first_bad_seq, report.code, report.exit_code) == (False, seq, code, 1)


def test_every_byte_of_a_line_counts(chain_id):
    line = Entry.objects.get(pk=(chain_id, 5))
    for place in range(0, len(line.canonical), 7):
        with transaction.atomic():
            tamper(
                "UPDATE ledger_entry SET canonical = set_byte(canonical, %s, get_byte(canonical, %s) # 1) "
                "WHERE chain_id = %s AND seq = 5",
                place, place, chain_id,
            )  # fmt: skip
            assert queries.verified(chain_id).first_bad_seq == 5
            transaction.set_rollback(True)


def test_swapped_lines_are_found(chain_id):
    for old, new in ((4, 400), (5, 4), (400, 5)):
        tamper("UPDATE ledger_entry SET seq = %s WHERE chain_id = %s AND seq = %s", new, chain_id, old)
    assert queries.verified(chain_id).first_bad_seq == 4


def test_transplanted_line_is_found(chain_id):
    other = grow(uuid4(), 9)
    tamper("DELETE FROM ledger_entry WHERE chain_id = %s AND seq = 9", chain_id)
    tamper("UPDATE ledger_entry SET chain_id = %s WHERE chain_id = %s AND seq = 9", chain_id, other)
    assert queries.verified(chain_id).first_bad_seq == 9
    assert queries.verified(other).first_bad_seq == 9


def test_inserted_line_is_found(chain_id):
    tamper(
        "INSERT INTO ledger_entry SELECT chain_id, 10, gen_random_uuid(), entry_hash, sha256('x'), hash_alg,"
        " event_type, event_version, subject_type, subject_id, actor_kind, actor_id, on_behalf_of, request_id,"
        " recorded_at, effective_at, canonical, payload, personal_commitment, refers_to, supersedes"
        " FROM ledger_entry WHERE chain_id = %s AND seq = 9",
        chain_id,
    )
    assert queries.verified(chain_id).first_bad_seq == 10


def test_fork_is_refused_by_the_database(chain_id):
    fields = Entry.objects.filter(pk=(chain_id, 9)).values().get() | {"seq": 10, "entry_id": uuid4()}
    with pytest.raises(IntegrityError, match="ledger_entry_no_fork"), transaction.atomic():
        Entry.objects.create(**fields | {"entry_hash": b"f" * 32})


def test_cut_tail_and_restamping_pass_without_a_checkpoint(chain_id):
    """The limit, written down: only a checkpoint shows these two."""
    cut(chain_id)
    assert queries.verified(chain_id).ok
    rewrite(chain_id)
    assert queries.verified(chain_id).ok


@pytest.mark.parametrize(("edit", "seq", "exit_code"), [(cut, 7, 2), (rewrite, 9, 1), (lambda chain_id: None, None, 0)])
def test_checkpoint_shows_a_cut_tail_and_restamping(chain_id, edit, seq, exit_code):
    actions.checkpoint(chain_id, key=KEY, key_id="k1")
    edit(chain_id)
    report = queries.verified(chain_id, keys=KEYS)
    assert (report.first_bad_seq, report.exit_code) == (seq, exit_code)


def test_chain_may_grow_after_a_checkpoint(chain_id):
    actions.checkpoint(chain_id, key=KEY, key_id="k1")
    actions.checkpoint(chain_id, key=KEY, key_id="k1")
    grow(chain_id, 2)
    actions.checkpoint(chain_id, key=KEY, key_id="k1")
    assert Checkpoint.objects.count() == 2
    assert queries.verified(chain_id, keys=KEYS).ok


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE ledger_checkpoint SET signature = set_byte(signature, 0, 255 - get_byte(signature, 0))",
        "UPDATE ledger_checkpoint SET seq = 8",
        "UPDATE ledger_checkpoint SET made_at = made_at - interval '1 day'",
        "UPDATE ledger_checkpoint SET key_id = 'k2'",
    ],
)
def test_edited_checkpoint_is_a_signature_fault(chain_id, edit):
    actions.checkpoint(chain_id, key=KEY, key_id="k1")
    tamper(edit)
    assert queries.verified(chain_id, keys=KEYS).exit_code == 3


def test_broken_trade_rule_has_its_own_exit_code(chain_id):
    report = queries.verified(chain_id, rule=lambda line: "No request was open." if line["seq"] == 3 else None)
    assert (report.first_bad_seq, report.exit_code, report.text) == (3, 4, "Line 3: No request was open.")


def test_clock_that_steps_back_is_a_warning_only(chain_id):
    line = Entry.objects.get(pk=(chain_id, 4))
    old = line.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    tamper(
        "UPDATE ledger_entry SET canonical = %s, recorded_at = %s, effective_at = %s WHERE chain_id = %s AND seq = 4",
        bytes(line.canonical).replace(old.encode(), b"2001-01-01T00:00:00.000000Z"),
        "2001-01-01T00:00:00Z", "2001-01-01T00:00:00Z", chain_id,
    )  # fmt: skip
    restamp(chain_id, 4)
    report = queries.verified(chain_id)
    assert report.ok
    assert len(report.warnings) == 1
    assert "Line 4" in report.warnings[0]


def test_erased_text_that_comes_back_is_a_warning(chain_id):
    line = Entry.objects.get(pk=(chain_id, 4))
    kept = Personal.objects.get(entry_id=line.entry_id)
    actions.erase(chain_id, line.entry_id, by=ANA)
    kept.save(force_insert=True)
    report = queries.verified(chain_id)
    assert report.ok
    assert "Line 4" in report.warnings[0]


@pytest.mark.parametrize("differs", ["_alike", "alike"])
def test_payloads_are_alike_only_when_spelled_alike(differs):
    """Equal is not enough: Python takes true for 1, and 1 for 1.0."""
    tool = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "verify_ledger.py"))
    alike = tool["alike"] if differs == "alike" else verify._alike
    same = [({"a": 1, "b": "x"}, {"b": "x", "a": 1}), ({"a": [True, {"b": None}]},) * 2, ([], []), ({}, {})]
    other = [
        ({"a": True}, {"a": 1}), ({"a": 1}, {"a": 1.0}), ({"a": "1"}, {"a": 1}), ({"a": [1]}, {"a": [True]}),
        ({"a": None}, {}), ({}, []), ({"a": {"b": 0}}, {"a": {"b": False}}),
    ]  # fmt: skip
    assert [alike(*pair) for pair in same] == [True] * 4
    assert [alike(*pair) for pair in other] == [False] * 7
