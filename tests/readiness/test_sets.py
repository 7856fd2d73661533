"""Are the shipped questions the fixed ones, few enough, and can a portfolio's own set be read back as it was?"""

import copy

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from readiness.queries.sets import FOLDER, shipped
from readiness.rules.sets import QUESTIONS, SEATS, Part, QuestionSet, SetFault, compare, content, parse, plain

LANES = ("fast", "standard", "high-impact")


def test_the_fast_lane_asks_the_four_questions_in_their_exact_words():
    assert [part.text for part in shipped("fast").parts] == [
        "What are we building?",
        "Where does the data come from?",
        "When is it ready for production?",
        "What will we monitor once it is live?",
    ]


@pytest.mark.parametrize(("lane", "most"), [("fast", 25), ("standard", 50)])
def test_required_fields_stay_few(lane, most):
    assert shipped(lane).required_fields() <= most


@pytest.mark.parametrize("lane", LANES)
def test_every_shipped_part_shows_a_good_and_a_bad_answer_and_names_who_accepts(lane):
    asked = shipped(lane)
    assert {part.question for part in asked.required()} == set(QUESTIONS)
    for part in asked.parts:
        assert part.good != part.bad
        assert part.accepter in SEATS
        assert part.deputy in SEATS
        assert part.deputy != part.accepter


def test_high_impact_asks_everything_standard_asks():
    codes = [part.code for part in shipped("high-impact").parts]
    assert {part.code for part in shipped("standard").parts} < set(codes)
    assert codes == sorted(codes)


@pytest.mark.parametrize("lane", LANES)
def test_a_set_survives_yaml(lane):
    asked = shipped(lane)
    again = parse(yaml.safe_load(yaml.safe_dump(plain(asked), allow_unicode=True)), lane, asked.version)
    assert again == asked


def _fast():
    return yaml.safe_load((FOLDER / "fast.yaml").read_text())


@pytest.mark.parametrize(
    ("place", "value"),
    [("code", "5"), ("code", 4), ("code", "4.x"), ("text", "What else?"), ("good", ""), ("accepter", "nobody"),
     ("kind", "magic"), ("required", "yes"), ("valid_days", 0), ("valid_days", True), ("surprise", 1),
     ("bad", "x" * 2001), ("good", "NUL \x00")],
)  # fmt: skip
def test_an_unusable_part_is_refused_and_named(place, value):
    data = _fast()
    data["parts"][3][place] = value
    with pytest.raises(SetFault) as fault:
        parse(data, "fast")
    assert fault.value.place == f"parts/3/{place}"


@pytest.mark.parametrize("data", [None, [], "parts", {"parts": []}, {"parts": [1]}, {"parts": {}}])
def test_what_is_no_set_is_refused(data):
    with pytest.raises(SetFault):
        parse(data, "fast")


def test_a_set_without_one_of_the_four_questions_is_refused():
    data = _fast()
    data["parts"][2]["required"] = False
    with pytest.raises(SetFault, match="Question 3"):
        parse(data, "fast")


def test_a_fast_lane_that_asks_too_much_is_refused():
    data = _fast()
    more = [{**copy.deepcopy(data["parts"][3]), "code": f"4.{n}", "text": f"More {n}?"} for n in range(1, 10)]
    with pytest.raises(SetFault, match="at most 25"):
        parse({**data, "parts": data["parts"] + more}, "fast")


def _set(parts: dict[str, tuple[str, bool]]) -> QuestionSet:
    return QuestionSet("standard", 1, tuple(Part(code, text, "g", "b", "sponsor", evidence=evidence) for code, (text, evidence) in parts.items()))  # fmt: skip


_parts = st.dictionaries(st.sampled_from(["1.1", "1.2", "2.1", "3.1"]), st.tuples(st.sampled_from("AB"), st.booleans()))


@given(_parts, _parts)
def test_upgrading_names_every_code_once_and_keeps_only_equal_ones(old, new):
    changed = compare(_set(old), _set(new))
    assert sorted(changed.added + changed.reworded + changed.keeps) == sorted(new)
    assert set(changed.removed) == set(old) - set(new)
    for code in changed.keeps:
        assert old[code][0] == new[code][0]
        assert old[code][1] or not new[code][1]


def test_content_leaves_out_what_is_usual():
    assert content(_set({"1.1": ("A", False)})) == {
        "parts": [{"code": "1.1", "text": "A", "good": "g", "bad": "b", "accepter": "sponsor"}]
    }
