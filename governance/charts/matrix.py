"""Which pilots are worth a slot, and which would be if they were unblocked? Value against readiness.

The value axis is square-root scaled, so that small and large pilots can both be read; whiskers run from P10 to P90;
the shape says the choice. A view of the same records as the board, never a second truth.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import median
from typing import NamedTuple

from django.utils.safestring import SafeString

from governance.charts.frame import table
from governance.charts.labels import Box, Placer, Spot, around
from portfolio import formats, svg
from portfolio.figures import legend


class Point(NamedTuple):
    """One pilot. `clear` is the share (0 to 1) of required questions that are clear; values in currency units."""

    name: str
    short: str
    clear: float
    p10: float
    p50: float
    p90: float
    choice: str  # run, pause or stop


def _mark(choice: str, x: float, y: float, r: float = 6.5) -> SafeString:
    if choice == "run":
        return svg.el("circle", "m-run", cx=x, cy=y, r=r)
    if choice == "pause":
        return svg.diamond("m-pause", x, y, r)
    side = r * 1.7
    return svg.el(
        "rect",
        "m-stop",
        x=x - side / 2,
        y=y - side / 2,
        width=side,
        height=side,
        rx=1.5,
    )


def _values(top: float, height: float) -> list[float]:
    """Round values whose square roots lie at least 30 px apart."""
    power = 1.0
    while power * 10 <= top:
        power *= 10
    kept: list[float] = []
    for value in (m * power / 10**k for k in range(4) for m in (10, 5, 2.5, 1)):
        gap = height * (sqrt(kept[-1] / top) - sqrt(value / top)) if kept else 30
        if value <= top and gap >= 30 and height * sqrt(value / top) >= 30:
            kept.append(value)
    return [0.0, *kept]


def _draw(
    points: Sequence[Point],
    size: tuple[int, int],
    gate: float,
    floor: float,
    top: float,
    currency: str,
):
    width, height = size
    left, right, above, below = 48, 14, 8, 44
    placer = Placer(width, height)

    def x(share: float) -> float:
        return left + (width - left - right) * min(max(share, 0.0), 1.0)

    def y(value: float) -> float:
        return height - below - (height - above - below) * sqrt(min(max(value, 0.0), top) / top)

    base, end = height - below, width - right
    parts = [
        svg.el(
            "rect",
            "quad-hot",
            x=x(gate),
            y=above,
            width=x(1) - x(gate),
            height=max(y(floor) - above, 0.0),
            rx=4,
        )
    ]
    for value in _values(top, height - above - below):
        parts.append(svg.path("grid-l", "M", left, y(value), "H", end))
        words = "0" if value == 0 else formats.money(value, currency)
        parts.append(placer.text("tk", words, [Spot(left - 8, max(y(value) + 4, 11.0), "end")]))
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        anchor = "end" if share == 1 else "middle"
        spot = Spot(x(share) + (12 if share == 1 else 0), base + 20, anchor)
        parts.append(placer.text("tk", formats.percent(share), [spot]))
    parts.append(svg.path("ref-d", "M", x(gate), above, "V", base, "M", left, y(floor), "H", end))
    parts.append(svg.path("ax", "M", left, base, "H", end))
    placer.block(Box(left, base - 1, end, base + 1))
    parts += [svg.path("whisk", "M", x(p.clear), y(p.p10), "V", y(p.p90)) for p in points]
    middle = Spot((left + end) / 2, height - 4, "middle")
    parts.append(placer.text("lb", "Required questions clear", [middle]))
    for px, py, words in (
        (x(gate) + 7, above + 15, "Worth a slot"),
        (left + 7, above + 15, "Worth unblocking"),
        (x(gate) + 7, base - 8, "Small win"),
        (left + 7, base - 8, "Leave"),
    ):
        parts.append(placer.text("quad halo", words, [Spot(px, py)]))
    for p in points:
        placer.block(Box(x(p.clear) - 8, y(p.p50) - 8, x(p.clear) + 8, y(p.p50) + 8))
    # the right edge has least room, so it chooses first
    for p in sorted(points, key=lambda p: -p.clear):
        words = f"{p.name}: {_told(p, currency)}, {p.choice}"
        title = svg.el("title", "", words)
        cls = "lb-strong halo" if p.choice == "run" else "lb halo"
        names = (p.name, p.short) if width > 400 else (p.short,)
        label = placer.text(cls, names, around(x(p.clear), y(p.p50)))
        parts.append(svg.el("g", "", svg.join([title, _mark(p.choice, x(p.clear), y(p.p50)), label])))
    return width, height, svg.join(parts)


def _told(p: Point, currency: str) -> str:
    low, middle, high = (formats.money(v, currency) for v in (p.p10, p.p50, p.p90))
    return f"{formats.percent(p.clear)} clear, value {middle} (P10 {low}, P90 {high})"


def matrix(
    points: Sequence[Point],
    *,
    gate: float = 0.7,
    floor: float | None = None,
    currency: str = "EUR",
    label: str = "",
) -> SafeString:
    """Value against readiness for pilots whose value is known, with legend and table.

    `gate` is the share of clear questions from which a pilot is near its gate; `floor` the value from which it is
    worth a slot, the median when none is given.
    """
    if not points:
        return SafeString("")
    points = [Point(*p) for p in points]
    floor = float(median(p.p50 for p in points)) if floor is None else float(floor)
    top = max(max(p.p90 for p in points), floor, 1.0) * 1.05
    worth = [p.name for p in points if p.clear >= gate and p.p50 >= floor]
    label = label or f"Value against readiness. Worth a slot: {', '.join(worth) or 'none'}."
    drawn = [_draw(points, size, gate, floor, top, currency) for size in ((560, 372), (350, 330))]
    rows = [
        (
            p.name,
            formats.percent(p.clear),
            *(formats.money(v, currency) for v in (p.p10, p.p50, p.p90)),
            p.choice,
        )
        for p in points
    ]
    return svg.join(
        [
            svg.chart("matrix", label, *drawn),
            legend("run", "Run", "pause", "Pause", "stop", "Stop", "whisk", "P10 to P90"),
            table(
                "Value and readiness by pilot",
                ("Pilot", "Clear", "P10", "P50", "P90", "Choice"),
                rows,
            ),
        ]
    )
