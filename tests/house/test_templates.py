"""Do the templates keep the strict content security policy, and the style sheets their rules?"""

import gzip
import re
from pathlib import Path

import pytest
from django.template import engines

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))

FORBIDDEN = {
    "inline style": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "event handler": re.compile(r"""\son[a-z]+\s*=\s*["']""", re.IGNORECASE),
    "hx-on": re.compile(r"\bhx-on\b", re.IGNORECASE),
    "js: value": re.compile(r"""["']\s*(js|javascript):""", re.IGNORECASE),
    "trigger filter": re.compile(r"""hx-trigger=["'][^"']*\["""),
    "inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\b(src=|type=\"application/json\"))[^>]*>", re.IGNORECASE),
    "outside host": re.compile(r"""(src|href)=["']https?://""", re.IGNORECASE),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_template_needs_no_exception_from_the_csp(path):
    source = path.read_text()
    found = [name for name, pattern in FORBIDDEN.items() if pattern.search(source)]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_template_compiles(path):
    engines["django"].get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize(
    "line",
    [
        '<p style="color: red">',
        '<a onclick="go()">',
        "<i hx-on:click='x'>",
        '<b hx-vals="js:{a: 1}">',
        "<style>",
    ],
)
def test_the_patterns_find_what_they_forbid(line):
    assert any(pattern.search(line) for pattern in FORBIDDEN.values())


@pytest.mark.parametrize("path", SHEETS, ids=lambda p: p.name)
def test_components_use_tokens_for_colour(path):
    """Colours are written once: elsewhere only the shade behind a dialog, the toast and paper are literal."""
    if path.name == "tokens.css":
        return
    literal = re.findall(r"(?:oklch|rgb|hsl)\([^)]*\)|#[0-9a-f]{3,8}\b", path.read_text())
    assert len(literal) <= 6, literal


def test_style_sheets_stay_small():
    whole = b"".join(path.read_bytes() for path in SHEETS)
    assert len(gzip.compress(whole, 9)) < 13_000  # bytes


def test_important_is_left_to_utilities():
    for path in SHEETS:
        before = path.read_text().split("@layer utilities", 2)
        assert "!important" not in before[0], path.name
