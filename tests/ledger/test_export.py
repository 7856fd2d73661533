"""Does the stand-alone verifier, given only the exported file, name every tampering (reliability F28, F29)?"""

import io
import json
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger import actions, export, keys, names, queries, tasks
from ledger.models import Checkpoint, Entry
from tests.ledger.actors import ANA, Someone
from tests.ledger.tampering import KEY, KEYS, cut, grow, restamp, rewrite, tamper

pytestmark = pytest.mark.django_db

TOOL = Path(__file__).parents[2] / "tools" / "verify_ledger.py"
BEN, CORA = (Someone(id=uuid4()) for _ in range(2))


@pytest.fixture
def chain_id():
    return grow(uuid4(), 9)


@pytest.fixture
def prove(tmp_path):
    """(exit code, what it printed) of the program run as a stranger would: isolated, without our packages."""

    def run(chain_id, *arguments):
        file = tmp_path / "export.jsonl"
        file.write_text("".join(export.lines(chain_id)))
        done = subprocess.run(
            [sys.executable, "-I", str(TOOL), str(file), *arguments], capture_output=True, text=True, cwd=tmp_path
        )
        assert not done.stderr
        return done.returncode, done.stdout

    return run


@pytest.fixture
def outside(tmp_path):
    """Arguments that hand over a checkpoint kept outside, made now."""

    def keep(chain_id):
        file = tmp_path / "kept.jsonl"
        file.write_text(export.checkpoint_line(actions.checkpoint(chain_id, key=KEY, key_id="k1")))
        return ("--checkpoints", str(file), "--key", f"k1={KEYS['k1'].hex()}")

    return keep


def flipped(column):
    return f"{column} = set_byte({column}, 5, get_byte({column}, 5) # 1)"


def at_four(change):
    return lambda chain: tamper(f"UPDATE ledger_entry SET {change} WHERE chain_id = %s AND seq = 4", chain)


def insert(chain, *, prev_of=9, source=None):
    """A copy of line 9 (of `source`) as line 10, holding on to line `prev_of`."""
    tamper("ALTER TABLE ledger_entry DROP CONSTRAINT IF EXISTS ledger_entry_no_fork")
    fields = Entry.objects.filter(pk=(source or chain, 9)).values().get()
    previous = bytes(Entry.objects.get(pk=(chain, prev_of)).entry_hash)
    Entry.objects.create(**fields | {
        "chain_id": chain, "seq": 10, "entry_id": uuid4(), "prev_hash": previous, "entry_hash": b"f" * 32,
    })  # fmt: skip


def swap(chain):
    for was, now in ((4, 1000), (5, 4), (1000, 5)):
        tamper("UPDATE ledger_entry SET seq = %s WHERE chain_id = %s AND seq = %s", now, chain, was)


def personal(chain):
    entry_id = Entry.objects.get(pk=(chain, 4)).entry_id
    tamper("UPDATE ledger_personal SET text = 'Nobody objected' WHERE entry_id = %s", entry_id)


# The eleven of F28: the edit, the line named, the code.
TAMPERINGS = {
    "byte in payload": (at_four(flipped("canonical")), 4, "hash_mismatch"),
    "time": (at_four("recorded_at = recorded_at - interval '1 day'"), 4, "column_altered"),
    "delete middle": (lambda c: tamper("DELETE FROM ledger_entry WHERE chain_id = %s AND seq = 4", c), 4, "gap"),
    "delete tail": (lambda c: tamper("DELETE FROM ledger_entry WHERE chain_id = %s AND seq > 6", c), 7, "shorter_than_checkpoint"),
    "insert": (insert, 10, "hash_mismatch"),
    "swap": (swap, 4, "broken_link"),
    "re-stamp": (rewrite, 9, "checkpoint_mismatch"),
    "fork": (lambda chain: insert(chain, prev_of=8), 10, "broken_link"),
    "transplant": (lambda chain: insert(chain, source=grow(uuid4(), 9)), 10, "hash_mismatch"),
    "head row": (lambda c: tamper("UPDATE ledger_head SET seq = 5 WHERE chain_id = %s", c), 6, "head_mismatch"),
    "personal row": (personal, 4, "personal_altered"),
}  # fmt: skip


