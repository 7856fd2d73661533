"""Does each guard ask exactly its clauses, and name all of them at once?"""

import pytest

from governance.rules import moves
from governance.rules.moves import CapAsk
from portfolio.rules import Policy, Severity, Stage, Verb
from tests.governance.samples import ANA, BEN, DORA, asked, day, facts, item
from tests.portfolio.test_rules import HELD

POLICY = Policy()  # cap 3


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("verb", list(Verb))
def test_every_pair_outside_the_table_is_refused_by_wrong_stage(verb, stage):
    verdict = moves.may_move(verb, facts(stage=stage, stage_left=Stage.PILOT))
    assert verdict.codes == (() if (verb, stage.value) in HELD else ("wrong_stage",))


SELECT = [
    ({}, None, ()),
    ({"success_statement": False}, None, ("no_success_statement",)),
    ({"why_ai": False}, None, ("no_why_ai",)),
    ({"sponsor_id": None}, None, ("no_sponsor",)),
    ({"lead_id": None}, None, ("no_lead",)),
    ({"stop_criterion": False}, None, ("no_stop_criterion",)),
    ({"slots_taken": 2}, None, ()),
    ({"slots_taken": 3}, None, ("pilot_cap",)),
    ({"slots_taken": 4}, None, ("pilot_cap",)),
    ({"slots_taken": 3}, CapAsk(day(1), "Ministry's wish"), ()),
    ({"slots_taken": 3}, CapAsk(day(0), "Ministry's wish"), ("exception_in_past",)),
    ({"slots_taken": 3}, CapAsk(day(1), " "), ("exception_without_reason",)),
    ({"slots_taken": 0}, CapAsk(day(-1), ""), ("exception_in_past", "exception_without_reason")),
    ({"stage": Stage.PILOT}, None, ("wrong_stage",)),
    (
        {"stage": Stage.STOPPED, "slots_taken": 9, "success_statement": False, "why_ai": False, "sponsor_id": None,
         "lead_id": None, "stop_criterion": False},
        None,
        ("wrong_stage", "pilot_cap", "no_success_statement", "no_why_ai", "no_sponsor", "no_lead", "no_stop_criterion"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "ask", "codes"), SELECT)
def test_select_asks_each_clause_alone_and_all_together(changes, ask, codes):
    assert moves.may_select(facts(**changes), POLICY, ask).codes == codes


def test_select_under_cap_zero_needs_an_exception():
    closed = Policy(pilot_cap=0)
    assert moves.may_select(facts(), closed).codes == ("pilot_cap",)
    assert moves.may_select(facts(), closed, CapAsk(day(3), "One only.")).allowed


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"stage": Stage.PAUSED, "stage_left": Stage.PILOT, "slots_taken": 2}, ()),
        ({"stage": Stage.PAUSED, "stage_left": Stage.PILOT, "slots_taken": 3}, ("pilot_cap",)),
        ({"stage": Stage.PAUSED, "stage_left": Stage.PRODUCTION, "slots_taken": 3}, ()),
        ({"stage": Stage.PILOT, "slots_taken": 3}, ("wrong_stage",)),
    ],
)
def test_resume_needs_a_slot_only_where_it_returns_to_pilot(changes, codes):
    assert moves.may_resume(facts(**changes), POLICY).codes == codes


@pytest.mark.parametrize(
    ("stage", "taken", "codes"),
    [(Stage.PRODUCTION, 2, ()), (Stage.PRODUCTION, 3, ("pilot_cap",)), (Stage.PILOT, 3, ("wrong_stage", "pilot_cap"))],
)
def test_roll_back_takes_a_slot(stage, taken, codes):
    assert moves.may_roll_back(facts(stage=stage, slots_taken=taken), POLICY).codes == codes


@pytest.mark.parametrize(
    ("stage", "review", "codes"),
    [
        (Stage.PILOT, 1, ()),
        (Stage.PRODUCTION, 1, ()),
        (Stage.PILOT, 0, ("review_in_past",)),
        (Stage.PROPOSED, -1, ("wrong_stage", "review_in_past")),
    ],
)
def test_pause_needs_a_review_ahead(stage, review, codes):
    assert moves.may_pause(facts(stage=stage), day(review)).codes == codes


