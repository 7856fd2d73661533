"""Are a review and a cap exception moved by REST as by page?"""

from datetime import timedelta

import pytest

from portfolio.models import CapException, UseCase
from portfolio.rules import Stage
from tests.api.conftest import Api, codes, in_days

pytestmark = pytest.mark.django_db


def test_review_date(as_ana, as_ben, home):
    row = home.use_case(stage=Stage.PAUSED)
    path, body = f"use-cases/{row.key}/review-date/", {"review_on": in_days(20), "reason": "Data came late."}
    assert as_ben.post(path, body).status_code == 403
    assert Api(token=home.token("use-cases:write")).post(path, body).status_code == 403
    assert as_ana.post(path, body).json()["review_on"] == in_days(20)
    assert codes(as_ana.post(path, body)) == ["same_day"]
    assert codes(as_ana.post(path, {"review_on": "2001-01-01", "reason": " "})) == ["review_in_past", "no_reason"]
    assert as_ana.post(path, body, If_Match=f'"{row.id}-1"').status_code == 412
    assert UseCase.objects.get(id=row.id).stage == Stage.PAUSED


def test_renew_exception(as_ana, home):
    row = home.use_case(stage=Stage.PILOT)
    path, body = f"use-cases/{row.key}/renew-exception/", {"until_on": in_days(20), "reason": "The auditors asked."}
    assert codes(as_ana.post(path, body)) == ["no_exception"]
    CapException.objects.create(
        use_case=row, until_on=home.portfolio.today() - timedelta(days=1), reason="Peak.", decided_by=home.ana
    )
    assert as_ana.post(path, body).status_code == 200
    assert CapException.objects.get(ended_at=None).until_on.isoformat() == in_days(20)
