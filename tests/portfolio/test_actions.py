"""The register's own acts: what they change, which line they write, what they refuse."""

import uuid

import pytest

from governance.actions import dates
from governance.models import Quarantine
from people import actions as people
from portfolio.actions import members, portfolios, use_cases
from portfolio.models import Dirty, Lane, Membership, Portfolio, UseCase
from portfolio.rules import SYSTEM, Actor, Conflict, NotPermitted, NotVisible, Role, Stage, Verb
from tests import factories
from tests.witness import lines, new_lines, nothing_written

pytestmark = pytest.mark.django_db


def _register(by, portfolio_id, **facts):
    return use_cases.register(by=by, portfolio_id=portfolio_id, **{"title": " Letters ", "problem": "Slow."} | facts)


def test_register_is_short_and_marks_dirty(norwell, by_ben, ben):
    with new_lines(norwell.id) as added:
        made = _register(by_ben, norwell.id, tags=[" a", "a", ""], lead=ben)
    assert added == ["use_case.registered"]
    assert (made.title, made.stage, made.tags, made.lead) == ("Letters", Stage.PROPOSED, ["a"], ben)
    assert list(Dirty.objects.values_list("use_case_id", flat=True)) == [made.id]


def test_register_refuses_a_blank_title_and_a_foreign_seat_together(norwell, by_ben, cleo):
    with nothing_written() as codes:
        _register(by_ben, norwell.id, title=" ", sponsor=cleo)
    assert codes == ["no_title", "not_a_member"]


def test_register_keeps_out_strangers_viewers_and_smuggled_fields(norwell, by_ben, by_cleo, cleo):
    with nothing_written(NotVisible):
        _register(by_cleo, norwell.id)
    with nothing_written(NotVisible):
        _register(by_cleo, uuid.uuid4())
    with nothing_written(NotPermitted):
        _register(Actor("person", cleo.id, cleo.id, {norwell.id: Role.VIEWER}), norwell.id)
    with nothing_written(TypeError):
        _register(by_ben, norwell.id, stage=Stage.PRODUCTION)


def test_edit_writes_what_changed_and_a_line_for_seats_and_dates(norwell, by_ana, ben):
    use_case = factories.use_case(norwell)
    with new_lines(norwell.id) as added:
        edited = use_cases.edit(by=by_ana, use_case_id=use_case.id, version=1, why_ai="Rules failed thrice.")
        same = use_cases.edit(by=by_ana, use_case_id=use_case.id, why_ai=" Rules failed thrice. ")
    assert (added, edited.version, same.version) == ([], 2, 2)
    with new_lines(norwell.id) as added:
        use_cases.edit(by=by_ana, use_case_id=use_case.id, overseer=ben)
        met = use_cases.edit(by=by_ana, use_case_id=use_case.id, stop_met=True)
    assert added == ["use_case.responsibilities_changed"] * 2
    assert met.stop_met_on == norwell.today()
    assert use_cases.edit(by=by_ana, use_case_id=use_case.id, stop_met=False).stop_met_on is None


def test_edit_keeps_out_stale_writers_strangers_viewers_and_smuggled_fields(norwell, by_ana, by_cleo, cleo):
    use_case = factories.use_case(norwell)
    viewer = Actor("person", cleo.id, cleo.id, {norwell.id: Role.VIEWER})
    for fault, by, more in (
        (Conflict, by_ana, {"version": 9, "title": "x"}),
        (NotVisible, by_cleo, {"title": "x"}),
        (NotPermitted, viewer, {"title": "x"}),
        (TypeError, by_ana, {"stage": Stage.PILOT}),
        (TypeError, by_ana, {"waiting_until_on": norwell.today()}),
    ):
        with nothing_written(fault):
            use_cases.edit(by=by, use_case_id=use_case.id, **more)


