"""Do people still follow the model's suggestions as agreed? Override frequency against its band."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.utils.safestring import SafeString

from governance.charts.frame import table, ticks
from governance.charts.labels import Placer, Spot
from portfolio import formats, svg
from portfolio.figures import legend


class Day(NamedTuple):
    """One day: its own rate, the rate of the window that ends on it and that rate's interval; shares 0 to 1."""

    on: date
    rate: float | None
    window: float | None
    low: float | None
    high: float | None


def overrides(
    days: Sequence[Day],
    *,
    band: tuple[float, float] | None = None,
    alarms: Sequence[tuple[date, str]] = (),
    lessons: Sequence[tuple[date, str]] = (),
    label: str = "",
) -> SafeString:
    """Dots are days, the line is the rolling window, the shade its interval, the band what was agreed."""
    days = [Day(*d) for d in days]
    lines = [d for d in days if d.window is not None]
    if not lines:
        return SafeString("")
    seen = [d.high for d in lines if d.high is not None] + [d.rate for d in days if d.rate is not None]
    top = min(max([*seen, *(band or ()), 0.05]) * 1.15, 1.0)
    first, span = days[0].on, max((days[-1].on - days[0].on).days, 1)
    last = lines[-1]

    def draw(width: int, height: int, right: int) -> tuple[int, int, str]:
        left, above, below = 44, 40, 30
        base, end = height - below, width - right
        placer = Placer(width, height)

        def x(on: date) -> float:
            return left + (end - left) * (on - first).days / span

        def y(share: float) -> float:
            return base - (base - above) * min(share, top) / top

        parts: list[SafeString] = []
        if band:
            parts.append(
                svg.el(
                    "rect",
                    "agreed",
                    x=left,
                    y=y(band[1]),
                    width=end - left,
                    height=y(band[0]) - y(band[1]),
                )
            )
        for v in ticks(0, top, 4):
            parts.append(svg.path("grid-l", "M", left, y(v), "H", end))
            parts.append(placer.text("tk", formats.percent(v), [Spot(left - 8, y(v) + 4, "end")]))
        for v in band or ():
            parts.append(svg.path("agreed-l", "M", left, y(v), "H", end))
        for k in range(5 if width > 400 else 3):
            day = days[round((len(days) - 1) * k / (4 if width > 400 else 2))].on
            anchor = "start" if day == first else "end" if day == days[-1].on else "middle"
            parts.append(placer.text("tk", formats.day(day, day), [Spot(x(day), base + 18, anchor)]))
        parts += [
            svg.el("circle", "day", cx=x(d.on), cy=y(d.rate), r=2.2 if width > 400 else 1.8)
            for d in days
            if d.rate is not None
        ]
        shade = [(x(d.on), y(d.high or 0)) for d in lines] + [(x(d.on), y(d.low or 0)) for d in reversed(lines)]
        parts.append(svg.polyline("ci", shade, close=True))
        parts.append(svg.polyline("real", [(x(d.on), y(d.window or 0)) for d in lines]))
        for on, words in alarms:
            at = x(on)
            parts.append(svg.path("alarm-l", "M", at, above + 4, "V", base))
            parts.append(
                svg.polyline(
                    "alarm",
                    [(at, above - 9), (at + 7.5, above + 4), (at - 7.5, above + 4)],
                    close=True,
                )
            )
            parts.append(placer.text("alarm-t halo", words, _over(at, above - 15)))
        for on, words in lessons:
            parts.append(svg.path("ref-d", "M", x(on), above, "V", base))
            parts.append(placer.text("lb halo", words, _over(x(on), above - 15)))
        parts.append(svg.el("circle", "pt", cx=x(last.on), cy=y(last.window or 0), r=4.5))
        now = formats.percent(last.window, 1)
        parts.append(placer.text("lb-strong halo", now, [Spot(x(last.on) + 9, y(last.window or 0) + 4)]))
        if band:
            words = f"Agreed band, {formats.percent(band[0])} to {formats.percent(band[1])}"
            spots = [Spot(left + 6, y(band[0]) - 6), Spot(left + 6, y(band[1]) + 14)]
            parts.append(placer.text("tk halo", (words, "Agreed band"), spots))
        return width, height, svg.join(parts)

    told = f"Override frequency, {formats.percent(last.window, 1)} on {last.on:%-d %b %Y}"
    told += f", agreed band {formats.percent(band[0])} to {formats.percent(band[1])}" if band else ""
    keys = ["day", "A day", "real", "Rolling window", "ci", "Its 95 % interval"]
    keys += ["band", "Agreed band"] if band else []
    keys += ["alarm", "Alarm"] if alarms else []
    rows = [
        (
            f"{d.on:%-d %b %Y}",
            *(formats.percent(v, 1) for v in (d.rate, d.window, d.low, d.high)),
        )
        for d in days[::-7]
    ]
    head = ("Day", "That day", "Window", "Low", "High")
    return svg.join(
        [
            svg.chart("overrides", label or told, draw(760, 268, 62), draw(350, 250, 62)),
            legend(*keys),
            table("Override frequency, every seventh day", head, rows),
        ]
    )


def _over(at: float, y: float) -> tuple[Spot, ...]:
    return (
        Spot(at, y, "middle"),
        Spot(at, y, "end"),
        Spot(at, y),
        Spot(at, y - 13, "middle"),
    )
