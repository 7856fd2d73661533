"""Which drawing stands for which word of the trade? Names of ours first, any lucide name otherwise."""

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide import _render_icon

NAMES = {
    # places
    "board": "rows-2", "portfolio": "rows-2", "usecase": "file-text", "items": "list-checks", "calendar": "calendar",
    "decision": "split", "data": "database", "feedback": "trending-up", "exceptions": "trending-up", "import": "upload",
    "ledger": "book-lock", "people": "users", "settings": "settings", "policy": "sliders-horizontal", "notices": "bell",
    "readiness": "list-checks", "roi": "chart-line", "report": "printer", "help": "circle-question-mark",
    # states
    "alert": "triangle-alert", "ring": "circle-dashed", "half": "circle-dot", "arrow": "arrow-right", "dash": "minus",
    "draft": "pencil-line", "live": "circle-check", "proposed": "lightbulb", "run": "play", "stop": "square",
    "silent": "circle-slash", "error": "circle-alert",
    # acts and facts
    "edit": "pencil", "print": "printer", "compare": "columns-2", "chev": "chevron-right", "chat": "message-square",
    "bolt": "zap", "file": "file-text", "undo": "undo-2", "delete": "trash-2", "filter": "list-filter",
}  # fmt: skip


@cache
def icon(name: str, small: bool = False, cls: str = "") -> SafeString:
    """An inline icon that screen readers skip: the word beside it says what it means."""
    classes = " ".join(
        filter(
            None,
            ("i", "i-sm" if small else "", f"i-{name}" if name == "chev" else "", cls),
        )
    )
    drawn = _render_icon(NAMES.get(name, name), None, aria_hidden="true", **{"class": classes})
    return mark_safe(" ".join(drawn.split()).replace("> <", "><"))  # the package's own files, no input of ours


def labelled(name: str, words: str) -> SafeString:
    """An icon alone, its words for screen readers only."""
    return format_html('{}<span class="vh">{}</span>', icon(name), words)