@pytest.mark.parametrize("edit", TAMPERINGS)
def test_every_tampering_is_named(edit, chain_id, prove, outside):
    change, seq, code = TAMPERINGS[edit]
    given = outside(chain_id)
    assert prove(chain_id, *given)[0] == 0
    change(chain_id)
    exit_code, told = prove(chain_id, *given)
    assert exit_code == (2 if code == "shorter_than_checkpoint" else 1)
    assert told.startswith(f"FAULT at line {seq} ({code})"), told


def test_cut_end_with_its_head_row_is_named_only_by_a_checkpoint(chain_id, prove, outside):
    """F29 too: a database restored from an old backup is whole in itself."""
    given = outside(chain_id)
    Checkpoint.objects.all().delete()
    cut(chain_id)
    exit_code, told = prove(chain_id)
    assert exit_code == 0
    assert "nobody can see whether the end was cut off" in told
    exit_code, told = prove(chain_id, *given)
    assert (exit_code, "log shorter than checkpoint" in told) == (2, True)


def test_recomputed_history_passes_without_a_checkpoint(chain_id, prove):
    rewrite(chain_id)
    assert prove(chain_id)[0] == 0


def test_signature_and_key_have_their_own_exit_code(chain_id, prove, outside):
    given = outside(chain_id)
    assert prove(chain_id, "--key", f"k2={KEYS['k1'].hex()}")[0] == 3
    Checkpoint.objects.update(signature=b"0" * 64)
    exit_code, told = prove(chain_id, *given[2:])
    assert (exit_code, "(checkpoint_signature)" in told) == (3, True)


def test_erased_texts_still_verify_and_back_again_do_not_hide(chain_id, prove):
    line = Entry.objects.get(pk=(chain_id, 4))
    actions.erase(chain_id, line.entry_id, by=ANA)
    assert prove(chain_id)[0] == 0
    tamper("DELETE FROM ledger_personal WHERE entry_id = %s", Entry.objects.get(pk=(chain_id, 5)).entry_id)
    assert "line 5 (personal_missing)" in prove(chain_id)[1]


def asked_and_gone(*, author=BEN, decider=CORA, lead=None, asks=True, kind="go", removed=None, **line):
    """A chain with a request and a go, told by these people."""
    chain, use_case, request = uuid4(), ("use_case", uuid4()), uuid4()
    if lead:
        seats = {"seats": {"lead": lead.id}, "dates": {}}
        actions.append(chain, "use_case.responsibilities_changed", by=BEN, subject=use_case, payload=seats)
    if removed:
        user = {"user": removed.id, "role": "leader"}
        actions.append(chain, "member.removed", by=BEN, subject=("membership", uuid4()), payload=user)
    if asks:
        payload = {"request": request, "kind": kind}
        actions.append(chain, "request.opened", by=author, subject=use_case, refers_to=request, payload=payload)
    decision = uuid4()
    payload = {"decision": decision, "request": request, "undoes": None, "lead": None}
    went = {"refers_to": decision, "payload": payload} | line
    actions.append(chain, "use_case.taken_to_production", by=decider, subject=use_case, **went)
    return chain


@pytest.mark.parametrize(
    ("story", "words"),
    [
        ({}, None),
        ({"asks": False}, "without an open request"),
        ({"kind": "stop"}, "without an open request"),
        ({"decider": BEN}, "asked for the go decided it"),
        ({"decider": Someone(id=CORA.id, on_behalf_of=BEN.id)}, "asked for the go decided it"),
        ({"lead": CORA}, "the lead decided"),
        ({"decider": Someone(kind="token", id=CORA.id)}, "no person decided"),
        ({"removed": CORA}, "without a role"),
        ({"refers_to": uuid4()}, "refers to something that is not there"),
        ({"supersedes": uuid4()}, "supersedes something that is not there"),
    ],
)
def test_both_verifiers_replay_the_rules_of_the_trade(story, words, prove):
    chain = asked_and_gone(**story)
    exit_code, told = prove(chain)
    report = queries.verified(chain)
    assert exit_code == report.exit_code == (4 if words else 0)
    assert (words or "whole") in told
    assert words is None or words in report.text


