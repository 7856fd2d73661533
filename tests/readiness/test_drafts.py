"""Is nothing asked twice, and is question 4 clear only with one complete signal?"""

import pytest
from django.test import Client

from feedback.models import Signal
from governance.actions import dates
from governance.facts import gather
from governance.models import Assessment
from governance.queries.drafts import first_draft
from governance.queries.readiness import questions_of
from portfolio.models import Dirty
from readiness.actions import data
from readiness.models import BlockingItem
from readiness.queries.sets import shipped
from roi.models import Hypothesis
from tests.readiness.houses import clear

pytestmark = pytest.mark.django_db


def draft(house, part: str, lane: str = "fast") -> str:
    told = gather([house.row.id]).readiness[house.row.id]
    return first_draft(house.row, shipped(lane).part(part), told)


def fourth(house):
    return questions_of(house.row, gather([house.row.id]))[3]


@pytest.fixture
def bare(house):
    """The house without any signal."""
    Signal.objects.all().delete()
    return house


def test_question_1_is_drafted_from_register_and_hypothesis(house):
    assert draft(house, "1") == (
        "Letters wait nine days.\nHalf the letters answered within a day.\nRules failed on free text twice.\n"
        "If drafts are suggested, then letters are answered in a day (Days to an answer: 9 to 1)."
    )


def test_question_2_is_drafted_from_the_data_needs(house):
    source = data.add_source(by=house.as_(house.ana), portfolio_id=house.portfolio.id, name="Archive")
    data.add_need(by=house.as_(house.ben), use_case_id=house.row.id, purpose="Letters", source=source)
    data.add_need(by=house.as_(house.ben), use_case_id=house.row.id, purpose="Weather")
    assert draft(house, "2") == (
        "Letters: Archive, not rated, access not granted yet\nWeather: source not named yet, access not granted yet"
    )


def test_question_3_is_drafted_from_what_pays(house):
    row = Hypothesis.objects.get(use_case=house.row)
    assert draft(house, "3") == (
        f"When days to an answer is {row.threshold:g} {row.unit} or better. {row.decision_rule}".replace("  ", " ")
    )
    Hypothesis.objects.update(decision_rule="")
    assert draft(house, "3") == ""


def test_question_4_is_drafted_from_the_monitoring_plan(bare):
    assert draft(bare, "4") == ""
    Signal.objects.create(
        use_case=bare.row, code="drift", name="Drift", lower=0, upper=0.25, owner=bare.ben, action="Retrain."
    )
    Signal.objects.create(use_case=bare.row, code="cost", name="Cost", upper=100)
    assert draft(bare, "4") == (
        "Cost at most 100: nobody yet (still lacks an owner and an agreed action)\n"
        "Drift between 0 and 0.25: Ben; outside: Retrain"
    )
    assert draft(bare, "4.1", "standard") == draft(bare, "4") == draft(bare, "4.1", "high-impact")


def test_question_4_is_clear_only_with_one_complete_signal(bare):
    clear(bare.row, bare.ben, ["1", "2", "3", "4"])
    bare.settle()
    found = fourth(bare)
    assert (found.state, found.clear, found.required) == ("not_clear", 0, 1)
    assert gather([bare.row.id]).facts[bare.row.id].readiness == (3, 4)
    assert Assessment.objects.get(use_case=bare.row).readiness == 0.75
    still = BlockingItem.objects.open().filter(use_case=bare.row, severity="hard")
    assert [item.code for item in still] == ["no_signal"]  # one item, not two for the same gap
    client = Client()
    client.force_login(bare.ben)
    for tail in ("readiness/", "readiness/4/"):
        assert "monitoring plan" in client.get(f"/u/{bare.row.key}/{tail}").content.decode()
    signal = Signal.objects.create(use_case=bare.row, code="cost", name="Cost", upper=1, owner=bare.ben)
    assert fourth(bare).state == "not_clear"  # no agreed action yet
    Signal.objects.filter(id=signal.id).update(action="Look at the last week.")
    Dirty.objects.create(use_case_id=bare.row.id)
    bare.settle()
    assert (fourth(bare).state, Assessment.objects.get(use_case=bare.row).readiness) == ("clear", 1.0)
    assert not BlockingItem.objects.open().filter(use_case=bare.row, severity="hard").exists()


def test_what_is_known_stands_beside_the_empty_answer(house):
    client = Client()
    client.force_login(house.ben)
    page = client.get(f"/u/{house.row.key}/readiness/1/").content.decode()
    assert "If drafts are suggested, then letters are answered in a day" in page


def test_the_date_is_prefilled_with_its_computed_default_and_says_what_stands_against_the_limit(house):
    client = Client()
    client.force_login(house.ana)
    page = f"/u/{house.row.key}/date/"
    limit = house.today().toordinal() + house.portfolio.policy.pilot_limit_days
    shown = client.get(page).content.decode()
    assert f'value="{house.today().fromordinal(limit).isoformat()}"' in shown
    assert "No forecast is possible yet" in shown
    client.post(f"/u/{house.row.key}/items/accept/")
    house.settle()
    found = Assessment.objects.get(use_case=house.row)
    shown = client.get(page).content.decode()
    default = house.today().fromordinal(limit)
    assert f'value="{default.isoformat()}"' not in shown
    assert "With the review lead that is" in shown
    assert found.forecast_p85_on < default
    item = BlockingItem.objects.open().filter(use_case=house.row, severity="hard").first()
    far = house.today().fromordinal(limit + 40).isoformat()
    client.post(f"/u/{house.row.key}/items/{item.id}/", {"owner": str(house.ben.id), "due_on": far, "version": str(item.version)})  # fmt: skip
    house.settle()
    shown = client.get(page).content.decode()
    assert f'value="{default.isoformat()}"' in shown
    assert "The pilot limit comes first" in shown
    assert " has 0" in shown
    assert item.text in shown
    dates.agree_date(use_case_id=house.row.id, by=house.as_(house.ana), agreed_on=default)
    assert f'value="{default.isoformat()}"' in client.get(page).content.decode()  # what is agreed stands
