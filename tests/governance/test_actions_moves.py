"""Does each stage verb change what it says, write its line, keep its decision, and leave nothing behind when refused?"""

import pytest

from governance.actions import dates, verbs
from governance.models import Decision
from governance.rules.moves import CapAsk
from portfolio.models import CapException, Dirty, UseCase
from portfolio.rules import Actor, Conflict, NotPermitted, NotVisible, Role, Stage, Verb
from tests import factories
from tests.portfolio.test_rules import HELD
from tests.readiness.houses import clear
from tests.witness import new_lines, nothing_written

pytestmark = pytest.mark.django_db

WHY = "It pays."


def _pause(by, use_case, **more):
    ahead = factories.in_days(use_case.portfolio, 30)
    terms = {"reason": WHY, "restart_condition": "Data arrives.", "review_on": ahead} | more
    return verbs.pause(use_case_id=use_case.id, by=by, **terms)


def _go(by, use_case, **more):
    return verbs.go(use_case_id=use_case.id, by=by, **{"reason": WHY} | more)


def _no_go(by, use_case, **more):
    ahead = factories.in_days(use_case.portfolio, 30)
    return verbs.no_go(use_case_id=use_case.id, by=by, **{"reason": WHY, "agreed_on": ahead} | more)


def _plain(act, **texts):
    return lambda by, use_case, **more: act(use_case_id=use_case.id, by=by, **{"reason": WHY} | texts | more)


# verb → (how it is done, from, to, its lines)
ACTS = {
    Verb.SELECT: (_plain(verbs.select), Stage.PROPOSED, Stage.PILOT, ["use_case.selected"]),
    Verb.DECLINE: (_plain(verbs.decline), Stage.PROPOSED, Stage.DECLINED, ["use_case.declined"]),
    Verb.GO: (_go, Stage.PILOT, Stage.PRODUCTION, ["use_case.taken_to_production"]),
    Verb.NO_GO: (_no_go, Stage.PILOT, Stage.PILOT, ["use_case.held_back", "date.agreed"]),
    Verb.PAUSE: (_pause, Stage.PRODUCTION, Stage.PAUSED, ["use_case.paused"]),
    Verb.RESUME: (_plain(verbs.resume), Stage.PAUSED, Stage.PILOT, ["use_case.resumed"]),
    Verb.ROLL_BACK: (_plain(verbs.roll_back), Stage.PRODUCTION, Stage.PILOT, ["use_case.rolled_back"]),
    Verb.STOP: (_plain(verbs.stop, learnt="Ask clerks first."), Stage.PAUSED, Stage.STOPPED, ["use_case.stopped"]),
    Verb.RETIRE: (_plain(verbs.retire, successor="None."), Stage.PRODUCTION, Stage.RETIRED, ["use_case.retired"]),
    Verb.REOPEN: (_plain(verbs.reopen), Stage.STOPPED, Stage.PROPOSED, ["use_case.reopened"]),
    Verb.RETURN: (_plain(verbs.return_), Stage.PILOT, Stage.PROPOSED, ["use_case.returned"]),
}
EVERY = pytest.mark.parametrize("verb", list(ACTS), ids=str)


@pytest.fixture
def ready(norwell, by_ana, by_ben, ben):
    """Makes a use case from which `verb` is allowed to Dora: complete, and for a go in a lane and asked for by Ben."""

    def make(verb):
        made = factories.use_case(norwell, ACTS[verb][1])
        if verb is Verb.GO:
            dates.choose_lane(use_case_id=made.id, by=by_ana, lane="fast")
            dates.ask(use_case_id=made.id, by=by_ben, kind=Verb.GO, reason="Nothing blocks it.")
            clear(made, by_ben)
        return UseCase.objects.get(id=made.id)

    return make


def test_every_verb_has_its_act():
    assert set(ACTS) == set(Verb)


