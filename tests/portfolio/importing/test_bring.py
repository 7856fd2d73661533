"""Do rows become use cases exactly, once, without overwriting anybody, and can it be taken back?"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.actions import sweep
from governance.models import Assessment
from ledger.models import Entry
from people.models import User
from portfolio.access import identity
from portfolio.actions import imports, use_cases
from portfolio.actions.import_by_column import bring_by_column
from portfolio.actions.undo_import import undo
from portfolio.models import Dirty, ImportedRow, ImportRun, Membership, Portfolio, UseCase
from portfolio.rules import SYSTEM, NotPermitted, NotVisible, Refused, Role
from tests.portfolio.importing import made

HEADER = ["ID", "Name", "Stage", "Description", "Agency", "Users", "Colour"]
FIRST = [
    ["1", "Sort mail", "Pilot", "Slow post", "HQ", "12", "red"],
    ["2", "Read scans", "Deployed", "Backlog", "Lab", "", "blue"],
    ["3", "Chat", "Amber", "Calls", "HQ", "", ""],
    ["", "Chat", "Retired", "", "HQ", "", ""],
]


@pytest.fixture
def bring(home, leader):
    def brought(*lines, header=HEADER, mapping=None, **options):
        rows = made.rows_of(made.table(header, *lines), mapping)
        return imports.bring(by=leader, portfolio=home, rows=rows, **options)

    return brought


def counts(outcome) -> tuple[int, int, int]:
    return outcome.created, outcome.updated, outcome.unchanged


def shown() -> list[tuple]:
    fields = ("title", "problem", "organisation", "external_id", "stage", "real_users", "details")
    return list(UseCase.objects.order_by("external_id", "created_at").values_list(*fields))


def test_rows_enter_at_their_stage_declared_not_decided(bring, home):
    assert counts(bring(*FIRST)) == (4, 0, 0)
    found = {row.external_id: row for row in UseCase.objects.all()}
    assert [(found[key].stage, found[key].registered_as, found[key].raw_stage) for key in ("1", "2", "3", "")] == [
        ("pilot", "pilot", "Pilot"),
        ("production", "production", "Deployed"),
        ("proposed", "proposed", "Amber"),
        ("retired", "retired", "Retired"),
    ]
    assert (found["1"].real_users, found["1"].details) == (12, {"Colour": "red"})
    line = Entry.objects.get(chain_id=home.id, event_type="import.done")
    assert line.payload["created"] == 4
    assert line.payload["stages"] == {"pilot": 1, "production": 1, "proposed": 1, "retired": 1}
    sweep.settle_dirty()
    assert Assessment.objects.get(use_case=found["2"]).flags == ["never_gated"]
    assert not Dirty.objects.exists()


def test_the_second_time_nothing_changes_and_nothing_is_written(bring, home):
    bring(*FIRST)
    before, versions = shown(), set(UseCase.objects.values_list("version", flat=True))
    assert counts(bring(*FIRST)) == (0, 0, 4)
    assert shown() == before
    assert versions == set(UseCase.objects.values_list("version", flat=True)) == {1}
    assert (ImportedRow.objects.count(), Entry.objects.filter(event_type="import.done").count()) == (4, 1)


def test_a_dry_run_says_the_same_and_writes_nothing(bring):
    dry = bring(*FIRST, dry_run=True)
    assert counts(dry) == (4, 0, 0)
    assert not UseCase.objects.exists()
    assert not ImportRun.objects.exists()
    bring(*FIRST)
    changed = [["1", "Sort all mail", *FIRST[0][2:]], *FIRST[1:], ["9", "New", "Pilot", "", "", "", ""]]
    before = shown()
    assert counts(bring(*changed, dry_run=True)) == (1, 1, 3)
    assert shown() == before
    assert counts(bring(*changed)) == (1, 1, 3)


def test_new_facts_are_taken_and_blanks_blank_nothing(bring):
    bring(*FIRST)
    outcome = bring(["1", "Sort mail", "Pilot", "", "HQ", "30", "green"], *FIRST[1:])
    row = UseCase.objects.get(external_id="1")
    assert counts(outcome) == (0, 1, 3)
    assert (row.problem, row.real_users, row.details["Colour"], row.version) == ("Slow post", 30, "green", 2)


def test_what_a_person_wrote_since_stays(bring, leader):
    bring(*FIRST)
    row = UseCase.objects.get(external_id="1")
    use_cases.edit(by=leader, use_case_id=row.id, problem="Two days late", real_users=14)
    outcome = bring(["1", "Sort post", "Pilot", "Slow letters", "HQ", "40", "red"], *FIRST[1:])
    row.refresh_from_db()
    assert (row.title, row.problem, row.real_users) == ("Sort post", "Two days late", 14)
    assert [(note.row, note.code) for note in outcome.notes] == [(2, "kept_edit")]
    assert "problem, real users" in outcome.notes[0].text
    assert counts(bring(["1", "Sort post", "Pilot", "Slow letters", "HQ", "40", "red"], *FIRST[1:])) == (0, 0, 4)


def test_a_stage_never_moves(bring):
    bring(*FIRST)
    outcome = bring(["1", "Sort mail", "Deployed", *FIRST[0][3:]], ["3", "Chat", "Pilot", *FIRST[2][3:]])
    assert [(note.row, note.code) for note in outcome.notes] == [(2, "stage_differs"), (3, "stage_differs")]
    assert list(UseCase.objects.order_by("external_id").values_list("stage", flat=True)) == [
        "retired", "pilot", "production", "proposed",
    ]  # fmt: skip


def test_what_was_registered_by_hand_is_found_again(bring, home, leader):
    def register(title: str, **facts):
        return use_cases.register(by=leader, portfolio_id=home.id, title=title, problem="By hand", **facts)

    by_id = register("Another name", external_id="1")
    by_title = register("read  SCANS", organisation="Lab")
    other = register("Chat", organisation="HQ", external_id="77")
    assert counts(bring(*FIRST)) == (1, 2, 1)  # "Chat" with id 3 is another than 77; the one without id may be 77
    by_id.refresh_from_db()
    by_title.refresh_from_db()
    assert (by_id.title, by_id.problem, by_id.real_users) == ("Another name", "By hand", 12)
    assert (by_title.title, by_title.external_id, by_title.stage) == ("read  SCANS", "2", "proposed")
    assert [row.number for row in other.imported_rows.all()] == [5]
    assert counts(bring(*FIRST)) == (0, 0, 4)


def test_it_takes_no_query_a_row(bring):
    lines = [[str(number), f"Case {number}", "Pilot", "p", "HQ", "", ""] for number in range(400)]
    taken = []
    for count in (50, 400):
        with CaptureQueriesContext(connection) as queries:
            bring(*lines[:count])
        taken.append(len(queries))
    assert taken[1] <= taken[0] + 8


def test_undo_restores_exactly(bring, home, leader):
    bring(*FIRST)
    before = shown()
    second = bring(
        ["1", "Sort post", "Pilot", "Other", "HQ", "99", "green"], *FIRST[1:], ["9", "New", "Pilot", "", "", "", ""]
    )
    assert counts(second) == (1, 1, 3)
    assert undo(by=leader, run_id=second.run_id) == {"deleted": 1, "restored": 1, "left": []}
    assert shown() == before
    assert counts(bring(*FIRST)) == (0, 0, 4)
    first = ImportRun.objects.order_by("made_at").first()
    assert undo(by=leader, run_id=first.id)["deleted"] == 4
    assert not UseCase.objects.exists()
    assert Entry.objects.filter(chain_id=home.id, event_type="import.undone").count() == 2
    with pytest.raises(Refused) as refusal:
        undo(by=leader, run_id=first.id)
    assert refusal.value.reasons[0].code == "not_done"


def test_undo_leaves_what_somebody_built_on_or_wrote(bring, home, leader):
    run = bring(*FIRST)
    one, two, three = (UseCase.objects.get(external_id=key) for key in "123")
    one.cap_exceptions.create(until_on="2030-01-01", reason="r", decided_by_id=leader.user_id)
    use_cases.edit(by=leader, use_case_id=two.id, success_statement="Half the time")
    bring(["3", "Chat", "Amber", "Many calls", "HQ", "", ""])
    found = undo(by=leader, run_id=run.run_id)
    assert found["deleted"] == 1
    assert [(note["row"], note["code"]) for note in found["left"]] == [
        (2, "built_on"), (3, "kept_edit"), (4, "later_import"),
    ]  # fmt: skip
    assert set(UseCase.objects.values_list("id", flat=True)) == {one.id, two.id, three.id}


def test_undo_keeps_a_later_edit_of_a_changed_fact(bring, leader):
    bring(*FIRST)
    run = bring(["1", "Sort post", "Pilot", "Other", "HQ", "99", "red"])
    row = UseCase.objects.get(external_id="1")
    use_cases.edit(by=leader, use_case_id=row.id, problem="Mine")
    found = undo(by=leader, run_id=run.run_id)
    row.refresh_from_db()
    assert (row.title, row.problem, row.real_users) == ("Sort mail", "Mine", 12)
    assert [note["code"] for note in found["left"]] == ["kept_edit"]


def test_only_a_leader_of_this_portfolio_imports(bring, home):
    bring(*FIRST)
    run, stranger = ImportRun.objects.get(), User.objects.create_user(email="x@example.org", name="X")
    with pytest.raises(NotPermitted):
        imports.bring(by=identity.person(stranger), portfolio=home, rows=[])
    with pytest.raises(NotVisible):
        undo(by=identity.person(stranger), run_id=run.id)
    Membership.objects.create(portfolio=home, user=stranger, role=Role.CONTRIBUTOR)
    with pytest.raises(NotPermitted):
        undo(by=identity.person(stranger), run_id=run.id)


def test_by_column_makes_portfolios_like_the_named_one(home, ana):
    rows = made.rows_of(made.table(HEADER, *FIRST, ["5", "Loose", "Pilot", "", "", "", ""]), by="Agency")
    outcomes = bring_by_column(by=SYSTEM, portfolio=home, rows=rows)
    assert {outcome.slug: outcome.created for outcome in outcomes} == {"home": 1, "hq": 3, "lab": 1}
    lab = Portfolio.objects.get(slug="lab")
    assert (lab.name, lab.currency, lab.time_zone, lab.policy.pilot_cap) == ("Lab", "CHF", "Europe/Zurich", 7)
    assert list(lab.memberships.values_list("user_id", "role")) == [(ana.id, "leader")]
    again = bring_by_column(by=SYSTEM, portfolio=home, rows=rows)
    assert [counts(outcome) for outcome in again] == [(0, 0, 1), (0, 0, 3), (0, 0, 1)]


def test_by_column_is_not_a_leaders_act(home, leader):
    with pytest.raises(NotPermitted):
        bring_by_column(by=leader, portfolio=home, rows=[])


def test_a_crash_leaves_nothing_of_that_portfolio_and_keeps_the_others(home, monkeypatch):
    rows = made.rows_of(made.table(HEADER, *FIRST), by="Agency")
    append = imports.ledger.append

    def dies(chain_id, *args, **kwargs):
        if Portfolio.objects.get(id=chain_id).slug == "lab":
            raise RuntimeError("the machine stops")
        return append(chain_id, *args, **kwargs)

    monkeypatch.setattr(imports.ledger, "append", dies)
    with pytest.raises(RuntimeError):
        bring_by_column(by=SYSTEM, portfolio=home, rows=rows)
    assert list(Portfolio.objects.values_list("slug", flat=True).order_by("slug")) == ["home", "hq"]
    assert UseCase.objects.count() == ImportedRow.objects.count() == 3
    assert ImportRun.objects.count() == 1