PILOT = {"stage": Stage.PILOT, "lane": "fast"}
GO = [
    ({"requests": (asked(BEN),), "lead_id": None}, ANA, None, (), ()),
    ({}, ANA, None, (), ("no_request",)),
    ({"requests": (asked(BEN, Verb.SELECT),)}, ANA, None, (), ("no_request",)),
    ({"requests": (asked(ANA),)}, ANA, None, (), ("own_request",)),
    ({"requests": (asked(BEN),), "lead_id": ANA}, ANA, None, (), ("lead_decides",)),
    ({"requests": (asked(ANA),), "lead_id": ANA}, ANA, None, (), ("own_request", "lead_decides")),
    ({"requests": (asked(BEN),), "lead_id": None}, ANA, BEN, (), ("own_request",)),
    ({"requests": (asked(DORA),), "lead_id": BEN}, ANA, BEN, (), ("lead_decides",)),
    ({"requests": (asked(DORA),)}, ANA, None, (day(0), day(1)), ("condition_in_past",)),
    ({"requests": (asked(DORA),), "items": (item("open"), item("waived", waived_until=day(0)))}, ANA, None, (), ("open",)),
    ({"requests": (asked(DORA),), "items": (item("lapsed", waived_until=day(-1)),)}, ANA, None, (), ("lapsed",)),
    ({"requests": (asked(DORA),), "items": (item("soft", severity=Severity.CONDITION),)}, ANA, None, (), ()),
    ({"requests": (asked(ANA),), "lead_id": ANA, "stage": Stage.PAUSED, "items": (item("open"),)}, ANA, None, (day(-1),),
     ("wrong_stage", "open", "own_request", "lead_decides", "condition_in_past")),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "decider", "acting_for", "due", "codes"), GO)
def test_go_asks_facts_and_people(changes, decider, acting_for, due, codes):
    assert moves.may_go(facts(**PILOT | changes), decider, acting_for, due).codes == codes


def test_open_item_is_named_with_its_room_and_subject():
    shown = moves.clear_to_go(facts(**PILOT, items=(item("not_fit", subject="source-3"), item("no_lane"))))
    assert [(reason.code, reason.subject, reason.params["origin"]) for reason in shown.reasons] == [
        ("not_fit", "source-3", "portfolio"),
        ("no_lane", "UC-7", "portfolio"),
    ]


@pytest.mark.parametrize(
    ("stage", "days", "codes"),
    [(Stage.PILOT, 1, ()), (Stage.PILOT, 0, ("date_in_past",)), (Stage.PAUSED, -1, ("wrong_stage", "date_in_past"))],
)
def test_no_go_names_a_date_ahead(stage, days, codes):
    assert moves.may_hold_back(facts(stage=stage), day(days)).codes == codes


@pytest.mark.parametrize(
    ("changes", "days", "codes"),
    [
        ({"stage": Stage.PROPOSED}, 0, ()),
        ({"stage": Stage.PILOT}, 0, ()),
        ({"stage": Stage.PRODUCTION}, 5, ()),
        ({"stage": Stage.PRODUCTION, "gone_on": day(-9)}, 5, ("wrong_stage",)),
        ({"stage": Stage.RETIRED}, -1, ("wrong_stage", "date_in_past")),
    ],
)
def test_date_is_agreed_before_a_recorded_go_only(changes, days, codes):
    assert moves.may_agree_date(facts(**changes), day(days)).codes == codes


def test_guard_says_what_it_does_not_ask_while_a_room_is_absent():
    assert moves.not_asked_yet(Verb.SELECT, frozenset()) == ("a hypothesis drafted", "an adoption plan started")
    assert moves.not_asked_yet(Verb.SELECT, frozenset({"roi"})) == ("an adoption plan started",)
    assert moves.not_asked_yet(Verb.GO, frozenset({"readiness"})) == ()
    assert moves.not_asked_yet(Verb.PAUSE, frozenset()) == ()
