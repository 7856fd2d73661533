"""When can each be decided, and how sure is that? Agreed dates against forecasts."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.safestring import SafeString

from governance.charts.frame import months, table
from governance.charts.labels import Box, Placer, Spot
from portfolio import formats, svg
from portfolio.figures import legend


class Row(NamedTuple):
    """One pilot: its agreed date and its forecast, or why there is none."""

    name: str
    agreed: date | None
    p50: date | None
    p85: date | None
    note: str = ""


def _late(row: Row) -> bool:
    return bool(row.agreed and row.p85 and row.p85 > row.agreed)


def _shorten(words: str, px: float) -> str:
    room = int(px / 6.9)
    return words if len(words) <= room else words[: room - 1].rstrip() + "…"


def _draw_timeline(rows: Sequence[Row], start: date, end: date, today: date, narrow: bool):
    width, step, left, right, top = (350, 48, 0, 8, 50) if narrow else (560, 37, 172, 12, 50)
    height = top + step * len(rows) + 8
    span = (end - start).days
    placer = Placer(width, height)

    def x(on: date) -> float:
        return left + (width - left - right) * min(max((on - start).days / span, 0.0), 1.0)

    parts = [svg.path("today", "M", x(today), top - 24, "V", height - 4)]
    spots = [Spot(x(today) + 5, top - 26), Spot(x(today) - 5, top - 26, "end")]
    parts.append(placer.text("today-t halo", (f"Today, {formats.day(today, today)}", "Today"), spots))
    for on in months(start, end):
        parts.append(svg.path("grid-l", "M", x(on), top - 6, "V", height - 4))
        words = (f"{on:%b %y}", f"{on:%b}") if on.month == 1 else (f"{on:%b}",)
        parts.append(placer.text("tk", words, [Spot(x(on) + 4, top - 9)]))
    for k, row in enumerate(rows):
        y = top + step * k + step / 2
        if narrow:
            parts.append(placer.text("lb halo", _shorten(row.name, width), [Spot(0, y - 9)]))
            y += 8
        else:
            parts.append(placer.text("lb", _shorten(row.name, left - 10), [Spot(0, y + 4)]))
        parts.append(svg.path("grid-l", "M", left, y, "H", width - right))
        parts.append(_draw_row(row, x, y, placer, today))
    return width, height, svg.join(parts)


def _draw_row(row: Row, x, y: float, placer: Placer, today: date) -> SafeString:
    if row.p50 is None or row.p85 is None:
        spots = [Spot(x(today) + 10, y + 4), Spot(x(today) - 10, y + 4, "end")]
        return placer.text("tk halo", (row.note or "No date", "No date"), spots)
    told = f"{row.name}: even odds {row.p50:%-d %b %Y}, 85 percent {row.p85:%-d %b %Y}"
    marks = [
        svg.el(
            "title",
            "",
            told + (f", agreed {row.agreed:%-d %b %Y}" if row.agreed else ""),
        )
    ]
    first, last = x(row.p50), x(row.p85)
    bar = max(last - first, 3.0)
    marks.append(
        svg.el(
            "rect",
            "win-late" if _late(row) else "win-ok",
            x=first,
            y=y - 6,
            width=bar,
            height=12,
            rx=3,
        )
    )
    marks.append(svg.path("p50", "M", first, y - 6, "v", 12))
    ends = [first, first + bar]
    if row.agreed:
        marks.append(svg.diamond("target", x(row.agreed), y, 5.5))
        ends += [x(row.agreed) - 6, x(row.agreed) + 6]
    placer.block(Box(min(ends), y - 7, max(ends), y + 7))
    if row.note:
        spots = [Spot(max(ends) + 8, y + 4), Spot(min(ends) - 8, y + 4, "end")]
        marks.append(placer.text("lb halo", row.note, spots))
    return svg.el("g", "", svg.join(marks))


def timeline(rows: Sequence[Row], *, today: date, label: str = "") -> SafeString:
    """Agreed dates and forecast windows of several pilots, with legend and table; at most 60 weeks ahead."""
    if not rows:
        return SafeString("")
    rows = [Row(*row) for row in rows]
    known = [on for row in rows for on in (row.agreed, row.p50, row.p85) if on]
    start = min([today, *(max(on, today - timedelta(days=45)) for on in known)]) - timedelta(days=7)
    last = max([today + timedelta(days=56), *known]) + timedelta(days=21)
    end = min(last, today + timedelta(weeks=60))
    late = [row.name for row in rows if _late(row)]
    undated = [row.name for row in rows if row.p50 is None]
    told = [f"Later than agreed: {', '.join(late) or 'none'}."] + (
        [f"No date: {', '.join(undated)}."] if undated else []
    )
    drawn = [_draw_timeline(rows, start, end, today, narrow) for narrow in (False, True)]
    cells = [
        (
            row.name,
            *(formats.day(on, today) if on else "none" for on in (row.agreed, row.p50, row.p85)),
            row.note,
        )
        for row in rows
    ]
    return svg.join(
        [
            svg.chart("timeline", label or " ".join(["Go/no-go dates.", *told]), *drawn),
            legend(
                "agreed-date",
                "Agreed",
                "window",
                "Forecast, 50 to 85 % sure",
                "late",
                "Later than agreed",
            ),
            table(
                "Agreed and forecast dates",
                ("Pilot", "Agreed", "50 %", "85 %", "Note"),
                cells,
            ),
        ]
    )


def date_forecast(
    p50: date,
    p85: date,
    p95: date,
    *,
    today: date,
    agreed: date | None = None,
    label: str = "",
) -> SafeString:
    """One use case's forecast on a line: even odds, 85 % and 95 %, the agreed date as a diamond."""
    width, height, left, right, y = 330, 88, 8, 8, 48
    start = min(today, p50, *([agreed] if agreed else []))
    end = max([p95, *([agreed] if agreed else [])]) + timedelta(days=7)
    span = max((end - start).days, 21)
    placer = Placer(width, height)

    def x(on: date) -> float:
        return left + (width - left - right) * (on - start).days / span

    def short(on: date) -> str:
        return formats.day(on, on)

    marks = [svg.path("ax", "M", left, y, "H", width - right)]
    weeks = max(1, round(span / 7 / 4))
    for k in range(1, span // (7 * weeks) + 1):
        on = start + timedelta(days=7 * weeks * k)
        marks.append(svg.path("ax", "M", x(on), y - 3, "v", 6))
        marks.append(
            placer.text(
                "tk",
                short(on),
                [Spot(x(on), y + 32, "middle"), Spot(width, y + 32, "end")],
            )
        )
    marks.append(
        svg.el(
            "rect",
            "win-ok",
            x=x(p50),
            y=y - 8,
            width=max(x(p85) - x(p50), 3.0),
            height=16,
            rx=3,
        )
    )
    marks.append(
        svg.el(
            "rect",
            "win-tail",
            x=x(p85),
            y=y - 4,
            width=max(x(p95) - x(p85), 2.0),
            height=8,
            rx=2,
        )
    )
    marks.append(svg.path("p50", "M", x(p50), y - 9, "v", 18))
    if agreed:
        marks.append(svg.diamond("target", x(agreed), y, 6))
    marks.append(svg.path("today", "M", x(today), y - 14, "V", y + 10))
    for cls, on, words in (
        ("lb-strong halo", p50, "50 %"), ("lb halo", p85, "85 %"), ("today-t halo", today, "Today"), ("tk halo", p95, "95 %"),
    ):  # fmt: skip
        at = x(on)
        spots = [
            Spot(at, row, anchor) for row in (y - 15, y - 32) for anchor in ("middle", "start", "end")
        ]  # a second line when the first is taken
        marks.append(placer.text(cls, words, spots))
    told = f"Even odds by {short(p50)}, 85 percent sure by {short(p85)}, 95 percent by {short(p95)}"
    told += f"; agreed {short(agreed)}" if agreed else ""
    return svg.chart("forecast", label or told, (width, height, svg.join(marks)))
