"""Do charts keep their labels apart, escape what people typed and repeat their numbers in a table?"""

from datetime import date, timedelta
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import charts
from governance.charts.frame import ticks
from governance.charts.labels import Box, Placer, Spot, box_of
from governance.charts.value import _curve

EVIL = "<script>alert(1)</script>"
TODAY = date(2026, 11, 23)
POINTS = [
    ("Claims triage assistant", "Claims", 0.73, 80_000, 520_000, 1_150_000, "run"),
    ("Claims again", "Again", 0.73, 80_000, 521_000, 1_150_000, "pause"),
    (EVIL, EVIL, 0.5, -30_000, 15_000, 60_000, "stop"),
]
ROWS = [
    (
        "Invoice matching",
        date(2026, 12, 4),
        date(2026, 11, 24),
        date(2026, 11, 25),
        "ready now",
    ),
    (EVIL, date(2027, 2, 12), date(2027, 3, 9), date(2027, 5, 20), "14 weeks late"),
    ("Renewal risk scores", None, None, None, "No date: 2 items without owner"),
]
DAYS = [(date(2026, 9, 1) + timedelta(days=k), 0.1, 0.12 if k > 12 else None, 0.1, 0.14) for k in range(60)]
DRAWN = {
    "matrix": charts.matrix(POINTS, label=EVIL),
    "timeline": charts.timeline(ROWS, today=TODAY, label=EVIL),
    "forecast": charts.date_forecast(TODAY, TODAY, TODAY, today=TODAY, agreed=TODAY, label=EVIL),
    "density": charts.density(-30_000, 15_000, 60_000, label=EVIL),
    "track": charts.track([40, 41], [38, None, 36], 24, pays=31, label=EVIL, unit=EVIL),
    "overrides": charts.overrides(DAYS, band=(0.08, 0.18), alarms=[(DAYS[30][0], EVIL)], label=EVIL),
}


def drawings(html):
    """The SVG drawings of a chart, parsed."""
    return [node for node in ElementTree.fromstring(f"<div>{html}</div>").iter("svg") if "viewBox" in node.attrib]


def labels(svg):
    """The boxes of all texts in one drawing."""
    for node in svg.iter("text"):
        at = Spot(
            float(node.attrib["x"]),
            float(node.attrib["y"]),
            node.attrib.get("text-anchor", "start"),
        )
        yield node.text, box_of(node.text, at)


def overlaps(html):
    """Every pair of texts that share room, in any drawing."""
    grown = 0.06  # coordinates are rounded to one decimal
    for svg in drawings(html):
        for (one, a), (two, b) in combinations(labels(svg), 2):
            smaller = Box(a.left + grown, a.top + grown, a.right - grown, a.bottom - grown)
            if smaller.touches(b):
                yield one, two


@pytest.mark.parametrize("html", DRAWN.values(), ids=DRAWN)
def test_no_two_labels_overlap(html):
    assert list(overlaps(html)) == []


@pytest.mark.parametrize("html", DRAWN.values(), ids=DRAWN)
def test_chart_has_no_style_and_escapes_what_people_typed(html):
    tree = ElementTree.fromstring(f"<div>{html}</div>")
    assert "<script" not in html
    assert "style" not in {name for node in tree.iter() for name in node.attrib}
    assert all(svg.attrib.get("aria-label") or svg.attrib.get("aria-hidden") for svg in drawings(html))


@pytest.mark.parametrize("name", ["matrix", "timeline", "density", "track", "overrides"])
def test_chart_repeats_its_numbers_in_a_table(name):
    assert "<table" in DRAWN[name]
    assert "Show as table" in DRAWN[name]