@EVERY
def test_verb_moves_decides_and_writes_its_lines(verb, ready, norwell, by_dora, dora):
    act, source, target, wanted = ACTS[verb]
    use_case = ready(verb)
    Dirty.objects.all().delete()
    with new_lines(norwell.id) as lines:
        decision = act(by_dora, use_case, version=use_case.version)
    stored = UseCase.objects.get(id=use_case.id)
    assert (stored.stage, stored.version) == (target, use_case.version + 1)
    assert (decision.kind, decision.from_stage, decision.to_stage) == (verb, source, target)
    assert (decision.decided_by, decision.policy_version, decision.reason) == (dora, 1, WHY)
    assert decision.decided_on == norwell.today()
    assert decision.snapshot["material"]["stage"] == source
    assert lines == wanted
    assert list(Dirty.objects.values_list("use_case_id", flat=True)) == [use_case.id]


@pytest.mark.parametrize(("verb", "stage"), [(v, s) for v in Verb for s in Stage if (v, s.value) not in HELD])
def test_verb_from_another_stage_is_refused_and_writes_nothing(verb, stage, norwell, by_dora):
    use_case = factories.use_case(norwell, stage)
    with nothing_written() as codes:
        ACTS[verb][0](by_dora, use_case)
    assert "wrong_stage" in codes


@EVERY
def test_stale_version_conflicts_and_writes_nothing(verb, ready, by_dora):
    use_case = ready(verb)
    with nothing_written(Conflict):
        ACTS[verb][0](by_dora, use_case, version=use_case.version - 1)


@EVERY
def test_stranger_sees_nothing(verb, ready, by_cleo):
    with nothing_written(NotVisible):
        ACTS[verb][0](by_cleo, ready(verb))


@EVERY
@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.CONTRIBUTOR], ids=str)
def test_member_who_does_not_lead_is_not_permitted(verb, role, ready, norwell, cleo):
    use_case = ready(verb)
    by = Actor("person", cleo.id, cleo.id, {norwell.id: role})
    with nothing_written(NotPermitted):
        ACTS[verb][0](by, use_case)


@EVERY
def test_token_of_a_leader_needs_a_person(verb, ready, norwell, ana):
    scopes = frozenset({"use-cases:write"})
    by = Actor("token", ana.id, ana.id, {norwell.id: Role.LEADER}, scopes, portfolio_id=norwell.id)
    with pytest.raises(NotPermitted) as refused:
        ACTS[verb][0](by, ready(verb))
    assert refused.value.code == "person_required"


@EVERY
def test_blank_texts_are_named_together_with_every_other_reason(verb, norwell, by_dora):
    act = ACTS[verb][0]
    use_case = factories.use_case(norwell, Stage.RETIRED)
    blank = {Verb.PAUSE: {"restart_condition": " "}, Verb.STOP: {"learnt": ""}, Verb.RETIRE: {"successor": "\n"}}
    with nothing_written() as codes:
        act(by_dora, use_case, reason=" ", **blank.get(verb, {}))
    wanted = {"wrong_stage", "no_reason"} | {f"no_{name}" for name in blank.get(verb, {})}
    assert wanted <= set(codes)
    assert len(codes) == len(set(codes))


def test_archived_portfolio_is_not_there_any_more(norwell, by_ana):
    use_case = factories.use_case(norwell)
    norwell.archived_at = norwell.created_at
    norwell.save(update_fields=["archived_at"])
    with nothing_written(NotVisible):
        verbs.select(use_case_id=use_case.id, by=by_ana, reason=WHY)


