"""Does a spreadsheet become a sorted portfolio through the pages, and can each step be taken back?"""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portfolio.actions import uploads
from portfolio.models import ImportRun, Job, UseCase
from portfolio.rules import Stage

CONTENT = (
    b"Name,Status,Problem\n"
    b"Bin-day assistant,Pilot,Residents ring about missed bins\n"
    b"Damp triage,BAU trial,Reports wait\n"
    b"Minutes,Live,Typing\n"
    b"Name,Status,Problem\n"
)
URL = "/p/norwell/import/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def send(client, content=CONTENT, name="register.csv"):
    return client.post(URL, {"file": SimpleUploadedFile(name, content)})


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def finish() -> None:
    for job in Job.objects.filter(state=Job.WAITING):
        uploads.work(job.id)


@pytest.fixture
def client(world):
    return world.client("ana")


def test_from_file_to_undo(client):
    address = send(client)["Location"]
    page = text_of(client.get(address))
    assert "What is “BAU trial”? <span>1 row</span>" in page
    assert '<option selected value="Name">Name</option>' in page
    answer = client.post(address, {"word_0": "BAU trial", "stage_0": "pilot"})
    assert answer["Location"] == f"{address}?step=dry-run"
    page = text_of(client.get(answer["Location"]))
    assert "<b>Row 5</b><span>The header again, not a use case.</span>" in page
    assert "Import 3 rows" in page
    assert not UseCase.objects.exists()
    assert client.post(f"{address}start/")["Location"] == address
    assert "Waiting for a worker" in text_of(client.get(address))
    finish()
    assert client.get(f"{address}progress/", headers={"HX-Request": "true"})["HX-Redirect"] == address
    page = text_of(client.get(address))
    assert "3 rows imported" in page
    assert "Sort 2 pilots" in page
    assert UseCase.objects.in_pilot().count() == 2
    client.post(f"{address}undo/")
    assert "Import undone" in text_of(client.get(address))
    assert not UseCase.objects.exists()


def test_words_that_were_known_are_shown_and_a_wrong_guess_is_changed(client):
    address = send(client)["Location"]
    page = text_of(client.get(address))
    assert '<th scope="row" role="rowheader">Live</th>' in page
    assert 'aria-label="Stage for Live"' in page
    live = {"word_41": "Live", "guess_41": "production", "stage_41": "production"}
    client.post(address, {"word_40": "Pilot", "guess_40": "pilot", "stage_40": "paused", "again": "1", **live})
    run = ImportRun.objects.get()
    assert run.mapping["stages"] == {"Pilot": "paused"}, "a guess that nobody changed is no answer"
    assert run.report["stages"] == {"paused": 1, "production": 1, "proposed": 1}
    page = text_of(client.get(address))
    assert "What is “Pilot”? <span>1 row</span>" in page
    assert 'aria-label="Stage for Pilot"' not in page
    client.post(address, {"word_0": "Pilot", "stage_0": "", "again": "1"})
    assert 'aria-label="Stage for Pilot"' in text_of(client.get(address)), "taken back, it is a guess again"


def test_answers_are_remembered_for_the_next_file_of_this_kind(client):
    address = send(client)["Location"]
    client.post(address, {"word_0": "BAU trial", "stage_0": "pilot", "column_problem": ""})
    client.post(f"{address}start/")
    finish()
    again = send(client)["Location"]
    run = ImportRun.objects.get(id=again.split("/")[-2])
    assert run.mapping == {"columns": {"problem": None}, "stages": {"BAU trial": "pilot"}}
    assert run.report["unchanged"] == 3


def test_column_somebody_chose_wins_and_an_answer_can_be_taken_back(client):
    address = send(client)["Location"]
    client.post(address, {"column_title": "Problem", "word_0": "BAU trial", "stage_0": "paused", "again": "1"})
    run = ImportRun.objects.get()
    assert run.mapping == {"columns": {"title": "Problem"}, "stages": {"BAU trial": "paused"}}
    client.post(address, {"word_0": "BAU trial", "stage_0": ""})
    run.refresh_from_db()
    assert "stages" not in run.mapping
    assert run.report["unmapped_stages"] == {"BAU trial": 1}


def test_file_without_a_title_column_asks_for_it(client):
    address = send(client, b"Xy,Zz\nBins,1\nDamp,2\n")["Location"]
    assert "No column for the title was found" in text_of(client.get(address))
    client.post(address, {"column_title": "Xy"})
    assert "Import 2 rows" in text_of(client.get(f"{address}?step=dry-run"))