def test_archived_portfolio_is_read_only(norwell, by_ana):
    use_case = factories.use_case(norwell)
    portfolios.archive_portfolio(by=SYSTEM, portfolio_id=norwell.id)
    portfolios.archive_portfolio(by=SYSTEM, portfolio_id=norwell.id)
    assert lines(norwell.id).count("portfolio.archived") == 1
    for act in (
        lambda: use_cases.edit(by=by_ana, use_case_id=use_case.id, title="x"),
        lambda: use_cases.delete(by=by_ana, use_case_id=use_case.id),
        lambda: _register(by_ana, norwell.id),
    ):
        with nothing_written(NotVisible):
            act()


@pytest.mark.parametrize(
    ("stage", "days", "reason", "wanted"),
    [
        (Stage.PILOT, 30, "The vendor.", []),
        (Stage.PILOT, 0, "The vendor.", []),
        (Stage.PILOT, 31, "The vendor.", ["waiting_too_long"]),
        (Stage.PILOT, -1, " ", ["no_reason", "waiting_too_long"]),
        (Stage.PROPOSED, 3, "The vendor.", ["not_in_pilot"]),
    ],
)
def test_waiting_is_a_pilots_with_a_reason_and_a_near_day(stage, days, reason, wanted, norwell, by_ben):
    use_case = factories.use_case(norwell, stage)
    asked = {"reason": reason, "until_on": factories.in_days(norwell, days)}
    if wanted:
        with nothing_written() as codes:
            use_cases.edit(by=by_ben, use_case_id=use_case.id, waiting=asked)
        assert codes == wanted
    else:
        with new_lines(norwell.id) as added:
            waiting = use_cases.edit(by=by_ben, use_case_id=use_case.id, waiting=asked)
        assert (waiting.waiting_until_on, added) == (asked["until_on"], ["use_case.responsibilities_changed"])
        assert use_cases.edit(by=by_ben, use_case_id=use_case.id, waiting=None).waiting_reason == ""


def test_review_day_is_moved_by_a_leader_and_ahead_only(norwell, by_ana, by_ben):
    use_case = factories.use_case(norwell, Stage.PAUSED)
    ahead = factories.in_days(norwell, 9)
    with nothing_written(NotPermitted):
        use_cases.edit(by=by_ben, use_case_id=use_case.id, review_on=ahead)
    with nothing_written() as codes:
        use_cases.edit(by=by_ana, use_case_id=use_case.id, review_on=norwell.today())
    assert codes == ["review_in_past"]
    assert use_cases.edit(by=by_ana, use_case_id=use_case.id, review_on=ahead).review_on == ahead
    with nothing_written() as codes:
        use_cases.edit(by=by_ana, use_case_id=factories.use_case(norwell).id, review_on=None)
    assert codes == ["not_paused", "review_in_past"]


def test_delete_leaves_a_line_and_is_refused_once_something_is_built_on_it(norwell, by_ana, by_ben, by_cleo):
    mistaken, asked = factories.several(norwell, 2, hypothesis=False)
    Quarantine.objects.create(use_case=mistaken)  # a recompute is trying it just now
    for fault, by in ((NotVisible, by_cleo), (NotPermitted, by_ben)):
        with nothing_written(fault):
            use_cases.delete(by=by, use_case_id=mistaken.id)
    with new_lines(norwell.id) as added:
        use_cases.delete(by=by_ana, use_case_id=mistaken.id, version=1)
    assert added == ["use_case.deleted"]
    assert not UseCase.objects.filter(id=mistaken.id).exists()
    dates.ask(use_case_id=asked.id, by=by_ben, kind=Verb.SELECT, reason="It is ready.")
    with nothing_written() as codes:
        use_cases.delete(by=by_ana, use_case_id=asked.id)
    assert codes == ["built_on"]
    pilot = factories.use_case(norwell, Stage.PILOT)
    with nothing_written() as codes:
        use_cases.delete(by=by_ana, use_case_id=pilot.id)
    assert codes == ["not_proposed"]


