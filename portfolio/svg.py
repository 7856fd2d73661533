"""How is a figure written as SVG that a strict CSP, a theme and a printer all accept?

Marks carry a class, which the style sheet colours, and presentation attributes, which a PDF engine
uses when it ignores page CSS inside SVG; in a browser the style sheet always wins. Never `style`.
"""

from collections.abc import Iterable

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

INK, INK2, INK3 = "#1d2230", "#474d5c", "#626876"
LINE, CONTROL, ACCENT = "#e3e5e9", "#878c99", "#2d55b8"
GO, STOP = "#14643f", "#a3272b"

_FILL = {  # class -> (colour, opacity)
    "tk": (INK3, 1), "lb": (INK2, 1), "lb-strong": (INK, 1), "quad": (INK3, 1), "quad-hot": ("#eaf0fb", 1),
    "today-t": (ACCENT, 1), "win": (CONTROL, 0.38), "win-ok": (GO, 0.32), "win-late": (STOP, 0.3), "win-tail": (GO, 0.16),
    "area": (ACCENT, 0.13), "area-mid": (ACCENT, 0.17), "area-loss": (STOP, 0.18), "agreed": (GO, 0.1), "ci": (ACCENT, 0.2),
    "day": (INK3, 0.5), "alarm-t": (STOP, 1), "bar": (ACCENT, 1), "bar-2": (ACCENT, 0.36), "bar-0": (LINE, 1),
    "bar-late": (STOP, 1), "seg-on": (GO, 1), "slot": (INK2, 0.8),
}  # fmt: skip
_STROKE = {  # class -> (colour, width, dashes)
    "ax": (CONTROL, 1, ""), "grid-l": (LINE, 1, ""), "whisk": (CONTROL, 1.25, ""), "today": (ACCENT, 1.5, ""), "p50": (INK, 2, ""),
    "curve": (ACCENT, 2, ""), "real": (ACCENT, 2.5, ""), "line": (ACCENT, 1.5, ""), "hyp": (INK3, 1.75, "5 4"), "ref": (INK2, 1.25, ""),
    "ref-d": (INK3, 1, "2 3"), "agreed-l": (GO, 1.25, ""), "alarm-l": (STOP, 1.25, ""), "track": (LINE, 6, ""), "rng": (ACCENT, 6, ""),
    "zero": (CONTROL, 1, ""), "ok-rng": (GO, 6, ""), "thr": (INK2, 1.5, ""), "seg-off": (CONTROL, 1, ""), "slot-free": (CONTROL, 1.5, ""),
    "slot-x": (STOP, 1.75, ""),
}  # fmt: skip
_BOTH = {  # class -> (fill, stroke, width)
    "m-run": (ACCENT, "#fff", 1.5), "m-pause": ("#fff", INK2, 2), "m-stop": ("#cfd2d8", INK3, 1.5), "target": ("#fff", INK, 1.75),
    "pt": (ACCENT, "#fff", 2), "base-pt": ("#fff", INK3, 1.5), "alarm": (STOP, "#fff", 1.5), "mid": (ACCENT, "#fff", 1.5),
    "was": ("#fff", INK3, 1.75), "slot-over": ("#fff", STOP, 1.75),
}  # fmt: skip


def paint(cls: str) -> dict[str, object]:
    """Presentation attributes for the first name in a class list."""
    name = cls.split(" ", 1)[0]
    if name in _FILL:
        colour, opacity = _FILL[name]
        return {"fill": colour} | ({"fill_opacity": opacity} if opacity != 1 else {})
    if name in _STROKE:
        colour, width, dashes = _STROKE[name]
        return {"fill": "none", "stroke": colour, "stroke_width": width} | (
            {"stroke_dasharray": dashes} if dashes else {}
        )
    if name in _BOTH:
        fill, stroke, width = _BOTH[name]
        return {"fill": fill, "stroke": stroke, "stroke_width": width}
    return {}


def num(value: float) -> str:
    """A coordinate with at most one decimal: shorter pages, no visible difference."""
    short = f"{value:.1f}".removesuffix(".0")
    return "0" if short == "-0" else short


def el(tag: str, cls: str = "", body: str = "", **attributes: object) -> SafeString:
    """One element; attribute values and a plain body are escaped, numbers shortened, `_` in names becomes `-`."""
    pairs = paint(cls) | ({"class": cls} if cls else {}) | attributes
    written = format_html_join(
        "",
        ' {}="{}"',
        ((name.replace("_", "-"), num(v) if isinstance(v, float) else v) for name, v in pairs.items()),
    )
    if body == "":
        return format_html("<{}{}/>", tag, written)
    return format_html("<{0}{1}>{2}</{0}>", tag, written, conditional_escape(body))


def join(parts: Iterable[str]) -> SafeString:
    """Several elements one after the other."""
    return mark_safe("".join(conditional_escape(p) for p in parts))  # every part is escaped or already safe


def path(cls: str, *steps: object) -> SafeString:
    """A path from letters and numbers: path("ax", "M", 4, 7, "H", 108)."""
    return el(
        "path",
        cls,
        d=" ".join(num(s) if isinstance(s, int | float) else str(s) for s in steps),
    )


def polyline(cls: str, points: Iterable[tuple[float, float]], close: bool = False) -> SafeString:
    """A path through the points, closed for an area."""
    inner = "L".join(f"{num(x)} {num(y)}" for x, y in points)
    return el("path", cls, d=f"M{inner}{'Z' if close else ''}")


def text(cls: str, x: float, y: float, words: object, anchor: str = "start") -> SafeString:
    """One line of text; `anchor` is start, middle or end."""
    more = {} if anchor == "start" else {"text_anchor": anchor}
    return el("text", cls, str(words), x=float(x), y=float(y), **more)


def diamond(cls: str, x: float, y: float, r: float) -> SafeString:
    """A square on its corner, the shape of an agreed date and of a paused pilot."""
    return polyline(cls, ((x, y - r), (x + r, y), (x, y + r), (x - r, y)), close=True)


def mini(label: str, width: int, height: int, body: str, cls: str = "mini") -> SafeString:
    """A small figure of fixed size inside a line of text; `label` says in words what it shows."""
    return el(
        "svg",
        cls,
        body,
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_label=label,
    )


def chart(
    kind: str,
    label: str,
    wide: tuple[int, int, str],
    narrow: tuple[int, int, str] | None = None,
) -> SafeString:
    """A figure that fills its column. With two drawings a container query shows exactly one, so text never shrinks."""

    def drawing(size: tuple[int, int, str], cls: str) -> SafeString:
        width, height, body = size
        return el(
            "svg", cls, body, viewBox=f"0 0 {width} {height}", role="img", aria_label=label,
            font_family="sans-serif", font_size=12,
        )  # fmt: skip

    drawn = [drawing(wide, "wide")] + ([drawing(narrow, "narrow")] if narrow else [])
    return el("div", f"chart chart-{kind}", join(drawn))