shares = st.floats(0, 1)
worth = st.floats(-50_000, 3_000_000)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(shares, worth, worth, worth, st.sampled_from(["run", "pause", "stop"])),
        min_size=1,
        max_size=18,
    )
)
def test_matrix_labels_never_overlap(rows):
    points = [(f"Pilot number {k}", f"P{k}", c, *sorted(v), choice) for k, (c, *v, choice) in enumerate(rows)]
    assert list(overlaps(charts.matrix(points))) == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-90, 500), st.integers(0, 200), st.integers(0, 300)),
        min_size=1,
        max_size=9,
    ),
    st.text(alphabet="abc ", max_size=30),
)
def test_timeline_labels_never_overlap(rows, note):
    made = []
    for k, (agreed, p50, more) in enumerate(rows):
        first = TODAY + timedelta(days=p50)
        made.append(
            (
                f"Pilot number {k}",
                TODAY + timedelta(days=agreed),
                first,
                first + timedelta(days=more),
                note,
            )
        )
    assert list(overlaps(charts.timeline(made, today=TODAY))) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(0, 300), st.integers(0, 300), st.integers(-60, 600))
def test_forecast_labels_never_overlap(first, second, third, agreed):
    p50 = TODAY + timedelta(days=first)
    p85 = p50 + timedelta(days=second)
    html = charts.date_forecast(
        p50,
        p85,
        p85 + timedelta(days=third),
        today=TODAY,
        agreed=TODAY + timedelta(days=agreed),
    )
    assert list(overlaps(html)) == []


@settings(max_examples=40, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1, 1e6), st.floats(1, 1e6))
def test_density_labels_never_overlap(p50, down, up):
    assert list(overlaps(charts.density(p50 - down, p50, p50 + up))) == []


_reading = st.floats(-1e4, 1e4)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(_reading, min_size=1, max_size=13), st.lists(st.none() | _reading, max_size=13), _reading, st.none() | _reading,
    st.integers(5, 13),
)  # fmt: skip
def test_track_labels_never_overlap(before, after, target, pays, weeks):
    checks = [(day, day == 30) for day in (30, 60, 90) if day <= 7 * weeks]
    html = charts.track(before, after[:weeks], target, pays=pays, checks=checks, weeks=weeks, unit="minutes")
    assert list(overlaps(html)) == []


@pytest.mark.parametrize(("p10", "p50", "p90"), [(80, 520, 1150), (-60, 15, 60), (0, 10, 20)])
def test_density_goes_through_its_three_quantiles(p10, p50, p90):
    curve = _curve(p10, p50, p90, steps=6000)
    below = {p10: 0.0, p50: 0.0, p90: 0.0}
    for (v0, d0), (v1, d1) in pairwise(curve):
        for quantile in below:
            if v1 <= quantile:
                below[quantile] += (d0 + d1) / 2 * (v1 - v0)
    assert [below[q] for q in (p10, p50, p90)] == pytest.approx([0.1, 0.5, 0.9], abs=0.004)


def test_nothing_is_drawn_without_values():
    assert charts.matrix([]) == ""
    assert charts.timeline([], today=TODAY) == ""
    assert charts.density(5, 5, 5) == ""
    assert charts.overrides([(TODAY, 0.1, None, None, None)]) == ""


def test_a_late_forecast_differs_from_one_in_time():
    assert 'class="win-late"' in DRAWN["timeline"]
    assert 'class="win-ok"' in DRAWN["timeline"]
    assert "No date: 2 items without owner" in DRAWN["timeline"]


def test_placer_leaves_out_what_has_no_room():
    placer = Placer(100, 40)
    assert "first" in placer.text("tk", "first", [Spot(10, 20)])
    assert placer.text("tk", "second", [Spot(12, 20)]) == ""
    assert "2nd" in placer.text("tk", ("a very long second label", "2nd"), [Spot(12, 36)])


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-7, 93), (0.02, 0.31), (5, 5), (-2e6, 9e6)])
def test_ticks_are_round_and_inside(low, high):
    made = ticks(low, high)
    assert 1 <= len(made) <= 8
    assert all(low - 1e-9 <= t <= high + 1e-9 for t in made)
