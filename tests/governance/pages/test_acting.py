"""Do the forms do one act, keep what was typed when it is refused, and say every reason?"""

import pytest

from governance.models import Decision, Request
from ledger.models import Entry
from portfolio.models import UseCase
from portfolio.rules import Stage
from tests.readiness.houses import clear

USE_CASE_QUERIES = {Stage.PROPOSED: 25}


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_register_needs_a_title_and_a_problem_only(world):
    client = world.client("ben")
    refused = client.post("/p/norwell/register/", {"title": "", "problem": "Letters wait for days."})
    assert refused.status_code == 422
    assert "Letters wait for days." in text_of(refused)
    assert 'aria-invalid="true"' in text_of(refused)
    made = client.post("/p/norwell/register/", {"title": "Letters", "problem": "They wait.", "tags": "mail, mail,post"})
    use_case = UseCase.objects.get(title="Letters")
    assert made.headers["Location"] == f"/u/{use_case.key}/"
    assert use_case.tags == ["mail", "post"]


def test_select_refused_lists_every_reason_and_keeps_the_text(world):
    use_case = world.use_case()
    lines = Entry.objects.count()
    answer = world.client("ana").post(f"/u/{use_case.key}/select/", {"reason": "The best of the year."})
    page = text_of(answer)
    assert answer.status_code == 422
    for code in ("no_success_statement", "no_why_ai", "no_sponsor", "no_lead", "no_stop_criterion"):
        assert f'data-code="{code}"' in page
    assert "The best of the year." in page
    assert Entry.objects.count() == lines
    use_case.refresh_from_db()
    assert use_case.stage == Stage.PROPOSED


def test_select_takes_a_slot(world):
    use_case = world.selectable()
    answer = world.client("ana").post(f"/u/{use_case.key}/select/", {"reason": "Worth it."})
    assert answer.headers["Location"] == f"/u/{use_case.key}/"
    use_case.refresh_from_db()
    assert use_case.stage == Stage.PILOT


def test_select_over_the_cap_asks_for_a_dated_exception(world):
    world.pilots(3)
    use_case = world.selectable()
    client = world.client("ana")
    refused = client.post(f"/u/{use_case.key}/select/", {"reason": "Worth it."})
    page = text_of(refused)
    assert refused.status_code == 422
    assert "3 of 3 slots are taken." in page
    assert page.index('name="exception_reason"') < page.index('aria-invalid="true"') + 400
    half = client.post(
        f"/u/{use_case.key}/select/", {"reason": "Worth it.", "exception_reason": "The audit asks for it."}
    )
    assert half.status_code == 422
    assert "Until which day?" in text_of(half)
    client.post(
        f"/u/{use_case.key}/select/",
        {"reason": "Worth it.", "exception_reason": "The audit asks.", "exception_until_on": world.later()},
    )
    use_case.refresh_from_db()
    assert use_case.stage == Stage.PILOT
    assert use_case.cap_exceptions.get().reason == "The audit asks."


def test_select_may_pause_another_in_the_same_act(world):
    other = world.pilots(3)[0]
    use_case = world.selectable()
    world.client("ana").post(f"/u/{use_case.key}/select/", {
        "reason": "Worth more.", "pause_use_case": other.id, "pause_reason": "Worth less.",
        "pause_restart_condition": "A slot is free.", "pause_review_on": world.later(),
    })  # fmt: skip
    stages = dict(UseCase.objects.values_list("key", "stage"))
    assert (stages[use_case.key], stages[other.key]) == (Stage.PILOT, Stage.PAUSED)


def test_pause_can_be_undone_from_its_toast(world):
    use_case = world.use_case(stage=Stage.PILOT)
    client = world.client("ana")
    body = {"reason": "Waits for data.", "restart_condition": "Data is there.", "review_on": world.later()}
    page = text_of(client.post(f"/u/{use_case.key}/pause/", body, follow=True))
    decision = Decision.objects.get()
    assert f'action="/d/{decision.id}/undo/"' in page
    client.post(f"/d/{decision.id}/undo/")
    use_case.refresh_from_db()
    assert use_case.stage == Stage.PILOT
    again = client.post(f"/d/{decision.id}/undo/", follow=True)
    assert "Something else was decided since." in text_of(again)


