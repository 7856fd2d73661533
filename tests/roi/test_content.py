"""What is material, what is wording, and what do people hear about a change?"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roi.rules import measure, signing
from roi.rules.content import (
    Amount,
    Benefit,
    Content,
    Cost,
    changes,
    evidence_fingerprint,
    fingerprint,
    said,
)
from roi.rules.value import amount_faults, open_categories, required_categories, value
from roi.valuation import NO_CORRECTION, seed_of
from tests.roi.told import COSTS, FULL

WORDING = {
    "if_text": "handlers see a track", "then_text": "it is quicker", "because": "less waiting", "noticed_by": "customers",
    "baseline_source": "Another study", "not_counted": "fewer calls", "early_success": "a day saved in week two",
}  # fmt: skip
MATERIAL = {
    "population": "100,000 claims a year", "measure": "Hours to first decision", "kind": "experience", "unit": "hours",
    "baseline": 42.0, "target": 23.0, "threshold": 30.0, "stop_rules": ("Two complaints.",),
    "decision_rule": "Scale at once.", "window_days": 60, "burn_in_weeks": 1, "horizon_months": 36,
    "benefits": (Benefit("Handler hours released", Amount(9_000.0, 5_000.0, 14_000.0), 1, 4),), "costs": COSTS[1:],
    "assumptions": (replace(FULL.assumptions[0], high=80.0), FULL.assumptions[1]),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDING)
def test_wording_asks_for_no_new_signature(name):
    after = replace(FULL, **{name: WORDING[name]})
    assert fingerprint(after) == fingerprint(FULL)
    (change,) = changes(FULL, after)
    assert (change.field, change.material) == (name, False)


@pytest.mark.parametrize("name", MATERIAL)
def test_figures_and_terms_ask_for_new_signatures(name):
    after = replace(FULL, **{name: MATERIAL[name]})
    assert fingerprint(after) != fingerprint(FULL)
    assert [one.field for one in changes(FULL, after) if one.material] == [name]


@pytest.mark.parametrize("text", ["96,000 claims a year.", "96,000  claims, a year", "96,000 Claims a year"])
def test_a_comma_is_no_new_promise(text):
    assert fingerprint(replace(FULL, population=text)) == fingerprint(FULL)


def test_a_note_on_a_cost_is_wording_and_its_figure_is_not():
    noted = replace(FULL, costs=(replace(COSTS[0], note="two quotes"), *COSTS[1:]))
    dearer = replace(FULL, costs=(replace(COSTS[0], amount=Amount(21_000.0, 15_000.0, 30_000.0)), *COSTS[1:]))
    assert fingerprint(noted) == fingerprint(FULL) != fingerprint(dearer)


def test_the_order_of_costs_says_nothing():
    assert fingerprint(replace(FULL, costs=COSTS[::-1])) == fingerprint(FULL)


def test_changes_are_said_as_people_say_them():
    after = replace(FULL, target=22.0, population="some claims", because="of waiting")
    assert list(said(changes(FULL, after))) == ["the population changed", "the target moved from 24 to 22"]


def test_moving_day_0_restarts_evidence_but_voids_nothing():
    from datetime import date

    moved = replace(FULL, day0_on=date(2026, 5, 4))
    assert fingerprint(moved) == fingerprint(FULL)
    assert evidence_fingerprint(moved) != evidence_fingerprint(FULL)


def test_a_stored_version_reads_as_it_was_written():
    assert Content.from_json(FULL.to_json()) == FULL
    assert Content.from_json(FULL.to_json() | {"a field of a later release": 1}) == FULL


@pytest.mark.parametrize(
    "name",
    [
        "Accuracy",
        "F1 score",
        "AUC",
        "Precision of the model",
        "recall",
        "Perplexity",
        "Model latency",
        "F-score",
        "RMSE",
    ],
)
def test_a_model_metric_is_refused_with_the_question(name):
    (reason,) = signing.storable(Content(measure=name)).reasons
    assert reason.code == "model_metric"
    assert "What changes for the business when this improves?" in reason.text


@pytest.mark.parametrize(
    "name", ["Minutes to first decision", "Parts recalled", "Cost of a claim", "Latency of a refund"]
)
def test_a_business_measure_passes(name):
    assert measure.faults(name) == []


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (Amount(100.0, 150.0, 80.0), "disordered"),  # P10 > P90
        (Amount(100.0, 90.0, 95.0), "disordered"),
        (Amount(-5.0), "negative"),
        (Amount(10.0, -5.0, 20.0), "negative"),
        (Amount(float("nan")), "not_usable"),
        (Amount(float("inf")), "too_large"),
        (Amount(10.0, 5.0, None), "two_figures"),
        (Amount(50.0, 0.0, 90.0), "not_usable"),  # a low of nothing has no spread on the scale of ratios
        (None, "no_figure"),
    ],
)
def test_odd_amounts_get_a_plain_message(amount, code):
    (reason,) = amount_faults(amount, "here")
    assert reason.code == code
    assert "Traceback" not in reason.text and reason.text.endswith((".", "?"))


def test_disordered_figures_are_sorted_and_asked_about():
    (reason,) = amount_faults(Amount(100_000.0, 150_000.0, 80_000.0), "here")
    assert reason.text.endswith("Did you mean €80k, €100k, €150k?")


@pytest.mark.parametrize("amount", [Amount(0.0), Amount(0.0, 0.0, 0.0), Amount(5.0, 5.0, 5.0), Amount(5.0, 5.0, 9.0)])
def test_zero_and_ties_are_answers(amount):
    assert amount_faults(amount, "here") == []


def _value(content: Content):
    return value(content, seed=seed_of("x", 1), annual_rate=0.035, benefits=NO_CORRECTION, costs=NO_CORRECTION)


def test_nothing_has_no_value_and_no_cost_has_no_ratio():
    assert _value(Content()) is None
    free = _value(Content(benefits=FULL.benefits))
    assert free is not None and free.bcr is None and free.total_cost == 0
    costly = _value(Content(costs=COSTS))
    assert costly is not None and costly.payback_months is None and costly.npv < 0 and costly.chance_of_loss == 1.0


def test_the_reference_hypothesis_is_worth_what_the_methods_say():
    """Decision methods, section 1, H1: 60,000 at month 0, 4,000 a month, benefits rising from month 3, r = 3.5 %."""
    steps = ((3, 3, 6_000.0), (4, 4, 9_000.0), (5, 5, 12_000.0), (6, None, 14_000.0))
    content = Content(
        horizon_months=12,
        costs=(Cost("build", amount=Amount(60_000.0)), Cost("support_and_monitoring", timing="monthly", amount=Amount(4_000.0))),
        benefits=tuple(Benefit(f"{first}", Amount(a), first, first, last) for first, last, a in steps),
    )  # fmt: skip
    found = _value(content)
    assert found is not None
    assert (found.pvb, found.pvc) == pytest.approx((122180.63, 107116.15), rel=1e-6)
    assert found.npv == pytest.approx(15064.48, rel=1e-6)
    assert found.bcr == pytest.approx(1.140637, rel=1e-6)
    assert found.payback_months == pytest.approx(10.300, abs=5e-4)


def test_the_same_seed_gives_the_same_value():
    assert _value(FULL) == _value(FULL)


def test_the_lane_says_which_categories_are_asked():
    assert [len(required_categories(lane)) for lane in ("fast", "standard", "high-impact", None)] == [4, 9, 10, 9]
    assert open_categories(FULL, "standard") == ()
    assert open_categories(FULL, "high-impact") == ("exit",)
    assert open_categories(Content(), "fast") == ("build", "licences", "compute", "human_review")


def test_none_and_a_figure_contradict():
    both = replace(FULL, costs=(*COSTS, Cost("build", state="none", timing="monthly")))
    assert "none_and_estimated" in signing.storable(both).codes


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"target": 50.0}, "target_not_better"), ({"target": 41.0}, "target_not_better"),
        ({"threshold": 45.0}, "threshold_worse"), ({"threshold": 20.0}, "threshold_beyond"),
        ({"baseline": float("nan")}, "not_a_number"), ({"window_days": 10}, "window"), ({"burn_in_weeks": 9}, "burn_in"),
        ({"horizon_months": 0}, "horizon"), ({"kind": "vibes"}, "unknown_kind"),
        ({"benefits": (Benefit("x", Amount(1.0), 5, 3),)}, "months"),
        ({"assumptions": (replace(FULL.assumptions[0], low=90.0),)}, "disordered"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(other, code):
    assert code in signing.storable(replace(FULL, **other)).codes


def test_everything_unfinished_is_named_at_once():
    codes = [reason.code for reason in signing.unfinished(Content(), "standard")]
    assert {"no_measure", "no_baseline", "no_target", "no_threshold", "no_benefit", "cost_open"} <= set(codes)
    assert codes.count("cost_open") == 9
    assert signing.unfinished(FULL, "standard") == []


_figure = st.floats(allow_nan=True, allow_infinity=True)
_maybe = st.none() | _figure


@given(low=_maybe, likely=_figure, high=_maybe)
def test_no_amount_whatsoever_raises(low, likely, high):
    amount = Amount(likely, low, high)
    if amount_faults(amount, "x"):
        return
    found = _value(Content(benefits=(Benefit("x", amount),)))
    assert found is None or found.p10 <= found.p50 <= found.p90
