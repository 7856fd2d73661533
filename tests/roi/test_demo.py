"""Does the demo show hypotheses in every state a person should meet?"""

import pytest

from governance.demo import load
from governance.models import Assessment
from roi.models import CheckIn, Hypothesis, PortfolioValue, Realised, SignOff
from roi.queries import facts_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def portfolio(tmp_path, settings):
    settings.PILOTAGE_HOME = tmp_path
    return load.load()


def test_the_demo_shows_hypotheses_in_every_state(portfolio, client):
    rows = {row.use_case.title: row for row in Hypothesis.objects.select_related("use_case", "use_case__lane")}
    cases = [row.use_case for row in rows.values()]
    facts = facts_of(cases, {portfolio.id: portfolio.today()})
    told = {row.use_case.title: facts[row.use_case_id] for row in rows.values()}
    assert told["Invoice matching"].signed_number == 1
    assert told["Claims triage assistant"].unsigned == ("sponsor",)
    assert told["Fraud signal ranking"].value is None and "build" not in told["Fraud signal ranking"].open_categories
    assert {one.verdict for one in told.values()} == {"on_track", "off_track", "not_yet_known", None}
    assert told["Claims triage assistant"].verdict == "not_yet_known"
    assert SignOff.objects.count() == 11 and CheckIn.objects.count() == 4 and Realised.objects.count() == 4
    together = PortfolioValue.objects.get(portfolio=portfolio)
    assert together.count >= 2 and together.p10 < together.p50 < together.p90
    assert Assessment.objects.get(use_case__title="Invoice matching").value_p50 > 0
    assert Assessment.objects.get(use_case__title="HR policy chatbot").status_text == "Value off track"
    client.force_login(portfolio.memberships.get(user__email="helena@norwell.example").user)
    for row in rows.values():
        for part in ("", "why/", "compare/", "edit/costs/"):
            assert client.get(f"/u/{row.use_case.key}/roi/{part}").status_code == 200
    assert client.get("/p/norwell/scoring/").status_code == 200