def test_go_lead_told_by_the_decision_itself(prove):
    decision, chain = uuid4(), uuid4()
    use_case, request = ("use_case", uuid4()), uuid4()
    actions.append(chain, "request.opened", by=BEN, subject=use_case, payload={"request": request, "kind": "go"})
    payload = {"decision": decision, "request": request, "lead": CORA.id}
    actions.append(chain, "use_case.taken_to_production", by=CORA, subject=use_case, payload=payload)
    assert prove(chain)[0] == queries.verified(chain).exit_code == 4


def test_broken_off_or_strange_file_is_unreadable(chain_id, tmp_path):
    whole = "".join(export.lines(chain_id))
    file = tmp_path / "broken.jsonl"
    for text in (whole[: len(whole) // 2], "".join(whole.splitlines(True)[:-1]), "[]\n", "", "no json"):
        file.write_text(text)
        assert subprocess.run([sys.executable, "-I", str(TOOL), str(file)], capture_output=True).returncode == 5


def test_keys_not_in_ascii_order_are_spelled_as_the_standard_says(prove):
    """RFC 8785 sorts by UTF-16 units: U+1F600 comes before U+FF5E, unlike by code point."""
    chain = uuid4()
    payload = {"\uff5e": 'a\u2028\x7f\u0007"\\', "\U0001f600": {"b": [1, True, None, -3]}}
    actions.append(chain, "use_case.selected", by=ANA, subject=("use_case", uuid4()), payload=payload)
    assert prove(chain)[0] == 0


def test_commands_export_sign_and_print(chain_id, monkeypatch, tmp_path):
    monkeypatch.setattr(names, "_finders", [{"customs": chain_id}.get])
    pem, file = tmp_path / "key.pem", tmp_path / "export.jsonl"
    public = io.StringIO()
    call_command("checkpoint_ledger", "--new-key", str(pem), stdout=public)
    assert pem.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError):
        call_command("checkpoint_ledger", "--new-key", str(pem))
    monkeypatch.delenv("LEDGER_KEY_FILE", raising=False)
    with pytest.raises(CommandError):
        call_command("checkpoint_ledger")
    monkeypatch.setenv("LEDGER_KEY_FILE", str(pem))
    monkeypatch.setenv("LEDGER_KEY_ID", "house")
    signed = io.StringIO()
    call_command("checkpoint_ledger", stdout=signed)
    assert json.loads(signed.getvalue())["seq"] == 9
    call_command("export_ledger", "--portfolio", "customs", str(file))
    key = f"house={public.getvalue().strip()}"
    done = subprocess.run([sys.executable, "-I", str(TOOL), str(file), "--key", key], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "9 lines, whole and unaltered.\n")
    with pytest.raises(CommandError):
        call_command("export_ledger", "--portfolio", "unknown", str(file))


def test_job_signs_what_is_an_hour_old_or_a_thousand_lines_longer(chain_id, monkeypatch):
    signer = keys.Signer(KEY, "k1")
    assert [tasks.sign_due(signer), tasks.sign_due(signer)] == [1, 0]
    grow(chain_id, 1)
    assert tasks.sign_due(signer) == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_checkpoint SET made_at = made_at - interval '61 minutes'")
    assert tasks.sign_due(signer) == 1
    grow(chain_id, 2)
    monkeypatch.setattr(tasks, "EVERY_LINES", 2)
    assert tasks.sign_due(signer) == 1
    monkeypatch.delenv("LEDGER_KEY_FILE", raising=False)
    grow(chain_id, 2)
    tasks.slow_checkpoints()
    assert Checkpoint.objects.filter(chain_id=chain_id).count() == 3


def test_restamp_helper_changes_nothing_where_nothing_was_edited(chain_id, prove):
    """The tampering helpers are not what makes the verifier object."""
    restamp(chain_id, 1)
    assert prove(chain_id)[0] == 0
