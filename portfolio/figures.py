"""Which small figures stand inside a line of text? Pure functions: numbers in, SVG out, with a sentence as name.

Lengths are in CSS pixels; shares are 0 to 1; money is in units of the portfolio's currency.
"""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from portfolio import formats
from portfolio.svg import el, join, mini, path, polyline


def interval(
    p10: float,
    p50: float,
    p90: float,
    low: float | None = None,
    high: float | None = None,
    *,
    muted: bool = False,
    label: str = "",
    currency: str = "EUR",
    width: int = 112,
) -> SafeString:
    """P10 to P90 as a bar with its middle; a tick marks zero when the scale goes below it.

    Give the same `low` and `high` to every row of a list, so that the bars can be compared.
    """
    p10, p50, p90 = float(p10), float(p50), float(p90)
    low = min(0.0, p10) if low is None else float(low)
    high = max(p90, 0.0) if high is None else float(high)
    span = (high - low) or 1.0

    def x(value: float) -> float:
        return 4 + (width - 8) * min(max((value - low) / span, 0.0), 1.0)

    words = label or (
        f"8 in 10 chance of {formats.money(p10, currency)} to {formats.money(p90, currency)}, "
        f"middle {formats.money(p50, currency)}"
    )
    marks = [path("track", "M", 4, 7, "H", width - 4)]
    if low < 0:
        marks.append(path("zero", "M", x(0), 1, "v", 12))
    marks += [
        path("rng", "M", x(p10), 7, "H", x(p90)),
        el("circle", "mid", cx=x(p50), cy=7, r=4.5),
    ]
    return mini(words, width, 14, join(marks), "mini muted" if muted else "mini")


def readiness(clear: int, required: int, *, label: str = "", width: int = 92) -> SafeString:
    """Required questions, one cell each, filled when clear: shape carries it, colour repeats it."""
    if required <= 0:
        return SafeString("")
    gap = 2 if required <= 16 else 1
    cell = (width - gap * (required - 1)) / required
    cells = [
        el("rect", "seg-on", x=k * (cell + gap), y=1, width=cell, height=9, rx=1.5)
        if k < clear
        else el(
            "rect",
            "seg-off",
            x=k * (cell + gap) + 0.5,
            y=1.5,
            width=max(cell - 1, 1.0),
            height=8,
            rx=1,
        )
        for k in range(required)
    ]
    return mini(
        label or f"{clear} of {required} required questions clear",
        width,
        11,
        join(cells),
    )


def slots(taken: int, cap: int, *, label: str = "") -> SafeString:
    """Slots of the cap: filled, spare ones hollow, those beyond the cap behind a line with a cross."""
    shown = max(taken, cap)
    marks = []
    for k in range(shown):
        x = k * 22 + (8 if k >= cap else 0)
        if k >= cap:
            marks.append(el("rect", "slot-over", x=x + 1, y=4, width=16, height=14, rx=3.5))
            marks.append(path("slot-x", "M", x + 6, 11, "h", 6, "M", x + 9, 8, "v", 6))
        else:
            marks.append(
                el(
                    "rect",
                    "slot" if k < taken else "slot-free",
                    x=x + 1,
                    y=4,
                    width=16,
                    height=14,
                    rx=3.5,
                )
            )
    if taken > cap:
        marks.append(path("ref", "M", cap * 22 + 2, 0, "v", 22))
    over = f", {taken - cap} over" if taken > cap else ""
    words = label or f"{taken} {'pilot' if taken == 1 else 'pilots'} active, the cap is {cap}{over}"
    return mini(words, max(shown * 22 + 8, 22), 22, join(marks), "slots")


def spark(values: Sequence[float | None], *, label: str, width: int = 96, height: int = 20) -> SafeString:
    """A line through the values with its last point; gaps (None) break the line."""
    known = [(k, float(v)) for k, v in enumerate(values) if v is not None]
    if not known:
        return SafeString("")
    low, high = min(v for _, v in known), max(v for _, v in known)
    span, last = (high - low) or 1.0, max(len(values) - 1, 1)

    def at(k: int, value: float) -> tuple[float, float]:
        return 4 + (width - 8) * k / last, height - 4 - (height - 8) * (value - low) / span

    runs: list[list[tuple[float, float]]] = [[]]
    for k, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(at(k, float(value)))
    lines = [polyline("line", run) for run in runs if len(run) > 1]
    cx, cy = at(*known[-1])
    return mini(label, width, height, join([*lines, el("circle", "mid", cx=cx, cy=cy, r=3.0)]))


def share(value: float, *, label: str, late: bool = False, width: int = 96) -> SafeString:
    """A share (0 to 1) of a whole, such as waited days of allowed days."""
    part = width * min(max(float(value), 0.0), 1.0)
    marks = [el("rect", "bar-0", width=width, height=8, rx=2)]
    if part:
        marks.append(el("rect", "bar-late" if late else "bar", width=part, height=8, rx=2))
    return mini(label, width, 8, join(marks))


