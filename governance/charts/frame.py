"""What do all charts share? Round ticks, a month grid, and the table that repeats the numbers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from math import ceil, floor, log10

from django.utils.safestring import SafeString

from portfolio.svg import el, join


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round values from `low` to `high`, steps of 1, 2 or 5 times a power of ten; about so many."""
    span = high - low
    if span <= 0:
        return [low]
    raw = span / max(about, 1)
    power = 10.0 ** floor(log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
    return [round(k * step, 10) for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def months(start: date, end: date) -> Iterator[date]:
    """The first days of months inside a period."""
    at = date(start.year, start.month, 1)
    while at <= end:
        if at >= start:
            yield at
        at = date(at.year + at.month // 12, at.month % 12 + 1, 1)


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> SafeString:
    """The same numbers as a table, one press away."""
    top = el("tr", "", join(el("th", "", words, scope="col") for words in head))
    lines = []
    for first, *rest in rows:
        cells = [
            el("th", "", str(first), scope="row"),
            *(el("td", "", str(value)) for value in rest),
        ]
        lines.append(el("tr", "", join(cells)))
    inner = join(
        [
            el("caption", "vh", caption),
            el("thead", "", top),
            el("tbody", "", join(lines) or " "),
        ]
    )
    box = el(
        "div",
        "scroll-x",
        el("table", "data", inner),
        tabindex="0",
        role="region",
        aria_label=caption,
    )
    return el("details", "data-toggle", join([el("summary", "", "Show as table"), box]))
