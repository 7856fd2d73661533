"""Which names and first bytes may be evidence?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.rules.files import MOST_BYTES, MOST_NAME, TYPES, clean_name, ending, may_attach, may_link

PDF = b"%PDF-1.7\n"


@pytest.mark.parametrize(
    ("name", "head"),
    [("a.html", b"<html>"), ("a.svg", b"<svg onload=alert(1)>"), ("a.pdf", b"<html>"), ("a.png", b"GIF89a"), ("a.pdf.html", PDF),
     ("a", PDF), ("a.exe", b"MZ"), ("a.js", b"alert(1)"), ("a.txt", b"text\x00more"), ("a.docm", b"PK\x03\x04"), ("pdf", PDF)],
)  # fmt: skip
def test_other_types_are_refused(name, head):
    assert may_attach(name, 10, head).codes == ("file_type",)


@pytest.mark.parametrize(("name", "head"), [("A.PDF", PDF), ("b.txt", b"hello"), ("c.docx", b"PK\x03\x04..")])
def test_listed_types_pass(name, head):
    assert may_attach(name, 10, head).allowed


def test_size_is_limited_both_ways():
    assert may_attach("a.pdf", MOST_BYTES, PDF).allowed
    assert may_attach("a.pdf", MOST_BYTES + 1, PDF).codes == ("file_too_large",)
    assert may_attach("a.pdf", 0, PDF).codes == ("file_empty",)


@given(st.text(max_size=400))
def test_a_cleaned_name_holds_nothing_hostile_and_keeps_its_ending(name):
    kept = clean_name(name)
    assert 0 < len(kept) <= MOST_NAME
    assert not set(kept) & set('/\\"<>|:*?\x00\r\n\u202e')
    assert kept.isprintable()
    assert clean_name(kept) == kept


def test_a_long_name_keeps_its_ending():
    assert ending(clean_name("x" * 500 + ".pdf")) == "pdf"
    assert clean_name("../../etc/passwd") == "passwd"
    assert clean_name("C:\\Temp\\a.pdf") == "a.pdf"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil",
        "https:evil",
        "file:///etc/passwd",
        "https://a b",
        "https://a\nb",
        "",
    ],
)
def test_only_web_links_are_links(url):
    assert may_link(url).codes == ("link_type",)
    assert may_link("https://example.org/plan").allowed


def test_every_type_names_what_it_is_served_as():
    assert all("html" not in served and "svg" not in served for served, _ in TYPES.values())
