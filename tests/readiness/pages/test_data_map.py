"""Are sources, defects, assets and terms kept on the page, and is what one team mended reused by the next?"""

from datetime import timedelta

import pytest
from django.test import Client

from readiness.models import BlockingItem, DataAsset, DataNeed, DataSource, Defect, Term
from tests import factories

pytestmark = pytest.mark.django_db


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def ben(house) -> Client:
    return signed_in(house.ben)


@pytest.fixture
def base(house) -> str:
    return f"/p/{house.portfolio.slug}"


@pytest.fixture
def source(house, ben, base) -> DataSource:
    ben.post(f"{base}/data/add/", {"name": "Archive", "system": "DMS", "classification": "internal"})
    made = DataSource.objects.get()
    ben.post(f"{base}/data/{made.id}/rate/", {"accessible": 3, "accurate": 2, "consistent": 3, "governed": 2})
    return made


def need(house, **said) -> dict:
    return {"purpose": "Letters", "minimum": "2", "required": "on", "access": "granted", **said}


def test_a_shared_defect_is_one_item_everywhere_and_leaves_an_asset_that_the_next_one_reuses(house, ben, base, source):
    ben.post(f"/u/{house.row.key}/data/add/", need(house, source=str(source.id)))
    house.settle()
    assert not BlockingItem.objects.open().filter(code__startswith="data_").exists()
    ben.post(f"{base}/data/{source.id}/defect/", {"text": "No dates before 2020", "kind": "data_access"})
    house.settle()
    assert BlockingItem.objects.open().get(code="shared_defect").text == "Archive: No dates before 2020"
    defect = Defect.objects.get()
    path = f"{base}/defects/{defect.id}/"
    assert "What others can reuse now" in text_of(ben.get(path))
    ben.post(path, {"asset_name": "Dates, mended", "asset_place": "dms/dates"})
    house.settle()
    assert not BlockingItem.objects.open().filter(code="shared_defect").exists()
    asset = DataAsset.objects.get()
    assert "Dates, mended (used by 0 use cases)" in text_of(ben.get(f"/u/{house.row.key}/data/add/"))
    other = factories.use_case(house.portfolio, title="Calls")
    ben.post(f"/u/{other.key}/data/add/", need(house, purpose="Dates", asset=str(asset.id)))
    made = DataNeed.objects.get(use_case=other)
    assert (made.asset, made.source) == (asset, source)  # the asset brings its source
    assert "reused 1 time" in text_of(ben.get(f"{base}/data/"))
    assert "reuses Dates, mended" in text_of(ben.get(f"/u/{other.key}/data/"))
    ben.post(f"{path}reopen/")
    house.settle()
    assert BlockingItem.objects.open().filter(code="shared_defect").exists()


def test_a_need_that_is_only_helpful_never_blocks_and_one_taken_off_asks_first(house, ben, source):
    path = f"/u/{house.row.key}/data/"
    ben.post(f"{path}add/", {"purpose": "Weather", "minimum": "3", "access": ""})
    house.settle()
    item = BlockingItem.objects.open().filter(code="data_not_fit").get()
    assert item.severity == "condition"
    made = DataNeed.objects.get()
    until = (house.today() + timedelta(days=5)).isoformat()
    said = need(house, source=str(source.id), minimum="3", granted_until=until)
    ben.post(f"{path}{made.id}/", said)
    made.refresh_from_db()
    assert (made.minimum, made.required, made.source, made.granted_until.isoformat()) == (3, True, source, until)
    assert ben.get(f"{path}{made.id}/remove/").status_code == 200
    assert DataNeed.objects.count() == 1
    ben.post(f"{path}{made.id}/remove/")
    assert DataNeed.objects.count() == 0


def test_a_term_has_one_definition_and_warns_of_a_second_meaning_and_path(house, ben, base, source):
    ben.post(f"{base}/terms/add/", {"name": "Case", "definition": "One claim", "owner": str(house.ana.id)})
    term = Term.objects.get()
    assert "term_open" not in text_of(ben.get(f"{base}/data/"))
    twice = ben.post(f"{base}/terms/add/", {"name": "Case"})
    assert twice.status_code == 422
    assert "There is a term of this name already." in text_of(twice)
    for name, way in (("Core", "nightly export"), ("Lake", "SQL")):
        ben.post(f"{base}/data/add/", {"name": name, "access_path": way, "classification": "internal"})
        held = DataSource.objects.get(name=name)
        ben.post(
            f"{base}/terms/{term.id}/use/", {"source": str(held.id), "meaning": "One letter" if name == "Lake" else ""}
        )
    shown = text_of(ben.get(f"{base}/data/"))
    assert "“Case” means something else in Lake." in shown
    assert "“Case” is reached on 2 paths: SQL, nightly export." in shown
    ben.post(f"{base}/terms/{term.id}/", {"name": "Claim case", "definition": "One claim"})
    assert "term_open" in text_of(ben.get(f"{base}/data/"))  # nobody owns it now


def test_the_data_map_takes_the_same_queries_for_one_and_many(house, ben, base, source, django_assert_num_queries):
    path = f"{base}/data/"
    ben.post(f"/u/{house.row.key}/data/add/", need(house, source=str(source.id)))
    ben.post(f"{base}/terms/add/", {"name": "Case", "definition": "One claim"})
    ben.get(path)
    with django_assert_num_queries(11):
        ben.get(path)
    for number in range(3):
        ben.post(f"{base}/data/add/", {"name": f"More {number}", "classification": "internal"})
        ben.post(f"{base}/terms/add/", {"name": f"Term {number}"})
    ben.get(path)
    with django_assert_num_queries(11):
        ben.get(path)
