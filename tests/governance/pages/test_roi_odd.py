"""What do the ROI pages ask of the database, and what do they say to figures nobody expected?"""

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from roi.models import Hypothesis, Reading
from roi.rules.content import MOST_CHARS, Amount, Benefit, Cost
from roi.rules.track import monday
from roi.valuation import NO_CORRECTION
from tests.governance.pages.test_roi import case, form_of, text, told  # noqa: F401  (a fixture and its helpers)
from tests.roi.told import FULL, tell

pytestmark = pytest.mark.django_db

QUERIES = {
    "": 15, "edit/promise/": 8, "edit/costs/": 8, "edit/window/": 9, "weeks/": 10, "why/": 12, "compare/": 9, "day/30/": 8,
    "realised/": 8,
}  # fmt: skip


@pytest.mark.parametrize(("part", "count"), QUERIES.items())
def test_every_page_asks_so_often_and_draws_nothing(
    world, case, part, count, django_assert_num_queries, monkeypatch  # noqa: F811
):  # fmt: skip
    told(case)
    client = world.client("ben")
    url = f"/u/{case.key}/roi/{part}"
    client.get(url)

    def drawn(*_, **__):
        raise AssertionError("a page simulates nothing")

    monkeypatch.setattr("roi.valuation.simulation.standard_draws", drawn)
    with django_assert_num_queries(count):
        assert client.get(url).status_code == 200


def test_board_and_scoring_draw_nothing(world, case, django_assert_num_queries, monkeypatch):  # noqa: F811
    told(case)
    client = world.client("ben")
    client.get("/p/norwell/")
    monkeypatch.setattr("roi.valuation.simulation.standard_draws", None)
    assert client.get("/p/norwell/").status_code == 200
    with django_assert_num_queries(7):
        assert client.get("/p/norwell/scoring/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("-0", None), ("0", None), ("1,5", None), ("5 – 5 – 5", None), ("5 – 5 – 9", None),
        ("1e400", "is no figure"), ("٥", "is no figure"), ("0." + "1" * 60, "is no figure"), ("USD 5 to EUR 9", "2 figures"),
        ("80,000", "could be 80000 or 80.000"), ("9 – 5 – 1", "Did you mean €1, €5, €9?"), ("-5 – 5 – 9", "split it into"),
        ("0 – 5 – 9", "stay clear of the bounds"),
    ],
)  # fmt: skip
def test_odd_figures_on_the_page(world, case, typed, says):  # noqa: F811
    client = world.client("ben")
    url = f"/u/{case.key}/roi/edit/costs/"
    answer = client.post(url, form_of(client, url) | {"build_once": typed})
    if says is None:
        assert answer.status_code == 302, text(answer)
        assert client.get(f"/u/{case.key}/roi/").status_code == 200
        return
    assert answer.status_code == 422
    assert says in text(answer).replace("&#x27;", "'")
    assert typed in answer.content.decode()
    assert not Hypothesis.objects.exists()


def test_a_text_too_long_for_the_page_is_kept_and_named(world, case):  # noqa: F811
    client = world.client("ben")
    url = f"/u/{case.key}/roi/edit/promise/"
    typed = "it is decided sooner " * 12
    answer = client.post(url, form_of(client, url) | {"then_text": typed})
    assert answer.status_code == 422
    assert f"at most {MOST_CHARS['then_text']} characters" in text(answer)
    assert typed.strip() in answer.content.decode()


def _bare(case, costs, benefits=FULL.benefits, months=24):  # noqa: F811
    none = tuple(
        Cost(one.category, state="none") for one in FULL.costs if one.category not in {c.category for c in costs}
    )
    tell(case, replace(FULL, costs=(*costs, *none), benefits=benefits, horizon_months=months))


@pytest.mark.parametrize(
    ("costs", "benefits", "says"),
    [
        # money flows one way: in
        ((), FULL.benefits, ("none: money flows one way only", "not defined without a cost")),
        # one way: out
        ((Cost("build", amount=Amount(1_000.0)),), (), ("none: money flows one way only", "never: there is no benefit")),
        # out, in, out again: two roots
        (
            (Cost("build", amount=Amount(1_000.0)), Cost("support_and_monitoring", timing="monthly", amount=Amount(1_540.0),
                                                         first_month=2, last_month=2)),
            (Benefit("once", Amount(2_500.0), 1, 1, 1),),
            ("no single rate", "decide by the net value"),
        ),
    ],
    ids=["no cost", "no benefit", "two roots"],
)  # fmt: skip
def test_rates_that_do_not_exist_are_said_plainly(world, case, monkeypatch, costs, benefits, says):  # noqa: F811
    monkeypatch.setattr("roi.models.values.FactorVersion.factor", lambda self, kind: NO_CORRECTION)
    _bare(case, costs, benefits, months=2)
    shown = text(world.client("vera").get(f"/u/{case.key}/roi/why/"))
    for words in says:
        assert words in shown, shown
    sheet = text(world.client("vera").get(f"/u/{case.key}/roi/"))
    assert "We expect " in sheet
    assert "rate of return" not in sheet  # the one-pager decides by the net value alone
    row = Hypothesis.objects.get(use_case=case)
    told = world.client("vera").get(f"/api/v1/use-cases/{case.key}/hypotheses/{row.id}/valuation/").json()["appraisal"]
    assert says[0] in told["rates_text"]
    assert len(told["rates_year"]) == (2 if "no single rate" in says else 0)
    assert (told["bcr"] is None, told["break_even_share"] is None) == (not costs, not benefits)


def test_a_csv_file_is_read_whole_or_not_at_all(world, case):  # noqa: F811
    told(case)
    client = world.client("ben")
    url = f"/u/{case.key}/roi/weeks/"
    this = monday(case.portfolio.today())

    def send(content: bytes):
        return client.post(url, form_of(client, url) | {"file": SimpleUploadedFile("weeks.csv", content)})

    for wrong, words in (
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"x" * 100_001, "too large"),
        (f"{this},30\nno day,4\n".encode(), "is no day"),
    ):
        answer = send(wrong)
        assert answer.status_code == 422 and words in text(answer)
        assert not Reading.objects.filter(week_on=this).exists()
    assert send(f"\ufeffweek,value\n{this},30.5\n".encode()).status_code == 302
    row = Reading.objects.get(week_on=this)
    assert (row.value, row.source) == (30.5, "csv")