def test_full_cap_is_refused_and_an_exception_lets_one_more_in(norwell, by_ana):
    factories.several(norwell, 3, Stage.PILOT)
    use_case = factories.use_case(norwell)
    with nothing_written() as codes:
        verbs.select(use_case_id=use_case.id, by=by_ana, reason=WHY)
    assert codes == ["pilot_cap"]
    until = factories.in_days(norwell, 20)
    with new_lines(norwell.id) as lines:
        decision = verbs.select(use_case_id=use_case.id, by=by_ana, reason=WHY, exception=CapAsk(until, "Deadline."))
    assert lines == ["use_case.selected", "cap_exception.granted"]
    assert decision.terms["exception"] == {"until_on": until.isoformat()}
    assert CapException.objects.get(use_case=use_case, ended_at=None).until_on == until
    _pause(by_ana, use_case)
    assert CapException.objects.get(use_case=use_case).ended_at is not None


def _instead_of(other, days=30, **more):
    review = factories.in_days(other.portfolio, days)
    return verbs.PauseOther(other.id, **{"reason": "Room.", "restart_condition": "A slot.", "review_on": review} | more)


def test_select_with_pause_does_both(norwell, by_ana):
    first, *_ = factories.several(norwell, 3, Stage.PILOT)
    use_case = factories.use_case(norwell)
    with new_lines(norwell.id) as lines:
        decision = verbs.select(use_case_id=use_case.id, by=by_ana, reason=WHY, pause=_instead_of(first))
    assert lines == ["use_case.paused", "use_case.selected"]
    assert set(UseCase.objects.filter(id__in=[first.id, use_case.id]).values_list("id", "stage")) == {
        (first.id, Stage.PAUSED),
        (use_case.id, Stage.PILOT),
    }
    assert decision.terms["paused"] == str(first.id)
    assert decision.snapshot["slots_taken"] == 2


def test_select_with_pause_does_neither_and_names_the_reasons_of_both(norwell, by_ana):
    first, *_ = factories.several(norwell, 4, Stage.PILOT)
    use_case = factories.use_case(norwell, why_ai="")
    with nothing_written() as codes:
        verbs.select(
            use_case_id=use_case.id, by=by_ana, reason=WHY, pause=_instead_of(first, days=0, restart_condition="")
        )
    assert set(codes) == {"review_in_past", "no_restart_condition", "pilot_cap", "no_why_ai"}


@pytest.mark.parametrize("which", ["itself", "foreign", "live"])
def test_select_with_pause_frees_a_slot_only_by_a_pilot_of_this_portfolio(which, norwell, elsewhere, by_ana):
    use_case = factories.use_case(norwell)
    other = {
        "itself": lambda: use_case,
        "foreign": lambda: factories.use_case(elsewhere, Stage.PILOT),
        "live": lambda: factories.use_case(norwell, Stage.PRODUCTION),
    }[which]()
    with nothing_written() as codes:
        verbs.select(use_case_id=use_case.id, by=by_ana, reason=WHY, pause=_instead_of(other))
    assert codes == ["frees_no_slot" if which == "live" else "no_such_pilot"]


def test_resume_goes_back_to_the_stage_it_left(norwell, by_ana):
    live = factories.use_case(norwell, Stage.PRODUCTION)
    factories.several(norwell, 3, Stage.PILOT)
    _pause(by_ana, live)
    verbs.resume(use_case_id=live.id, by=by_ana, reason="It arrived.")
    assert UseCase.objects.get(id=live.id).stage == Stage.PRODUCTION


def test_overseer_pauses_what_is_live_and_nothing_else(norwell, ben, by_ben):
    live = factories.use_case(norwell, Stage.PRODUCTION, overseer=ben)
    pilot = factories.use_case(norwell, Stage.PILOT, overseer=ben)
    assert _pause(by_ben, live).decided_by == ben
    with nothing_written() as codes:
        _pause(by_ben, pilot)
    assert codes == ["not_decider"]


def test_second_decision_of_a_kind_supersedes_the_first(norwell, by_ana):
    use_case = factories.use_case(norwell, Stage.PILOT)
    first = _no_go(by_ana, use_case)
    second = _no_go(by_ana, use_case)
    assert second.supersedes == first
    assert list(Decision.objects.filter(use_case=use_case, superseded_by=None)) == [second]
