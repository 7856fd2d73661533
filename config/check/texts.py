"""What do we look for in the text of files: forbidden attributes in templates, long files, secrets?"""

import fnmatch
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST = 300  # lines of one Python file; a longer one becomes a package, split by noun
ONE_FILE = {"tools/verify_ledger.py": 350}  # is handed to an auditor as one file, so it cannot become a package

# The content security policy blocks all of these in the browser, silently for the person who looks at the page.
IN_TEMPLATES = {
    "inline style": re.compile(r"\sstyle\s*=|<style\b", re.IGNORECASE),
    "inline handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\bsrc\s*=)(?![^>]*type=[\"']application/json)", re.IGNORECASE),
    "hx-on": re.compile(r"\bhx-on\b", re.IGNORECASE),
    "js: value": re.compile(r"[\"']\s*(js|javascript):", re.IGNORECASE),
    "trigger filter": re.compile(r"hx-trigger\s*=\s*[\"'][^\"']*\[", re.IGNORECASE),
}
TAGS = re.compile(r"\{[%{#].*?[%}#]\}", re.DOTALL)

SECRETS = {
    "private key": re.compile("-----BEGIN [A-Z ]*PRIVATE KEY" + "-----"),
    "literal secret": re.compile(
        r"""\w*(?:secret|password|passwd|api_?key|token)\w*["']?\s*[:=]\s*["'](?!only-for-tests)[A-Za-z0-9+/_=-]{16,}["']""",
        re.IGNORECASE,
    ),
    "password in an address": re.compile(r"\b[a-z]+://[^\s:/@\"'{}$]+:[^\s:/@\"'{}$]+@"),
    "access token": re.compile(r"\bapg_[a-z]+_[A-Za-z0-9]{8}_[A-Za-z0-9]{32}"),
    "package index": re.compile(r"^\s*--(?:extra-)?index-url|^\s*registry\s*=\s*\"http", re.MULTILINE),
}
BINARY = (".png", ".ico", ".woff2", ".xlsx", ".gz", ".zip", ".pdf", ".jpg", ".svg")


def tracked(*patterns: str) -> list[str]:
    """Paths below the root that belong to the project: tracked, or new and not ignored. Patterns as in fnmatch."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = sorted(set(done.stdout.splitlines()))
    kept = [name for name in names if not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
    return [name for name in kept if (ROOT / name).is_file()]


def without_tags(template: str) -> str:
    """A template's HTML alone: Django's tags blanked, line numbers kept."""
    return TAGS.sub(lambda tag: re.sub(r"[^\n]", " ", tag.group()), template)


def _hits(name: str, text: str, patterns: dict[str, re.Pattern[str]]) -> Iterator[str]:
    for what, pattern in patterns.items():
        for hit in pattern.finditer(text):
            yield f"{name}:{text.count(chr(10), 0, hit.start()) + 1}: {what}"


def templates() -> str:
    """Nothing in a template that the content security policy would block."""
    found: list[str] = []
    for name in tracked("templates/*.html", "*/templates/*.html"):
        found += _hits(name, without_tags((ROOT / name).read_text()), IN_TEMPLATES)
    return "\n".join(found)


def length() -> str:
    """No Python file longer than a reader holds in mind."""
    found = []
    for name in tracked("*.py", "dev"):
        count = (ROOT / name).read_text().count("\n")
        longest = ONE_FILE.get(name, LONGEST)
        if count > longest and "/migrations/" not in name:
            found.append(f"{name}: {count} lines, at most {longest}")
    return "\n".join(found)


def secrets() -> str:
    """Nothing in the repository that opens a door, and no address of a package index."""
    found: list[str] = []
    for name in tracked():
        if name.endswith(BINARY) or name.startswith("tests/"):
            continue
        found += _hits(name, (ROOT / name).read_text(errors="replace"), SECRETS)
    return "\n".join(found)
