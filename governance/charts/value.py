"""What is it worth, and does it come true? The spread of net value, and weekly readings against the target."""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, log, pi, sqrt

from django.utils.safestring import SafeString

from governance.charts.frame import table, ticks
from governance.charts.labels import Placer, Spot
from portfolio import formats, svg
from portfolio.figures import legend
from roi import words as words_of

Z90 = 1.2815515655446004  # standard normal quantile of 0.9


def _curve(p10: float, p50: float, p90: float, steps: int = 96) -> list[tuple[float, float]]:
    """Outcome and density of the shifted log-normal with exactly these three quantiles, from z = -3 to 3.

    With r = (p90 - p50) / (p50 - p10) the quantile function is p50 + (p90 - p50) (r^(z/Z90) - 1) / (r - 1), which
    tends to the normal one for r = 1 and mirrors itself for r < 1; the density is phi(z) over its slope.
    """
    up, down = p90 - p50, p50 - p10
    ratio = min(max(up / down, 0.02), 50.0) if down > 0 and up > 0 else 1.0
    points = []
    for k in range(steps + 1):
        z = -3 + 6 * k / steps
        t = z / Z90
        if abs(ratio - 1) < 1e-6:
            outcome, slope = p50 + (p90 - p10) / 2 * t, (p90 - p10) / 2 / Z90
        else:
            grown = ratio**t
            outcome, slope = (
                p50 + up * (grown - 1) / (ratio - 1),
                up * grown * log(ratio) / (ratio - 1) / Z90,
            )
        points.append((outcome, exp(-z * z / 2) / sqrt(2 * pi) / slope))
    return points


def density(
    p10: float,
    p50: float,
    p90: float,
    *,
    currency: str = "EUR",
    loss: float | None = None,
    label: str = "",
) -> SafeString:
    """The spread of net value: 8 in 10 outcomes darker, losses in another tone, three labelled quantiles.

    `loss` is the probability (0 to 1) of a loss, when it is known. Nothing is drawn without a spread.
    """
    p10, p50, p90 = float(p10), float(p50), float(p90)
    if not p10 < p50 < p90:
        return SafeString("")
    curve = _curve(p10, p50, p90)
    peak = max(d for _, d in curve)
    shown = [(v, d) for v, d in curve if d > peak * 0.004]
    low, high = min(shown[0][0], 0.0), shown[-1][0]

    def draw(width: int) -> tuple[int, int, str]:
        height, side, top, bottom = 216, 8, 50, 30
        base = height - bottom
        placer = Placer(width, height)

        def x(v: float) -> float:
            return side + (width - 2 * side) * (v - low) / (high - low)

        def y(d: float) -> float:
            return base - (base - top) * d / peak

        def area(cls: str, a: float, b: float) -> SafeString:
            inside = [(v, d) for v, d in curve if a < v < b]
            edge = [
                (x(a), y(_at(curve, a))),
                *((x(v), y(d)) for v, d in inside),
                (x(b), y(_at(curve, b))),
            ]
            return svg.polyline(cls, [(x(a), base), *edge, (x(b), base)], close=True)

        parts = [area("area", shown[0][0], high), area("area-mid", p10, p90)]
        if shown[0][0] < 0:
            parts.append(area("area-loss", shown[0][0], min(0.0, high)))
        parts.append(svg.polyline("curve", [(x(v), y(d)) for v, d in shown]))
        parts.append(svg.path("ax", "M", side, base, "H", width - side))
        for v, words, anchor, dx in (
            (p50, "P50", "middle", 0),
            (p10, "P10", "end", -5),
            (p90, "P90", "start", 5),
        ):
            raised = 0 if words == "P50" else 34
            parts.append(
                svg.path(
                    "ref" if words == "P50" else "ref-d",
                    "M",
                    x(v),
                    30 + raised / 2,
                    "V",
                    base,
                )
            )
            for row, cls, told in (
                (11, "tk halo", words),
                (26, "lb-strong halo", formats.money(v, currency)),
            ):
                spots = [
                    Spot(x(v) + dx, row + raised, anchor),
                    Spot(x(v), row + raised, "middle"),
                ]
                spots += [
                    Spot(
                        x(v) - dx,
                        row + raised,
                        {"end": "start", "start": "end"}.get(anchor, "end"),
                    )
                ]
                parts.append(placer.text(cls, told, spots))
        if shown[0][0] < 0 < high:
            parts.append(svg.path("ref-d", "M", x(0), top + 52, "V", base))
            parts.append(placer.text("tk halo", "loss", [Spot(x(0) - 6, top + 62, "end")]))
        for v in ticks(low, high, 5):
            words = "0" if v == 0 else formats.money(v, currency)
            parts.append(placer.text("tk", words, [Spot(x(v), base + 18, "middle")]))
        return width, height, svg.join(parts)

    values = [formats.money(v, currency) for v in (p10, p50, p90)]
    told = label or f"Net value: P10 {values[0]}, P50 {values[1]}, P90 {values[2]}"
    keys = ["mid", "8 in 10 outcomes"]
    if shown[0][0] < 0:
        keys += [
            "loss",
            "A loss" if loss is None else f"A loss, {words_of.chance(loss)}",
        ]
    return svg.join(
        [
            svg.chart("density", told, draw(430), draw(330)),
            legend(*keys),
            table(
                "Net value",
                ("Quantile", "Value"),
                zip(("P10", "P50", "P90"), values, strict=True),
            ),
        ]
    )


