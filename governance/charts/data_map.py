"""Which source feeds which use case? Two columns and the lines between them."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from governance.charts.frame import table
from governance.charts.labels import LETTER
from portfolio import svg

STEP, TOP, LEFT, RIGHT, WIDTH = 34, 28, 210, 430, 640
_MARK = {"go": "m-run", "stop": "alarm", "idle": "base-pt"}
MOST = 24  # rows drawn; the table holds all


def data_map(sources: Sequence[tuple[str, str, str]], use_cases: Sequence[str], links: Sequence[tuple[int, int]],
             label: str = "") -> SafeString:  # fmt: skip
    """sources: (name, tone, fitness in a word); use_cases: titles; links: positions (source, use case)."""
    name = label or f"{len(sources)} data sources and the {len(use_cases)} use cases that need them"
    drawn, shown = sources[:MOST], use_cases[:MOST]
    height = TOP + STEP * max(len(drawn), len(shown), 1) + 8
    parts = [svg.el("text", "lb-strong", "Sources", x=LEFT, y=16, text_anchor="end"),
             svg.el("text", "lb-strong", "Use cases", x=RIGHT, y=16)]  # fmt: skip
    for source, use_case in links:
        if source < len(drawn) and use_case < len(shown):
            y1, y2 = _y(source), _y(use_case)
            bend = (LEFT + RIGHT) / 2
            cls = "alarm-l" if drawn[source][1] == "stop" else "whisk"
            parts.append(svg.path(cls, "M", LEFT + 16, y1, "C", bend, y1, bend, y2, RIGHT - 16, y2))
    for index, (words, tone, _) in enumerate(drawn):
        parts.append(svg.el("circle", _MARK.get(tone, "base-pt"), cx=float(LEFT + 12), cy=_y(index), r=6))
        parts.append(svg.el("text", "lb", _short(words, LEFT - 12), x=LEFT, y=_y(index) + 4, text_anchor="end"))
    for index, words in enumerate(shown):
        parts.append(svg.el("circle", "pt", cx=float(RIGHT - 12), cy=_y(index), r=4))
        parts.append(svg.el("text", "lb", _short(words, WIDTH - RIGHT), x=RIGHT, y=_y(index) + 4))
    drawing = svg.chart("map", name, (WIDTH, height, svg.join(parts)))
    feeds = {index: [use_cases[u] for s, u in links if s == index] for index in range(len(sources))}
    rows = [(words, fit, ", ".join(feeds[index]) or "none yet") for index, (words, _, fit) in enumerate(sources)]
    box = svg.el("div", "scroll-x", drawing, tabindex="0", role="region", aria_label=f"Drawing: {name}")
    return svg.join([box, table(name, ("Source", "Fitness", "Use cases"), rows)])


def _y(index: int) -> float:
    return float(TOP + STEP * index + STEP / 2)


def _short(words: str, room: float) -> str:
    most = int(room / LETTER)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
