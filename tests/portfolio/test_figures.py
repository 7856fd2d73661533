"""Do small figures, formats and tags show the numbers they were given, safely?"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django import forms
from django.template import Context, Template

from portfolio import figures, formats
from portfolio.templatetags import pilotage
from portfolio.tones import TONES, tone_of

EVIL = '"><script>alert(1)</script>'

DRAWN = {
    "interval": figures.interval(-30_000, 15_000, 60_000, label=EVIL),
    "readiness": figures.readiness(9, 22, label=EVIL),
    "slots": figures.slots(8, 3, label=EVIL),
    "spark": figures.spark([1, None, 3, 4], label=EVIL),
    "share": figures.share(0.5, label=EVIL),
    "reach": figures.reach(64, 52, 41, label=EVIL),
    "signal": figures.signal(0.18, (0, 0.4), None, 0.2, label=EVIL),
    "before_after": figures.before_after(7.9, 3.1, 10, label=EVIL),
}


@pytest.mark.parametrize("svg", DRAWN.values(), ids=DRAWN)
def test_figure_is_an_image_with_a_name_and_no_style(svg):
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == EVIL
    assert "<script" not in svg
    assert "style" not in {name for node in root.iter() for name in node.attrib}


@pytest.mark.parametrize("svg", DRAWN.values(), ids=DRAWN)
def test_figure_prints_without_the_style_sheet(svg):
    """A PDF engine that ignores page CSS must not paint every mark black."""
    marks = [node for node in ElementTree.fromstring(svg).iter() if node.tag in {"path", "rect", "circle"}]
    assert marks
    assert all({"fill", "stroke"} & set(node.attrib) for node in marks)


def test_slots_show_spare_and_excess():
    over, spare = figures.slots(8, 3), figures.slots(2, 3)
    assert over.count('class="slot"') == 3
    assert over.count('class="slot-over"') == 5
    assert "8 pilots active, the cap is 3, 5 over" in over
    assert spare.count('class="slot"') == 2
    assert spare.count('class="slot-free"') == 1


def test_readiness_fills_one_cell_for_each_clear_question():
    svg = figures.readiness(11, 15)
    assert svg.count('class="seg-on"') == 11
    assert svg.count('class="seg-off"') == 4
    assert figures.readiness(0, 0) == ""


def test_interval_keeps_its_marks_inside_a_shared_scale():
    svg = figures.interval(-500, 100, 9000, 0, 1000, width=112)
    start, end = map(
        float,
        re.search(
            r'd="M ([\d.]+) 7 H ([\d.]+)" ?/>\s*<circle',
            svg.replace('class="rng" ', ""),
        ).groups(),
    )
    assert (start, end) == (4, 108)


def test_legend_refuses_a_mark_without_words():
    with pytest.raises(ValueError, match="zip"):
        figures.legend("run", "Run", "pause")


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        (1_150_000, "EUR", "€1.15m"), (Decimal(520000), "EUR", "€520k"), (4_200, "GBP", "£4.2k"), (-30_000, "EUR", "−\u2060€30k"),
        (999, "EUR", "€999"), (999_600, "EUR", "€1m"), (0, "EUR", "€0"), (-0.2, "EUR", "€0"), (2.3e9, "USD", "$2.3bn"),
        (100, "CHF", "CHF\u00a0100"), (None, "EUR", "not known"),
    ],
)  # fmt: skip
def test_money_is_compact(amount, currency, told):
    assert formats.money(amount, currency) == told


def test_a_day_names_its_year_only_when_it_is_another():
    today = date(2026, 11, 23)
    assert formats.day(date(2026, 12, 7), today) == "7\u00a0Dec"
    assert formats.day(date(2027, 1, 5), today) == "5\u00a0Jan\u00a02027"
    assert formats.weekday(date(2026, 12, 7), today) == "Mon\u00a07\u00a0Dec"


def test_a_moment_is_named_by_its_day():
    now = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
    assert formats.moment(datetime(2026, 11, 23, 9, 10, tzinfo=UTC), now) == "today, 09:10"
    assert formats.moment(datetime(2026, 11, 22, 23, 50, tzinfo=UTC), now) == "yesterday, 23:50"
    assert formats.moment(datetime(2026, 11, 20, 15, 42, tzinfo=UTC), now).endswith("Nov, 15:42")


def test_the_day_filter_writes_a_time_element():
    html = Template("{% load pilotage %}{{ d|day:t }}").render(Context({"d": date(2026, 12, 7), "t": date(2026, 1, 1)}))
    assert html == '<time datetime="2026-12-07">7\u00a0Dec</time>'


def test_within_one_vocabulary_no_two_tones_share_a_shape():
    for group in (
        ("ready", "at_risk", "no_date", "stop_advised"),
        ("clear", "waiting", "not_started", "not_clear"),
    ):
        looks = [TONES[code] for code in group]
        assert len({look.tone for look in looks}) == len({look.icon for look in looks}) == 4


def test_codes_are_read_however_they_are_spelled():
    assert tone_of("no-go") == tone_of("no_go") == TONES["no_go"]
    assert tone_of("not clear") == TONES["not_clear"]
    assert tone_of("something_else").words == "something else"


def test_a_pill_escapes_its_words():
    html = pilotage.pill("waiting", f"waiting for {EVIL}")
    assert "<script" not in html
    assert 'data-s="warn"' in html


@pytest.mark.parametrize(
    ("tags", "url"),
    [
        ("undo:/items/7/reopen/", "/items/7/reopen/"),
        ("undo://evil.example/", ""),
        ("undo:https://x/", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_undo_leads_only_to_this_site(tags, url):
    assert pilotage.undo_url(SimpleNamespace(extra_tags=tags)) == url


class _Form(forms.Form):
    reason = forms.CharField(help_text="Told to the lead.")


def test_a_refused_field_is_tied_to_its_error_and_help():
    form = _Form({"reason": ""})
    html = Template("{% load pilotage %}{% field f.reason %}{% error_summary f %}").render(Context({"f": form}))
    described = re.search(r'aria-describedby="([^"]+)"', html).group(1).split()
    assert described
    assert all(f'id="{name}"' in html for name in described)
    assert 'aria-invalid="true"' in html
    assert 'href="#id_reason"' in html


def test_reasons_are_all_shown_with_their_codes():
    reasons = [
        {"code": "pilot_cap", "text": "3 of 3 slots are taken."},
        {"code": "no_owner", "text": "<b>"},
    ]
    html = Template("{% load pilotage %}{% reasons r %}").render(Context({"r": reasons}))
    assert 'data-code="pilot_cap"' in html
    assert "&lt;b&gt;" in html
