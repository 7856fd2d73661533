"""Is an amount read as people type it?"""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roi.rules.content import Amount
from roi.rules.figures import parse_amount, show, show_amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("", None), ("  ", None), ("96000", Amount(96_000.0)), ("€96k", Amount(96_000.0)), ("1.2m", Amount(1.2e6)),
        ("80k – 96k – 130k", Amount(96_000.0, 80_000.0, 130_000.0)), ("80-96-130k", Amount(96_000.0, 80_000.0, 130_000.0)),
        ("80 000", None), ("5 to 7 to 9", Amount(7.0, 5.0, 9.0)), ("-5", Amount(-5.0)), ("150 / 100 / 80", Amount(100.0, 150.0, 80.0)),
        ("EUR 96k", Amount(96_000.0)), ("0", Amount(0.0)), ("1,5k", Amount(1500.0)),
    ],
)  # fmt: skip
def test_an_amount_is_one_or_three_figures(text, amount):
    if text == "80 000":
        with pytest.raises(ValueError, match="2 figures"):
            parse_amount(text)
    else:
        assert parse_amount(text) == amount


@pytest.mark.parametrize("text", ["about ten", "1-2", "1-2-3-4", "1e99", "NaN", "∞", "--", "<b>5</b>", "\x00"])
def test_what_is_no_amount_gets_a_sentence(text):
    with pytest.raises(ValueError, match=r"\.$"):
        parse_amount(text)


@given(st.text(max_size=60))
def test_nothing_else_is_ever_raised(text):
    with contextlib.suppress(ValueError):  # with a sentence; anything else would fail here
        parse_amount(text)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12))
def test_what_is_shown_is_read_back(low, likely, high):
    amount = Amount(float(likely), float(low), float(high))
    assert parse_amount(show_amount(amount)) == amount
    assert parse_amount(show(float(likely))) == Amount(float(likely))
