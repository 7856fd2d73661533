"""Does the command name the portfolio and the damaged line, with the promised exit codes?"""

import json
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from ledger import actions, names
from ledger.models import Checkpoint
from tests.ledger.tampering import KEY, KEYS, cut, grow, tamper

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain_id():
    return grow(uuid4(), 9)


def run(*arguments):
    """(exit code, what was printed)"""
    out = StringIO()
    try:
        call_command("verify_ledger", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


def test_command_names_portfolio_and_line(chain_id, monkeypatch):
    monkeypatch.setattr(names, "_finders", [{"customs": chain_id}.get])
    monkeypatch.setattr(names, "_namers", [{chain_id: "Customs (customs)"}.get])
    assert run() == (0, "Customs (customs): 9 lines, whole and unaltered.\n")
    tamper("DELETE FROM ledger_entry WHERE chain_id = %s AND seq = 4", chain_id)
    code, told = run("--portfolio", "customs")
    assert code == 1
    assert told.startswith("Customs (customs): FAULT at line 4 (gap).")
    assert run("--portfolio", "unknown")[0] == 5


def test_command_without_names_speaks_of_the_chain(chain_id):
    grow(uuid4(), 1)
    code, told = run("--chain", str(chain_id))
    assert (code, told) == (0, f"{chain_id}: 9 lines, whole and unaltered.\n")
    assert len(run()[1].splitlines()) == 2


def test_restored_old_backup_is_shorter_than_the_checkpoint_kept_outside(chain_id, tmp_path):
    """F29: the rolled-back database is whole in itself; the auditor's file tells."""
    made = actions.checkpoint(chain_id, key=KEY, key_id="k1")
    kept = tmp_path / "checkpoints.jsonl"
    kept.write_text(
        json.dumps(
            {
                "chain_id": str(chain_id),
                "seq": made.seq,
                "entry_hash": bytes(made.entry_hash).hex(),
                "made_at": made.made_at.isoformat(),
                "key_id": "k1",
                "signature": bytes(made.signature).hex(),
            }
        )
    )
    given = ("--checkpoints", str(kept), "--key", f"k1={KEYS['k1'].hex()}")
    assert run(*given)[0] == 0
    Checkpoint.objects.all().delete()
    cut(chain_id)
    assert run()[0] == 0
    code, told = run(*given)
    assert code == 2
    assert "line 7 (shorter_than_checkpoint)" in told
    kept.write_text("no json")
    assert run(*given)[0] == 5