@pytest.mark.parametrize(("content", "name"), [(b"", "a.csv"), (b"PK\x03\x04no", "a.xlsx")])
def test_unreadable_file_is_refused_in_place(client, content, name):
    answer = send(client, content, name)
    assert answer.status_code == 422
    assert not ImportRun.objects.exists()


def test_nothing_chosen_is_said(client):
    assert client.post(URL).status_code == 422


def test_only_a_leader_imports(world):
    assert world.client("ben").get(URL).status_code == 403


def test_progress_counts_rows(world, client):
    run = ImportRun.objects.create(portfolio=world.portfolio, state=ImportRun.RUNNING)
    Job.objects.create(
        portfolio=world.portfolio, kind="import", subject_id=run.id, state=Job.RUNNING, done=40, total=60
    )
    page = client.get(f"{URL}{run.id}/progress/", headers={"HX-Request": "true"})
    assert "Row 40 of 60" in text_of(page)
    assert b"<html" not in page.content


def test_first_sort_saves_each_pilot_and_ends_when_all_are_known(world, client):
    one, two = world.use_case("One", Stage.PILOT), world.use_case("Two", Stage.PILOT)
    page = text_of(client.get("/p/norwell/sort/"))
    assert "<b>1 of 2</b>" in page
    facts = {
        "kind": "time", "sentence": "20 minutes instead of 70", "magnitude": "100k_1m", "sponsor": "Ben",
        "running_since": "2026-03-02", "real_users": "12",
    }  # fmt: skip
    answer = client.post("/p/norwell/sort/", facts | {"pilot": one.key, "version": one.version})
    assert answer["Location"] == f"/p/norwell/sort/?pilot={two.key}"
    one.refresh_from_db()
    assert one.business_outcome == "Time: 20 minutes instead of 70"
    assert (one.magnitude, one.real_users, one.sponsor) == ("100k_1m", 12, world.people["ben"])
    client.post("/p/norwell/sort/", facts | {"pilot": two.key, "version": two.version, "sponsor": "Ruth Adeyemi"})
    two.refresh_from_db()
    assert (two.sponsor, two.sponsor_name) == (None, "Ruth Adeyemi")
    assert "Every pilot has its five facts" in text_of(client.get("/p/norwell/sort/"))


def test_first_sort_keeps_what_it_was_not_told(world, client):
    row = world.use_case("One", Stage.PILOT, business_outcome="Time: less", real_users=4)
    body = {"pilot": row.key, "version": row.version, "kind": "time", "sentence": "less", "real_users": "4"}
    client.post("/p/norwell/sort/", body)
    before = row.version
    row.refresh_from_db()
    assert (row.business_outcome, row.real_users, row.version) == ("Time: less", 4, before)


def test_first_sort_says_when_somebody_else_was_faster(world, client):
    row = world.use_case("One", Stage.PILOT)
    UseCase.objects.filter(id=row.id).update(version=row.version + 1)
    answer = client.post("/p/norwell/sort/", {"pilot": row.key, "version": row.version, "real_users": "3"})
    assert answer.status_code == 422
    assert "Somebody else changed this pilot meanwhile" in text_of(answer)
    again = {"pilot": row.key, "version": row.version + 1, "real_users": "3"}
    assert client.post("/p/norwell/sort/", again).status_code == 302


def test_first_sort_refuses_a_start_in_the_future(world, client):
    row = world.use_case("One", Stage.PILOT)
    body = {"pilot": row.key, "version": row.version, "running_since": world.later()}
    assert client.post("/p/norwell/sort/", body).status_code == 422


def test_first_sort_order_does_not_jump_and_goes_round(world, client):
    first, second = world.use_case("One", Stage.PILOT), world.use_case("Two", Stage.PILOT)
    page = text_of(client.get(f"/p/norwell/sort/?pilot={second.key}"))
    assert f'href="/p/norwell/sort/?pilot={first.key}" data-key="s"' in page
    assert client.get("/p/norwell/sort/?pilot=UC-999999").status_code == 404


