"""Does `./dev check` see what it says it looks for? A check that cannot fail guards nothing."""

import pytest

from config.check import contracts, texts


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ('<p style="color: red">', "inline style"),
        ("<style>p {}</style>", "inline style"),
        ('<a onclick="go()">', "inline handler"),
        ("<script>go()</script>", "inline script"),
        ("<p hx-on:click='go()'>", "hx-on"),
        ("<p hx-vals='js:{a: 1}'>", "js: value"),
        ('<a href="javascript:go()">', "js: value"),
        ('<p hx-trigger="click[ctrlKey]">', "trigger filter"),
    ],
)
def test_templates_blocked_by_the_policy_are_found(html, what):
    assert list(texts._hits("t.html", html, texts.IN_TEMPLATES)) == [f"t.html:1: {what}"]


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="stylesheet" href="/static/a.css">',
        '<script src="{% static "js/app.js" %}" defer></script>',
        "{% include 'a.html' with only=1 style=2 %}",
        '<p class="style" data-once="x" hx-trigger="every 20s">onward = forward</p>',
        '<script type="application/json" id="d">{}</script>',
    ],
)
def test_lawful_templates_pass(html):
    assert list(texts._hits("t.html", texts.without_tags(html), texts.IN_TEMPLATES)) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("-----BEGIN " + "PRIVATE KEY-----", "private key"),
        ('API_KEY = "' + "a1" * 12 + '"', "literal secret"),
        ("postgres://bob:" + "hunter2@db/x", "password in an address"),
        ("--index-" + "url https://index.example/simple", "package index"),
    ],
)
def test_secrets_are_found(text, what):
    assert list(texts._hits("f", text, texts.SECRETS)) == [f"f:1: {what}"]


def test_a_forbidden_import_breaks_a_contract(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text((texts.ROOT / "pyproject.toml").read_text())
    for name, code in {
        "portfolio": "",
        "people": "import portfolio\n",
        "portfolio/rules": "import django.db\n",
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text(code)
    monkeypatch.setattr(contracts, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    said = contracts.broken(["people", "portfolio"])
    assert "people is not allowed to import portfolio" in said
    assert "portfolio.rules is not allowed to import django" in said


def test_a_room_without_an_arrow_is_named():
    assert "No arrow for cellar" in contracts.broken(["cellar", "config"])
