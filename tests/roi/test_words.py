"""Does a leader read one plain sentence, one range, and no false precision?"""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio import formats
from roi import words
from roi.continuing import advise
from roi.evidence import verdict
from roi.valuation import PRIORS, Spread, reference_class

BASELINE = [41, 38, 44, 40, 39, 42, 37, 43, 40, 41]
PILOT = [36, 35, 38, 34, 37, 33, 36, 35]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (1.52e6, "€1.52m"),
        (2_983_000, "€2.98m"),
        (-40_400, "−\u2060€40k"),
        (-4_040, "−\u2060€4k"),
        (999_999, "€1m"),
        (999.6, "€1k"),
        (0, "€0"),
        (-0.0, "€0"),
        (12, "€12"),
        (0.4, "€0"),
        (3e9, "€3bn"),
        (-1e13, "−\u2060€10000bn"),
    ],
)
def test_money(amount: float, text: str) -> None:
    assert words.money(amount) == text


@given(st.floats(-1e13, 1e13), st.sampled_from(["EUR", "GBP", "CHF", "INR"]))
def test_a_sentence_and_a_table_write_the_same_money(amount: float, currency: str) -> None:
    assert words.money(amount, currency) == formats.money(amount, currency)


def test_other_currencies() -> None:
    assert words.money(1500, "GBP") == "£1.5k"
    assert words.money(1500, "CHF") == "CHF\N{NO-BREAK SPACE}1.5k"
    with pytest.raises(ValueError, match="finite"):
        words.money(math.nan)


def test_value_range() -> None:
    assert words.value_range(Spread(1.52e6, 2e6, 2.98e6, 2e6, 0.0)) == "8 in 10 chance of €1.52m to €2.98m"
    assert words.value_range(Spread(20.0, 20.0, 20.0, 20.0, 0.0)) == "€20"


def test_value_sentence() -> None:
    sentence = words.value(Spread(-5e3, 15e3, 40e3, 16e3, 0.34), 12)
    assert sentence == (
        "We expect €15k over 12 months: 8 in 10 chance of \N{MINUS SIGN}\u2060€5k to €40k, "
        "2 in 3 chance of at least breaking even."
    )
    assert "nobody has yet said" in words.value(Spread(15e3, 15e3, 15e3, 15e3, 0.0), 1)


_CHANCE = re.compile(r"(?:less than |more than )?\b\d+ in \d+\b")


@given(st.floats(-1e7, 1e7), st.floats(0, 1e7), st.floats(0, 1e7), st.floats(0, 1), st.integers(1, 120))
def test_a_leader_reads_one_range_and_at_most_two_chances(p50: float, down: float, up: float, loss: float, months: int):
    sentence = words.value(Spread(p50 - down, p50, p50 + up, p50, loss), months)
    assert len(_CHANCE.findall(sentence)) <= 2
    assert sentence.count(" to ") <= 1 and sentence.count(".") - len(re.findall(r"\d\.\d", sentence)) == 1
    assert not re.search(r"\d{4}|e[+-]?\d|nan|inf", sentence)


@given(st.floats(0, 1))
def test_chances_have_at_most_two_figures_and_are_never_certain(p: float) -> None:
    text = words.chance(p)
    parts = re.fullmatch(r"(less than |more than )?(\d{1,2}) in (\d{1,2})", text)
    assert parts
    assert 0 < int(parts[2]) < int(parts[3])
    assert abs(int(parts[2]) / int(parts[3]) - p) <= 0.051


def test_chance_out_of_range_is_refused() -> None:
    for p in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            words.chance(p)


def test_evidence_sentences() -> None:
    def say(threshold: float, alpha: float = 0.10) -> str:
        seen = verdict(BASELINE, PILOT, threshold, alpha, higher_is_better=False)
        return words.evidence(seen, threshold, "time per case", "minutes", higher_is_better=False)

    any_day = "You may look every day; this already allows for that."
    assert say(2) == f"On track: time per case is down 2.1 to 7.9 minutes, at least the 2 agreed. {any_day}"
    assert say(8) == f"Off track: time per case is down 2.1 to 7.9 minutes, short of the 8 agreed. {any_day}"
    assert say(2, 0.05) == "Not yet known: about 3 more weeks."
    assert "do not show when" in say(5)
    worse = verdict(PILOT, BASELINE, 2, higher_is_better=False)
    assert "time is up 2.1 to 7.9 minutes" in words.evidence(worse, 2, "time", "minutes", higher_is_better=False)
    moved = verdict(0.0, [10.0, 10.2] * 10 + [12.0, 12.2] * 30, 11.2)
    assert "start the evidence again" in words.evidence(moved, 11.2, "output", "cases")


def test_advice_sentences() -> None:
    assert words.next_month(advise(-20e3, 100e3, 150e3, 5e3, 6), 5e3) == (
        "One more month costs €5k and going on is worth €16k in better information: continue. "
        "Stop if the expected value falls below \N{MINUS SIGN}\u2060€64k; scale up at once above €64k."
    )
    assert words.next_month(advise(-20e3, 10e3, 150e3, 5e3, 6), 5e3).endswith("teach: stop.")
    assert words.next_month(advise(90e3, 10e3, 150e3, 5e3, 6), 5e3).endswith("teach: scale up.")
    assert words.window((0.1, 0.39, 0.79), 3) == "The chance of a verdict by week 3 is 8 in 10."
    with pytest.raises(ValueError, match="outside"):
        words.window((0.1,), 2)


def test_track_record_sentences() -> None:
    ours = reference_class([0.6, 0.8, 0.5, 1.1, 0.7], PRIORS["benefits"])
    assert words.track_record(ours) == "Teams here usually see 75 % of promised benefit, already taken into account."
    assert "No finished case here yet; elsewhere" in words.track_record(reference_class([], PRIORS["benefits"]))
    assert words.triple_costs(-199_000) == "If costs triple, €199k would be lost."
    assert words.information(13.6e3, 21.2e3, 30.7e3, 3) == (
        "A month of readings is worth €14k to the decision, all 3 months €21k; knowing for certain would be worth €31k."
    )
    assert words.information(0.1, 0.3, 4.0, 2) == (
        "No reading could change the decision any more; knowing for certain would be worth €4."
    )
    assert words.information(13.6e3, 13.6e3, 30.7e3, 1).startswith(
        "A month of readings is worth €14k to the decision; "
    )
