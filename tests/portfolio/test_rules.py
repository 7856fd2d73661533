"""Does the one table of moves say what product.md says, and do policy and verdict keep their word?"""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.rules import (
    MOVES,
    UNDO,
    Actor,
    Gap,
    Policy,
    PolicyFault,
    Reason,
    Refused,
    Role,
    Severity,
    Stage,
    Verb,
    Verdict,
    moves_from,
    target_of,
)
from portfolio.rules.policy import BOUNDS

# Written by hand from product.md (Stages), not from the code: (verb, from, left before the pause) → to
HELD = {
    (Verb.SELECT, "proposed"): "pilot",
    (Verb.DECLINE, "proposed"): "declined",
    (Verb.GO, "pilot"): "production",
    (Verb.NO_GO, "pilot"): "pilot",
    (Verb.PAUSE, "pilot"): "paused",
    (Verb.PAUSE, "production"): "paused",
    (Verb.RESUME, "paused"): "the stage it left",
    (Verb.ROLL_BACK, "production"): "pilot",
    (Verb.STOP, "pilot"): "stopped",
    (Verb.STOP, "paused"): "stopped",
    (Verb.RETIRE, "production"): "retired",
    (Verb.REOPEN, "declined"): "proposed",
    (Verb.REOPEN, "stopped"): "proposed",
    (Verb.RETURN, "pilot"): "proposed",
}


@pytest.mark.parametrize("left", [Stage.PILOT, Stage.PRODUCTION])
@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("verb", list(Verb))
def test_target_is_the_table_and_every_other_pair_is_none(verb, stage, left):
    wanted = HELD.get((verb, stage.value))
    assert target_of(verb, stage, left) == (left if wanted == "the stage it left" else wanted)


def test_moves_from_lists_exactly_what_the_table_holds():
    for stage in Stage:
        assert {move.verb for move in moves_from(stage)} == {verb for verb, source in HELD if source == stage}


def test_events_are_one_to_a_verb_and_undo_goes_both_ways():
    assert len({move.event for move in MOVES.values()}) == len(MOVES)
    assert set(MOVES) == set(Verb)
    for verb, inverse in UNDO.items():
        assert UNDO[inverse] is verb
        assert not MOVES[verb].asks_first, "what one click takes back need not ask first"


def test_irreversible_verbs_ask_first():
    assert {verb for verb in (Verb.SELECT, Verb.STOP, Verb.GO, Verb.NO_GO) if not MOVES[verb].asks_first} == set()


@pytest.mark.parametrize(("field", "least", "most"), [(name, *bounds) for name, bounds in BOUNDS.items()])
def test_policy_limit_is_taken_at_its_bounds_and_refused_beyond(field, least, most):
    for value in (least, most):
        assert getattr(Policy.from_json({field: value}), field) == value
    for value in (least - 1, most + 1, True, 1.5, "3", None):
        with pytest.raises(PolicyFault) as refused:
            Policy.from_json({field: value})
        assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [("pilots", 3), ("version", 7), ("due_date_floors", 1), ("holidays", "2026-12-25"), ("holidays", ["Christmas"]),
     ("holidays", [date(2026, 1, 1)] * 1001)],
)  # fmt: skip
def test_policy_names_the_unusable_field(field, value):
    with pytest.raises(PolicyFault) as refused:
        Policy.from_json({field: value})
    assert refused.value.field == field


@given(
    st.fixed_dictionaries(
        {}, optional={name: st.integers(*bounds) for name, bounds in BOUNDS.items()}
        | {"due_date_floors": st.booleans(), "holidays": st.lists(st.dates(), max_size=4)}
    ),
    st.integers(1, 99),
)  # fmt: skip
def test_policy_survives_its_own_json(limits, version):
    policy = Policy.from_json(limits, version)
    assert Policy.from_json(policy.to_json(), version) == policy


def test_verdict_adds_reasons_and_require_raises_all_of_them():
    no, never = Verdict((Reason("no", "No."),)), Verdict((Reason("never", "Never.", "title"),))
    Verdict().require()
    with pytest.raises(Refused) as refused:
        (no + Verdict() + never).require()
    assert [reason.as_dict() for reason in refused.value.reasons] == [
        {"code": "no", "text": "No.", "subject": ""},
        {"code": "never", "text": "Never.", "subject": "title"},
    ]
    assert (no + never).codes == ("no", "never")


def test_actor_narrowed_to_a_portfolio_sees_only_that_one():
    here, there, foreign = uuid4(), uuid4(), uuid4()
    roles = {here: Role.LEADER, there: Role.VIEWER}
    person = Actor("person", uuid4(), uuid4(), roles)
    token = Actor("token", uuid4(), uuid4(), roles, portfolio_id=there)
    lost = Actor("token", uuid4(), uuid4(), roles, portfolio_id=foreign)
    assert set(person.portfolio_ids()) == {here, there}
    assert (token.portfolio_ids(), token.role_in(here), token.role_in(there)) == ([there], None, Role.VIEWER)
    assert (lost.portfolio_ids(), lost.role_in(foreign)) == ([], None)


def test_gap_is_the_same_by_origin_code_and_subject():
    one = Gap("roi", "no_hypothesis", "UC-1", Severity.HARD, "write", "No hypothesis.")
    other = Gap("roi", "no_hypothesis", "UC-1", Severity.ADVISORY, "sign", "Other words.")
    assert one.key == other.key