def test_stop_asks_for_what_was_learnt_and_is_not_undone(world):
    use_case = world.use_case(stage=Stage.PILOT)
    client = world.client("ana")
    assert client.post(f"/u/{use_case.key}/stop/", {"reason": "Not used."}).status_code == 422
    page = client.post(f"/u/{use_case.key}/stop/", {"reason": "Not used.", "learnt": "Ask first."}, follow=True)
    assert "/undo/" not in text_of(page)
    assert Decision.objects.get().terms == {"learnt": "Ask first."}


def test_go_needs_a_request_by_somebody_else_and_keeps_its_conditions(world):
    use_case = world.use_case(stage=Stage.PILOT)
    ana, ben = world.client("ana"), world.client("ben")
    answers = {"affects_people": "no", "acts_alone": "no", "personal_data": "no", "many_users": "no"}
    ana.post(f"/u/{use_case.key}/lane/", answers | {"lane": "fast"})
    clear(use_case, world.people["ben"])
    refused = ana.post(f"/u/{use_case.key}/go/", {"reason": "Proven."})
    assert 'data-code="no_request"' in text_of(refused)
    ben.post(f"/u/{use_case.key}/ask/", {"kind": "go", "reason": "Nothing blocks it."})
    half = ana.post(f"/u/{use_case.key}/go/", {"reason": "Proven.", "text_0": "A second reviewer"})
    assert half.status_code == 422
    assert "Until when?" in text_of(half)
    whole = {
        "reason": "Proven.",
        "text_0": "A second reviewer",
        "owner_0": world.people["ben"].id,
        "due_on_0": world.later(),
    }
    ana.post(f"/u/{use_case.key}/go/", whole)
    use_case.refresh_from_db()
    assert use_case.stage == Stage.PRODUCTION
    assert Decision.objects.get().conditions.get().text == "A second reviewer"
    page = text_of(ana.get(f"/d/{Decision.objects.get().id}/"))
    assert "A second reviewer" in page
    assert "Outdated." not in page


def test_go_is_marked_outdated_when_its_facts_change(world):
    test_go_needs_a_request_by_somebody_else_and_keeps_its_conditions(world)
    UseCase.objects.update(overseer=world.people["ben"])
    page = text_of(world.client("vera").get(f"/d/{Decision.objects.get().id}/"))
    assert "Outdated." in page
    assert "Overseer" in page


def test_lane_questions_propose_and_another_needs_a_reason(world):
    use_case = world.use_case()
    client = world.client("ana")
    answers = {"affects_people": "yes", "acts_alone": "no", "personal_data": "no", "many_users": "no"}
    asked = client.get(f"/u/{use_case.key}/lane/", answers)
    assert "Your answers propose the <b>high-impact</b> lane" in text_of(asked)
    refused = client.post(f"/u/{use_case.key}/lane/", answers | {"lane": "fast"})
    assert refused.status_code == 422
    assert 'data-code="other_lane_without_reason"' in text_of(refused)
    client.post(f"/u/{use_case.key}/lane/", answers | {"lane": "fast", "reason": "One clerk, no customers."})
    use_case.refresh_from_db()
    assert use_case.lane.code == "fast"


def test_date_moved_needs_its_cause(world):
    use_case = world.use_case(stage=Stage.PILOT)
    client = world.client("ana")
    client.post(f"/u/{use_case.key}/date/", {"agreed_on": world.later(20)})
    refused = client.post(f"/u/{use_case.key}/date/", {"agreed_on": world.later(40)})
    assert 'data-code="no_cause"' in text_of(refused)
    client.post(f"/u/{use_case.key}/date/", {"agreed_on": world.later(40), "cause": "Scanner upgrade"})
    assert "Scanner upgrade" in text_of(client.get(f"/u/{use_case.key}/"))