def test_portfolio_opens_with_policy_lanes_and_leaders(ana):
    admin = Actor("person", ana.id, ana.id, is_instance_admin=True)
    made = portfolios.create_portfolio(by=admin, name="Norwell Trust!", leaders=[ana], time_zone="Europe/Berlin")
    assert (made.slug, lines(made.id)) == ("norwell-trust", ["portfolio.created"])
    assert sorted(made.lanes.values_list("code", flat=True)) == sorted(code for code, _ in Lane.CODES)
    assert list(made.memberships.values_list("user", "role")) == [(ana.id, Role.LEADER)]
    assert portfolios.create_portfolio(by=admin, name="Norwell Trust", leaders=[ana]).slug == "norwell-trust-2"
    for more, wanted in (({"leaders": []}, ["no_leader"]), ({"leaders": [ana], "slug": made.slug}, ["slug_taken"])):
        with nothing_written() as codes:
            portfolios.create_portfolio(by=admin, name="Other", **more)
        assert codes == wanted
    with nothing_written(NotPermitted):
        portfolios.create_portfolio(by=factories.actor_for(ana), name="Mine", leaders=[ana])
    with nothing_written(NotVisible):
        portfolios.archive_portfolio(by=admin, portfolio_id=uuid.uuid4())


def _member(portfolio: Portfolio, user) -> Membership:
    return portfolio.memberships.get(user=user)


def test_member_is_added_changed_and_removed_each_with_a_line(norwell, by_ana, cleo):
    with new_lines(norwell.id) as added:
        member = members.add_member(by=by_ana, portfolio_id=norwell.id, user=cleo, role=Role.VIEWER)
        members.change_role(by=by_ana, membership_id=member.id, role=Role.AUDITOR, version=1)
        members.remove_member(by=by_ana, membership_id=member.id, version=2)
    assert added == ["member.added", "member.role_changed", "member.removed"]


def test_member_twice_and_stale_versions_are_refused(norwell, by_ana, ben):
    with nothing_written() as codes:
        members.add_member(by=by_ana, portfolio_id=norwell.id, user=ben, role=Role.VIEWER)
    assert codes == ["already_member"]
    with nothing_written(Conflict):
        members.remove_member(by=by_ana, membership_id=_member(norwell, ben).id, version=9)


def test_last_active_leader_stays(norwell, by_ana, ana, dora):
    people.deactivate(user_id=dora.id, by=SYSTEM)
    mine = _member(norwell, ana)
    for act in (
        lambda: members.remove_member(by=by_ana, membership_id=mine.id),
        lambda: members.change_role(by=by_ana, membership_id=mine.id, role=Role.VIEWER),
    ):
        with nothing_written() as codes:
            act()
        assert codes == ["last_leader"]
    members.remove_member(by=by_ana, membership_id=_member(norwell, dora).id)


def test_stranger_cannot_tell_a_foreign_membership_from_none(norwell, by_cleo, by_ben, ben, cleo):
    for membership_id in (_member(norwell, ben).id, uuid.uuid4()):
        with nothing_written(NotVisible):
            members.remove_member(by=by_cleo, membership_id=membership_id)
    with nothing_written(NotVisible):
        members.add_member(by=by_cleo, portfolio_id=norwell.id, user=cleo, role=Role.LEADER)
    with nothing_written(NotPermitted):
        members.add_member(by=by_ben, portfolio_id=norwell.id, user=cleo, role=Role.VIEWER)


def test_instance_administrator_manages_everybody_but_themselves(norwell, ana, ben):
    admin = Actor("person", ana.id, ana.id, {norwell.id: Role.LEADER}, is_instance_admin=True)
    members.change_role(by=admin, membership_id=_member(norwell, ben).id, role=Role.VIEWER)
    with nothing_written(NotPermitted):
        members.change_role(by=admin, membership_id=_member(norwell, ana).id, role=Role.VIEWER)
