"""Do the bad files 53 to 63 get their answer at both doors of the import, page and REST, and leave nothing behind?

Numbers are those of the list of bad inputs (reliability, C3). What the reader makes of each file, and memory, is in
tests/portfolio/importing/test_hostile.py (57 too, as export and round trip). 60, 61, 64 to 66 are about evidence:
tests/readiness/pages/test_evidence.py, tests/api/test_readiness.py.
"""

import io
import random
import time
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portfolio.models import ImportRun, UseCase
from tests.portfolio.importing.made import raw_workbook, row_xml, sheet_xml, workbook
from tests.portfolio.importing.test_hostile import TITLES, bomb_of

PAGE, REST = "/p/norwell/import/", "/api/v1/portfolios/norwell/imports/"
XLSX, CSV = "register.xlsx", "register.csv"
PILOT = row_xml(2, "A", "Pilot")


def zip_of(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_doctype(doctype: str, text: str) -> bytes:
    return raw_workbook(sheet_xml(TITLES, row_xml(2, text, "Pilot"), before=doctype))


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + "&a;" * 1000 + '">]>'
REFUSED = [
    (53, lambda: bomb_of(105), XLSX),
    (53, lambda: raw_workbook(sheet_xml(TITLES), {f"junk/{n}.bin": b"" for n in range(2_001)}), XLSX),
    (54, lambda: zip_of(**{"inner.xlsx": zip_of(**{"inner.xlsx": b"PK"})}), XLSX),
    (55, lambda: with_doctype('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', "&e;"), XLSX),
    (55, lambda: with_doctype(LAUGHS, "&b;"), XLSX),
    (59, lambda: b",".join([b"Title", *[b"c%d" % n for n in range(10_000)]]) + b"\nA\n", CSV),
    (59, lambda: b'Title,Stage\n"A,Pilot\n' + b"B,Pilot\n" * 1000, CSV),
    (59, lambda: random.Random(4).randbytes(5000), CSV),
    (62, lambda: raw_workbook(sheet_xml(TITLES, PILOT), {"../evil.xml": b"x"}), XLSX),
    (62, lambda: raw_workbook(sheet_xml(TITLES, PILOT), {"/etc/evil": b"x"}), XLSX),
    (63, lambda: b"", CSV),
    (63, lambda: b"\0" * 100, CSV),
]
READ = [
    (56, lambda: raw_workbook(sheet_xml(TITLES, PILOT, dimension="A1:XFD1048576")), XLSX),
    (57, lambda: workbook({"S": [["Title", "Stage"], ['=HYPERLINK("http://x","y")', "Pilot"]]}), XLSX),
    (58, lambda: raw_workbook(sheet_xml(TITLES, PILOT), {"xl/vbaProject.bin": b"macro"}), "register.xlsm"),
    (59, lambda: b"Title,Stage\nCh\x00at,Pi\x00lot\n", CSV),
    (59, lambda: "Title,Stage\nGrüße,Pilot\n".encode("cp1252") + "Größe,Pilot\n".encode(), CSV),
    (59, lambda: b"Title,Problem\nA," + b"x" * 10 * 2**20 + b"\nB,short\n", CSV),
    (52, lambda: b"Title,Stage\nA,Pilot\n", 'a";\r\n filename=x' + "y" * 200 + ".csv"),
    (61, lambda: b"Title,Stage\nA,Pilot\n", "a.pdf.html.csv"),
    (62, lambda: b"Title,Stage\nA,Pilot\n", "../../etc/passwd.csv"),
]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def send(world, door: str, content: bytes, name: str):
    """The answer, which took less than ten seconds on a busy machine (what the reader takes is measured elsewhere)."""
    client = world.client("ana")
    client.raise_request_exception = False
    began = time.monotonic()
    answer = client.post(door, {"file": SimpleUploadedFile(name, content)})
    assert time.monotonic() - began < 10
    return answer


@pytest.mark.parametrize("door", [PAGE, REST])
@pytest.mark.parametrize(("row", "make", "name"), REFUSED, ids=[f"{case[0]}-{n}" for n, case in enumerate(REFUSED)])
def test_refused_and_nothing_kept(world, media, door, row, make, name):
    answer = send(world, door, make(), name)
    assert answer.status_code == (422 if door == PAGE else 400), answer.content[-500:]
    assert not ImportRun.objects.exists()
    assert not UseCase.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("door", [PAGE, REST])
@pytest.mark.parametrize(("row", "make", "name"), READ, ids=[f"{case[0]}-{n}" for n, case in enumerate(READ)])
def test_read_as_the_data_it_is(world, media, door, row, make, name):
    answer = send(world, door, make(), name)
    assert answer.status_code == (302 if door == PAGE else 201), answer.content[-500:]
    run = ImportRun.objects.get()
    assert not UseCase.objects.exists()  # nothing before somebody says run
    assert "/" not in run.file_name
    page = world.client("ana").get(f"{PAGE}{run.id}/")
    assert page.status_code == 200
    stored = [path for path in media.rglob("*") if path.is_file()]
    assert all(media.resolve() in path.resolve().parents for path in stored)
