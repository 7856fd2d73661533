"""Which source feeds which use case? Two columns and the lines between them."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from governance.charts.frame import table
from governance.charts.labels import LETTER
from portfolio import svg

STEP, TOP = 34, 28
WIDE, NARROW = (640, 210, 430), (350, 134, 216)  # width, where the sources' names end, where the use cases' begin
_MARK = {"go": "m-run", "stop": "alarm", "idle": "base-pt"}
MOST = 24  # rows drawn; the table holds all


def data_map(sources: Sequence[tuple[str, str, str]], use_cases: Sequence[str], links: Sequence[tuple[int, int]],
             label: str = "") -> SafeString:  # fmt: skip
    """sources: (name, tone, fitness in a word); use_cases: titles; links: positions (source, use case)."""
    name = label or f"{len(sources)} data sources and the {len(use_cases)} use cases that need them"
    drawing = svg.chart(
        "map", name, *(_drawn(size, sources[:MOST], use_cases[:MOST], links) for size in (WIDE, NARROW))
    )
    feeds = {index: [use_cases[u] for s, u in links if s == index] for index in range(len(sources))}
    rows = [(words, fit, ", ".join(feeds[index]) or "none yet") for index, (words, _, fit) in enumerate(sources)]
    return svg.join([drawing, table(name, ("Source", "Fitness", "Use cases"), rows)])


def _drawn(
    size: tuple[int, int, int], sources: Sequence[tuple[str, str, str]], use_cases: Sequence[str],
    links: Sequence[tuple[int, int]],
) -> tuple[int, int, str]:  # fmt: skip
    """One drawing of this size: names outside, lines between; what is not drawn stands in the table."""
    width, left, right = size
    height = TOP + STEP * max(len(sources), len(use_cases), 1) + 8
    parts = [svg.el("text", "lb-strong", "Sources", x=left, y=16, text_anchor="end"),
             svg.el("text", "lb-strong", "Use cases", x=right, y=16)]  # fmt: skip
    for source, use_case in links:
        if source < len(sources) and use_case < len(use_cases):
            y1, y2 = _y(source), _y(use_case)
            bend = (left + right) / 2
            cls = "alarm-l" if sources[source][1] == "stop" else "whisk"
            parts.append(svg.path(cls, "M", left + 16, y1, "C", bend, y1, bend, y2, right - 16, y2))
    for index, (words, tone, _) in enumerate(sources):
        parts.append(svg.el("circle", _MARK.get(tone, "base-pt"), cx=float(left + 12), cy=_y(index), r=6))
        parts.append(svg.el("text", "lb", _short(words, left - 2), x=left, y=_y(index) + 4, text_anchor="end"))
    for index, words in enumerate(use_cases):
        parts.append(svg.el("circle", "pt", cx=float(right - 12), cy=_y(index), r=4))
        parts.append(svg.el("text", "lb", _short(words, width - right - 2), x=right, y=_y(index) + 4))
    return width, height, svg.join(parts)


def _y(index: int) -> float:
    return float(TOP + STEP * index + STEP / 2)


def _short(words: str, room: float) -> str:
    most = int(room / LETTER)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