def _at(curve: Sequence[tuple[float, float]], value: float) -> float:
    """The density at a value, linear between the points of the curve."""
    for (v0, d0), (v1, d1) in pairwise(curve):
        if v0 <= value <= v1:
            return d0 + (d1 - d0) * (value - v0) / ((v1 - v0) or 1)
    return 0.0


def track(
    baseline: Sequence[float],
    readings: Sequence[float | None],
    target: float,
    *,
    pays: float | None = None,
    checks: Sequence[tuple[int, bool]] = ((30, False), (60, False), (90, False)),
    weeks: int = 13,
    unit: str = "",
    label: str = "",
) -> SafeString:
    """Weekly readings since day 0 against the baseline, the target and the value from which it pays.

    `baseline` and `readings` are one value a week in the measure's unit, None where none came; `checks` are
    (day, recorded) of the agreed check-ins.
    """
    base_mean = sum(map(float, baseline)) / len(baseline) if baseline else None
    seen = [float(v) for v in (*baseline, *(r for r in readings if r is not None), target)]
    seen += [float(pays)] if pays is not None else []
    pad = (max(seen) - min(seen) or abs(max(seen)) or 1.0) * 0.12
    low, high = min(seen) - pad, max(seen) + pad
    before, weeks = len(baseline), max(weeks, len(readings))

    def draw(width: int, right: int) -> tuple[int, int, str]:
        height, left, top, bottom = 216, 38, 34, 30
        floor, end = height - bottom, width - right
        placer = Placer(width, height)

        def x(week: float) -> float:
            return left + (end - left) * week / (before + weeks)

        def y(value: float) -> float:
            return top + (floor - top) * (high - float(value)) / (high - low)

        parts, zero = [], x(before)
        for v in ticks(low, high, 4):
            parts.append(svg.path("grid-l", "M", left, y(v), "H", end))
            parts.append(placer.text("tk", f"{v:g}", [Spot(left - 7, y(v) + 4, "end")]))
        parts.append(svg.path("today", "M", zero, top - 12, "V", floor))
        parts.append(
            placer.text(
                "today-t halo",
                "Day 0",
                [Spot(zero, top - 19, "middle"), Spot(zero, top - 19)],
            )
        )
        for day, done in checks:
            at = x(before + day / 7)
            parts.append(svg.path("ref-d", "M", at, top - 6, "V", floor))
            cls = "lb-strong halo" if done else "tk halo"
            parts.append(placer.text(cls, f"{day}{' ✓' if done else ''}", [Spot(at, top - 10, "middle")]))
        levels = [("hyp", zero, target, "target", "lb-strong halo")]
        if pays is not None:
            levels.append(("agreed-l", zero, pays, "pays", "lb halo"))
        if base_mean is not None:
            levels.append(("ref-d", left, base_mean, "baseline", "tk halo"))
        for cls, start, value, word, text_cls in levels:
            parts.append(svg.path(cls, "M", start, y(value), "H", end))
            told = f"{float(value):g}" if word != "baseline" else f"{value:.3g}"
            spots = [Spot(end + 6, y(value) + dy) for dy in (4, 14, -6, 24)]
            parts.append(placer.text(text_cls, (f"{told} {word}", told), spots))
        parts += [svg.el("circle", "base-pt", cx=x(k + 0.5), cy=y(v), r=3.25) for k, v in enumerate(baseline)]
        known = [(x(before + k + 0.5), y(v)) for k, v in enumerate(readings) if v is not None]
        if len(known) > 1:
            parts.append(svg.polyline("real", known))
        parts += [svg.el("circle", "pt", cx=px, cy=py, r=3.75) for px, py in known]
        parts.append(svg.path("ax", "M", left, floor, "H", end))
        if before:
            parts.append(placer.text("tk", (f"{before} weeks before", "before"), [Spot(left, floor + 18)]))
        parts.append(placer.text("tk", f"day {weeks * 7 - 1}", [Spot(end, floor + 18, "end")]))
        return width, height, svg.join(parts)

    told = f"Weekly readings{f' in {unit}' if unit else ''}: target {float(target):g}"
    told += f", baseline {base_mean:.3g}" if base_mean is not None else ""
    told += (
        f", last {float(seen[len(baseline) + len([r for r in readings if r is not None]) - 1]):g}"
        if any(r is not None for r in readings)
        else ", no reading yet"
    )
    keys = ["baseline", "Baseline week", "week", "Pilot week", "target", "Target"]
    keys += ["pays", "It pays from here"] if pays is not None else []
    rows = [(f"{before - k} before", f"{float(v):g}") for k, v in enumerate(baseline)]
    rows += [(f"week {k + 1}", "none" if v is None else f"{float(v):g}") for k, v in enumerate(readings)]
    return svg.join(
        [
            svg.chart("track", label or told, draw(430, 92), draw(330, 84)),
            legend(*keys),
            table("Readings by week", ("Week", unit or "Value"), rows),
        ]
    )