def two_sheets() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Register"
    other = book.create_sheet("Second register")
    for sheet, name in ((book.active, "Bins"), (other, "Damp")):
        for row in (["Name", "Status", "Start"], ["Title", "Stage", "Running since"], [name, "Pilot", "03/04/2026"]):
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_another_sheet_header_and_day_order_are_chosen(client):
    address = send(client, two_sheets(), "register.xlsx")["Location"]
    page = text_of(client.get(address))
    assert "<option selected>Register</option><option>Second register</option>" in page
    said = {"sheet": "Second register", "header_row": "1", "date_order": "mdy"}
    assert client.post(address, said)["Location"] == address, "what was found there is shown before the dry run"
    run = ImportRun.objects.get()
    assert (run.sheet, run.report["header_row"], run.mapping["date_order"]) == ("Second register", 1, "mdy")
    assert client.post(address, said | {"header_row": "2"})["Location"] == address
    assert client.post(address, said | {"header_row": "2"})["Location"] == f"{address}?step=dry-run"
    client.post(f"{address}start/")
    finish()
    found = UseCase.objects.get()
    assert (found.title, found.running_since.isoformat()) == ("Damp", "2026-03-04")


@pytest.mark.parametrize(
    "said", [{"sheet": "Nothing"}, {"header_row": "0"}, {"header_row": "9" * 30}, {"header_row": "²"}]
)
def test_nonsense_about_the_layout_changes_nothing(client, said):
    address = send(client, two_sheets(), "register.xlsx")["Location"]
    before = ImportRun.objects.get().report
    assert client.post(address, said).status_code == 302
    assert ImportRun.objects.get().report == before


ABOVE = b"Register of 2026,,\nDepartment,Kind,Note\nName,Stage,Problem\nBins,Pilot,Rings\nDamp,Pilot,Waits\n"


def test_header_row_without_a_title_is_kept_and_the_next_answer_mends_it(client):
    address = send(client, ABOVE)["Location"]
    page = client.post(address, {"header_row": "2", "again": "1"})
    assert page.status_code == 422
    text = text_of(page)
    assert "No column for the title was found in this row" in text
    assert 'name="header_row" min="1" max="9999" value="2"' in text
    assert '<option value="Department">' in text, "the columns of the row that was chosen"
    assert "Counted as soon as" in text_of(client.get(address)), "what was counted before was another table"
    assert client.post(address, {"header_row": "2", "column_title": "Department"})["Location"].endswith("dry-run")
    assert ImportRun.objects.get().mapping == {"header_row": 2, "columns": {"title": "Department"}}


def test_header_row_that_is_empty_is_refused_as_typed(client):
    address = send(client, ABOVE)["Location"]
    before = ImportRun.objects.get().report
    page = client.post(address, {"header_row": "400", "again": "1"})
    assert page.status_code == 422
    assert "Row 400 is empty or too far down" in text_of(page)
    assert 'max="9999" value="400"' in text_of(page)
    assert ImportRun.objects.get().report == before


def test_taking_the_title_away_keeps_the_other_answers(client):
    address = send(client)["Location"]
    said = {"column_title": "", "column_problem": "", "word_0": "BAU trial", "stage_0": "pilot"}
    assert client.post(address, said).status_code == 422
    kept = {"columns": {"title": None, "problem": None}, "stages": {"BAU trial": "pilot"}}
    assert ImportRun.objects.get().mapping == kept
    assert client.get(f"{address}?step=dry-run").context["title"] == "Columns and stages"


def test_title_of_a_workbook_with_two_sheets_is_chosen_at_once(client):
    book = openpyxl.Workbook()
    book.active.append(["Xy", "Zz"])
    book.active.append(["Bins", 1])
    book.create_sheet("Other").append(["Aa"])
    out = io.BytesIO()
    book.save(out)
    address = send(client, out.getvalue(), "odd.xlsx")["Location"]
    said = {"sheet": book.active.title, "header_row": "1", "column_title": "Xy"}
    assert client.post(address, said)["Location"] == f"{address}?step=dry-run"


def test_remembered_header_row_that_this_file_lacks_is_forgotten(client):
    address = send(client, ABOVE)["Location"]
    client.post(address, {"header_row": "4", "again": "1"})
    client.post(address, {"header_row": "4", "column_title": "Bins"})
    client.post(f"{address}start/")
    finish()
    again = send(client, ABOVE.replace(b"Bins,Pilot,Rings", b"Eggs,Pilot,Rings"))["Location"]
    assert text_of(client.get(again)).count("Go on to the dry run") == 1
    assert ImportRun.objects.get(id=again.split("/")[-2]).mapping == {}
