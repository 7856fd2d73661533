"""Does the gallery show every component, and is its markup sound?"""

import re
from collections import Counter

import pytest
from django.template.loader import render_to_string

from portfolio.gallery import examples
from portfolio.tones import TONES


@pytest.fixture
def page(settings):
    """The gallery as HTML, with the addresses of sign-in only."""
    settings.ROOT_URLCONF = "allauth.urls"
    return render_to_string("gallery.html", examples())


def test_ids_are_unique(page):
    repeated = [name for name, count in Counter(re.findall(r'\sid="([^"]+)"', page)).items() if count > 1]
    assert repeated == []


def test_every_reference_by_id_has_its_target(page):
    ids = set(re.findall(r'\sid="([^"]+)"', page))
    named = " ".join(
        re.findall(
            r'\s(?:for|aria-labelledby|aria-describedby|aria-controls|commandfor|popovertarget)="([^"]+)"',
            page,
        )
    )
    assert set(named.split()) - ids == set()


def test_every_tone_is_shown(page):
    assert all(f">{look.words}</span>" in page for look in TONES.values() if look.words)


def test_a_view_has_one_primary_button(page):
    main = page[page.index("<main") : page.index('id="toasts"')]
    assert main.count("btn-primary") == 2  # the band's, and that of the empty state shown as an example