def reach(people: int, reached: int, using: int, *, label: str = "", width: int = 168) -> SafeString:
    """One role: headcount as the track, reached as the pale bar, using as the full one."""
    whole = max(people, 1)
    marks = [el("rect", "bar-0", y=2, width=width, height=10, rx=3)]
    for cls, count in (("bar-2", reached), ("bar", using)):
        if count:
            marks.append(
                el(
                    "rect",
                    cls,
                    y=2,
                    width=width * min(count / whole, 1.0),
                    height=10,
                    rx=3,
                )
            )
    return mini(
        label or f"{people} people, {reached} reached, {using} using",
        width,
        14,
        join(marks),
    )


def signal(
    value: float | None,
    scale: tuple[float, float],
    lower: float | None,
    upper: float | None,
    *,
    label: str,
    tone: str = "go",
    width: int = 132,
) -> SafeString:
    """A reading on its scale; limits are bars across, the stretch between them is where it should be."""
    low, high = (float(v) for v in scale)
    span = (high - low) or 1.0

    def x(v: float) -> float:
        return 4 + (width - 8) * min(max((float(v) - low) / span, 0.0), 1.0)

    marks = [path("track", "M", 4, 7, "H", width - 4)]
    marks.append(
        path(
            "ok-rng",
            "M",
            x(low if lower is None else lower),
            7,
            "H",
            x(high if upper is None else upper),
        )
    )
    marks += [path("thr", "M", x(v), 1, "v", 12) for v in (lower, upper) if v is not None]
    if value is not None:
        marks.append(el("circle", "mid", cx=x(value), cy=7, r=4.5, data_s=tone))
    return mini(label, width, 14, join(marks))


def before_after(before: float, after: float, top: float, *, label: str, width: int = 132) -> SafeString:
    """A rate before (hollow) and after (full) a learning action."""

    def x(v: float) -> float:
        return 6 + (width - 12) * min(max(float(v) / (float(top) or 1.0), 0.0), 1.0)

    first, second = sorted((x(before), x(after)))
    marks = [
        path("track", "M", 4, 7, "H", width - 4),
        path("rng", "M", first, 7, "H", second),
        el("circle", "was", cx=x(before), cy=7, r=4),
        el("circle", "mid", cx=x(after), cy=7, r=4.5),
    ]
    return mini(label, width, 14, join(marks))


_LEGEND = {
    "run": el("circle", "m-run", cx=10, cy=7, r=6),
    "pause": path("m-pause", "M10 1l6 6-6 6-6-6z"),
    "stop": el("rect", "m-stop", x=5, y=2, width=10, height=10, rx=1.5),
    "whisk": path("whisk", "M10 0v14"),
    "agreed-date": path("target", "M10 1.5l5.5 5.5-5.5 5.5-5.5-5.5z"),
    "window": join(
        [
            el("rect", "win-ok", x=1, y=1, width=18, height=12, rx=3),
            path("p50", "M1.5 1v12"),
        ]
    ),
    "late": join(
        [
            el("rect", "win-late", x=1, y=1, width=18, height=12, rx=3),
            path("p50", "M1.5 1v12"),
        ]
    ),
    "target": path("hyp", "M0 7h20"),
    "pays": path("agreed-l", "M0 7h20"),
    "real": path("real", "M1 7h18"),
    "mid": el("rect", "area-mid", width=20, height=14, rx=2),
    "loss": el("rect", "area-loss", width=20, height=14, rx=2),
    "baseline": el("circle", "base-pt", cx=10, cy=7, r=4),
    "week": el("circle", "pt", cx=10, cy=7, r=4.5),
    "band": el("rect", "agreed", width=20, height=14, rx=2),
    "ci": el("rect", "ci", width=20, height=14, rx=2),
    "day": el("circle", "day", cx=10, cy=7, r=3),
    "alarm": path("alarm", "M10 1l7 12H3z"),
    "head": el("rect", "bar-0", y=2, width=20, height=10, rx=2),
    "reached": el("rect", "bar-2", y=2, width=20, height=10, rx=2),
    "using": el("rect", "bar", y=2, width=20, height=10, rx=2),
}


def legend(*marks_and_words: str) -> SafeString:
    """Marks with their words: legend("run", "Run", "pause", "Pause")."""
    pairs = zip(marks_and_words[::2], marks_and_words[1::2], strict=True)
    items = (
        el(
            "li",
            "",
            join(
                [
                    el(
                        "svg",
                        "",
                        _LEGEND[mark],
                        viewBox="0 0 20 14",
                        aria_hidden="true",
                    ),
                    words,
                ]
            ),
        )
        for mark, words in pairs
    )
    return el("ul", "legend", join(items))
