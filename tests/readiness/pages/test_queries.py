"""How many queries does each page of readiness take, and does more work to show not take more of them?"""

import pytest
from django.test import Client

from readiness.actions import answers, data, evidence, items

pytestmark = pytest.mark.django_db

PAGES = {
    "u/{key}/readiness/": 31,
    "u/{key}/readiness/1/": 22,
    "u/{key}/readiness/2/": 21,
    "u/{key}/readiness/4/": 23,
    "u/{key}/items/add/": 7,
    "u/{key}/items/{item}/": 8,
    "u/{key}/items/{item}/waiver/": 6,
    "u/{key}/data/": 19,
    "u/{key}/data/add/": 7,
    "u/{key}/lane/": 5,
    "u/{key}/date/": 18,
    "u/{key}/ask/": 5,
    "p/{slug}/data/add/": 7,
    "p/{slug}/data/{source}/": 8,
    "p/{slug}/data/{source}/rate/": 6,
    "p/{slug}/data/{source}/defect/": 7,
    "p/{slug}/terms/add/": 6,
    "p/{slug}/forecasts/": 7,
    "api/v1/use-cases/{key}/answers/": 20,
}


def more(house) -> dict:
    """A need, an item, a sent answer and a link beside what is there; the names the paths need."""
    by, row = house.as_(house.ben), house.row
    source = data.add_source(by=house.as_(house.ana), portfolio_id=house.portfolio.id, name=f"CORE {house.n}")
    data.add_need(by=by, use_case_id=row.id, purpose=f"Claims {house.n}", source=source)
    item = items.add(by=by, use_case_id=row.id, item=items.NewItem(f"Rehearse {house.n}"))
    evidence.attach_link(by=by, use_case_id=row.id, part="1", url=f"https://example.org/{house.n}")
    return {"key": row.key, "slug": house.portfolio.slug, "item": item.id, "source": source.id}


@pytest.mark.parametrize(("path", "count"), PAGES.items())
def test_a_page_takes_the_same_queries_for_few_and_many(house, path, count, django_assert_num_queries):
    client = Client()
    client.force_login(house.ana)
    answers.submit(by=house.as_(house.ben), use_case_id=house.row.id, part="1", text="Letters sorted.")
    for n, rounds in enumerate((1, 5)):
        for k in range(rounds):
            house.n = f"{n}.{k}"
            names = more(house)
        house.settle()
        url = "/" + path.format(**names)
        assert client.get(url).status_code == 200
        with django_assert_num_queries(count):
            client.get(url)