@pytest.mark.parametrize("day", ["tomorrow", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_impossible_days_are_refused_in_place(world, day):
    use_case = world.use_case(stage=Stage.PILOT)
    client = world.client("ana")
    assert client.post(f"/u/{use_case.key}/date/", {"agreed_on": day}).status_code == 422
    body = {"reason": "x", "restart_condition": "y", "review_on": day}
    assert client.post(f"/u/{use_case.key}/pause/", body).status_code == 422


def test_waiting_keeps_the_slot_for_a_limited_time(world):
    use_case = world.use_case(stage=Stage.PILOT)
    client = world.client("ben")
    assert (
        client.post(f"/u/{use_case.key}/waiting/", {"reason": "Data", "until_on": world.later(300)}).status_code == 422
    )
    client.post(f"/u/{use_case.key}/waiting/", {"reason": "Data", "until_on": world.later(20)})
    use_case.refresh_from_db()
    assert use_case.waiting_reason == "Data"
    client.post(f"/u/{use_case.key}/waiting/", {"reason": "", "until_on": ""})
    use_case.refresh_from_db()
    assert use_case.waiting_until_on is None


def test_request_is_withdrawn_by_its_author(world):
    use_case = world.use_case(stage=Stage.PILOT)
    client = world.client("ben")
    client.post(f"/u/{use_case.key}/ask/", {"kind": "go", "reason": "Now."})
    found = Request.objects.get()
    assert world.client("cleo").post(f"/requests/{found.id}/withdraw/").status_code == 404
    client.post(f"/requests/{found.id}/withdraw/")
    found.refresh_from_db()
    assert found.closed_as == Request.WITHDRAWN


def test_pause_the_rest_asks_once_with_the_number_and_then_acts(world):
    pilots = world.pilots(5)
    client = world.client("ana")
    keep = {f"keep_{pilots[number].id.hex}": "on" for number in range(3)}
    body = keep | {"reason": "Few at a time.", "restart_condition": "A slot is free.", "review_on": world.later()}
    own = {f"reason_{pilots[4].id.hex}": "Nobody uses it.", f"review_{pilots[4].id.hex}": world.later(90)}
    asked = client.post("/p/norwell/pause-the-rest/", body | own)
    assert asked.status_code == 200
    assert "Pause 2 pilots?" in text_of(asked)
    assert not Decision.objects.exists()
    client.post("/p/norwell/pause-the-rest/", body | own | {"confirmed": "1"})
    assert UseCase.objects.in_pilot().count() == 3
    assert set(Decision.objects.values_list("reason", flat=True)) == {"Few at a time.", "Nobody uses it."}


def test_pause_the_rest_keeps_at_most_the_cap(world):
    pilots = world.pilots(5)
    keep = {f"keep_{pilot.id.hex}": "on" for pilot in pilots[:4]}
    body = keep | {"reason": "Few.", "restart_condition": "A slot.", "review_on": world.later(), "confirmed": "1"}
    answer = world.client("ana").post("/p/norwell/pause-the-rest/", body)
    assert answer.status_code == 422
    assert 'data-code="over_cap"' in text_of(answer)
    assert "A slot." in text_of(answer)


def test_choice_of_a_row_leads_to_the_form_of_its_verb(world):
    use_case = world.use_case(stage=Stage.PILOT)
    client = world.client("ana")
    page = text_of(client.get(f"/u/{use_case.key}/decide/?choice=stop"))
    assert f'action="/u/{use_case.key}/stop/"' in page
    sheet = client.get(
        f"/u/{use_case.key}/decide/?choice=pause", headers={"HX-Request": "true", "HX-Target": "sheet-body"}
    )
    assert "<html" not in text_of(sheet)
    assert f'hx-post="/u/{use_case.key}/pause/"' in text_of(sheet)
    assert client.get(f"/u/{use_case.key}/decide/?choice=run").headers["Location"] == f"/u/{use_case.key}/"


def test_form_in_the_dialog_is_refused_there_and_leaves_when_done(world):
    use_case = world.use_case(stage=Stage.PILOT)
    client = world.client("ana")
    htmx = {"HX-Request": "true", "HX-Target": "sheet-body"}
    refused = client.post(f"/u/{use_case.key}/pause/", {"reason": "Typed"}, headers=htmx)
    assert refused.status_code == 422
    assert "<html" not in text_of(refused)
    assert "Typed" in text_of(refused)
    body = {"reason": "Typed", "restart_condition": "Data", "review_on": world.later()}
    assert client.post(f"/u/{use_case.key}/pause/", body, headers=htmx).headers["HX-Redirect"] == f"/u/{use_case.key}/"
