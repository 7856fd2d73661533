"""Does erasing a person leave no name and no address anywhere, and the chain whole?"""

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from adoption import actions as adoption
from governance.actions import dates, persons, verbs
from governance.models import Decision
from governance.queries import traces
from ledger import export
from ledger.models import Entry
from ledger.queries import verified
from people.models import User
from portfolio.models import Membership, Token, UseCase
from portfolio.queries import INSTANCE_CHAIN
from portfolio.rules import SYSTEM, NotPermitted, Refused, Stage, Verb
from tests import factories
from tests.house import walk

pytestmark = pytest.mark.django_db
NAME, MAIL = "Zoë “Zed” O'Hara", "zed@example.org"


@pytest.fixture
def zed(norwell, ana):
    """Leads a pilot, asked for a go, lent a token, is named in reasons, in an import's field and in mixed case."""
    user = factories.join(norwell, factories.person("zed"), "leader")
    user.name = NAME
    user.save()
    by = factories.actor_for(user)
    row = factories.use_case(norwell, Stage.PILOT, lead=user, sponsor_name=NAME)
    key = {"use_case_id": row.id}
    adoption.start_plan(**key, by=by, owner=user, first_on=norwell.today())
    adoption.log_engagement(**key, by=by, on=norwell.today(), who="Leeds", heard=f"Ask {NAME.upper()} first.")
    dates.ask(**key, by=by, kind=Verb.STOP, reason=f"{MAIL} says so.")
    verbs.stop(**key, by=factories.actor_for(ana), reason=f"Agreed with {NAME}.", learnt=f"Ask {NAME} earlier.")
    walk.lend(norwell, user, "use-cases:read")
    return user


def said():
    return [f"{one.table}.{one.column}" for one in traces.find([MAIL, NAME])]


def test_nothing_names_the_erased_person_and_the_chain_verifies(zed, norwell):
    assert {"people_user.name", "people_user.email", "governance_decision.terms", "ledger_personal.text"} < set(said())
    done = persons.erase_person(user_id=zed.id, by=SYSTEM, redact=True)
    assert (said(), done.left, done.hashed) == ([], [], [])
    assert done.blanked >= 1
    assert NAME not in "".join(export.lines(norwell.id))
    assert MAIL not in "".join(export.lines(norwell.id))
    assert verified(norwell.id).ok
    decision = Decision.objects.get(kind=Verb.STOP)
    assert (decision.reason, decision.terms["learnt"]) == ("Agreed with [erased].", "Ask [erased] earlier.")
    gone = User.objects.get(id=zed.id)
    assert (gone.name, gone.is_active, gone.has_usable_password()) == ("", False, False)
    assert not Membership.objects.filter(user=zed).exists()
    assert not Token.objects.filter(made_by=zed, revoked_at=None).exists()
    assert UseCase.objects.get().sponsor_name == "[erased]"


def test_without_redacting_only_free_texts_still_name_them_and_they_are_listed(zed, norwell):
    done = persons.erase_person(user_id=zed.id, by=SYSTEM)
    assert sorted(f"{one.table}.{one.column}" for one in done.left) == sorted(said())
    assert set(said()) == {
        "adoption_engagement.heard", "governance_decision.reason", "governance_decision.terms",
        "governance_request.reason", "ledger_personal.text",
    }  # fmt: skip
    assert verified(norwell.id).ok
    persons.redact(texts=[MAIL, NAME], by=SYSTEM)
    assert said() == []
    assert verified(norwell.id).ok
    line = Entry.objects.get(event_type="texts.redacted")
    assert (line.chain_id, line.payload) == (INSTANCE_CHAIN, {"blanked": 0, "redacted": len(done.left)})
    assert verified(INSTANCE_CHAIN).ok
    persons.redact(texts=[MAIL, NAME], by=SYSTEM)
    assert Entry.objects.filter(event_type="texts.redacted").count() == 1, "nothing was left to redact"


def test_last_leader_is_not_erased_and_nobody_erases_from_a_page(norwell, ana, dora, by_ana):
    with pytest.raises(NotPermitted):
        persons.erase_person(user_id=dora.id, by=by_ana)
    persons.erase_person(user_id=dora.id, by=SYSTEM)
    with pytest.raises(Refused) as raised:
        persons.erase_person(user_id=ana.id, by=SYSTEM)
    assert [reason.code for reason in raised.value.reasons] == ["last_leader"]


def test_part_of_a_longer_word_is_left_alone(norwell, ana):
    row = factories.use_case(norwell, title="Analysis by Ana", problem="Banana")
    persons.erase_person(user_id=factories.person("bella").id, by=SYSTEM, redact=True, also=["Ana"])
    row.refresh_from_db()
    assert (row.title, row.problem) == ("Analysis by [erased] 1", "Banana")


def test_commands_export_list_erase_and_redact(zed, tmp_path):
    file, out = tmp_path / "zed.jsonl", io.StringIO()
    call_command("export_person", MAIL, str(file), stdout=out)
    facts = [json.loads(line) for line in file.read_text().splitlines()]
    kinds = {fact["kind"] for fact in facts}
    assert kinds == {"person", "row", "ledger line", "text that names them"}
    assert {"portfolio.Membership", "governance.Request", "adoption.Plan"} <= {fact.get("of") for fact in facts}
    assert all(secret not in file.read_text() for secret in ("password", "secret_hmac"))
    call_command("erase_person", MAIL, stdout=out)
    assert User.objects.filter(email=MAIL).exists()
    call_command("erase_person", MAIL, "--yes", stdout=out)
    assert "governance_request.reason" in out.getvalue()
    call_command("redact_texts", NAME, MAIL, "--yes", stdout=out)
    assert said() == []
    with pytest.raises(CommandError):
        call_command("erase_person", MAIL, "--yes", stdout=out)
